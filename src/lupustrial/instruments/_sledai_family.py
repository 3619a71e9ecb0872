"""Clinical SLEDAI and M-SLEDAI: the 24 descriptors without some of them.

Clinical SLEDAI leaves out complement and anti-dsDNA [S14]. "M-SLEDAI" names more than one thing, so a trial
must say what it means (``tables/m_sledai.csv``) before anything is scored. MEX-SLEDAI is a different index,
with items and weights of its own, and is not scored here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments._columns import Column, Columns, total
from lupustrial.instruments._frame import in_order
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._sledai import CODES, SELENA, SEROLOGY, WEIGHTS
from lupustrial.instruments._sledai_checks import COMMON_CHECKS
from lupustrial.instruments._spec import Input, Instrument
from lupustrial.instruments._tables import read_table
from lupustrial.instruments._verdict import completeness, joined, scored_by

_DEFINITIONS: Mapping[str, tuple[str, ...]] = {
    row["definition"]: tuple(row["leaves_out"].split(";")) for row in read_table("m_sledai")
}


def score_without(present: Columns, left_out: Sequence[str]) -> Column:
    """Return the weighted sum of the descriptors that are counted.

    Args:
        present: For each of the 24 codes that is counted, integers 1 (present) or 0.
        left_out: Codes that are not counted.
    """
    return total(WEIGHTS[code] * present[code] for code in CODES if code not in left_out)


def _instrument(name: str, title: str, summary: str, left_out: Sequence[str]) -> Instrument:
    return Instrument(
        id=name,
        title=title,
        version="1.0",
        summary=summary,
        inputs=tuple(
            Input(
                code=each.code,
                label=each.label,
                kind="yn",
                item=each.code not in left_out,
                definition="" if each.code not in left_out else "read and not counted",
                source=each.source,
                trust=each.trust,
            )
            for each in SELENA.items
        ),
        settings=settings_of(name),
        outputs={
            **dict.fromkeys(("score", "lower", "upper"), pl.Int32()),
            **dict.fromkeys(("completeness", "reasons", "scored_by"), pl.String()),
        },
        sources=("S26", "S27", "S40", "S48", "S14"),
        checks=COMMON_CHECKS,
    )


CLINICAL = _instrument(
    "clinical_sledai",
    "Clinical SLEDAI",
    "The 22 descriptors of SLEDAI without complement and anti-dsDNA; range 0 to 101.",
    SEROLOGY,
)
M_SLEDAI = _instrument(
    "m_sledai",
    "M-SLEDAI, as the trial defines it",
    "SLEDAI without the descriptors that the trial's definition of M-SLEDAI leaves out.",
    (),
)


def _left_out(instrument: Instrument, settings: Mapping[str, str]) -> tuple[str, ...]:
    """Return the descriptors that are not counted; INSTR-016 where the trial has not said which."""
    if instrument.id == CLINICAL.id:
        return SEROLOGY
    chosen = settings["m_sledai_definition"]
    if chosen not in _DEFINITIONS:
        raise InstrumentError(
            Fault(
                id="INSTR-016",
                message="M-SLEDAI names more than one thing, and the trial's definition is not given",
                place="setting m_sledai_definition of m_sledai",
                hint=f"choose {' or '.join(_DEFINITIONS)}; MEX-SLEDAI is a different index with items and "
                "weights of its own",
            )
        )
    return _DEFINITIONS[chosen]


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame."""
    left_out = _left_out(instrument, settings)
    counted = [code for code in CODES if code not in left_out]
    if settings["sledai_missing"] == "locf_item":
        frame = in_order(frame).with_columns(pl.col(code).forward_fill().over("USUBJID") for code in counted)
    least = score_without({code: pl.col(code).fill_null(0) for code in counted}, left_out)
    most = score_without({code: pl.col(code).fill_null(1) for code in counted}, left_out)
    done = pl.all_horizontal(pl.col(code).is_not_null() for code in counted)
    strict = settings["sledai_missing"] != "as_absent"
    shown = [name for name in ("m_sledai_definition", "sledai_version") if name in settings]
    return frame.with_columns(
        score=pl.when(done).then(least) if strict else least,
        lower=least,
        upper=most,
        completeness=completeness(done),
        reasons=_reasons(counted) if reasons else pl.lit(None, dtype=pl.String),
        scored_by=scored_by(instrument, settings, digest(instrument, settings), shown=shown),
    )


def _reasons(counted: Sequence[str]) -> pl.Expr:
    fired = [pl.when(pl.col(code) == 1).then(pl.lit(f"{code} +{WEIGHTS[code]}")) for code in counted]
    missed = joined([pl.when(pl.col(code).is_null()).then(pl.lit(code)) for code in counted], ", ")
    return joined([*fired, pl.lit("not done: ") + missed])
