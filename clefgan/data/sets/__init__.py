"""Several sets of images in one grey scale, to be compared: the release audit's reader.

Folders at any depth or single files, of any format; one window of levels and one grid for all.
"""

from clefgan.data.sets.grey import GreySet, GreySets, read_sets
from clefgan.data.sets.volumes import whole_volumes

__all__ = ["GreySet", "GreySets", "read_sets", "whole_volumes"]
