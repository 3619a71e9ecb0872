"""CTCAE v5 of a frame of results: grades with bounds, shift from baseline, treatment-emergent or not.

At baseline and before it only the limits of normal count. After it creatinine and eosinophils are held
against baseline too, and ALT where its baseline was above the upper limit.

What is not known enters at its two ends. All rules are monotone in each input but one: a baseline ALT that
is not known may be normal, or abnormal and anything above its limit; so three corners are asked.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.instruments._ctcae5_inputs import INPUTS, REPORTS, ROLES, TABLE, TERMS
from lupustrial.instruments._ctcae5_rules import (
    DECIMALS,
    FALLS,
    grade_alt,
    grade_by_limits,
    grade_creatinine,
    grade_eosinophilia,
    has_risen,
)
from lupustrial.instruments._frame import at_baseline, in_order
from lupustrial.instruments._settings import digest
from lupustrial.instruments._spec import Instrument
from lupustrial.instruments._verdict import completeness, decimal, joined, scored_by, yes_no

Corner = dict[str, pl.Expr]

#: Inputs whose value at baseline enters later grades.
_COMPARED = ("alt", "alt_uln", "creat", "eos")
_RANGE: Mapping[str, tuple[int, int]] = {each.code: (each.low, each.high) for each in INPUTS}
#: Inputs that raise a grade when they are higher: all but upper limits, and counts with a lower limit.
_RAISES = {
    row["code"]
    for row in TABLE
    if row["role"] != "uln" and not (row["role"] == "value" and row["term"] in FALLS)
}
_TEXT, _WHOLE = pl.String(), pl.Int32()


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame."""
    frame = in_order(frame).with_columns(
        at_baseline(pl.col(code)).alias(f"base_{code}") for code in _COMPARED
    )
    within = settings["ctcae_within_normal"]
    best, worst = _corner(settings, worst=False), _corner(settings, worst=True)
    frame = frame.with_columns(
        **{f"_least_{term}": grade_by_limits(term, best, within) for term in TERMS},
        **{f"_most_{term}": grade_by_limits(term, worst, within) for term in TERMS},
    ).with_columns(
        at_baseline(pl.col(f"_{end}_{term}")).alias(f"_base_{end}_{term}")
        for term in TERMS
        for end in ("least", "most")
    )
    frame = frame.with_columns(**_later(best, worst, settings)).with_columns(
        **_emergent(best, worst, settings)
    )
    lower, upper = ([pl.col(f"{end}_{term}") for term in TERMS] for end in ("lower", "upper"))
    frame = frame.with_columns(
        **{name: column for term in TERMS for name, column in _given(term).items()},
        lower=pl.max_horizontal(lower),
        upper=pl.max_horizontal(upper),
    )
    known = pl.all_horizontal(pl.col(f"grade_{term}").is_not_null() for term in TERMS)
    return frame.with_columns(
        worst_grade=pl.when(pl.col("lower") == pl.col("upper")).then(pl.col("lower")),
        completeness=completeness(known),
        reasons=_reasons() if reasons else pl.lit(None, dtype=_TEXT),
        scored_by=scored_by(
            instrument,
            settings,
            digest(instrument, settings),
            shown=("ctcae_alt_abnormal_baseline", "ctcae_within_normal"),
        ),
    )


def _corner(settings: Mapping[str, str], *, worst: bool) -> Corner:
    """Return the inputs, what is not known at the end that makes every grade lowest or highest."""
    filled: Corner = {}
    for code, role in ROLES.items():
        low, high = _RANGE[code]
        if role in REPORTS and settings["ctcae_reports_missing"] == "no":
            high = low
        filled[code] = pl.col(code).fill_null(high if (code in _RAISES) == worst else low)
    for code in ("creat", "eos"):
        low, high = _RANGE[code]
        filled[f"base_{code}"] = pl.col(f"base_{code}").fill_null(low if worst else high)
    return filled


def _later(best: Corner, worst: Corner, settings: Mapping[str, str]) -> dict[str, pl.Expr]:
    """Return the bounds of every grade: by limits of normal up to baseline, after it also by baseline."""
    ends = {term: (pl.col(f"_least_{term}"), pl.col(f"_most_{term}")) for term in TERMS}
    later = ends | {
        "creat": (grade_creatinine(best), grade_creatinine(worst)),
        "eos": (grade_eosinophilia(best), grade_eosinophilia(worst)),
    }
    if settings["ctcae_alt_abnormal_baseline"] == "baseline_multiples":
        later["alt"] = _alt_ends(best, worst)
    return {
        f"{end}_{term}": pl.when("_after").then(later[term][at]).otherwise(ends[term][at]).cast(_WHOLE)
        for term in TERMS
        for at, end in enumerate(("lower", "upper"))
    }


