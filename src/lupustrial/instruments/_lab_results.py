"""Proposals from a long table of laboratory results: the worst result of each kind in a visit's window."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments._frame import checked, in_order
from lupustrial.instruments._lab_results_read import read_long
from lupustrial.instruments._settings import Scalar
from lupustrial.instruments._sledai_labs_derive import proposals, rules_of
from lupustrial.instruments._sledai_labs_frame import abnormal, extent_of, with_proposals
from lupustrial.instruments._sledai_labs_inputs import INPUTS, NUMBERS, RESULTS
from lupustrial.instruments._sledai_labs_reasons import with_reasons
from lupustrial.instruments._sledai_labs_rules import ROWS, LabRules

_ROW = {row["input"]: row for row in ROWS}


def sledai_labs_from_results(
    results: pl.DataFrame,
    visits: pl.DataFrame,
    *,
    instrument: str = "selena_sledai",
    settings: Mapping[str, Scalar] | None = None,
) -> pl.DataFrame:
    """Propose the descriptors that laboratory values decide, from one row a result.

    Args:
        results: ``USUBJID``; ``test`` (``urine_rbc urine_wbc casts protein24 upcr c3 c4 ch50 dsdna farr
            dsdna_positive temperature platelets leukocytes joints``); ``value``, a number or text
            (``>50``, ``<0.5``, ``5-10``, ``positive``), blank is not done; ``date`` of the sample;
            ``unit`` (of c3, c4, ch50 and dsdna it is that of their limit); ``low`` and ``high``, the
            limits of the laboratory that measured it; ``excluded``, blank or N where the result counts,
            else what it is attributed to (``infection``); ``factor``, the laboratory's cells per
            high-power field for one per microlitre.
        visits: ``USUBJID`` and ``ADT``, other keys as for ``score``.
        instrument: ``selena_sledai``, ``sledai_1992`` or ``sledai_2k``.
        settings: Settings of that instrument; a result counts for a visit when it is dated within
            ``sledai_window_days`` ending on it.

    Returns:
        As ``derive_sledai_labs``, a row for each of `visits`. Of several results of one kind the worst is
        used: an abnormal one that counts, else one that cannot be judged, else one that is attributed to
        something else, else the highest (of complement, platelets and white cells the lowest).

    Raises:
        InstrumentError: As ``derive_sledai_labs``, with every fault of `results`; INSTR-011 where visits
            have no date; INSTR-013 a test or a unit that is not known.
    """
    rules = rules_of(instrument, settings)
    table = read_long(results)
    absent = {each.code: pl.lit(None) for each in INPUTS if each.code not in visits.columns}
    keys = checked(visits.with_columns(**absent), INPUTS)
    if "ADT" not in keys.columns:
        raise InstrumentError(
            Fault(id="INSTR-011", message="needs dated visits", place="visits", hint="give ADT")
        )
    day = pl.col("ADT").cast(pl.String).str.to_date("%Y-%m-%d")
    age = (pl.col("_day") - pl.col("date")).dt.total_days()
    near = table.join(keys.select("_row", "USUBJID", day.alias("_day")), on="USUBJID")
    near = near.filter((age >= 0) & (age < rules.window))
    rows = keys.with_columns(pl.lit(None, dtype=pl.String).alias(f"_why_{code}") for code in RESULTS)
    for code in RESULTS:
        worst = _worst(near.filter(pl.col("code") == code), code, rules)
        taken = [name for name in worst.columns if name != "_row"]
        rows = rows.drop(taken).join(worst, on="_row", how="left", maintain_order="left")
    rows = with_proposals(in_order(rows), rules)
    return proposals(with_reasons(rows, rules, explained=True))


def _worst(near: pl.DataFrame, code: str, rules: LabRules) -> pl.DataFrame:
    """Return a row a visit: the worst result of a kind under the names of the wide columns."""
    row = _ROW.get(code, {"side": "above", "limit": "", "factor": ""})
    bound = {row["limit"]: pl.col("low" if row["side"] == "below" else "high")} if row["limit"] else {}
    frame = near.with_columns(
        pl.col("value").alias(code),
        pl.col("sign").alias(f"{code}_sign"),
        pl.col("end").alias(f"{code}_to"),
        *(column.alias(name) for name, column in bound.items()),
    )
    if row["factor"]:
        frame = frame.with_columns(pl.lit(None, dtype=pl.Int64).alias(row["factor"]))
    if code in NUMBERS:
        frame = frame.with_columns(extent_of(code, rules))
    surely, possibly = (
        abnormal(code, rules) if row["side"] != "protein" else (pl.lit(value=True), pl.lit(value=True))
    )
    counts = pl.col("why").is_null()
    rank = (
        pl.when(counts & surely).then(3).when(counts & possibly).then(2).when(~counts & possibly).then(1)
    ).otherwise(0)
    value = pl.col("value") if row["side"] != "below" else -pl.col("value")
    worst = (
        frame.with_columns(_rank=rank, _value=value)
        .sort("_rank", "_value", "date", "_n", descending=[True, True, True, False])
        .unique("_row", keep="first", maintain_order=True)
    )
    extra = [f"{code}_sign", f"{code}_to"] if code in NUMBERS else []
    return worst.select(
        "_row",
        pl.col(code).cast(pl.Int64 if code in NUMBERS else pl.Int32),
        *extra,
        *bound,
        (~counts).cast(pl.Int32).alias(f"excluded_{code}"),
        pl.col("date").alias(f"{code}_date"),
        pl.col("why").alias(f"_why_{code}"),
    )
