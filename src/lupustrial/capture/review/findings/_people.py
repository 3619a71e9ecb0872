"""Accounts that change more than others do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from scipy.special import bdtrc

from lupustrial.capture.review.findings._model import Evidence, Finding, replaced

ENOUGH = 20  # changes by an account
LEVEL = 0.001  # of all accounts together (Bonferroni)


def much_change(evidence: Evidence) -> Iterator[Finding]:
    """Give accounts of whose rows more are changes than of all others': one-sided exact binomial test."""
    rows: Counter[str] = Counter(change.by for change in evidence.changes)
    changes: Counter[str] = Counter(change.by for change in evidence.changes if replaced(change))
    for person in sorted(rows):
        others = sum(rows.values()) - rows[person]
        if changes[person] < ENOUGH or not others:
            continue
        elsewhere = sum(changes.values()) - changes[person]
        rate = (elsewhere + 1) / (others + 2)  # never 0, from which everything would differ
        p = float(bdtrc(changes[person] - 1, rows[person], rate))
        if p * len(rows) < LEVEL:
            yield Finding(
                method="churn",
                subject=person,
                message=f"{person} changed {changes[person]} of {rows[person]} values that he or she saved "
                f"({_percent(changes[person], rows[person])}); all others {elsewhere} of {others} "
                f"({_percent(elsewhere, others)})",
                person=person,
            )


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %"
