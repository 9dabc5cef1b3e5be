"""Readers of images that are no pictures: DICOM, NIfTI, NumPy, HDF5 and zarr arrays.

Each reader imports its library and is imported where a file of its format is read (`opening`).
`clefgan.data.listing` lists a folder of any of them, and `clefgan.data.images` decodes it.
"""
