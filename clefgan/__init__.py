"""clefgan: which real images trained the generator?"""

__version__ = "0.1.0"
