"""Tapering of glucocorticoids: three months at a low dose (tabalumab), low from week 40 to 52.

Both need to know the week of every visit after baseline. Every rule is monotone in every dose: a lower one
can only help. So a dose that is not known is asked at 0 and at the highest.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments._frame import MOST_FAULTS, at_baseline, in_order
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._spec import Input, Instrument, Open
from lupustrial.instruments._steroid_rules import (
    DOSE_DECIMALS,
    WEEK_DECIMALS,
    dose_limit,
    is_low,
    is_tapered,
    is_worsening,
    lasts,
    week_limit,
)
from lupustrial.instruments._steroids import DOSE, DOSE_PART, HIGHEST_DOSE
from lupustrial.instruments._tables import scale
from lupustrial.instruments._verdict import decimal, joined, responder_state, scored_by, yes_no

_TEXT = pl.String()
_OUTPUTS = dict.fromkeys(("responder", "state", "completeness", "reasons", "scored_by"), _TEXT)
_HIGHEST_COUNT = 9

#: Weeks from the first dose.
WEEK = Input(
    code="week",
    label="Week of the visit, from the first dose; planned weeks keep the limits sharp",
    kind="num",
    unit="weeks",
    decimals=WEEK_DECIMALS,
    low=scale("-200", WEEK_DECIMALS),
    high=scale("2000", WEEK_DECIMALS),
    item=False,
    required=True,
)

STEROID_TAPER_TABALUMAB = Instrument(
    id="steroid_taper_tabalumab",
    title="Glucocorticoid taper for three months, weeks 24 to 52",
    version="1.0",
    summary="Responder: at least 25 % less and at most 7.5 mg/day for three months, no drug added.",
    inputs=(
        DOSE,
        WEEK,
        Input(
            code="background_increase",
            label="Antimalarial or immunosuppressant started or increased since the last visit",
            kind="flag",
            item=False,
        ),
    ),
    settings=settings_of("steroid_taper_tabalumab"),
    outputs=_OUTPUTS,
    sources=("S36",),
    open=(
        Open(
            rule="tabalumab_denominator",
            tag="X?",
            question="Are participants with more than 7.5 mg/day at entry the denominator?",
        ),
    ),
    parts=(DOSE_PART,),
)


def _count(code: str, letter: str) -> Input:
    return Input(
        code=code,
        label=f"New BILAG {letter} since the last visit",
        kind="ord",
        high=_HIGHEST_COUNT,
        source="S35",
        trust="S35",
    )


STEROID_TAPER_40_52 = Instrument(
    id="steroid_taper_40_52",
    title="Glucocorticoid at most 7.5 mg/day from week 40 to 52 without worsening",
    version="1.0",
    summary="Responder at week 52: at most 7.5 mg/day from week 40 on, no new A, at most one new B a visit.",
    inputs=(DOSE, WEEK, _count("n_new_a", "A"), _count("n_new_b", "B")),
    settings=settings_of("steroid_taper_40_52"),
    outputs=_OUTPUTS,
    sources=("S35",),
    open=(
        Open(
            rule="taper_worsening_visits",
            tag="D",
            question="Is worsening looked for at the visits after week 40 up to week 52?",
        ),
    ),
    parts=(DOSE_PART,),
)


def score_tabalumab(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; a verdict stands for the weeks up to the visit, at most to week 52.

    Raises:
        InstrumentError: INSTR-011 where a visit after baseline has no week.
    """
    frame = _with_weeks(frame)
    start, stop = (week_limit("tabalumab", name) for name in ("from_week", "to_week"))
    counted = pl.col("week").is_between(start, stop) & pl.col("_after")
    base, up_to_stop = pl.col("base"), (pl.col("week") <= stop) & pl.col("_after")
    raised = (pl.col("background_increase").fill_null(0) == 1) & up_to_stop
    frame = frame.with_columns(
        _worst=counted & is_tapered(base.fill_null(0), pl.col("dose").fill_null(HIGHEST_DOSE)),
        _best=counted & is_tapered(base.fill_null(HIGHEST_DOSE), pl.col("dose").fill_null(0)),
        _raised=raised.cum_max().over("USUBJID"),
    )
    frame = _with_spells(frame, ("_worst", "_best"), int(settings["taper_days"]))
    surely, possibly = (pl.col(f"{name}_long") & ~pl.col("_raised") for name in ("_worst", "_best"))
    above = dose_limit("tabalumab", "entry_above")
    late = pl.col("_after") & (pl.col("week") >= start)
    evaluable = late & (base.is_null() | (base > above))
    verdict = yes_no(surely & base.is_not_null(), possibly | base.is_null())
    text = pl.when("_raised").then(pl.lit("background drug started or increased"))
    return _finished(frame, instrument, settings, evaluable, verdict, text if reasons else None)


