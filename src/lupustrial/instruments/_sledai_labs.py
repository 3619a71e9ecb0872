"""Proposals for SLEDAI descriptors from laboratory values, temperature and joint counts.

The system proposes, the investigator confirms attribution; a proposal never replaces an answer. Rules and
limits: ``tables/sledai_labs.csv`` and ``01-sledai`` of the reference.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments._columns import Column
from lupustrial.instruments._frame import at_baseline, checked, in_given_order, in_order
from lupustrial.instruments._registry import find
from lupustrial.instruments._settings import Scalar, resolve
from lupustrial.instruments._spec import Input
from lupustrial.instruments._tables import read_table, scale
from lupustrial.instruments._verdict import decimal, joined

_DECIMALS = 4
_ROWS = read_table("sledai_labs")
_LIMIT = scale("0.5", _DECIMALS)
_METHODS = ("protein24", "upcr")

#: Descriptors that can be proposed, in the order of the index.
PROPOSED: tuple[str, ...] = ("ARTH", "CAST", "HAEM", "PROT", "PYUR", "COMP", "DNA", "FEVR", "PLT", "WBC")


def _inputs() -> tuple[Input, ...]:
    numbers = [
        Input(
            code=row["input"],
            label=row["label"],
            kind="num",
            unit=row["unit"],
            decimals=_DECIMALS,
            low=scale(row["low"], _DECIMALS),
            high=scale(row["high"], _DECIMALS),
            source=row["source"],
            trust=row["trust"],
        )
        for row in _ROWS
    ]
    limits = [
        Input(
            code=code,
            label=f"Limit of normal, {code}",
            kind="num",
            decimals=_DECIMALS,
            high=10**11,
            item=False,
        )
        for code in ("c3_lln", "c4_lln", "ch50_lln", "dsdna_uln")
    ]
    answers = [
        Input(code="casts", label="Red-cell or haem-granular casts", kind="yn"),
        Input(code="dsdna_positive", label="Anti-dsDNA, result without a number: positive", kind="yn"),
    ]
    excused = [
        Input(code=f"not_due_to_lupus_{item}", label=f"{item} is not due to lupus", kind="flag", item=False)
        for item in PROPOSED
    ]
    measured = [*(row["input"] for row in _ROWS), "casts", "dsdna_positive"]
    dates = [
        Input(code=f"{code}_date", label=f"Date of {code}", kind="date", item=False) for code in measured
    ]
    return (*numbers, *answers, *limits, *excused, *dates)


INPUTS = _inputs()


def scores_protein(now: Column, before: Column, version: str) -> Column:
    """Return where proteinuria is present; g/24 h or g/g as scaled integers, `before` known.

    SELENA: new above 0.5, or up by more than 0.5. 1992: above 0.5 and (new, or up by more than 0.5). 2K:
        above 0.5. For values that are not negative SELENA and 1992 agree.
    """
    above = now > _LIMIT
    if version == "sledai2k":
        return above
    new, risen = above & (before <= _LIMIT), now - before > _LIMIT
    return new | risen if version == "selena" else above & (new | risen)


def derive_sledai_labs(
    frame: pl.DataFrame, *, instrument: str = "selena_sledai", settings: Mapping[str, Scalar] | None = None
) -> pl.DataFrame:
    """Propose the descriptors that laboratory values decide.

    Args:
        frame: One row a participant and visit, keys as for ``score``; any of the columns ``urine_rbc`` and
            ``urine_wbc`` (/hpf), ``casts`` (Y/N), ``protein24`` (g/24 h), ``upcr`` (g/g), ``c3`` ``c4``
            ``ch50`` with ``…_lln``, ``dsdna`` with ``dsdna_uln``, ``farr`` (percent), ``dsdna_positive``
            (Y/N), ``temperature`` (C), ``platelets``, ``leukocytes`` (10^9/L), ``joints``;
            ``not_due_to_lupus_<ITEM>``; ``<column>_date`` where results are dated (then ADT is needed,
            and results outside the window of ``sledai_window_days`` ending on the visit count as not
            done).
        instrument: ``selena_sledai``, ``sledai_1992`` or ``sledai_2k``.
        settings: Settings of that instrument.

    Returns:
        The keys, a column for each of ARTH CAST HAEM PROT PYUR COMP DNA FEVR PLT WBC with ``Y``
        (proposed), ``N``, ``adjudicate`` (ask the investigator) or null (not done), and ``reasons``.

    Raises:
        InstrumentError: As ``score``; INSTR-011 where dated results come without ADT.
    """
    chosen = resolve(find(instrument), settings)
    rows = in_order(checked(frame, INPUTS))
    rows = _inside_window(rows, frame.columns, int(chosen["sledai_window_days"]))
    rows = rows.with_columns(_earlier(method, chosen["proteinuria_reference"]) for method in _METHODS)
    proposals = _proposals(chosen)
    rows = rows.with_columns(expression.alias(item) for item, expression in proposals.items())
    return in_given_order(rows.with_columns(_reasons().alias("reasons")), [*PROPOSED, "reasons"])


def _inside_window(rows: pl.DataFrame, given: list[str], days: int) -> pl.DataFrame:
    dated = [column.removesuffix("_date") for column in given if column.endswith("_date")]
    if not dated:
        return rows
    if "ADT" not in given:
        raise InstrumentError(
            Fault(
                id="INSTR-011",
                message="needs dated visits",
                place=f"column {dated[0]}_date",
                hint="give ADT, or leave out the dates of results",
            )
        )
    visit = pl.col("ADT").cast(pl.String).str.to_date("%Y-%m-%d")
    age = {code: (visit - pl.col(f"{code}_date")).dt.total_days() for code in dated}
    return rows.with_columns(
        pl.when((age[code] >= 0) & (age[code] < days)).then(pl.col(code)).alias(code) for code in dated
    )


def _earlier(method: str, reference: str) -> pl.Expr:
    """Return the earlier value against which an increase is judged; null where there is none."""
    value = pl.col(method)
    if reference == "previous_visit":
        earlier = value.forward_fill().shift(1).over("USUBJID")
    elif reference == "baseline":
        earlier = pl.when("_after").then(at_baseline(value))
    else:
        since = pl.when(pl.col("_base") | pl.col("_after")).then(value)
        earlier = since.cum_min().forward_fill().shift(1).over("USUBJID")
    return earlier.alias(f"before_{method}")


def _proposals(settings: Mapping[str, str]) -> dict[str, pl.Expr]:
    simple = {row["item"]: row for row in _ROWS if row["rule"] in ("above", "below") and row["item"] != "DNA"}
    abnormal: dict[str, pl.Expr] = {}
    for item, row in simple.items():
        limit = scale(row["threshold"], _DECIMALS)
        if item == "ARTH" and settings.get("sledai2k_arthritis_min") == "2":
            limit = scale("1", _DECIMALS)  # more than 1 joint is 2 or more
        value = pl.col(row["input"])
        abnormal[item] = value > limit if row["rule"] == "above" else value < limit
    abnormal["CAST"] = pl.col("casts") == 1
    low = [pl.col(code) < pl.col(f"{code}_lln") for code in ("c3", "c4", "ch50")]
    # Any low fraction decides; all normal needs at least C3 and C4.
    abnormal["COMP"] = (
        pl.when(pl.any_horizontal(flag.fill_null(value=False) for flag in low))
        .then(pl.lit(value=True))
        .when(low[0].is_not_null() & low[1].is_not_null())
        .then(pl.lit(value=False))
    )
    farr = scale(next(row["threshold"] for row in _ROWS if row["input"] == "farr"), _DECIMALS)
    raised = [pl.col("dsdna") > pl.col("dsdna_uln"), pl.col("farr") > farr, pl.col("dsdna_positive") == 1]
    measured = pl.any_horizontal(flag.is_not_null() for flag in raised)
    abnormal["DNA"] = pl.when(measured).then(
        pl.any_horizontal(flag.fill_null(value=False) for flag in raised)
    )
    answers: dict[str, pl.Expr] = {
        item: pl.when(flag).then(pl.lit("Y")).when(~flag).then(pl.lit("N")) for item, flag in abnormal.items()
    }
    answers["PROT"] = pl.coalesce(_protein(method, settings) for method in _METHODS)
    return {item: _attributed(item, answers[item]) for item in PROPOSED}


def _protein(method: str, settings: Mapping[str, str]) -> pl.Expr:
    now, before, version = pl.col(method), pl.col(f"before_{method}"), settings["proteinuria_rule"]
    first = {"present": "Y", "absent": "N"}.get(settings["proteinuria_without_previous"], "adjudicate")
    present = (
        pl.when(scores_protein(now, before.fill_null(0), version)).then(pl.lit("Y")).otherwise(pl.lit("N"))
    )
    if version != "sledai2k":
        present = pl.when(before.is_null() & (now > _LIMIT)).then(pl.lit(first)).otherwise(present)
    return pl.when(now.is_not_null()).then(present)


def _attributed(item: str, answer: pl.Expr) -> pl.Expr:
    excused = (pl.col(f"not_due_to_lupus_{item}") == 1).fill_null(value=False)
    return pl.when(excused & answer.is_not_null()).then(pl.lit("N")).otherwise(answer)


def _reasons() -> pl.Expr:
    parts = []
    for item in PROPOSED:
        inputs = [row["input"] for row in _ROWS if row["item"] == item]
        values = [pl.lit(f"{code}=") + decimal(pl.col(code), _DECIMALS) for code in inputs]
        if item == "PROT":
            values += [
                pl.lit("previous ") + decimal(pl.col(f"before_{method}"), _DECIMALS) for method in _METHODS
            ]
        seen = joined(values, ", ").fill_null("reported") if values else pl.lit("reported")
        excused = (
            pl.when(pl.col(f"not_due_to_lupus_{item}") == 1)
            .then(pl.lit(", not due to lupus"))
            .otherwise(pl.lit(""))
        )
        parts.append(
            pl.when(pl.col(item).is_not_null()).then(
                pl.lit(f"{item} ") + pl.col(item) + ": " + seen + excused
            )
        )
    return joined(parts)
