"""Tables of claims that cannot be used: all faults at once, each with place and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from lupustrial import audit
from lupustrial.errors import AuditError

HEADER = (
    "id,location,description,design,group1,x1,n1,mean1,sd1,group2,x2,n2,mean2,sd2,stated_test,reported_p\n"
)


def faults(path: Path, text: str | bytes) -> list[tuple[str, str, str]]:
    file = path / "claims.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(AuditError) as raised:
        audit.read_claims(file)
    assert all(f.hint for f in raised.value.faults)
    return [(f.id, f.place, f.message) for f in raised.value.faults]


def test_all_faults_of_a_file_at_once(tmp_path: Path) -> None:
    text = HEADER + (
        "C1,T,a,between-arm,A,16,29,,,B,9,30,,,chi-square,0.052\n"
        "C1,T,b,between-arm,A,31,29,,,B,9,30,,,chi-square,0.052\n"
        "C2,T,c,between arms,A,1.5,29,,,B,9,30,,,chi-square,5%\n"
        ",T,d,between-arm,A,1,,,,B,,0,,,chi-square,0.5\n"
        "C4,T,e,between-arm,A,,29,12.x,3,B,,30,7,,t-test,0.5\n"
        "C5,T,f,between-arm,A,,29,12,-3,B,,30,7,NaN,t-test,0.5\n"
    )
    found = faults(tmp_path, text)
    assert [(fault, place) for fault, place, _ in found] == [
        ("AUDIT-005", "claims.csv:3, column x1"),
        ("AUDIT-003", "claims.csv:3, column id"),
        ("AUDIT-004", "claims.csv:4, column design"),
        ("AUDIT-007", "claims.csv:4, column reported_p"),
        ("AUDIT-005", "claims.csv:4, column x1"),
        ("AUDIT-005", "claims.csv:5, column n1"),
        ("AUDIT-005", "claims.csv:5, column n2"),
        ("AUDIT-005", "claims.csv:5, column x2"),
        ("AUDIT-003", "claims.csv:5, column id"),
        ("AUDIT-006", "claims.csv:6, column mean1"),
        ("AUDIT-006", "claims.csv:6, column sd2"),
        ("AUDIT-006", "claims.csv:7, column sd1"),
        ("AUDIT-006", "claims.csv:7, column sd2"),
    ]


def test_line_numbers_hold_after_cells_with_line_breaks(tmp_path: Path) -> None:
    text = 'id,description,design\nC1,"two\nlines",between-arm\n\nC2,b,betwen-arm\n'
    assert faults(tmp_path, text) == [
        ("AUDIT-004", "claims.csv:5, column design", "'betwen-arm' is not a design"),
    ]


def test_columns(tmp_path: Path) -> None:
    found = faults(tmp_path, "id,descriptoin,design,x1,x1\nC1,a,between-arm,1,1\n")
    assert [message for _, _, message in found] == [
        "there is no column 'description'",
        "unknown column 'descriptoin'",
        "column 'x1' stands twice",
        "1 of how many?",
        "only one group has a count",
    ]


def test_a_near_column_name_is_suggested(tmp_path: Path) -> None:
    file = tmp_path / "claims.csv"
    file.write_text("id,description,design,stated_tset\nC1,a,between-arm,x\n", encoding="utf-8")
    with pytest.raises(AuditError, match=r"did you mean stated_test\?"):
        audit.read_claims(file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "there is no column 'id'"),
        (b"id,description,design\n", "the file holds no claim"),
        (b"id,description,design\nC1,a\n", "2 cells where the header has 3"),
        (b"id,description,design\nC1,a,between-arm,x\n", "4 cells where the header has 3"),
        (b'id,description,design\nC1,"a"b,between-arm\n', "not CSV"),
        (b"id,description,design\nC1,\xff,between-arm\n", "is not UTF-8"),
    ],
)
def test_files_that_are_no_table_of_claims(tmp_path: Path, text: bytes, message: str) -> None:
    assert any(message in found for _, _, found in faults(tmp_path, text))


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="AUDIT-001 the file cannot be opened"):
        audit.read_claims(tmp_path / "none.csv")
    with pytest.raises(AuditError, match="AUDIT-001"):
        audit.read_claims(tmp_path)


def test_shares_of_a_design_must_lie_between_0_and_1(tmp_path: Path) -> None:
    found = faults(tmp_path, "id,description,design,n1,power,alpha\nC1,a,design,13,90,0\n")
    assert [place for _, place, _ in found] == ["claims.csv:2, column power", "claims.csv:2, column alpha"]


def test_columns_with_answers_are_never_read(tmp_path: Path) -> None:
    file = tmp_path / "claims.csv"
    header = "claim_id,description,design,x1,n1,x2,n2,reported_p,p_pearson,reproduced_by\n"
    row = "C1,a,between-arm,16,29,9,30,0.052,0.9999,nonsense\n"
    file.write_text("\ufeff" + header + row, encoding="utf-8")
    (verdict,) = audit.audit_claims(audit.read_claims(file))
    assert round(verdict.findings[0].p_value or 0, 4) == 0.0504