def _with_spells(frame: pl.DataFrame, flags: tuple[str, ...], days: int) -> pl.DataFrame:
    """Add ``<flag>_long`` for each flag: up to the row, it held at visits in succession for long enough."""
    frame = frame.with_columns(
        (~pl.col(flag)).cum_sum().over("USUBJID").alias(f"{flag}_spell") for flag in flags
    )
    for flag in flags:
        first = pl.col("week").filter(pl.col(flag)).min().over("USUBJID", f"{flag}_spell")
        reached = pl.col(flag) & lasts(first, pl.col("week"), days)
        frame = frame.with_columns(reached.fill_null(value=False).alias(f"{flag}_reached"))
    return frame.with_columns(
        pl.col(f"{flag}_reached").cum_max().over("USUBJID").alias(f"{flag}_long") for flag in flags
    )


def score_40_52(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; the visit of week 52 is judged.

    Raises:
        InstrumentError: INSTR-011 where a visit after baseline has no week.
    """
    frame = _with_weeks(frame)
    by, to = (week_limit("week_40_52", name) for name in ("by_week", "to_week"))
    week, base = pl.col("week"), pl.col("base")
    reached = week.filter(pl.col("_after") & (week <= by)).max().over("USUBJID")
    kept = (week >= reached.fill_null(by)) & (week <= to) & pl.col("_after")
    later = (week > reached.fill_null(by)) & (week <= to) & pl.col("_after")
    checks = {}
    for name, dose, count in (("_worst", HIGHEST_DOSE, _HIGHEST_COUNT), ("_best", 0, 0)):
        low = is_low(pl.col("dose").fill_null(dose))
        worse = is_worsening(pl.col("n_new_a").fill_null(count), pl.col("n_new_b").fill_null(count))
        holds = (low | ~kept) & (~worse | ~later)
        # Without a visit by week 40 nobody knows the dose of that week.
        checks[name] = holds.all().over("USUBJID") & (reached.is_not_null() | pl.lit(name == "_best"))
    frame = frame.with_columns(**checks)
    evaluable = pl.col("_after") & (week == to)
    evaluable = evaluable & (base.is_null() | (base >= dose_limit("week_40_52", "entry_at_least")))
    verdict = yes_no(pl.col("_worst") & base.is_not_null(), pl.col("_best") | base.is_null())
    told = pl.lit("new A ") + _shown("n_new_a", 0) + ", new B " + _shown("n_new_b", 0)
    return _finished(frame, instrument, settings, evaluable, verdict, told if reasons else None)


def _with_weeks(frame: pl.DataFrame) -> pl.DataFrame:
    """Put a checked frame in order, with the dose at baseline; refuse visits without a week."""
    frame = in_order(frame).with_columns(base=at_baseline(pl.col("dose")))
    lost = frame.filter(pl.col("_after") & pl.col("week").is_null()).head(MOST_FAULTS)
    if lost.height:
        raise InstrumentError(
            Fault(
                id="INSTR-011",
                message="the rule needs the week of every visit after baseline",
                place=f"row {row['_row'] + 1}, item week, participant {row['USUBJID']}",
                hint="give week, counted from the first dose",
            )
            for row in lost.iter_rows(named=True)
        )
    return frame


def _shown(name: str, decimals: int) -> pl.Expr:
    return decimal(pl.col(name), decimals).fill_null("not done")


def _finished(
    frame: pl.DataFrame,
    instrument: Instrument,
    settings: Mapping[str, str],
    evaluable: pl.Expr,
    verdict: pl.Expr,
    told: pl.Expr | None,
) -> pl.DataFrame:
    """Add the outputs; `told` is what the reasons say beside the doses, None where none are wanted."""
    responder = pl.when(evaluable).then(verdict)
    doses = pl.lit("week ") + _shown("week", WEEK_DECIMALS) + ": " + _shown("dose", DOSE_DECIMALS)
    doses = doses + " mg/day, baseline " + _shown("base", DOSE_DECIMALS)
    why = pl.lit(None, dtype=_TEXT)
    if told is not None:
        why = pl.when("_after").then(joined([doses, told])).otherwise(pl.lit("baseline or earlier"))
    return frame.with_columns(
        responder=responder,
        state=responder_state(responder, evaluable),
        completeness=pl.when(~evaluable).then(pl.lit("not evaluable")).when(responder.is_null())
        .then(pl.lit("incomplete")).otherwise(pl.lit("complete")),
        reasons=why,
        scored_by=scored_by(instrument, settings, digest(instrument, settings)),
    )  # fmt: skip