def _alt_ends(best: Corner, worst: Corner) -> tuple[pl.Expr, pl.Expr]:
    """Return the bounds of ALT after baseline: baseline may be normal, high, or just above its limit."""
    low, high = (pl.col("base_alt").fill_null(end) for end in _RANGE["alt"])
    least, most = (pl.col("base_alt_uln").fill_null(end) for end in _RANGE["alt_uln"])
    just_above = pl.min_horizontal(pl.max_horizontal(low, least + 1), high)
    pairs = ((low, most), (high, least), (just_above, least))
    bases = [{"base_alt": base, "base_alt_uln": limit} for base, limit in pairs]
    return (
        pl.min_horizontal(grade_alt(best | base) for base in bases),
        pl.max_horizontal(grade_alt(worst | base) for base in bases),
    )


def _emergent(best: Corner, worst: Corner, settings: Mapping[str, str]) -> dict[str, pl.Expr]:
    """Return whether each term is worse than at baseline; null at baseline and before it.

    A grade that is held against baseline by itself (ALT after an abnormal one, eosinophils) is worse than
    baseline wherever it is not 0.
    """
    surely = {term: pl.col(f"lower_{term}") > pl.col(f"_base_most_{term}") for term in TERMS}
    possibly = {term: pl.col(f"upper_{term}") > pl.col(f"_base_least_{term}") for term in TERMS}
    surely["eos"] = surely["eos"] | has_risen(best)
    possibly["eos"] = possibly["eos"] | has_risen(worst)
    if settings["ctcae_alt_abnormal_baseline"] == "baseline_multiples":
        surely["alt"], possibly["alt"] = pl.col("lower_alt") > 0, pl.col("upper_alt") > 0
    return {
        f"emergent_{term}": pl.when("_after").then(yes_no(surely[term], possibly[term])) for term in TERMS
    }


def _given(term: str) -> dict[str, pl.Expr]:
    """Return the grade, its completeness, the grade at baseline and the shift from it."""
    lower, upper = pl.col(f"lower_{term}"), pl.col(f"upper_{term}")
    least, most = pl.col(f"_base_least_{term}"), pl.col(f"_base_most_{term}")
    grade = pl.when(lower == upper).then(lower)
    baseline = pl.when((pl.col("_base") | pl.col("_after")) & (least == most)).then(least).cast(_WHOLE)
    shift = pl.when("_after").then(baseline.cast(_TEXT) + pl.lit(" to ") + grade.cast(_TEXT))
    return {
        f"grade_{term}": grade,
        f"completeness_{term}": completeness(lower == upper),
        f"baseline_{term}": baseline,
        f"shift_{term}": shift,
    }


def _reasons() -> pl.Expr:
    """Return e.g. ``wbc 2.9, wbc_lln 4: grade 2; plt 100, plt_lln not done: grade 0-1; not done: hb``."""
    texts = []
    for term in TERMS:
        lower, upper = (pl.col(f"{end}_{term}").cast(_TEXT) for end in ("lower", "upper"))
        grade = pl.when(lower == upper).then(lower).otherwise(lower + "-" + upper)
        seen = joined([_seen(row) for row in TABLE if row["term"] == term], ", ")
        texts.append(pl.when(pl.col(f"upper_{term}") > 0).then(seen + pl.lit(": grade ") + grade))
    results = [row["code"] for row in TABLE if row["role"] in ("value", "entry")]
    missed = [pl.when(pl.col(code).is_null()).then(pl.lit(code)) for code in results]
    return joined([*texts, pl.lit("not done: ") + joined(missed, ", ")])


def _seen(row: Mapping[str, str]) -> pl.Expr:
    """Return an input with its value and, where it is compared, its baseline; null where it says nothing."""
    code, column = row["code"], pl.col(row["code"])
    if row["role"] in REPORTS:
        return pl.when(column == 1).then(pl.lit(code))
    text = decimal(column, DECIMALS) if row["kind"] == "num" else column.cast(_TEXT)
    shown = pl.lit(f"{code} ") + text
    if row["role"] in ("lln", "uln", "hours"):
        term = row["term"]
        needed = pl.col(term).is_not_null() & (pl.col(f"lower_{term}") != pl.col(f"upper_{term}"))
        return pl.coalesce(shown, pl.when(needed).then(pl.lit(f"{code} not done")))
    if code in _COMPARED:
        before = pl.lit(", baseline ") + decimal(pl.col(f"base_{code}"), DECIMALS).fill_null("not done")
        return shown + pl.when("_after").then(before).otherwise(pl.lit(""))
    return shown
