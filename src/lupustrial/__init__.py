"""The open platform on which a randomised lupus trial is designed, run, scored, analysed and reported.

A trial is one straight road from its protocol to its report, and every number on the report can be walked
back to the items that a person entered. The rooms along the road are the subpackages; each states its public
names in ``__all__``. Nothing is imported here, so that ``import lupustrial`` costs nothing.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
