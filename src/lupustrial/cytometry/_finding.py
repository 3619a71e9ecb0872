"""A finding of quality control: what was looked at, how it came out, and the numbers behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["pass", "warn", "fail"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One check of one tube.

    Attributes:
        check: Id of the check (``QC-TIME``, ``QC-LABELS``, …).
        verdict: ``pass``, ``warn`` (a reader decides) or ``fail`` (no result until a reader says so).
        message: One sentence with the numbers.
        columns: The columns concerned.
        numbers: What was measured.
    """

    check: str
    verdict: Verdict
    message: str
    columns: tuple[str, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)
