"""SRI-4 to SRI-8 from a frame of components: three component flags and a three-valued verdict.

Each rule is monotone in each component, so it is asked at two corners: every component that is not known
at its worst value (does it surely hold?) and at its best (can it hold?).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

import polars as pl

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments._bilag_items import RANK
from lupustrial.instruments._components import BILAG_PART, SLEDAI_PART
from lupustrial.instruments._frame import MOST_FAULTS, at_baseline, in_order
from lupustrial.instruments._pga import HIGHEST as PGA_HIGHEST
from lupustrial.instruments._pga import is_worse
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._sledai import HIGHEST as SLEDAI_HIGHEST
from lupustrial.instruments._spec import DOMAINS, Input, Instrument
from lupustrial.instruments._sri_rules import bilag_holds, fell_by, is_new_a, is_new_b, new_grades
from lupustrial.instruments._verdict import decimal, joined, letter, responder_state, scored_by, yes_no

_TEXT, _WHOLE = pl.String(), pl.Int32()

_whole = partial(Input, kind="ord", high=SLEDAI_HIGHEST)
_grade = partial(Input, kind="grade", high=4)
_flag = partial(Input, kind="flag", item=False)

SRI = Instrument(
    id="sri",
    title="SLE responder index (SRI-4 to SRI-8)",
    version="1.0",
    summary="Responder: SLEDAI down by the points, no new BILAG A and at most one new B, PGA not worse.",
    inputs=(
        _whole(code="sledai", label="SLEDAI", required=True, source="S09", trust="S09"),
        *(
            _grade(code=f"grade_{domain}", label=f"BILAG {domain}", required=True, source="S09", trust="S09")
            for domain in DOMAINS
        ),
        Input(
            code="pga",
            label="PGA",
            kind="num",
            decimals=2,
            high=PGA_HIGHEST,
            required=True,
            source="S09",
            trust="S09",
            aliases=("PGA",),
        ),
        _flag(
            code="treatment_failure", label="Treatment failure, as the protocol defines it, up to this visit"
        ),
        _flag(code="steroid_increase", label="Glucocorticoid dose increased, as the protocol defines it"),
        _whole(code="sledai_lower", label="Lowest possible SLEDAI", item=False),
        _whole(code="sledai_upper", label="Highest possible SLEDAI", item=False),
        *(
            _grade(code=f"lower_{domain}", label=f"Least severe possible {domain}", item=False)
            for domain in DOMAINS
        ),
        *(
            _grade(code=f"upper_{domain}", label=f"Most severe possible {domain}", item=False)
            for domain in DOMAINS
        ),
    ),
    settings=settings_of("sri"),
    outputs={
        "sledai_ok": _TEXT,
        "bilag_ok": _TEXT,
        "pga_ok": _TEXT,
        "n_new_a": _WHOLE,
        "n_new_b": _WHOLE,
        "responder": _TEXT,
        "state": _TEXT,
        "completeness": _TEXT,
        "reasons": _TEXT,
        "scored_by": _TEXT,
    },
    sources=("S09", "S36"),
    parts=(SLEDAI_PART, BILAG_PART),
)


def _of_points(points: int) -> Instrument:
    """Return SRI-4 to SRI-8 as an instrument of its own, whose required fall cannot be switched."""
    fixed = tuple(
        replace(one, allowed=(str(points),), default=str(points)) if one.name == "sri_points" else one
        for one in SRI.settings
    )
    return replace(SRI, id=f"sri{points}", title=f"SLE responder index, SRI-{points}", settings=fixed)


#: SRI-4 to SRI-8.
OF_POINTS: tuple[Instrument, ...] = tuple(_of_points(points) for points in (4, 5, 6, 7, 8))


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; at baseline and before it nothing is evaluable."""
    _refuse_crossed_bounds(frame)
    frame = in_order(_with_bounds(frame)).with_columns(
        *(at_baseline(pl.col(name)).alias(f"base_{name}") for name in _bounded()),
        pl.col("treatment_failure").fill_null(0).cum_max().over("USUBJID").alias("_failed"),
    )
    frame = frame.with_columns(_components(settings)).with_columns(_verdict(settings))
    why = _reasons(settings) if reasons else pl.lit(None, dtype=pl.String)
    return frame.with_columns(
        why.alias("reasons"),
        scored_by(instrument, settings, digest(instrument, settings), shown=("sri_points",)),
    )


