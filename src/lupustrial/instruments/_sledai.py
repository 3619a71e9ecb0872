"""SLEDAI: 24 weighted descriptors (1992, SELENA and 2K share items and weights; definitions differ).

Sources: items and weights [S26][S27][S40][S48]; clinical score [S14]; organ groups [S37]. The rule is
``score_sledai``; the rest puts a frame through it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from lupustrial.instruments._blocks import Block
from lupustrial.instruments._by_block import (
    BlockScorer,
    Measured,
    Outputs,
    completeness,
    measured_rows,
    numbers,
    unscored,
)
from lupustrial.instruments._columns import Column, Columns, any_of, total
from lupustrial.instruments._narrow import Array, narrow_rule
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._sledai_checks import ORIGINAL_CHECKS, SELENA_CHECKS, SLEDAI_2K_CHECKS
from lupustrial.instruments._spec import Input, Instrument
from lupustrial.instruments._tables import read_table
from lupustrial.instruments._verdict import joined, scored_by

_ITEMS = read_table("sledai_items")
CODES: tuple[str, ...] = tuple(row["code"] for row in _ITEMS)
WEIGHTS: Mapping[str, int] = {row["code"]: int(row["weight"]) for row in _ITEMS}
SEROLOGY: tuple[str, ...] = tuple(row["code"] for row in _ITEMS if row["clinical"] == "N")
ORGANS: tuple[str, ...] = tuple(dict.fromkeys(row["organ"] for row in _ITEMS))

_PARTS = ("score", "clinical", "serology", *(f"organ_{organ}" for organ in ORGANS))

#: Highest possible score: the sum of all weights.
HIGHEST: int = sum(WEIGHTS.values())


def score_sledai(present: Columns) -> dict[str, Column]:
    """Return total, clinical, serological and organ scores.

    Args:
        present: For each of the 24 codes, integers 1 (present) or 0.
    """
    points = {code: WEIGHTS[code] * present[code] for code in CODES}
    serology = total(points[code] for code in SEROLOGY)
    clinical = total(points[code] for code in CODES if code not in SEROLOGY)
    organs = {
        f"organ_{organ}": total(points[row["code"]] for row in _ITEMS if row["organ"] == organ)
        for organ in ORGANS
    }
    return {"score": clinical + serology, "clinical": clinical, "serology": serology, **organs}


def _instrument(name: str, title: str, version: str) -> Instrument:
    whole = {part: pl.Int32() for part in (*_PARTS, "lower", "upper")}
    return Instrument(
        id=name,
        title=title,
        version="1.0",
        summary="24 yes/no descriptors of active lupus, weighted 8, 4, 2 or 1; range 0 to 105.",
        inputs=tuple(
            Input(
                code=row["code"],
                label=row["label"],
                kind="yn",
                definition=row[f"definition_{version}"],
                source=row["source"],
                trust=row["trust"],
            )
            for row in _ITEMS
        ),
        settings=settings_of(name),
        outputs={**whole, "completeness": pl.String(), "reasons": pl.String(), "scored_by": pl.String()},
        sources=("S26", "S27", "S40", "S48", "S14", "S37"),
        checks={"selena": SELENA_CHECKS, "1992": ORIGINAL_CHECKS, "2k": SLEDAI_2K_CHECKS}[version],
    )


SELENA = _instrument("selena_sledai", "SELENA-SLEDAI", "selena")
ORIGINAL = _instrument("sledai_1992", "SLEDAI (1992)", "1992")
SLEDAI_2K = _instrument("sledai_2k", "SLEDAI-2K", "2k")


_RULE = narrow_rule(score_sledai, dict.fromkeys(CODES, (0, 1)))


def _measured(block: Block, settings: Mapping[str, str], *, detail: bool) -> dict[str, Array]:
    """Return each score with every gap taken as absent, and what the gaps leave open.

    ``open`` has a bit for each part that is higher with every gap present, ``spread`` is by how much the
    score is, ``done`` where there is no gap. Detail adds the answers, -1 where there is none.
    """
    present, gaps = dict(block.values), dict(block.missing)
    if settings["sledai_missing"] == "locf_item":
        for code, gap in block.missing.items():
            latest = block.latest(~gap)
            present[code], gaps[code] = np.where(latest >= 0, present[code][latest], np.int8(0)), latest < 0
    least = _RULE(present)
    measured = {part: least[part] for part in _PARTS}
    measured["spread"] = np.zeros(block.rows, np.int8)
    measured["open"] = np.zeros(block.rows, np.int16)
    measured["done"] = np.ones(block.rows, np.bool_)
    if gaps:
        most = _RULE({code: present[code] | gaps[code] if code in gaps else present[code] for code in CODES})
        measured |= {"spread": most["score"] - least["score"], "done": ~any_of(gaps.values())}
        for bit, part in enumerate(_PARTS):
            measured["open"] |= (least[part] != most[part]).astype(np.int16) << bit
    if detail:
        measured |= {code: np.where(gaps.get(code, False), -1, present[code]) for code in CODES}
    return measured


def _outputs(measured: Measured, instrument: Instrument, settings: Mapping[str, str]) -> Outputs:
    strict = settings["sledai_missing"] != "as_absent"
    spread = measured["spread"]
    left_open = measured["open"] if strict and measured["open"].any() else None
    outputs: Outputs = {}
    for bit, part in enumerate(_PARTS):
        known = None if left_open is None else left_open & (1 << bit) == 0
        outputs[part] = numbers(measured[part], known)
    return outputs | {
        "lower": numbers(measured["score"]),
        "upper": numbers(measured["score"] + spread if spread.any() else measured["score"]),
        "completeness": completeness(measured["done"]),
        "scored_by": scored_by(
            instrument, settings, digest(instrument, settings), shown=("proteinuria_rule",)
        ),
    }


BY_BLOCK = BlockScorer(measure=_measured, outputs=_outputs, whole=_PARTS)


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; an answer that is carried forward stands in its column."""
    if not frame.height:
        return unscored(frame, instrument)
    measured = measured_rows(frame, instrument, settings, BY_BLOCK, checked=True)
    answers = [pl.Series(code, measured[code]).cast(pl.Int32) for code in CODES]
    frame = frame.with_columns(pl.when(answer >= 0).then(answer).alias(answer.name) for answer in answers)
    why = _reasons() if reasons else pl.lit(None, dtype=pl.String)
    return frame.with_columns(**_outputs(measured, instrument, settings), reasons=why)


def _reasons() -> pl.Expr:
    fired = [pl.when(pl.col(code) == 1).then(pl.lit(f"{code} +{WEIGHTS[code]}")) for code in CODES]
    missed = joined([pl.when(pl.col(code).is_null()).then(pl.lit(code)) for code in CODES], ", ")
    return joined([*fired, pl.lit("not done: ") + missed])
