"""The plan applied to ADaM datasets: analysis results as data (ARD), every row knowing its inputs.

``docs/analysis-plan.md`` documents ``analysis.yaml``, the methods and the columns of the ARD.
"""

from lupustrial.analysis._analyse import analyse
from lupustrial.analysis._ard import ARD_SCHEMA
from lupustrial.analysis._check import check_plan
from lupustrial.analysis._claims import claimed_results
from lupustrial.analysis._method import Method
from lupustrial.analysis._registry import METHODS
from lupustrial.analysis._selection import fingerprint, select_rows
from lupustrial.analysis._words import DF_METHODS, STRUCTURES

__all__ = [
    "ARD_SCHEMA",
    "DF_METHODS",
    "METHODS",
    "STRUCTURES",
    "Method",
    "analyse",
    "check_plan",
    "claimed_results",
    "fingerprint",
    "select_rows",
]
