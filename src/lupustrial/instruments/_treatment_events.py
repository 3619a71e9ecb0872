"""Treatment failure by dated rules: the days on which each kind of rule is broken, surely or perhaps.

Every function returns ``USUBJID``, ``day``, ``sure`` (whether it is certain; it is not where a dose or a part
of a date is missing) and ``record`` (``SEQ`` of the records that broke the rule, ``3;4``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from lupustrial.instruments._dose_days import doses_by_day
from lupustrial.instruments._dose_log import dose_records, doses_in_windows, drug_records
from lupustrial.instruments._steroids import GLUCOCORTICOIDS, generic_name

_WEEK = 7
_BASELINE_DAYS = 7
_PLACES = 6

Kind = Literal["prohibited_drug", "dose_above_baseline", "steroid_ceiling", "steroid_freeze", "pulse"]


@dataclass(frozen=True, kw_only=True)
class FailureRule:
    """One dated rule of a protocol: when treatment has failed.

    Attributes:
        id: Stable id, returned with every failure.
        kind: ``prohibited_drug``: a record of one of `drugs` begins in the span. ``dose_above_baseline``: the
            daily dose of one of `drugs` is above that of the day before first dose. ``steroid_ceiling``: the
            prednisone equivalent is above the greater of `percent` of baseline and baseline + `mg`, for more
            than `days` days. ``steroid_freeze``: it is higher than on the day before. ``pulse``: a
            glucocorticoid is given by vein or muscle.
        drugs: Names as in the log, capitals or not.
        from_week: The span begins 7 times this many days after the first dose.
        to_week: It ends with the day on which this week begins; none: it does not end.
        percent: See ``steroid_ceiling``.
        mg: See ``steroid_ceiling``.
        days: See ``steroid_ceiling``.
        in_succession: Whether those days count only in succession.
    """

    id: str
    kind: Kind
    drugs: tuple[str, ...] = ()
    from_week: int = 0
    to_week: int | None = None
    percent: int = 100
    mg: float = 0.0
    days: int = 0
    in_succession: bool = True


def events_of(rule: FailureRule, log: pl.DataFrame, spans: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """Return the days on which a rule is broken.

    Args:
        rule: The rule.
        log: As for ``dose_records``, of all drugs.
        spans: ``USUBJID``, ``first`` (day of first dose) and ``last`` (last day of interest), one row each.
        prefix: As for ``dose_records``.
    """
    start = pl.col("first").dt.offset_by(f"{_WEEK * rule.from_week}d")
    end = pl.col("last")
    if rule.to_week is not None:
        end = pl.min_horizontal(end, pl.col("first").dt.offset_by(f"{_WEEK * rule.to_week}d"))
    spans = spans.with_columns(start.alias("from"), end.alias("to"))
    steroids = log.filter(generic_name(pl.col(f"{prefix}TRT")).is_in(list(GLUCOCORTICOIDS)))
    match rule.kind:
        case "prohibited_drug":
            return _begun(drug_records(_named(log, rule.drugs, prefix), prefix=prefix), spans)
        case "pulse":
            return _covered(dose_records(steroids, prefix=prefix, parts=("pulse",)), spans)
        case "dose_above_baseline":
            each = [
                _above_baseline(drug_records(_named(log, (drug,), prefix), prefix=prefix), spans)
                for drug in rule.drugs
            ]
            return pl.concat(each)
        case "steroid_ceiling":
            logged = log["USUBJID"].cast(pl.String)
            return _above_ceiling(rule, dose_records(steroids, prefix=prefix), spans, logged)
        case _:
            return _raised(dose_records(steroids, prefix=prefix), spans)


def _named(log: pl.DataFrame, drugs: Sequence[str], prefix: str) -> pl.DataFrame:
    names = [drug.strip().lower() for drug in drugs]
    written = pl.col(f"{prefix}TRT").cast(pl.String).str.strip_chars().str.to_lowercase()
    return log.filter(written.is_in(names) | generic_name(pl.col(f"{prefix}TRT")).is_in(names))


def _begun(records: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Return where a record begins in the span; where only its month is known it may have."""
    found = spans.join(records, on="USUBJID", how="inner")
    day = pl.max_horizontal("start", "from")
    inside = (pl.col("latest_start") >= pl.col("from")) & (pl.col("start") <= pl.col("to"))
    sure = (pl.col("start") >= pl.col("from")) & (pl.col("latest_start") <= pl.col("to"))
    return found.filter(inside).select("USUBJID", day=day, sure=sure, record=pl.col("SEQ").cast(pl.String))


