"""What a publication printed for a claim, as the audit hands it over."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Published:
    """A published claim.

    Attributes:
        p: The p value as printed, e.g. ``"0.052"`` or ``"not given"``.
        verdict: The audit's finding in a few words, e.g. ``"reproduced by Pearson"``.
    """

    p: str
    verdict: str = ""