def _bounded() -> list[str]:
    names = ["sledai", "pga", *DOMAINS]
    return [f"{name}_{end}" for name in names for end in ("low", "high")]


def _with_bounds(frame: pl.DataFrame) -> pl.DataFrame:
    """Add ``<component>_low`` and ``_high``: the value where known, else its bounds, else the whole range."""
    ends = {
        "sledai_low": pl.coalesce("sledai", "sledai_lower", pl.lit(0)),
        "sledai_high": pl.coalesce("sledai", "sledai_upper", pl.lit(SLEDAI_HIGHEST)),
        "pga_low": pl.col("pga").fill_null(0),
        "pga_high": pl.col("pga").fill_null(PGA_HIGHEST),
    }
    for domain in DOMAINS:
        ends[f"{domain}_low"] = pl.coalesce(f"grade_{domain}", f"lower_{domain}", pl.lit(0))
        ends[f"{domain}_high"] = pl.coalesce(f"grade_{domain}", f"upper_{domain}", pl.lit(4))
    return frame.with_columns(**ends)


def _refuse_crossed_bounds(frame: pl.DataFrame) -> None:
    """Refuse bounds of which the lower is above the upper."""
    pairs = [
        ("sledai_lower", "sledai_upper"),
        *((f"lower_{domain}", f"upper_{domain}") for domain in DOMAINS),
    ]

    def crossed() -> Iterator[Fault]:
        for low, high in pairs:
            rows = frame.filter(pl.col(low) > pl.col(high)).head(MOST_FAULTS)
            for row in rows.iter_rows(named=True):
                place = f"row {row['_row'] + 1}, participant {row['USUBJID']}"
                yield Fault(
                    id="INSTR-012", message=f"{low} is above {high}", place=place, hint="exchange them"
                )

    faults = list(crossed())
    if faults:
        raise InstrumentError(faults)


def _corner(end: str) -> tuple[dict[str, pl.Expr], dict[str, pl.Expr]]:
    """Return baseline and visit ranks at the worst (``high`` now, ``low`` at baseline) or the best corner."""
    other = "low" if end == "high" else "high"
    baseline = {domain: pl.col(f"base_{domain}_{other}") for domain in DOMAINS}
    return baseline, {domain: pl.col(f"{domain}_{end}") for domain in DOMAINS}


def _surely_new_b(domain: str) -> pl.Expr:
    low, high, base = (pl.col(f"{domain}_low"), pl.col(f"{domain}_high"), pl.col(f"base_{domain}_high"))
    surely: pl.Expr = is_new_b(base, low) & is_new_b(base, high)
    return surely


def _possibly_new_b(domain: str) -> pl.Expr:
    """B lies between the bounds, so it need not be at a corner."""
    grade_b = RANK["B"]
    between = (pl.col(f"{domain}_low") <= grade_b) & (pl.col(f"{domain}_high") >= grade_b)
    return between & (pl.col(f"base_{domain}_low") < grade_b)


def _components(settings: Mapping[str, str]) -> list[pl.Expr]:
    """Surely and possibly, for each component."""
    points, operator = int(settings["sri_points"]), settings["pga_worse_operator"]
    most = int(settings["sri_max_new_b"])
    worst_a, worst_b = new_grades(*_corner("high"))
    best_a, best_b = new_grades(*_corner("low"))
    known_b = pl.all_horizontal(_surely_new_b(domain) == _possibly_new_b(domain) for domain in DOMAINS)
    flags = {
        "sledai": (
            fell_by(points, pl.col("base_sledai_low"), pl.col("sledai_high")),
            fell_by(points, pl.col("base_sledai_high"), pl.col("sledai_low")),
        ),
        "bilag": (bilag_holds(worst_a, worst_b, most), bilag_holds(best_a, best_b, most)),
        "pga": (
            ~is_worse(pl.col("base_pga_low"), pl.col("pga_high"), operator),
            ~is_worse(pl.col("base_pga_high"), pl.col("pga_low"), operator),
        ),
    }
    return [
        *(pl.when("_after").then(yes_no(*pair)).alias(f"{name}_ok") for name, pair in flags.items()),
        pl.when(pl.col("_after") & (worst_a == best_a)).then(worst_a).cast(pl.Int32).alias("n_new_a"),
        pl.when(pl.col("_after") & known_b).then(worst_b).cast(pl.Int32).alias("n_new_b"),
    ]


