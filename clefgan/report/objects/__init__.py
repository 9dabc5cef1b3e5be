"""What commands print with `--json`: results as objects for a program to read."""
