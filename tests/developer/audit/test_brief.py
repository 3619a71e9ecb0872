"""The verdict in a few words, as the table of key results shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lupustrial.audit import audit_claims, read_claims

CLAIMS = Path(__file__).resolve().parents[3] / "studies" / "il2-sle" / "published" / "claims.csv"


@pytest.fixture(scope="module")
def briefs() -> dict[str, str]:
    return {verdict.claim.id: verdict.brief for verdict in audit_claims(read_claims(CLAIMS))}


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        ("C002", "reproduced by the stated test"),
        ("C001", "not by the stated test; by (N-1) chi-square (0.0524) and 2 more"),
        ("C017", "not by the stated test; by Fisher exact (0.6120)"),
        ("C004", "p = 0.036 is reproduced by no two-sided test of 7/13 v 2/12 (Pearson 0.053)."),
        ("C010", "no p printed"),
        ("C011", "consistent"),
        ("C005", "not recomputable from the print"),
    ],
)
def test_each_status_has_its_words(briefs: dict[str, str], claim: str, words: str) -> None:
    assert briefs[claim] == words