def _verdict(settings: Mapping[str, str]) -> list[pl.Expr]:
    oks = [pl.col(f"{name}_ok") for name in ("sledai", "bilag", "pga")]
    surely = [(ok == "Y").fill_null(value=False) for ok in oks] + [pl.col("_failed") == 0]
    possibly = [(ok != "N").fill_null(value=True) for ok in oks] + [pl.col("_failed") == 0]
    if settings["sri_requires_no_steroid_increase"] == "yes":
        surely.append((pl.col("steroid_increase") == 0).fill_null(value=False))
        possibly.append((pl.col("steroid_increase") == 0).fill_null(value=True))
    evaluable = pl.col("_after")
    if settings["sri_denominator"] == "baseline_sledai_at_least_x":
        evaluable = evaluable & (pl.col("base_sledai_high") >= int(settings["sri_points"]))
    responder = pl.when(evaluable).then(yes_no(pl.all_horizontal(surely), pl.all_horizontal(possibly)))
    state = responder_state(responder, evaluable)
    complete = (
        pl.when(~evaluable).then(pl.lit("not evaluable")).when(responder.is_null()).then(pl.lit("incomplete"))
    )
    return [
        responder.alias("responder"),
        state.alias("state"),
        complete.otherwise(pl.lit("complete")).alias("completeness"),
    ]


def _span(low: pl.Expr, high: pl.Expr) -> pl.Expr:
    return pl.when(low == high).then(low).otherwise(low + pl.lit("-") + high)


def _reasons(settings: Mapping[str, str]) -> pl.Expr:
    """Return e.g. ``SLEDAI 12 to 8 (needs a fall of 4): yes; …; PGA 2 to 1: yes``."""

    def shown(name: str, places: int) -> pl.Expr:
        ends = [pl.col(f"{name}_{end}") for end in ("low", "high")]
        return _span(*(decimal(end, places) if places else end.cast(pl.String) for end in ends))

    def told(name: str) -> pl.Expr:
        ok = pl.col(f"{name}_ok")
        return pl.lit(": ") + pl.when(ok == "Y").then(pl.lit("yes")).when(ok == "N").then(
            pl.lit("no")
        ).otherwise(pl.lit("undecided"))

    grades = []
    for domain in DOMAINS:
        now, then = pl.col(f"{domain}_low"), pl.col(f"base_{domain}_high")
        new = is_new_a(then, now) | is_new_b(then, now)
        grades.append(pl.when(new).then(pl.lit(f"{domain} ") + letter(then) + pl.lit(" to ") + letter(now)))
    worsened = joined(grades, ", ")
    sledai = (
        shown("base_sledai", 0) + " to " + shown("sledai", 0) + f" (needs a fall of {settings['sri_points']})"
    )
    parts = [
        pl.lit("SLEDAI ") + sledai + told("sledai"),
        pl.lit("new BILAG A and B ") + worsened.fill_null("none") + told("bilag"),
        pl.lit("PGA ") + shown("base_pga", 2) + " to " + shown("pga", 2) + told("pga"),
        pl.when(pl.col("_failed") == 1).then(pl.lit("treatment failure: yes")),
    ]
    if settings["sri_requires_no_steroid_increase"] == "yes":
        parts.append(pl.when(pl.col("steroid_increase") == 1).then(pl.lit("glucocorticoid increased: yes")))
    return pl.when("_after").then(joined(parts)).otherwise(pl.lit("baseline or earlier"))
