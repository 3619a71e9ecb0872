"""All 113 claims of the IL-2 trial against p values computed elsewhere, which the audit never reads.

The shared table holds, beside the facts, p values of nineteen tests, printed to five decimals (three
significant digits below 0.00001), and which tests were found to reproduce the printed p.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest

from lupustrial import audit

FILE = Path(__file__).resolve().parents[3].parent / "shared" / "reference" / "published" / "he2020_claims.csv"
COLUMNS = {
    "p_pearson": "pearson",
    "p_yates": "yates",
    "p_fisher": "fisher",
    "p_lr": "likelihood_ratio",
    "p_nminus1_linear_by_linear": "n_minus_1",
    "p_midp": "fisher_midp",
    "p_midp_doubled": "fisher_midp_doubled",
    "p_barnard": "barnard",
    "p_boschloo": "boschloo",
    "p_wald_difference": "wald_difference",
    "p_logit_wald": "logit_wald",
    "p_ttest_01_pooled": "t_binary_pooled",
    "p_ttest_01_welch": "t_binary_welch",
    "p_mannwhitney_01": "mann_whitney_binary",
    "p_fisher_one_sided": "fisher_one_sided",
    "p_fisher_one_sided_midp": "midp_one_sided",
    "p_mcnemar_exact": "mcnemar_exact",
    "p_mcnemar_chi2": "mcnemar_chi_square",
    "p_mcnemar_chi2_cc": "mcnemar_chi_square_corrected",
}
# Barnard p values that SciPy gave too low: it loses the mirror image of the table seen, just as extreme.
# Sums over all tables in R give ours (tests/independent/stats/test_r_proportions.py).
SCIPY_LOSES_A_TABLE = {"C001", "C002", "C003", "C020", "C022", "C050", "C052", "C065"}
LABELS = {
    "Pearson": "pearson",
    "Yates": "yates",
    "Fisher exact": "fisher",
    "likelihood ratio": "likelihood_ratio",
    "(N-1) linear-by-linear": "n_minus_1",
    "mid-p": "fisher_midp",
    "doubled mid-p": "fisher_midp_doubled",
    "Barnard": "barnard",
    "Boschloo": "boschloo",
    "Wald difference": "wald_difference",
    "logistic Wald": "logit_wald",
    "t-test on 0/1 (pooled)": "t_binary_pooled",
    "t-test on 0/1 (Welch)": "t_binary_welch",
    "Mann-Whitney on 0/1": "mann_whitney_binary",
    "mcnemar exact": "mcnemar_exact",
    "mcnemar chi2": "mcnemar_chi_square",
    "mcnemar chi2 cc": "mcnemar_chi_square_corrected",
}

pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"the shared table {FILE.name} is absent")


@cache
def reference() -> dict[str, dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return {row["claim_id"]: row for row in csv.DictReader(file)}


@cache
def verdicts() -> dict[str, audit.Verdict]:
    return {v.claim.id: v for v in audit.audit_claims(audit.read_claims(FILE))}


def test_every_claim_is_judged() -> None:
    assert list(verdicts()) == list(reference())
    assert len(verdicts()) == 113


@pytest.mark.parametrize("column", COLUMNS)
def test_p_values_agree_with_those_computed_elsewhere(column: str) -> None:
    compared = 0
    for claim, row in reference().items():
        ours = {f.test: f.p_value for f in verdicts()[claim].findings}.get(COLUMNS[column])
        printed = row[column]
        if printed == "":
            assert ours is None, claim
        elif column == "p_barnard" and claim in SCIPY_LOSES_A_TABLE:
            assert ours is not None
            assert float(printed) < ours < 1.03 * float(printed), claim
        else:
            half = 0.501e-5 if float(printed) >= 1e-5 else 0.00501 * float(printed)
            assert ours == pytest.approx(float(printed), abs=half), claim
            compared += 1
    assert compared >= {"p_logit_wald": 40}.get(column, 30 if "mcnemar" in column else 50)


def test_the_same_tests_are_found_to_reproduce() -> None:
    """Of the tests that both tried, for every claim with counts and a printed p."""
    differences = {}
    for claim, row in reference().items():
        verdict = verdicts()[claim]
        if row["x1"] == "" or row["reported_p"] in {"not given", "ns"}:
            continue
        found = {f.test for f in verdict.findings if f.reproduces} - {"unconditional_score"}
        theirs = {LABELS[label] for label in row["reproduced_by"].split("; ") if label in LABELS}
        if found != theirs:
            differences[claim] = found ^ theirs
    assert differences == {}


def test_where_none_reproduces_the_same_other_sizes_are_found() -> None:
    """The reference also moved a group by two (7/11 v 2/12); the audit moves it by one."""
    for claim, row in reference().items():
        theirs = set(filter(None, row["alternative_denominators_that_reproduce"].split("; ")))
        if row["x1"] and theirs:
            ours = {f"{n.label} at {n.figures}" for n in verdicts()[claim].nearby}
            assert theirs - {"Fisher exact at 7/11 v 2/12"} <= ours, claim


def test_p_0036_is_reproduced_by_no_two_sided_test() -> None:
    verdict = verdicts()["C004"]
    sentence = "p = 0.036 is reproduced by no two-sided test of 7/13 v 2/12 (Pearson 0.053)"
    assert sentence in verdict.conclusion
    assert verdict.reproduced_by == ()
    assert verdict.one_sided_matches == ("Fisher mid-p, one-sided",)
    assert "The conclusion flips" in verdict.conclusion


def test_means_impossible_for_thirty_whole_numbers() -> None:
    # published/README.md: 31.58 and 54.81 cannot come from 30 whole numbers but can from 31;
    # 58.69 can from 29; heights are possible; body surface area and duration are not whole numbers or fit
    checks = {
        claim: "; ".join(verdicts()[claim].checks) for claim in ("C029", "C030", "C031", "C032", "C033")
    }
    assert "IL-2 mean 31.58 cannot come from 30 whole numbers" in checks["C029"]
    assert "it can come from 31" in checks["C029"]
    assert (
        "placebo mean 58.69 cannot come from 30 whole numbers (nor from halves); it can come from 29"
        in (checks["C030"])
    )
    assert all("cannot come from" not in checks[claim] for claim in ("C031", "C032", "C033"))


def test_t_tests_from_printed_means() -> None:
    # published/README.md: 30 v 30 gives 0.4779, 0.0860, 0.7827, 0.1571, 0.8386; age at 31 v 30 gives 0.4741
    expected = {"C029": 0.4779, "C030": 0.0860, "C031": 0.7827, "C032": 0.1571, "C033": 0.8386}
    for claim, p_value in expected.items():
        assert round(verdicts()[claim].findings[0].p_value or 0, 4) == p_value
    near = {n.figures: round(n.p_value, 4) for n in verdicts()["C029"].nearby if "pooled" in n.label}
    assert near["n = 31 v 30"] == 0.4741


def test_sample_size_claim() -> None:
    # published/README.md: 13 per arm for 90 % implies about 90 v 33 %; at the rates seen 31 %, 29 v 30: 50 %
    conclusion = verdicts()["C113"].conclusion
    assert "90% v 33%" in conclusion
    assert "13 per group has 31% power" in conclusion
    assert "29 v 30 has 50% power" in conclusion


def test_difference_at_week_12_has_both_intervals() -> None:
    newcombe, score = verdicts()["C001"].intervals
    percents = [round(100 * v, 1) for v in (newcombe.estimate, newcombe.lower, newcombe.upper)]
    assert percents == [25.2, 0.1, 46.3]
    assert [round(100 * v, 1) for v in (score.lower, score.upper)] == [-0.3, 47.6]


def test_the_study_folder_holds_the_same_facts() -> None:
    path = Path(__file__).resolve().parents[3] / "studies" / "il2-sle" / "published" / "claims.csv"
    ours = audit.audit_claims(audit.read_claims(path))
    assert [v.claim.id for v in ours] == list(reference())
    for verdict in ours:
        theirs = verdicts()[verdict.claim.id]
        assert verdict.status == theirs.status
        assert verdict.claim.reported_p == theirs.claim.reported_p
        assert [f.p_value for f in verdict.findings] == [f.p_value for f in theirs.findings]
