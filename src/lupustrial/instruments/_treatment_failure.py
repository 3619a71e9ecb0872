"""Treatment failure from a log of medication: which rule, when, which record; it stays for later visits."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments._dose_log import numbered
from lupustrial.instruments._dose_visits import dated
from lupustrial.instruments._treatment_events import FailureRule, events_of


def treatment_failures(
    log: pl.DataFrame, visits: pl.DataFrame, rules: Sequence[FailureRule], *, prefix: str = "CM"
) -> pl.DataFrame:
    """Return whether treatment has failed up to each visit, by the first rule that was broken.

    Args:
        log: Records of medication, all drugs, as for ``dose_records``.
        visits: As for ``steroid_doses``.
        rules: The rules of the protocol; of two that are broken on one day the earlier in this order is told.
        prefix: As for ``dose_records``.

    Returns:
        `visits`, in its order, with ``treatment_failure``: ``Y``, ``N``, or null where a dose or date that is
        not known leaves it open, or the participant's log is empty; ``failure_rule`` (id), ``failure_date``
        and ``failure_record`` (``CMSEQ``, or row numbers from 1) of the first failure.

    Raises:
        InstrumentError: INSTR-007 for two rules with one id or a rule without drugs that needs them, and as
            ``steroid_doses``.
    """
    _refuse(rules)
    log = numbered(log, prefix)
    frame = dated(visits).with_row_index("_visit")
    spans = frame.group_by("USUBJID", maintain_order=True).agg(
        first=pl.col("_first").first(), last=pl.col("_day").max()
    )
    found = [
        events_of(rule, log, spans, prefix).with_columns(_order=pl.lit(order), rule=pl.lit(rule.id))
        for order, rule in enumerate(rules)
    ]
    events = pl.concat(found).sort("day", "_order", maintain_order=True)
    before = frame.join(events, on="USUBJID", how="inner").filter(pl.col("day") <= pl.col("_day"))
    first = (
        before.filter("sure")
        .group_by("_visit", maintain_order=True)
        .agg(pl.col("rule", "day", "record").first())
    )
    open_ = before.filter(~pl.col("sure")).select("_visit", open=pl.lit(value=True)).unique()
    logged = pl.col("USUBJID").is_in(log["USUBJID"].cast(pl.String).implode())
    rows = frame.join(first, on="_visit", how="left", maintain_order="left")
    rows = rows.join(open_, on="_visit", how="left", maintain_order="left")
    failed = (
        pl.when(pl.col("rule").is_not_null())
        .then(pl.lit("Y"))
        .when(pl.col("open").is_null() & logged)
        .then(pl.lit("N"))
    )
    return visits.hstack(
        rows.select(
            treatment_failure=failed, failure_rule="rule", failure_date="day", failure_record="record"
        )
    )


def _refuse(rules: Sequence[FailureRule]) -> None:
    """Refuse rules that cannot be told apart or that name no drug."""
    ids = [rule.id for rule in rules]
    faults = [
        Fault(id="INSTR-007", message=f"{name!r} names two rules", place="rules", hint="give ids apart")
        for name in sorted({name for name in ids if ids.count(name) > 1})
    ]
    faults += [
        Fault(id="INSTR-007", message="names no drug", place=f"rule {rule.id}", hint="fill in drugs")
        for rule in rules
        if rule.kind in ("prohibited_drug", "dose_above_baseline") and not rule.drugs
    ]
    if not rules:
        faults.append(Fault(id="INSTR-007", message="there is no rule", place="rules", hint="give one"))
    if faults:
        raise InstrumentError(faults)
