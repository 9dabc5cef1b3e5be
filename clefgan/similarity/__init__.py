"""Comparing every candidate with every generated image: see `engine`."""
