"""28-joint counts of a frame of joints: counts with bounds, joint-50, and a proposal for SLEDAI arthritis.

A joint that is not assessable (injected in the last four weeks, replaced) is as unknown as one not examined.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.instruments._frame import in_order
from lupustrial.instruments._joints28_response import RESPONSE, joint_response
from lupustrial.instruments._joints28_rules import (
    ALL,
    COUNTS,
    JOINTS,
    NAMES,
    OUTSIDE,
    count_joints,
    is_arthritis_2k,
    is_arthritis_selena,
    may_scale,
)
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._spec import Check, Input, Instrument
from lupustrial.instruments._verdict import completeness, joined, scored_by, yes_no

SIGNS: tuple[str, ...] = ("tender", "swollen")

_WHOLE, _NUMBER, _TEXT = pl.Int32(), pl.Float64(), pl.String()


def _inputs() -> tuple[Input, ...]:
    named = [(row, name) for row, name in zip(JOINTS, NAMES, strict=True)]
    answers = [
        Input(
            code=f"{sign}_{name}",
            label=f"{row['label']}: {sign}",
            kind="yn",
            source=row["source"],
            trust=row["trust"],
            aliases=(f"{name}_{sign}",),
        )
        for sign in SIGNS
        for row, name in named
    ]
    excluded = [
        Input(
            code=f"not_assessable_{name}",
            label=f"{row['label']}: not assessable",
            kind="flag",
            item=False,
            definition="injected in the last 4 weeks, replaced or amputated",
            source="10-skin-joints-damage",
            trust="D",
            aliases=(f"{name}_not_assessable", f"injected_{name}", f"{name}_injected"),
        )
        for row, name in named
    ]
    outside = Input(
        code="other_active_joints",
        label="Joints outside the 28 that are tender and swollen",
        kind="ord",
        high=OUTSIDE,
        item=False,
        source="10-skin-joints-damage",
        trust="S35",
    )
    return (*answers, *excluded, outside)


def _checks() -> tuple[Check, ...]:
    return tuple(
        Check(
            id="J28-Q01",
            item=f"not_assessable_{name}",
            when=(pl.col(f"not_assessable_{name}") == 1)
            & (pl.col(f"tender_{name}").is_not_null() | pl.col(f"swollen_{name}").is_not_null()),
            message="The joint is not assessable, yet it was assessed; its answers are not counted: verify.",
            shows=(f"not_assessable_{name}", f"tender_{name}", f"swollen_{name}"),
        )
        for name in NAMES
    )


JOINTS28 = Instrument(
    id="joints28",
    title="28-joint counts",
    version="1.0",
    summary="Tender, swollen and active joints of 28; responder: active joints down by at least half.",
    inputs=_inputs(),
    settings=settings_of("joints28"),
    outputs={
        "score": _NUMBER,
        **dict.fromkeys(COUNTS, _NUMBER),
        "assessed": _WHOLE,
        "completeness": _TEXT,
        "lower": _WHOLE,
        "upper": _WHOLE,
        **{f"{end}_{name}": _WHOLE for name in COUNTS for end in ("lower", "upper")},
        "sledai_arth_selena": _TEXT,
        "sledai_arth_2k": _TEXT,
        **RESPONSE,
        "reasons": _TEXT,
        "scored_by": _TEXT,
    },
    sources=("S35", "S26", "S50"),
    checks=_checks(),
)


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; joint-50 is not evaluable at baseline and before it."""
    frame = joint_response(in_order(frame).with_columns(**_bounds()), settings, reasons=reasons)
    given = {name: _given(name, settings["joints_missing"]) for name in COUNTS}
    known = pl.all_horizontal(pl.col(f"lower_{name}") == pl.col(f"upper_{name}") for name in COUNTS)
    return frame.with_columns(
        **given,
        **_arthritis(settings),
        score=given["active"],
        completeness=completeness(known),
        lower="lower_active",
        upper="upper_active",
        reasons=joined([*_reasons(), pl.col("_response")]) if reasons else pl.lit(None, dtype=_TEXT),
        scored_by=scored_by(
            instrument,
            settings,
            digest(instrument, settings),
            shown=("joints_missing", "joint50_counts", "joint50_baseline_min"),
        ),
    )


def _answer(sign: str, name: str) -> pl.Expr:
    """Return a joint's answer, null where it was not examined or is not assessable."""
    return pl.when(pl.col(f"not_assessable_{name}").fill_null(0) == 0).then(pl.col(f"{sign}_{name}"))


def _bounds() -> dict[str, pl.Expr]:
    """Return the lower and upper counts, and the number of joints with both answers."""
    answers = {f"{sign}_{name}": _answer(sign, name) for sign in SIGNS for name in NAMES}
    least = count_joints({code: answer.fill_null(0) for code, answer in answers.items()})
    most = count_joints({code: answer.fill_null(1) for code, answer in answers.items()})
    both = [
        answers[f"tender_{name}"].is_not_null() & answers[f"swollen_{name}"].is_not_null() for name in NAMES
    ]
    return {
        **{f"lower_{name}": least[name] for name in COUNTS},
        **{f"upper_{name}": most[name] for name in COUNTS},
        "assessed": pl.sum_horizontal(both).cast(_WHOLE),
    }


def _given(name: str, option: str) -> pl.Expr:
    """Return the count where it is known, or scaled to all joints where so few are missing that it may be."""
    found, missing = pl.col(f"lower_{name}"), pl.col(f"upper_{name}") - pl.col(f"lower_{name}")
    if option == "strict":
        return pl.when(missing == 0).then(found.cast(_NUMBER))
    return pl.when(may_scale(missing)).then(ALL * found / (ALL - missing))


def _arthritis(settings: Mapping[str, str]) -> dict[str, pl.Expr]:
    """Return whether the active joints make arthritis in SLEDAI, exactly, whatever is scaled."""
    others = OUTSIDE if settings["joints_outside_28"] == "unknown" else 0
    least = pl.col("lower_active") + pl.col("other_active_joints").fill_null(0)
    most = pl.col("upper_active") + pl.col("other_active_joints").fill_null(others)
    needed = int(settings["sledai2k_arthritis_min"])
    return {
        "sledai_arth_selena": yes_no(is_arthritis_selena(least), is_arthritis_selena(most)),
        "sledai_arth_2k": yes_no(is_arthritis_2k(least, needed), is_arthritis_2k(most, needed)),
    }


def _reasons() -> list[pl.Expr]:
    """Return e.g. ``active: left_wrist, left_mcp2``, ``not assessable: right_knee``, ``not done: …``."""

    def listed(title: str, where: Mapping[str, pl.Expr]) -> pl.Expr:
        names = [pl.when(found).then(pl.lit(name)) for name, found in where.items()]
        return pl.lit(f"{title}: ") + joined(names, ", ")

    signs = {sign: {name: _answer(sign, name) for name in NAMES} for sign in SIGNS}
    excluded = {name: pl.col(f"not_assessable_{name}") == 1 for name in NAMES}
    both = {name: (signs["tender"][name] == 1) & (signs["swollen"][name] == 1) for name in NAMES}
    missed = {
        f"{sign}_{name}": pl.col(f"{sign}_{name}").is_null() & ~excluded[name].fill_null(value=False)
        for sign in SIGNS
        for name in NAMES
    }
    return [listed("active", both), listed("not assessable", excluded), listed("not done", missed)]
