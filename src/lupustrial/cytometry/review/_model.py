"""What a reader is shown of a tube: its gates with their views, its findings, nothing of whose it is.

Neither the file's name nor its keywords are in it: a name may tell participant and visit, a date the visit.
What stands for the tube is a code that is made from the hash of the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from lupustrial.cytometry._finding import Finding
from lupustrial.cytometry._regions import Region
from lupustrial.cytometry.review._view import View

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none that is taken for another
_LENGTH = 8


@dataclass(frozen=True, kw_only=True, eq=False)
class GateReview:
    """A gate as a reader sees it.

    Attributes:
        population: Name of the population.
        parent: Of its parent; None where that is the whole tube.
        method: How the gate was placed.
        region: Where it lies.
        confidence: 0 to 1, the method's own.
        reason: Why there.
        count: Events inside.
        parent_count: Events of the parent.
        jitter: Percent of the parent between which the count goes when the gate is moved a little; None where
            that was not tried.
        views: Binned events of the parent, with the columns of the region.
    """

    population: str
    parent: str | None
    method: str
    region: Region
    confidence: float
    reason: str
    count: int
    parent_count: int
    jitter: tuple[float, float] | None
    views: tuple[View, ...]

    @property
    def percent(self) -> float | None:
        """Percent of the parent; None where the parent is empty."""
        return 100 * self.count / self.parent_count if self.parent_count else None


@dataclass(frozen=True, kw_only=True, eq=False)
class TubeReview:
    """A tube as a reader sees it.

    Attributes:
        code: The blinded code (:func:`code_of`).
        file_sha256: Hash of the file.
        batch: Label of the batch in which it was stained and measured; empty where none is known.
        control: Whether it is a technical control, the same sample in every batch.
        strategy: Id of the strategy.
        strategy_hash: Its hash.
        gate_hash: Hash of this gating (``Gated.hash``).
        events: Events of the file.
        compensation: ``applied``, ``already applied`` or ``none``.
        instrument: Keywords of the instrument alone, by name.
        findings: What quality control found.
        gates: In the order of gating.
        skipped: Why a population was not gated, by name.
        plots: Title and SVG of each plot of quality control; for the pages, not for the material.
    """

    code: str
    file_sha256: str
    batch: str
    control: bool
    strategy: str
    strategy_hash: str
    gate_hash: str
    events: int
    compensation: str
    instrument: Mapping[str, str]
    findings: tuple[Finding, ...]
    gates: tuple[GateReview, ...]
    skipped: Mapping[str, str] = field(default_factory=dict)
    plots: tuple[tuple[str, str], ...] = ()

    def gate(self, population: str) -> GateReview | None:
        """Return the gate of a population; None where the tube has none."""
        return next((gate for gate in self.gates if gate.population == population), None)

    @property
    def verdict(self) -> str:
        """The worst verdict of its findings."""
        verdicts = {finding.verdict for finding in self.findings}
        return next((one for one in ("fail", "warn") if one in verdicts), "pass")


def code_of(file_sha256: str, secret: str = "") -> str:
    """Return the blinded code of a file: 8 letters and figures, the same wherever the file is gated.

    Args:
        file_sha256: Hash of the file.
        secret: What keeps somebody who has the files from finding the code of each; the same for a whole
            trial. Without it the code hides names and dates only.
    """
    digest = hashlib.sha256(f"lupustrial tube\n{secret}\n{file_sha256}".encode()).digest()
    number = int.from_bytes(digest[:5], "big")
    return "".join(_LETTERS[number >> 5 * place & 31] for place in reversed(range(_LENGTH)))
