"""The founding study with other ways of allocating, for tests of the design report."""

from __future__ import annotations

import functools
from dataclasses import replace
from pathlib import Path
from typing import Any

from lupustrial.study import Factor, Level, Site, Study, load_study

ROOT = Path(__file__).resolve().parents[2]

NEPHRITIS = Factor(
    id="nephritis",
    name="Lupus nephritis",
    levels=(Level(id="LN", name="with", when="true"), Level(id="noLN", name="without", when="false")),
)
DOSE = Factor(
    id="dose",
    name="Prednisone",
    levels=tuple(Level(id=id_, name=id_, when="true") for id_ in ("high", "mid", "low")),
)


@functools.cache
def founding() -> Study:
    """Return the founding study: blocks of 4 or 6, no strata, one site, 60 participants."""
    return load_study(ROOT / "studies" / "il2-sle")


def study_with(*, participants: int = 60, sites: int = 1, **rule: Any) -> Study:
    """Return it with keys of `randomisation`, a number of participants, and of sites, of its own."""
    base = founding()
    keys = {"block_sizes": (), "not_published": ()} | rule
    return replace(
        base,
        design=replace(base.design, planned_participants=participants),
        sites=tuple(Site(id=f"{n:02}", name=f"Site {n}", country="CHN") for n in range(1, sites + 1)),
        randomisation=replace(base.randomisation, **keys),
    )
