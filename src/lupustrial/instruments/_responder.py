"""What SRI and BICLA share: their components as columns, with bounds, put beside those of baseline."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial

import polars as pl

from lupustrial.instruments._columns import total
from lupustrial.instruments._crossed import refuse_crossed
from lupustrial.instruments._frame import at_baseline, in_order
from lupustrial.instruments._pga import HIGHEST as PGA_HIGHEST
from lupustrial.instruments._pga import is_worse
from lupustrial.instruments._sledai import HIGHEST as SLEDAI_HIGHEST
from lupustrial.instruments._spec import Input, Instrument
from lupustrial.instruments._sri_rules import bilag_holds, can_be_new_b, is_new_a, is_new_b, new_grades
from lupustrial.instruments._verdict import decimal, joined, letter, responder_state

FAILURE = Input(
    code="treatment_failure",
    label="Treatment failure, as the protocol defines it, up to this visit",
    kind="flag",
    item=False,
)
STEROID_INCREASE = Input(
    code="steroid_increase",
    label="Glucocorticoid dose increased, as the protocol defines it",
    kind="flag",
    item=False,
)


def component_inputs(domains: Sequence[str], *, source: str) -> tuple[Input, ...]:
    """Return SLEDAI, the BILAG grades and PGA, which must be there; their rules were read in `source`."""
    component = partial(Input, required=True, source=source, trust=source)
    return (
        component(code="sledai", label="SLEDAI", kind="ord", high=SLEDAI_HIGHEST),
        *(
            component(code=f"grade_{domain}", label=f"BILAG {domain}", kind="grade", high=4)
            for domain in domains
        ),
        component(code="pga", label="PGA", kind="num", decimals=2, high=PGA_HIGHEST, aliases=("PGA",)),
    )


def bound_inputs(domains: Sequence[str]) -> tuple[Input, ...]:
    """Return the bounds of components that are not known exactly."""
    points = partial(Input, kind="ord", high=SLEDAI_HIGHEST, item=False)
    grade = partial(Input, kind="grade", high=4, item=False)
    return (
        points(code="sledai_lower", label="Lowest possible SLEDAI"),
        points(code="sledai_upper", label="Highest possible SLEDAI"),
        *(grade(code=f"lower_{domain}", label=f"Least severe possible {domain}") for domain in domains),
        *(grade(code=f"upper_{domain}", label=f"Most severe possible {domain}") for domain in domains),
    )


def domains_of(instrument: Instrument) -> tuple[str, ...]:
    """Return the BILAG domains whose grades the instrument reads."""
    return tuple(each.code.removeprefix("grade_") for each in instrument.items if each.kind == "grade")


def beside_baseline(frame: pl.DataFrame, domains: Sequence[str]) -> pl.DataFrame:
    """Put a checked frame in order and add the ends of each component, now and at baseline.

    Adds ``<component>_low`` and ``_high`` (the value where known, else its bounds, else the whole range), the
    same with ``base_`` before, and ``_failed`` (treatment failure at this or an earlier row).

    Raises:
        InstrumentError: INSTR-012 where a lower bound is above the upper.
    """
    refuse_crossed(
        frame, [("sledai_lower", "sledai_upper"), *((f"lower_{one}", f"upper_{one}") for one in domains)]
    )
    ends = {
        "sledai_low": pl.coalesce("sledai", "sledai_lower", pl.lit(0)),
        "sledai_high": pl.coalesce("sledai", "sledai_upper", pl.lit(SLEDAI_HIGHEST)),
        "pga_low": pl.col("pga").fill_null(0),
        "pga_high": pl.col("pga").fill_null(PGA_HIGHEST),
    }
    for domain in domains:
        ends[f"{domain}_low"] = pl.coalesce(f"grade_{domain}", f"lower_{domain}", pl.lit(0))
        ends[f"{domain}_high"] = pl.coalesce(f"grade_{domain}", f"upper_{domain}", pl.lit(4))
    return in_order(frame.with_columns(**ends)).with_columns(
        *(at_baseline(pl.col(name)).alias(f"base_{name}") for name in ends),
        pl.col("treatment_failure").fill_null(0).cum_max().over("USUBJID").alias("_failed"),
    )


def end_columns(domains: Sequence[str], end: str, *, baseline: bool = False) -> dict[str, pl.Expr]:
    """Return the ``low`` or ``high`` ranks of the grades by domain, now or at baseline."""
    before = "base_" if baseline else ""
    return {domain: pl.col(f"{before}{domain}_{end}") for domain in domains}


# Expressions do not change, and putting one together takes longer than a short column.
@cache
def new_at_worst(domains: tuple[str, ...]) -> tuple[pl.Expr, pl.Expr]:
    """Return how many grades are new A and new B, with what is not known at its worst."""
    return new_grades(end_columns(domains, "low", baseline=True), end_columns(domains, "high"))


@cache
def new_at_best(domains: tuple[str, ...]) -> tuple[pl.Expr, pl.Expr]:
    """Return how many grades are new A and new B, with what is not known at its best."""
    return new_grades(end_columns(domains, "high", baseline=True), end_columns(domains, "low"))


def bilag_not_worse(domains: tuple[str, ...], most_new_b: int) -> tuple[pl.Expr, pl.Expr]:
    """Return where BILAG surely did not worsen and where it may not have."""
    return bilag_holds(*new_at_worst(domains), most_new_b), bilag_holds(*new_at_best(domains), most_new_b)


def pga_not_worse(operator: str) -> tuple[pl.Expr, pl.Expr]:
    """Return where PGA surely is not worse than at baseline and where it may not be."""
    return (
        ~is_worse(pl.col("base_pga_low"), pl.col("pga_high"), operator),
        ~is_worse(pl.col("base_pga_high"), pl.col("pga_low"), operator),
    )


def verdict_columns(responder: pl.Expr, evaluable: pl.Expr) -> list[pl.Expr]:
    """Return ``responder``, ``state`` and ``completeness``; `evaluable` is false where it surely is not."""
    verdict = pl.when(evaluable).then(responder)
    complete = (
        pl.when(~evaluable)
        .then(pl.lit("not evaluable"))
        .when(verdict.is_null())
        .then(pl.lit("incomplete"))
        .otherwise(pl.lit("complete"))
    )
    return [
        verdict.alias("responder"),
        responder_state(verdict, evaluable).alias("state"),
        complete.alias("completeness"),
    ]


@cache
def new_counts(domains: tuple[str, ...]) -> tuple[pl.Expr, pl.Expr]:
    """Return ``n_new_a`` and ``n_new_b`` after baseline, null where bounds leave them open.

    B may lie between the bounds of a visit, so the corners do not tell how many new B there can be.
    """
    low, high = end_columns(domains, "low"), end_columns(domains, "high")
    start, end = end_columns(domains, "low", baseline=True), end_columns(domains, "high", baseline=True)
    surely = total(
        (is_new_b(end[one], low[one]) & is_new_b(end[one], high[one])).cast(pl.Int32) for one in domains
    )
    possibly = total(can_be_new_b(start[one], low[one], high[one]).cast(pl.Int32) for one in domains)
    most_a, least_a = new_at_worst(domains)[0], new_at_best(domains)[0]

    def exact(name: str, least: pl.Expr, most: pl.Expr) -> pl.Expr:
        known = pl.when(pl.col("_after") & (most == least)).then(least)
        return known.cast(pl.Int32).alias(name)

    return exact("n_new_a", least_a, most_a), exact("n_new_b", surely, possibly)


def new_told(domains: Sequence[str]) -> pl.Expr:
    """Return the domains that are surely new A or new B, ``renal C to B``; ``none`` where there is none."""
    grades = []
    for domain in domains:
        now, then = pl.col(f"{domain}_low"), pl.col(f"base_{domain}_high")
        new = is_new_a(then, now) | is_new_b(then, now)
        grades.append(pl.when(new).then(pl.lit(f"{domain} ") + letter(then) + pl.lit(" to ") + letter(now)))
    return joined(grades, ", ").fill_null("none")


def ends_told(component: str, places: int = 0) -> pl.Expr:
    """Return ``12``, or ``9-14`` where the ends differ; they are given in units of the last of `places`."""
    low, high = (
        decimal(pl.col(f"{component}_{end}"), places)
        if places
        else pl.col(f"{component}_{end}").cast(pl.String)
        for end in ("low", "high")
    )
    return pl.when(low == high).then(low).otherwise(low + pl.lit("-") + high)


def sledai_told() -> pl.Expr:
    """Return ``SLEDAI 12 to 8`` for baseline and visit."""
    return pl.lit("SLEDAI ") + ends_told("base_sledai") + " to " + ends_told("sledai")


def pga_told() -> pl.Expr:
    """Return ``PGA 2 to 1.5: yes``."""
    return (
        pl.lit("PGA ")
        + ends_told("base_pga", 2)
        + " to "
        + ends_told("pga", 2)
        + verdict_word(pl.col("pga_ok"))
    )


def verdict_word(flag: pl.Expr) -> pl.Expr:
    """Return ``: yes``, ``: no`` or ``: undecided`` for a Y/N flag."""
    word = pl.when(flag == "Y").then(pl.lit("yes")).when(flag == "N").then(pl.lit("no"))
    return pl.lit(": ") + word.otherwise(pl.lit("undecided"))
