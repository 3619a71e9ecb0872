"""Every number that R, SAS, StatXact, rpact, ratesci and others gave for the methods built here.

The vectors lie in the shared reference folder, each with its own tolerance; no other tolerance is used.
"""

from __future__ import annotations

from functools import lru_cache

import pytest
from reference_cases import FOLDER, Answer, Case, Number, known_differences, methods, shared_cases

METHODS = methods()
KNOWN = known_differences()
CASES = [case for case in shared_cases() if case.method in METHODS]
VECTORS = [(case, number) for case in CASES for number in case.numbers]


def _marks(case: Case, number: Number) -> list[pytest.MarkDecorator]:
    for key in ((case.id, number.quantity), (case.id, case.method, number.quantity)):
        if key in KNOWN:
            return [pytest.mark.xfail(strict=True, reason=KNOWN[key])]
    return []


@lru_cache(maxsize=1)
def _answer(case: Case) -> Answer:
    return METHODS[case.method](case)


@pytest.mark.skipif(not VECTORS, reason=f"the shared reference vectors are absent: {FOLDER.name}")
def test_every_method_mapped_here_has_vectors_and_none_is_lost() -> None:
    assert {case.method for case in CASES} == set(METHODS)
    assert len(VECTORS) >= 2290


@pytest.mark.parametrize(
    ("case", "number"),
    [pytest.param(case, number, marks=_marks(case, number)) for case, number in VECTORS],
    ids=[f"{case.id}-{case.method}-{number.quantity}" for case, number in VECTORS],
)
def test_reference_software_gives_the_same_number(case: Case, number: Number) -> None:
    ours = _answer(case)[number.quantity]
    assert ours is not None
    assert number.agrees(ours), f"{ours} against {number.expected} of {number.engine}"
