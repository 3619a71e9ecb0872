"""The worked examples of the reference folder, which lies outside the repository.

Tests that use them skip loudly where the folder is absent.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lupustrial.instruments import score

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "instruments" / "testvectors"


def vectors(name: str) -> list[dict[str, str]]:
    """Return the rows of ``<name>.csv``; none where the folder is absent."""
    path = FOLDER / f"{name}.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def cases(name: str) -> pytest.MarkDecorator:
    """Parametrise a test with ``case``, one row of the file each."""
    rows = vectors(name)
    if not rows:
        missing = pytest.mark.skip(reason=f"NOT RUN: ../shared/…/testvectors/{name}.csv is absent")
        return pytest.mark.parametrize("case", [pytest.param({}, marks=missing, id=name)])
    return pytest.mark.parametrize("case", rows, ids=[row["case_id"] for row in rows])


def one(name: str, rows: list[dict[str, Any]], **settings: str) -> dict[str, Any]:
    """Score the visits of one participant and return the last."""
    frame = pl.DataFrame([{"USUBJID": "P", "VISITNUM": number, **row} for number, row in enumerate(rows)])
    result: dict[str, Any] = score(name, frame, settings=settings).row(-1, named=True)
    return result


def yn(text: str) -> str | None:
    """Return Y, N, or None for a blank."""
    return {"yes": "Y", "no": "N"}.get(text)


def number(text: str) -> float | None:
    """Return the number, or None for a blank."""
    return float(text) if text else None
