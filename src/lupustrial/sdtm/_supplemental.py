"""Supplemental qualifiers (SUPP--): what was collected and has no variable in its domain."""

from __future__ import annotations

import polars as pl

from lupustrial.sdtm._annotation import Annotation
from lupustrial.sdtm._coded import Coded
from lupustrial.sdtm._schema import SRCPOS, conform

_MAX_LABEL = 40


def supplemental_tables(
    study_id: str,
    annotations: tuple[Annotation, ...],
    coded: Coded,
    parents: dict[str, pl.DataFrame],
) -> dict[str, pl.DataFrame]:
    """Return one SUPP-- table for each domain with supplemental qualifiers.

    Args:
        study_id: STUDYID.
        annotations: All annotations.
        coded: The coded records.
        parents: Finished events and interventions domains with the order columns ``v`` and ``repeat``, by
            which a qualifier finds the ``--SEQ`` of the row that its form made.

    A qualifier of DM or SV belongs to the participant (IDVAR null); one of a findings domain to the visit
    (IDVAR ``VISITNUM``); one of another domain to the row of its form (IDVAR ``--SEQ``), and is left out when
    the form made no row there.
    """
    tables = {}
    for domain in sorted({one.domain for one in annotations if one.kind == "supp"}):
        members = [one for one in annotations if one.kind == "supp" and one.domain == domain]
        rows = _rows(domain, members, coded, parents.get(domain))
        frame = rows.with_columns(
            STUDYID=pl.lit(study_id),
            RDOMAIN=pl.lit(domain),
            QORIG=pl.lit("CRF"),
            QEVAL=pl.lit(None, dtype=pl.String),
        ).sort("p", "v", "repeat", "a")
        tables[f"SUPP{domain}"] = conform(frame, f"SUPP{domain}")
    return tables


def _rows(domain: str, members: list[Annotation], coded: Coded, parent: pl.DataFrame | None) -> pl.DataFrame:
    names = pl.DataFrame(
        {
            "a": [one.index for one in members],
            "QNAM": [one.supp for one in members],
            "QLABEL": [(one.label or one.item.label)[:_MAX_LABEL] for one in members],
        },
        schema={"a": pl.UInt32, "QNAM": pl.String, "QLABEL": pl.String},
    )
    rows = (
        coded.rows.filter(pl.col("status") == "entered")
        .join(names, on="a", how="inner")
        .join(coded.participants.select("p", "USUBJID"), on="p", how="left")
        .rename({"value": "QVAL"})
        .with_columns(pl.col("position").cast(pl.String).alias(SRCPOS))
    )
    if parent is not None:
        sequence = f"{domain}SEQ"
        keyed = parent.select("v", "repeat", pl.col(sequence).cast(pl.String).alias("IDVARVAL"))
        return rows.join(keyed, on=["v", "repeat"], how="inner").with_columns(IDVAR=pl.lit(sequence))
    if domain in ("DM", "SV"):
        return rows.with_columns(IDVAR=pl.lit(None, dtype=pl.String), IDVARVAL=pl.lit(None, dtype=pl.String))
    visits = coded.visits.select("v", IDVARVAL=_plain(pl.col("VISITNUM")))
    return rows.join(visits, on="v", how="left").with_columns(IDVAR=pl.lit("VISITNUM"))


def _plain(number: pl.Expr) -> pl.Expr:
    """Return a number as text without a trailing ``.0``."""
    return number.cast(pl.String).str.strip_suffix(".0")
