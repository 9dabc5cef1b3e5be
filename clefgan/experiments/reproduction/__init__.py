"""A published paper run again: its rows beside what it printed, and what it leaves open."""
