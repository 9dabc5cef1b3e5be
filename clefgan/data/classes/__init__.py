"""Challenges of attribution: labelled sources, and images of which nobody says whose they are."""
