"""Rules of the audit: agreement with the print, statuses, rendering, public names."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from lupustrial import audit
from lupustrial.audit._catalogue import stated_id
from lupustrial.audit._printed import agreement
from lupustrial.audit._summaries import attainable, check_mean, parse_means

HEADER = "id,location,description,design,group1,x1,n1,group2,x2,n2,summary_values,stated_test,reported_p\n"


def judge(path: Path, *rows: str, header: str = HEADER) -> tuple[audit.Verdict, ...]:
    file = path / "claims.csv"
    file.write_text(header + "\n".join(rows) + "\n", encoding="utf-8")
    return audit.audit_claims(audit.read_claims(file))


def counts(x1: int, n1: int, x2: int, n2: int, test: str, p: str, design: str = "between-arm") -> str:
    return f"C1,T,event,{design},drug,{x1},{n1},placebo,{x2},{n2},,{test},{p}"


def test_public_names_are_pinned() -> None:
    assert set(audit.__all__) == {
        *("HEADINGS", "STATUSES", "Claim", "Finding", "Group", "Nearby", "PrintedP", "Verdict"),
        *("audit_claims", "finding_frame", "parse_printed_p", "read_claims", "render_markdown"),
        *("render_rows", "tally", "verdict_frame"),
    }
    assert all(hasattr(audit, name) for name in audit.__all__)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("0.052", "exact", "0.052"),
        ("P = .052", "exact", "0.052"),
        ("1.000", "exact", "1.000"),
        ("<0.001", "below", "0.001"),
        ("p≤0.05", "below", "0.05"),
        ("> 0.05", "above", "0.05"),
        ("≥0.05", "above", "0.05"),
        ("4.5e-3", "exact", "0.0045"),
        ("NS", "ns", None),
        ("p = ns", "ns", None),
        ("not significant", "ns", None),
        ("", "none", None),
        ("not given", "none", None),
    ],
)
def test_printed_p_values_are_read(text: str, kind: str, value: str | None) -> None:
    printed = audit.parse_printed_p(text)
    assert printed is not None
    assert (printed.kind, printed.value) == (kind, Decimal(value) if value else None)


@pytest.mark.parametrize("text", ["0,052", "5%", "1.2", "-0.1", "abc", "p"])
def test_what_is_no_p_value_is_not_read(text: str) -> None:
    assert audit.parse_printed_p(text) is None


@pytest.mark.parametrize(
    ("text", "p_value", "expected"),
    [
        ("0.052", 0.0515, "rounded"),  # half up
        ("0.052", 0.05249, "rounded"),
        ("0.052", 0.0525, "truncated"),
        ("0.052", 0.0529, "truncated"),
        ("0.052", 0.0514, "no"),
        ("0.016", 0.015625, "rounded"),
        ("1.000", 0.9995, "rounded"),
        ("0.000", 0.0004, "rounded"),
        ("<0.05", 0.0499, "consistent"),
        ("<0.05", 0.05, "no"),
        ("≤0.05", 0.05, "consistent"),
        (">0.05", 0.05, "no"),
        ("≥0.05", 0.05, "consistent"),
        (">0.05", 0.06, "consistent"),
        ("ns", 0.05, "consistent"),
        ("ns", 0.049, "no"),
        ("not given", 0.5, ""),
    ],
)
def test_agreement_with_the_print(text: str, p_value: float, expected: str) -> None:
    printed = audit.parse_printed_p(text)
    assert printed is not None
    assert agreement(printed, p_value, alpha=0.05) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.049", True),
        ("0.05", False),
        ("<0.05", True),
        ("<0.1", None),
        (">0.05", False),
        (">0.01", None),
        ("ns", False),
        ("", None),
    ],
)
def test_what_the_print_says_of_significance(text: str, expected: bool | None) -> None:  # noqa: FBT001 - a table
    printed = audit.parse_printed_p(text)
    assert printed is not None
    assert printed.significant(0.05) is expected


@pytest.mark.parametrize(
    ("text", "test"),
    [
        ("chi-square", "pearson"),
        ("χ2 test", "pearson"),
        ("χ² test", "pearson"),
        ("Chi-squared test with Yates' correction", "yates"),
        ("Fisher's exact test", "fisher"),
        ("Mann-Whitney U", "mann_whitney"),
        ("Wilcoxon rank-sum", "mann_whitney"),
        ("Wilcoxon signed-rank test", "wilcoxon_signed_rank"),
        ("paired-sample t-test", "paired_t"),
        ("Student's t test", "t_pooled"),
        ("Welch's t-test", "t_welch"),
        ("McNemar", "mcnemar_chi_square"),
        ("descriptive", ""),
        ("", ""),
        ("log-rank", None),
    ],
)
def test_names_of_tests_as_papers_write_them(text: str, test: str | None) -> None:
    assert stated_id(text) == test


def test_whole_numbers_and_means() -> None:
    # 30 whole numbers: sums 947 and 948 give 31.57 and 31.60, so 31.58 cannot be; 979/31 = 31.58
    assert not attainable(Decimal("31.58"), 30)
    assert attainable(Decimal("31.58"), 31)
    assert attainable(Decimal("29.83"), 30)  # 895/30
    assert attainable(Decimal("2.5"), 30)
    assert attainable(Decimal("0.25"), 2, unit=Decimal("0.5"))
    # halves print either way: 1.125 as 1.12 or 1.13
    assert attainable(Decimal("1.12"), 8)
    assert attainable(Decimal("1.13"), 8)
    # a standard deviation of 0.14 with mean 1.62 cannot belong to whole numbers: nothing is said
    assert check_mean(audit.Group(mean=Decimal("1.62"), sd=Decimal("0.13")), 30) == ""
    assert check_mean(audit.Group(), 30) == ""
    assert check_mean(audit.Group(name="A", mean=Decimal("1.23"), sd=Decimal("0.9")), 3) == (
        "A mean 1.23 cannot come from 3 whole numbers (nor from halves)"
    )


def test_means_are_read_from_text() -> None:
    found = parse_means("drug 31.50±9.25 (n = 29); placebo -2 +/- 9.7")
    assert found is not None
    assert [(g.name, g.mean, g.sd, g.n) for g in found] == [
        ("drug", Decimal("31.50"), Decimal("9.25"), 29),
        ("placebo", Decimal(-2), Decimal("9.7"), None),
    ]
    assert parse_means("12 (8-27) v 11 (8-22)") is None
    assert parse_means("1±2") is None


def test_statuses(tmp_path: Path) -> None:
    def status(row: str) -> str:
        return judge(tmp_path, row)[0].status

    assert status(counts(19, 29, 11, 30, "chi-square", "0.027")) == "stated"
    assert status(counts(3, 30, 1, 30, "chi-square", "0.612")) == "other"
    assert status(counts(3, 30, 1, 30, "chi-square", "0.611")) == "truncated"
    assert status(counts(1, 30, 4, 30, "chi-square", "0.352")) == "nearby"
    assert status(counts(1, 30, 4, 30, "chi-square", "0.700")) == "none"
    assert status(counts(1, 30, 4, 30, "", "0.700")) == "none"
    assert status(counts(1, 30, 4, 30, "log-rank", "0.700")) == "unsettled"
    assert status(counts(1, 30, 4, 30, "chi-square", "ns")) == "consistent"
    assert status(counts(1, 30, 4, 30, "", "<0.05")) == "contradicted"
    assert status(counts(1, 30, 4, 30, "chi-square", "<0.05")) == "contradicted"
    assert status(counts(1, 30, 4, 30, "chi-square", "not given")) == "no p"
    assert status("C1,T,x,between-arm,,,,,,,median 3 v 4,chi-square,0.1") == "not recomputable"
    assert status("C1,T,x,within-arm,,,,,,,a 3±1; b 4±1,paired t,0.1") == "not recomputable"
    assert status("C1,T,x,between-arm,,,,,,,a 3±1; b 4±1,t-test,0.1") == "not recomputable"
    assert status("C1,T,12 per group for 80% power,design,,,,,,,,,") == "design"
    assert status("C1,T,enough people,design,,,,,,,,,") == "not recomputable"


def test_undefined_tests_have_a_reason_and_a_stated_one_is_remarked(tmp_path: Path) -> None:
    (verdict,) = judge(tmp_path, counts(0, 5, 5, 5, "logistic regression", "0.01"))
    reasons = {f.test: f.reason for f in verdict.findings if f.p_value is None}
    assert set(reasons) == {"logit_wald", "wald_difference", "t_binary_pooled", "t_binary_welch"}
    assert all(reasons.values())
    assert "the stated test is not defined here" in verdict.checks[0]


def test_a_stated_t_test_on_counts_is_the_test_on_0_1(tmp_path: Path) -> None:
    (verdict,) = judge(tmp_path, counts(16, 29, 9, 30, "t-test", "0.052"))
    assert verdict.status == "stated"
    assert verdict.stated is not None
    assert verdict.stated.test == "t_binary_pooled"


def test_groups_of_different_size_cannot_be_paired(tmp_path: Path) -> None:
    (verdict,) = judge(tmp_path, counts(5, 29, 2, 30, "McNemar", "0.2", design="within-arm"))
    assert all(f.p_value is None for f in verdict.findings if f.pairing == "paired")
    assert "29 participants before and 30 after cannot be paired" in verdict.conclusion


def test_means_with_sizes_of_the_row_and_of_the_table(tmp_path: Path) -> None:
    rows = (
        "C1,Table 1,sex,between-arm,drug,3,30,placebo,1,30,,chi-square,0.3",
        "C2,Table 1,age,between-arm,,,,,,,drug 31.58±9.25; placebo 29.83±9.72,t-test,0.478",
        "C3,Table 1,age,between-arm,,,,,,,drug 31.58±9.25 (n=30); placebo 29.83±9.72 (n=30),t-test,0.3",
        "C4,Table 9,age,between-arm,,,,,,,drug 31.58±0; placebo 29.83±0 (n=1),t-test,0.4",
    )
    _, two, three, four = judge(tmp_path, *rows)
    assert two.status == "stated"
    assert "group sizes are taken from other rows of Table 1" in two.checks
    assert three.status == "none"
    assert not any("taken from" in check for check in three.checks)
    assert two.findings[0].p_value == three.findings[0].p_value
    assert four.status == "not recomputable"


def test_means_without_spread_have_no_t_test(tmp_path: Path) -> None:
    row = "C1,T,x,between-arm,,,,,,,a 3±0 (n=5); b 4±0 (n=5),t-test,0.1"
    (verdict,) = judge(tmp_path, row)
    assert all(f.p_value is None and f.reason for f in verdict.findings)
    assert verdict.intervals == ()


def test_design_rows(tmp_path: Path) -> None:
    header = "id,description,design,n1,n2,power,alpha,rate1,rate2\n"
    rows = (
        "C1,a,design,30,30,0.8,0.05,0.55,0.30",
        "C2,b,design,13,13,0.9,0.05,0.90,",
        "C3,c,design,250,250,,,0.5,0.4",
        "C4,d,design,3000,3000,,,0.5,0.4",
        "C5,e,design,2,2,0.9,,0.5,",
        "C6,f,design,20,40,0.9,,,",
    )
    one, two, three, four, five, six = judge(tmp_path, *rows, header=header)
    # exact enumeration: 0.5066 (Pearson), 0.4015 (Fisher), shared reference pow_30_30_0.55_0.30
    assert one.conclusion == "30 per group at 55% v 30% has 51% power (Pearson, exact; Fisher 40%)."
    assert "90% v 33%" in two.conclusion
    assert "Fisher" not in three.conclusion
    assert "too large to enumerate" in four.conclusion
    assert "has not 90% power at any rates tried" in five.conclusion
    assert six.status == "not recomputable"
    assert six.conclusion.startswith("The claim gives no size per group together with")


def test_reach_widens_the_search(tmp_path: Path) -> None:
    file = tmp_path / "claims.csv"
    file.write_text(HEADER + counts(7, 13, 2, 12, "chi-square", "0.036") + "\n", encoding="utf-8")
    claims = audit.read_claims(file)
    near = {str(n) for n in audit.audit_claims(claims)[0].nearby}
    far = {str(n) for n in audit.audit_claims(claims, reach=2)[0].nearby}
    assert near < far
    assert any("Fisher exact at 7/11 v 2/12" in text for text in far)


def test_alpha_moves_the_conclusion(tmp_path: Path) -> None:
    file = tmp_path / "claims.csv"
    file.write_text(HEADER + counts(19, 29, 11, 30, "chi-square", "ns") + "\n", encoding="utf-8")
    claims = audit.read_claims(file)
    assert audit.audit_claims(claims)[0].status == "contradicted"
    assert audit.audit_claims(claims, alpha=0.01)[0].status == "consistent"


def test_tables_and_text_of_the_verdicts(tmp_path: Path) -> None:
    verdicts = judge(
        tmp_path,
        "C1,T,with a | bar,between-arm,drug,16,29,placebo,9,30,,chi-square,0.052",
        "C2,T,age,between-arm,,,,,,,drug 31.58±9.25 (n=30); placebo 29.83±9.72 (n=30),t-test,0.478",
        "C3,T,nothing,between-arm,,,,,,,,,",
    )
    summary, findings = audit.verdict_frame(verdicts), audit.finding_frame(verdicts)
    assert summary.height == 3
    assert summary["stated_p"].dtype == pl.Float64
    assert summary.row(2, named=True)["reproduced_by"] is None
    assert findings.filter(pl.col("id") == "C1").height == 17
    assert findings["p_value"].is_nan().sum() == 0
    rows = audit.render_rows(verdicts)
    assert all(len(row) == len(audit.HEADINGS) for row in rows)
    assert rows[0][2:5] == ("16/29 v 9/30", "0.052", "0.0504")
    text = audit.render_markdown(verdicts, title="A paper")
    assert text.startswith("# A paper\n")
    assert "with a \\| bar" in text
    assert "difference 25.2 points, 95% CI 0.1 to 46.3 (Newcombe)" in text
    assert "(pooled t)" in text
    assert text == audit.render_markdown(verdicts, title="A paper")
    assert audit.tally(verdicts)[-1] == ("not recomputable", 1)


def test_no_verdicts_give_empty_tables_with_their_columns() -> None:
    assert audit.verdict_frame(()).columns[:3] == ["id", "location", "description"]
    assert audit.finding_frame(()).height == 0
    assert audit.render_markdown(()).startswith("# Audit of published claims\n\n0 claims.")
