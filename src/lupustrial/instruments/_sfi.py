"""SELENA-SLEDAI flare index from a frame: every visit against the one before, three-valued.

Each criterion and the state grow with disease in every input, so that two corners bound them: every input
that is not known at its least and at its most severe end. Only "mild" criteria of numbers are not so (more
is severe): they are asked a third time, at the smallest value that has risen enough.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.instruments._crossed import refuse_crossed
from lupustrial.instruments._flare import at_previous, told_state, with_days, with_verdict
from lupustrial.instruments._frame import in_order
from lupustrial.instruments._settings import digest
from lupustrial.instruments._sfi_inputs import ANSWERED_BY, CLINICAL_CODES, FLAGS, NUMBERS, ends_of
from lupustrial.instruments._sfi_reasons import reasons_of
from lupustrial.instruments._sfi_rules import (
    CRITERIA,
    PGA_RISE,
    SLEDAI_RISE,
    STATES,
    criteria,
    derived_action,
    derived_mild,
    derived_severe,
    state_rank,
)
from lupustrial.instruments._spec import Instrument
from lupustrial.instruments._verdict import scored_by, yes_no

#: Numbers that are compared with their value at the previous visit.
_COMPARED = ("sledai", "pga", "prednisone", "haemoglobin", "platelets")

#: Numbers that are worse the lower they are.
_INVERSE = ("weight_kg", "haemoglobin", "platelets")

_EVALUABLE = pl.col("_pos") > 0


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; a visit without a previous one is not evaluable."""
    refuse_crossed(frame, [("sledai_lower", "sledai_upper")])
    frame = _with_clinical(_with_ends(with_days(in_order(frame)), settings))
    for end in ("least", "most"):
        met = criteria(_now(end), _before(end), settings)
        frame = frame.with_columns(flag.alias(f"{end}_{code}") for code, flag in met.items())
    frame = frame.with_columns(_told_criteria(settings))
    ranks = {
        f"{end}_rank{suffix}": state_rank(_met(end), settings, medication=medication)
        for end in ("least", "most")
        for suffix, medication in (("", True), ("_clinical", False))
    }
    frame = frame.with_columns(**ranks)
    frame = with_verdict(frame, pl.col("least_rank"), pl.col("most_rank"), STATES, _EVALUABLE)
    low, high = pl.col("least_rank_clinical"), pl.col("most_rank_clinical")
    frame = frame.with_columns(told_state(low, high, STATES, _EVALUABLE).alias("state_clinical"))
    why = reasons_of(settings) if reasons else pl.lit(None, dtype=pl.String)
    return frame.with_columns(
        why.alias("reasons"),
        scored_by(
            instrument,
            settings,
            digest(instrument, settings),
            shown=("sfi_modified", "sfi_sledai12_min_rise"),
        ),
    )


def _with_ends(frame: pl.DataFrame, settings: Mapping[str, str]) -> pl.DataFrame:
    """Add ``now_<input>_least`` and ``_most``, for compared numbers also ``before_…`` of the visit before.

    A number is its value where known, else its bound, else the end of the permitted range.
    """
    ends = {}
    for name in NUMBERS:
        low, high = ends_of(name)
        bounds = ("sledai_lower", "sledai_upper") if name == "sledai" else (name, name)
        least, most = pl.coalesce(name, bounds[0], pl.lit(low)), pl.coalesce(name, bounds[1], pl.lit(high))
        ends[name] = (most, least) if name in _INVERSE else (least, most)
    for name in (*FLAGS, *CLINICAL_CODES):
        ends[name] = (pl.col(name).fill_null(0), pl.col(name).fill_null(1))
    frame = frame.with_columns(
        expression.alias(f"now_{name}_{end}")
        for name, pair in ends.items()
        for end, expression in zip(("least", "most"), pair, strict=True)
    )
    before = {}
    for name in _COMPARED:
        whole = dict(zip(("least", "most"), _whole_range(name), strict=True))
        known = pl.any_horizontal(pl.col(f"now_{name}_{end}") != value for end, value in whole.items())
        for end, other in (("least", "most"), ("most", "least")):
            value = at_previous(f"now_{name}_{other}", known, whole[other], settings)
            before[f"before_{name}_{end}"] = value
    return frame.with_columns(**before)


def _whole_range(name: str) -> tuple[int, int]:
    """Return the least and the most severe permitted value."""
    low, high = ends_of(name)
    return (high, low) if name in _INVERSE else (low, high)


def _now(end: str) -> dict[str, pl.Expr]:
    now = {name: pl.col(f"now_{name}_{end}") for name in (*NUMBERS, *FLAGS, *CLINICAL_CODES)}
    return {**now, "not_due_to_lupus_prednisone": pl.col("not_due_to_lupus_prednisone").fill_null(0)}


def _before(end: str) -> dict[str, pl.Expr]:
    return {name: pl.col(f"before_{name}_{end}") for name in _COMPARED}


def _met(end: str) -> dict[str, pl.Expr]:
    return {code: pl.col(f"{end}_{code}") for code in (*CRITERIA, "sledai_risen")}


def _with_clinical(frame: pl.DataFrame) -> pl.DataFrame:
    """Where a clinical answer is blank, let the single manifestations stand for it, if one was answered.

    Adds ``derived_<answer>`` and ``_acted``, Y, N or null, which the queries compare with the answers.
    """
    found = {}
    for end in ("least", "most"):
        now, before = _now(end), _before(end)
        action = derived_action(now, before)
        acted = pl.coalesce("sfi_action", action.cast(pl.Int32)) == 1
        found[end] = {
            "_acted": action,
            "derived_mild_clinical_item": derived_mild(now),
            "derived_severe_clinical_item_with_action": derived_severe(now, before) & acted,
        }
    told = [
        pl.when(_EVALUABLE).then(yes_no(surely, found["most"][name])).alias(name)
        for name, surely in found["least"].items()
    ]
    filled = []
    for answer, codes in ANSWERED_BY.items():
        answered = pl.any_horizontal(pl.col(code).is_not_null() for code in codes)
        for end, flags in found.items():
            derived = pl.when(answered).then(flags[f"derived_{answer}"].cast(pl.Int32))
            name = f"now_{answer}_{end}"
            filled.append(pl.coalesce(answer, derived, name).alias(name))
    return frame.with_columns(*filled, *told)


def _barely_risen(settings: Mapping[str, str]) -> dict[str, pl.Expr]:
    """Return the criteria at the smallest possible value that has risen enough for the mild one."""
    before = _before("most")
    now = _now("least")
    for name, rise in (("sledai", SLEDAI_RISE), ("pga", PGA_RISE), ("prednisone", 1)):
        risen = pl.max_horizontal(now[name], before[name] + rise)
        now[name] = pl.min_horizontal(risen, f"now_{name}_most")
    return criteria(now, before, settings)


def _told_criteria(settings: Mapping[str, str]) -> list[pl.Expr]:
    """Return Y, N or null for every criterion."""
    barely = _barely_risen(settings)
    told = []
    for code in CRITERIA:
        surely, possibly = pl.col(f"least_{code}"), pl.col(f"most_{code}")
        if code in ("sledai_mild", "pga_mild", "prednisone_mild"):
            surely = surely & ~pl.col(f"most_{code.replace('mild', 'severe')}")
            possibly = barely[code]
        told.append(pl.when(_EVALUABLE).then(yes_no(surely, possibly)).alias(code))
    return told
