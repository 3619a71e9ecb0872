"""SLEDAI descriptors proposed from laboratory values, as an instrument of its own.

The system proposes, the investigator confirms attribution; a proposal never replaces an answer: both are
kept, and where they differ a query says so. Rules and limits: ``tables/sledai_labs.csv`` and ``01-sledai`` of
the reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from lupustrial.instruments._frame import in_order
from lupustrial.instruments._lab_text import answer_of, with_signs
from lupustrial.instruments._names import with_declared_names
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._sledai import SELENA
from lupustrial.instruments._sledai_labs_checks import LAB_CHECKS
from lupustrial.instruments._sledai_labs_frame import with_proposals
from lupustrial.instruments._sledai_labs_inputs import ANSWERS, INPUTS, NUMBERS, PROPOSED
from lupustrial.instruments._sledai_labs_reasons import with_reasons
from lupustrial.instruments._sledai_labs_rules import lab_rules
from lupustrial.instruments._spec import Input, Instrument
from lupustrial.instruments._verdict import completeness, scored_by

#: The investigator's answers, with which proposals are compared.
INVESTIGATED: tuple[Input, ...] = tuple(
    replace(each, label=f"{each.label}: the investigator's answer", definition="", item=False)
    for each in SELENA.items
    if each.code in PROPOSED
)


def read_results(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame, whose results may be text (``>50``, ``5-10``), with the declared columns."""
    frame = with_declared_names(frame, INPUTS)
    said = [code for code in ANSWERS if frame.schema.get(code) == pl.String]
    return with_signs(frame, NUMBERS).with_columns(answer_of(pl.col(code)).alias(code) for code in said)


def agreements() -> dict[str, pl.Expr]:
    """Return ``<ITEM>_agrees``: whether answer and proposal are the same, null where one of them is open."""
    found: dict[str, pl.Expr] = {}
    for item in PROPOSED:
        answer = pl.when(pl.col(item) == 1).then(pl.lit("Y")).when(pl.col(item) == 0).then(pl.lit("N"))
        proposed = pl.col(f"{item}_proposed")
        decided = answer.is_not_null() & proposed.is_in(["Y", "N"])
        same = pl.when(answer == proposed).then(pl.lit("Y")).otherwise(pl.lit("N"))
        found[f"{item}_agrees"] = pl.when(decided).then(same)
    return found


SLEDAI_LABS = Instrument(
    id="sledai_labs",
    title="SLEDAI descriptors from laboratory values",
    version="1.0",
    summary="Ten descriptors proposed from laboratory values, temperature and joints: Y, N or adjudicate.",
    inputs=(*INPUTS, *INVESTIGATED),
    settings=settings_of("sledai_labs"),
    outputs={
        **{f"{item}_proposed": pl.String() for item in PROPOSED},
        **{f"{item}_agrees": pl.String() for item in PROPOSED},
        "disagreements": pl.Int32(),
        "completeness": pl.String(),
        "reasons": pl.String(),
        "scored_by": pl.String(),
    },
    sources=("S26", "S27"),
    checks=LAB_CHECKS,
    prepare=read_results,
)


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; complete when all ten are Y or N."""
    rules = lab_rules(settings["sledai_version"], settings)
    frame = with_proposals(in_order(frame), rules).with_columns(**agreements())
    silent = pl.lit(None, dtype=pl.String).alias("reasons")
    frame = with_reasons(frame, rules) if reasons else frame.with_columns(silent)
    decided = pl.all_horizontal(
        pl.col(f"{item}_proposed").is_in(["Y", "N"]).fill_null(value=False) for item in PROPOSED
    )
    differing = [(pl.col(f"{item}_agrees") == "N").fill_null(value=False) for item in PROPOSED]
    shown = ("sledai_version", "proteinuria_rule", "sledai_window_days")
    return frame.with_columns(
        disagreements=pl.sum_horizontal(differing).cast(pl.Int32),
        completeness=completeness(decided),
        scored_by=scored_by(instrument, settings, digest(instrument, settings), shown=shown),
    )
