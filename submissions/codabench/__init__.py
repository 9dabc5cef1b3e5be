"""The organisers' side: a Codabench competition, made, checked, and its scoring program tried."""
