"""Volumes of an audit, whole, beside the slices that they count by."""
