"""What the audit finds about a claim."""

from __future__ import annotations

from dataclasses import dataclass

from lupustrial.audit._claims import Claim
from lupustrial.stats import Estimate

STATUSES = {
    "stated": "reproduced by the stated test",
    "other": "reproduced by another test",
    "truncated": "not reproduced (cut off instead of rounded, it would be)",
    "nearby": "not reproduced (other group sizes would)",
    "none": "not reproduced",
    "unsettled": "stated test not recomputable, others differ",
    "consistent": "consistent",
    "contradicted": "contradicted by the stated test",
    "no p": "no p value printed",
    "not recomputable": "not recomputable",
    "design": "sample size",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One test on one claim.

    Attributes:
        test: Id of the test.
        label: Its name for readers.
        sides: ``"two-sided"`` or ``"one-sided"``.
        pairing: ``"unpaired"`` or ``"paired"``.
        p_value: ``None`` where the test is not defined for these figures; then ``reason`` says why.
        match: ``"rounded"``, ``"truncated"``, ``"consistent"``, ``"no"``, or ``""`` where nothing is printed.
        reason: Why there is no p value.
        for_counts: Whether the test is made for this kind of data.
    """

    test: str
    label: str
    sides: str
    pairing: str
    p_value: float | None
    match: str
    reason: str = ""
    for_counts: bool = True

    @property
    def reproduces(self) -> bool:
        """Whether it agrees with the print; one-sided results never count."""
        return self.sides == "two-sided" and self.match in {"rounded", "consistent"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Nearby:
    """A test that reproduces the printed p with other group sizes."""

    label: str
    figures: str
    p_value: float

    def __str__(self) -> str:
        """Write as in a report: ``Fisher exact at 4/29 v 1/29 (0.3525)``."""
        return f"{self.label} at {self.figures} ({self.p_value:.4f})"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What the audit says of one claim.

    Attributes:
        claim: The claim.
        status: A key of `STATUSES`.
        stated: Finding of the test that the paper names; ``None`` where it names none or it cannot be
            recomputed.
        findings: Every test tried, in a fixed order.
        nearby: Sizes differing by at most ``reach`` that would reproduce; looked for only if nothing else
            does.
        intervals: Differences with intervals: Newcombe and Miettinen-Nurminen for counts, t for means.
        checks: Other remarks (attainable means, where a size was taken from, assumptions).
        conclusion: What follows, in words.
    """

    claim: Claim
    status: str
    stated: Finding | None
    findings: tuple[Finding, ...]
    nearby: tuple[Nearby, ...]
    intervals: tuple[Estimate, ...]
    checks: tuple[str, ...]
    conclusion: str

    @property
    def brief(self) -> str:
        """The verdict in a few words, for a table: whole only where no test reproduces the printed p."""
        first = self.conclusion.partition(". ")[0].rstrip(".") + "."
        briefs = {
            "stated": "reproduced by the stated test",
            "other": f"not by the stated test; by {self._tests()}",
            "consistent": "consistent",
            "no p": "no p printed",
            "not recomputable": "not recomputable from the print",
        }
        return briefs.get(self.status, first)

    def _tests(self) -> str:
        shown = [finding for finding in self.findings if finding.reproduces and finding.p_value is not None]
        more = f" and {len(shown) - 1} more" if len(shown) > 1 else ""
        return "".join(f"{one.label} ({one.p_value:.4f})" for one in shown[:1]) + more

    @property
    def reproduced_by(self) -> tuple[str, ...]:
        """Labels of the two-sided tests that agree with the print (or are consistent with it)."""
        return tuple(finding.label for finding in self.findings if finding.reproduces)

    @property
    def truncated_by(self) -> tuple[str, ...]:
        """Labels of the two-sided tests that give the printed digits when cut off instead of rounded."""
        return tuple(f.label for f in self.findings if f.sides == "two-sided" and f.match == "truncated")

    @property
    def one_sided_matches(self) -> tuple[str, ...]:
        """Labels of one-sided tests that give the printed digits; told apart, never a reproduction."""
        return tuple(f.label for f in self.findings if f.sides == "one-sided" and f.match == "rounded")
