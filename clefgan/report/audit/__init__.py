"""The report of a release audit: what may be given out, and what stays in the house."""
