"""One run of attribution: a sibling of the job of membership."""
