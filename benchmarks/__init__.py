"""Side-by-side timings; each module prints one table. Never part of the tests."""
