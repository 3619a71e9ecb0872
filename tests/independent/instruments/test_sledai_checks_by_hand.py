"""Consistency checks of SLEDAI and PGA, by hand: what fires, the nearest that does not, and not done."""

from __future__ import annotations

from typing import Any

import pytest
from asked import Asked, Row, asked_each, expect_queries, told

from lupustrial.instruments import INSTRUMENTS
from lupustrial.instruments._sledai_checks import (
    COMMON_CHECKS,
    ORIGINAL_CHECKS,
    SELENA_CHECKS,
    SLEDAI_2K_CHECKS,
)

CODES = [item.code for item in INSTRUMENTS["selena_sledai"].items]
VERSIONS = {
    "selena_sledai": SELENA_CHECKS,
    "sledai_1992": ORIGINAL_CHECKS,
    "sledai_2k": SLEDAI_2K_CHECKS,
    "clinical_sledai": COMMON_CHECKS,
}
Case = tuple[list[Row], Asked]


def sledai(*present: str, undone: tuple[str, ...] = ()) -> dict[str, str | None]:
    return {code: None if code in undone else "Y" if code in present else "N" for code in CODES}


CASES: list[Case] = [
    ([sledai("PSYC", "OBS")], [(0, "SLEDAI-Q01", "PSYC")]),
    ([sledai("PSYC")], []),
    ([sledai("OBS")], []),
    ([sledai("OBS", undone=("PSYC",))], []),
    ([sledai("VIS", "CRAN")], [(0, "SLEDAI-Q01", "VIS")]),
    ([sledai("VIS", undone=("CRAN",))], []),
    ([sledai("CVA"), sledai("CVA")], [(1, "SLEDAI-Q02", "CVA")]),
    ([sledai("CVA"), sledai(), sledai("CVA")], []),
    ([sledai("CVA"), sledai(undone=("CVA",)), sledai("CVA")], []),
    ([sledai("CRAN"), sledai("CRAN")], [(1, "SLEDAI-Q02", "CRAN")]),
    ([sledai("SEIZ", "HEAD"), sledai("SEIZ", "HEAD")], []),
    ([sledai("PYUR")], [(0, "SLEDAI-Q03", "PYUR")]),
    ([sledai("PYUR", "HAEM")], []),
    ([sledai("PYUR", "PROT")], []),
    ([sledai("PYUR", "CAST")], [(0, "SLEDAI-Q05", "CAST")]),
    ([sledai("PYUR", undone=("HAEM",))], []),
    ([sledai("PYUR", "HAEM", "FEVR")], [(0, "SLEDAI-Q04", "FEVR")]),
    ([sledai("FEVR")], []),
    ([sledai("FEVR", undone=("PYUR",))], []),
    ([sledai("CAST")], [(0, "SLEDAI-Q05", "CAST")]),
    ([sledai("CAST", "HAEM")], []),
    ([sledai("CAST", "PROT")], []),
    ([sledai("CAST", undone=("HAEM",))], []),
    ([sledai(), sledai()], []),
]


@pytest.mark.parametrize("name", list(VERSIONS))
def test_checks_of_every_version(name: str) -> None:
    expect_queries(name, CASES, checks=VERSIONS[name])


@pytest.mark.parametrize(
    ("name", "settings", "fires"),
    [
        ("selena_sledai", {}, True),
        ("sledai_1992", {}, True),
        ("sledai_2k", {}, False),
        ("selena_sledai", {"proteinuria_rule": "sledai2k"}, False),
        ("sledai_2k", {"proteinuria_rule": "selena"}, True),
        ("sledai_2k", {"proteinuria_rule": "original"}, True),
    ],
)
def test_proteinuria_that_lasts(name: str, settings: dict[str, str], fires: bool) -> None:  # noqa: FBT001  # parametrised
    """Under SELENA and 1992 only new or newly increased protein counts, under 2K also what persists."""
    lasting = [(1, "SLEDAI-Q06", "PROT")] if fires else []
    cases: list[Case] = [
        ([sledai("PROT"), sledai("PROT")], lasting),
        ([sledai("PROT"), sledai(undone=("PROT",)), sledai("PROT")], []),
        ([sledai("PROT"), sledai()], []),
    ]
    expect_queries(name, cases, checks=VERSIONS[name], **settings)


def test_skin_that_lasts_does_not_count_in_1992() -> None:
    skin = ("RASH", "ALOP", "MUCO")
    lasting = [sledai(*skin), sledai(*skin)]
    found = {name: asked_each(name, [lasting], checks=checks)[0] for name, checks in VERSIONS.items()}
    assert found.pop("sledai_1992") == [(1, "SLEDAI-Q07", code) for code in skin]
    assert set(map(tuple, found.values())) == {()}
    values = told("sledai_1992", *lasting, checks=ORIGINAL_CHECKS)
    assert values[0] == (1, "SLEDAI-Q07", "RASH", "RASH=Y, previous RASH=Y")


def pga(*values: float | None) -> list[dict[str, Any]]:
    return [{"PGA": value} for value in values]


def test_a_step_of_half_the_scale_is_verified() -> None:
    """PGA runs from 0 to 3; half of it is 1.5, exactly in decimals: 2.1 - 0.6 = 1.5."""
    query = [(1, "PGA-Q01", "PGA")]
    cases: list[Case] = [
        (pga(0.6, 2.1), query),
        (pga(2.1, 0.6), query),
        (pga(0.61, 2.1), []),
        (pga(2.1, 0.61), []),
        (pga(0.0, None, 3.0), []),
        (pga(3.0), []),
    ]
    expect_queries("pga", cases)
    assert told("pga", *pga(0.6, 2.1)) == [(1, "PGA-Q01", "PGA", "PGA=2.1, previous PGA=0.6")]
