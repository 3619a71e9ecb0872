"""A published claim as data; the CSV that holds them is described in docs/audit.md."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from lupustrial.audit._printed import PrintedP

DESIGNS = ("between-arm", "within-arm", "design")


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """What a paper prints of one group (arm, or visit within an arm).

    Attributes:
        name: As printed, e.g. ``"IL-2"`` or ``"week 12"``.
        x: Events; ``None`` where no count is printed.
        n: Participants; ``None`` where not printed.
        mean: Mean with its printed digits.
        sd: Standard deviation with its printed digits.
    """

    name: str = ""
    x: int | None = None
    n: int | None = None
    mean: Decimal | None = None
    sd: Decimal | None = None

    @property
    def counts(self) -> str:
        """The count as in a paper: ``"16/29"``."""
        return f"{self.x}/{self.n}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """One comparison (or sample size) that a paper reports.

    Attributes:
        id: Unique in its file.
        location: Where in the paper, e.g. ``"Table 1"``.
        description: What is compared.
        design: ``"between-arm"``, ``"within-arm"`` (same participants twice) or ``"design"`` (a sample size).
        group1: First group (for within-arm claims: before).
        group2: Second group (after).
        summary: Other printed figures, as text.
        stated_test: The test that the paper names, as text; may be empty.
        reported_p: The p value as printed.
        power: Of a design claim: power stated, 0 to 1.
        alpha: Of a design claim: two-sided level stated.
        rate1: Of a design claim: rate assumed in the first group.
        rate2: Of a design claim: rate assumed in the second group.
        note: Free text.
        place: ``"claims.csv:12"``, the line the claim starts on.
    """

    id: str
    location: str
    description: str
    design: str
    group1: Group
    group2: Group
    summary: str
    stated_test: str
    reported_p: PrintedP
    power: float | None = None
    alpha: float | None = None
    rate1: float | None = None
    rate2: float | None = None
    note: str = ""
    place: str = ""

    @property
    def has_counts(self) -> bool:
        """Whether both groups have events and participants."""
        return None not in (self.group1.x, self.group1.n, self.group2.x, self.group2.n)

    @property
    def has_means(self) -> bool:
        """Whether both groups have mean and standard deviation."""
        return None not in (self.group1.mean, self.group1.sd, self.group2.mean, self.group2.sd)

    @property
    def table(self) -> str:
        """The counts as in a paper: ``"16/29 v 9/30"``."""
        return f"{self.group1.counts} v {self.group2.counts}"