def _covered(records: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Return the first day of the span that each record covers."""
    found = spans.join(records, on="USUBJID", how="inner")
    day = pl.max_horizontal(pl.col("start").fill_null(pl.col("from")), "from")
    last = pl.min_horizontal(pl.col("end").fill_null(pl.col("to")), "to")
    return (
        found.with_columns(day=day)
        .filter(pl.col("day") <= last)
        .select("USUBJID", "day", sure=pl.lit(value=True), record=pl.col("SEQ").cast(pl.String))
    )


def _above_baseline(records: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Return the days on which the dose is above that of the day before first dose."""
    before = pl.col("first").dt.offset_by("-1d")
    bases = spans.with_columns(before.alias("from"), before.alias("to"))
    base = doses_by_day(records, bases).select("_span", base="mg")
    days = doses_by_day(records, spans).join(base, on="_span", how="left")
    dose, then = pl.col("mg"), pl.col("base")
    maybe = (dose.is_null() | (dose > then.fill_null(0))).fill_null(value=False)
    return _events(days.filter(maybe), sure=dose > then)


def _above_ceiling(
    rule: FailureRule, records: pl.DataFrame, spans: pl.DataFrame, logged: pl.Series
) -> pl.DataFrame:
    """Return the days on which the dose has been above the ceiling too long."""
    windows = spans.select(
        "USUBJID",
        pl.col("first").dt.offset_by(f"-{_BASELINE_DAYS}d").alias("from"),
        pl.col("first").dt.offset_by("-1d").alias("to"),
    )
    base = doses_in_windows(records, windows, logged).with_row_index("_span").select("_span", base="dose")
    days = doses_by_day(records, spans).join(base, on="_span", how="left")
    dose, then = pl.col("mg"), pl.col("base")
    above = (100 * dose).round(_PLACES) > (rule.percent * then).round(_PLACES)
    above = above & (dose.round(_PLACES) > (then + rule.mg).round(_PLACES))
    days = days.with_columns(
        surely=above.fill_null(value=False),
        maybe=pl.when(then.is_null())
        .then(dose.is_null() | (dose > rule.mg))
        .otherwise(above.fill_null(value=True)),
    )
    for name in ("surely", "maybe"):
        days = _with_length(days, name, in_succession=rule.in_succession)
    long = {name: pl.col(f"{name}_length") > rule.days for name in ("surely", "maybe")}
    days = days.with_columns(**long)
    return _events(days.filter("maybe"), sure=pl.col("surely"))


def _with_length(days: pl.DataFrame, flag: str, *, in_succession: bool) -> pl.DataFrame:
    """Add on how many days up to this one the flag held, all of them or those in succession; else 0."""
    held = pl.col(flag).cast(pl.Int32)
    spell = pl.col(flag).rle_id().over("_span") if in_succession else pl.lit(0)
    days = days.with_columns(spell.alias("_spell"))
    return days.with_columns((held.cum_sum().over("_span", "_spell") * held).alias(f"{flag}_length"))


def _raised(records: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Return the days on which the dose is higher than on the day before."""
    wider = spans.with_columns(pl.col("from").dt.offset_by("-1d"))
    days = doses_by_day(records, wider)
    dose = pl.col("mg")
    before = dose.shift(1).over("_span")
    last = dose.forward_fill().shift(1).over("_span")
    day_before = pl.int_range(pl.len()).over("_span") > 0
    maybe = dose.is_null() | (before.is_null() & (dose > 0)) | (dose > last).fill_null(value=False)
    events = days.with_columns(_sure=(dose > last).fill_null(value=False), _maybe=maybe & day_before)
    return _events(events.filter("_maybe"), sure=pl.col("_sure"))


def _events(days: pl.DataFrame, *, sure: pl.Expr) -> pl.DataFrame:
    record = pl.col("SEQ").list.eval(pl.element().cast(pl.String)).list.join(";")
    return days.select("USUBJID", "day", sure=sure.fill_null(value=False), record=record)
