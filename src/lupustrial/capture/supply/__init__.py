"""Allocation, kits and code breaks in the pages: what ``lupustrial.allocation`` does, in a browser.

No rule of the allocation is repeated here. What is decided here: where somebody handles kits, what of a
stratum a role may know, how the record of a randomisation is completed, and who is told of an unblinding.
"""

from lupustrial.capture.supply._demo import (
    Enrolled,
    allocate_demonstration,
    seal_demonstration,
    supply_demonstration,
)
from lupustrial.capture.supply._judge import Judged, judge
from lupustrial.capture.supply._randomise import Randomised, complete, randomise
from lupustrial.capture.supply._unblindings import Unblinding, notices_for, unblindings

__all__ = [
    "Enrolled",
    "Judged",
    "Randomised",
    "Unblinding",
    "allocate_demonstration",
    "complete",
    "judge",
    "notices_for",
    "randomise",
    "seal_demonstration",
    "supply_demonstration",
    "unblindings",
]
