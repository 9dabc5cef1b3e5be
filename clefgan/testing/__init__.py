"""The conformance suites: what every method promises, checked on tiny images.

Plug-in authors run them too::

    from clefgan.testing import check_attributor, check_clusterer, check_method

    def test_my_method() -> None:
        check_method(MyMethod)
"""

from clefgan.testing.attribution import check_attributor
from clefgan.testing.clustering import check_clusterer
from clefgan.testing.membership import awkward, blobs, check_method, example

__all__ = ["awkward", "blobs", "check_attributor", "check_clusterer", "check_method", "example"]
