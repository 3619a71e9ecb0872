"""The audit of figures printed in He 2020, Ann Rheum Dis 79:141, from the study folder alone."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from lupustrial import audit

PATH = Path(__file__).resolve().parents[3] / "studies" / "il2-sle" / "published" / "claims.csv"


@cache
def verdicts() -> dict[str, audit.Verdict]:
    return {v.claim.id: v for v in audit.audit_claims(audit.read_claims(PATH))}


def test_primary_endpoint_is_not_reproduced_by_the_chi_square_that_the_methods_name() -> None:
    verdict = verdicts()["C001"]
    assert verdict.stated is not None
    assert verdict.stated.test == "pearson"
    assert round(verdict.stated.p_value or 0, 3) == 0.050
    assert verdict.reproduced_by == ("(N-1) chi-square", "t-test on 0/1 (pooled)", "t-test on 0/1 (Welch)")


def test_week_24_response_is_reproduced_by_the_stated_test() -> None:
    assert verdicts()["C002"].status == "stated"


@pytest.mark.parametrize("claim", ["C052", "C053", "C058", "C059"])
def test_pairing_would_reverse_conclusions_of_table_2(claim: str) -> None:
    # placebo arthritis and IL-2 alopecia: printed as not significant, McNemar below 0.05 if nobody gained it
    assert "reverses the printed conclusion" in verdicts()[claim].conclusion


def test_table_2_proportions_are_fisher_tests_of_independent_groups() -> None:
    """Of 28 rows with an informative p, 19 match Fisher as printed, 4 with another arm size, 5 nothing."""
    rows = [
        v
        for v in verdicts().values()
        if v.claim.design == "within-arm" and v.findings and v.claim.reported_p.kind == "exact"
    ]
    informative = [v for v in rows if v.claim.reported_p.text != "1.000"]
    assert len(informative) == 28
    outcome = Counter(
        "fisher"
        if "Fisher exact" in v.reproduced_by
        else "other size"
        if any(n.label == "Fisher exact" for n in v.nearby)
        else v.status
        for v in informative
    )
    assert outcome == {"fisher": 19, "other size": 4, "none": 5}


def test_rows_without_counts_say_why_they_cannot_be_recomputed() -> None:
    missing = [v for v in verdicts().values() if v.status == "not recomputable"]
    assert len(missing) == 38
    assert all(v.conclusion.startswith("The paper prints no counts") for v in missing)


def test_sample_size_uses_the_rates_of_the_pilot() -> None:
    assert "90% v 33%" in verdicts()["C113"].conclusion
