"""Several sets of images in one grey scale, to be compared: the release audit's reader.

Folders at any depth or single files, of any format; one window of levels and one grid for all.
"""
