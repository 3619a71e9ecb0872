"""Consistency checks of SLEDAI answers among themselves and against the previous visit."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from lupustrial.instruments._spec import Check

#: Descriptors under which one event is easily recorded twice.
_TWICE = (
    ("PSYC", "OBS", "psychosis and organic brain syndrome"),
    ("VIS", "CRAN", "visual disturbance and cranial neuropathy"),
)

#: Descriptors that the form asks for when new, in every version.
_NEW = ("CRAN", "CVA")

#: Descriptors that the 1992 form counts only when new or recurrent.
_SKIN = ("RASH", "ALOP", "MUCO")


def _again(code: str) -> pl.Expr:
    return (pl.col(code) == 1) & (pl.col(code).shift(1).over("USUBJID") == 1)


def _common() -> Iterator[Check]:
    for one, other, named in _TWICE:
        yield Check(
            id="SLEDAI-Q01",
            item=one,
            when=(pl.col(one) == 1) & (pl.col(other) == 1),
            message=f"{named} are both present: verify that one event is not recorded twice",
            shows=(one, other),
        )
    for code in _NEW:
        yield Check(
            id="SLEDAI-Q02",
            item=code,
            when=_again(code),
            message="present at two visits running, and only a new event counts: verify that it is another",
            shows=(code,),
            before=(code,),
        )
    others = [pl.col(code) == 0 for code in ("HAEM", "PROT", "CAST")]
    yield Check(
        id="SLEDAI-Q03",
        item="PYUR",
        when=(pl.col("PYUR") == 1) & pl.all_horizontal(others),
        message="pyuria is the only urinary finding: verify that infection is excluded",
        shows=("PYUR", "HAEM", "PROT", "CAST"),
    )
    yield Check(
        id="SLEDAI-Q04",
        item="FEVR",
        when=(pl.col("FEVR") == 1) & (pl.col("PYUR") == 1),
        message="fever and pyuria are both present: verify that infection is excluded for both",
        shows=("FEVR", "PYUR"),
    )
    yield Check(
        id="SLEDAI-Q05",
        item="CAST",
        when=(pl.col("CAST") == 1) & (pl.col("HAEM") == 0) & (pl.col("PROT") == 0),
        message="casts without haematuria and proteinuria: verify the kind of casts",
        shows=("CAST", "HAEM", "PROT"),
    )


def _protein() -> Check:
    # Under the 2K rule proteinuria that persists counts; ``scored_by`` tells which rule the trial chose.
    by_2k = pl.col("scored_by").str.contains("proteinuria_rule=sledai2k", literal=True)
    return Check(
        id="SLEDAI-Q06",
        item="PROT",
        when=_again("PROT") & ~by_2k,
        message="proteinuria at two visits running, and by this version only new or newly increased protein "
        "counts: verify that it rose again by more than 0.5 g/24 h",
        shows=("PROT",),
        before=("PROT",),
    )


def _skin() -> Iterator[Check]:
    for code in _SKIN:
        yield Check(
            id="SLEDAI-Q07",
            item=code,
            when=_again(code),
            message="present at two visits running, and in 1992 only new or recurrent counts: verify",
            shows=(code,),
            before=(code,),
        )


#: Checks that hold in every version, and those of each.
COMMON_CHECKS: tuple[Check, ...] = tuple(_common())
SLEDAI_2K_CHECKS: tuple[Check, ...] = (*COMMON_CHECKS, _protein())
SELENA_CHECKS: tuple[Check, ...] = SLEDAI_2K_CHECKS
ORIGINAL_CHECKS: tuple[Check, ...] = (*SLEDAI_2K_CHECKS, *_skin())
