"""The requirement matrix has no gap: clauses are served, requirements tested, limits told."""

from __future__ import annotations

import ast
import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "docs" / "qualification"


def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    assert not [row for row in rows if None in row or None in row.values()], (
        f"{name}: a row has other columns"
    )
    return rows


def claims() -> Iterator[tuple[str, str]]:
    """Give requirement and kind of evidence of every marker in the files of tests."""
    for path in (ROOT / "tests").rglob("test_*.py"):
        text = path.read_text(encoding="utf-8")
        if "mark.requirement" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.requirement":
                for one in node.args:
                    yield ast.literal_eval(one), path.relative_to(ROOT / "tests").parts[0]


@pytest.mark.requirement("REQ-VALID-001")
def test_every_duty_of_the_system_is_served_and_every_requirement_is_tested() -> None:
    clauses, requirements = table("regulations.csv"), table("requirements.csv")
    cited = [clause.strip() for row in requirements for clause in row["source"].split(";")]
    assert set(cited) - {row["clause"] for row in clauses} == set()
    assert {row["clause"] for row in clauses if row["kind"] == "system"} - set(cited) == set()
    ids = [row["id"] for row in requirements]
    assert len(ids) == len(set(ids))
    assert set(ids) == {name for name, _ in claims()}


def test_who_has_no_duty_of_the_system_says_how_it_is_met() -> None:
    rows = table("regulations.csv")
    assert {row["kind"] for row in rows} == {"system", "organisation", "not applicable"}
    assert [row["clause"] for row in rows if row["kind"] != "system" and not row["how"]] == []


@pytest.mark.requirement("REQ-VALID-002")
def test_a_part_of_high_risk_is_proved_by_more_than_one_kind_of_evidence() -> None:
    risks = {row["part"]: row for row in table("risks.csv")}
    parts = {row["id"].split("-")[1] for row in table("requirements.csv")}
    assert set(risks) == parts
    assert all(row["harm"] and row["risk"] in ("high", "low") for row in risks.values())
    evidence = defaultdict(set)
    for name, kind in claims():
        evidence[name.split("-")[1]].add(kind)
    weak = {part for part, row in risks.items() if row["risk"] == "high" and len(evidence[part]) < 2}
    assert weak == {part for part, row in risks.items() if row["one_kind"]}  # each says why


@pytest.mark.requirement("REQ-VALID-003")
def test_every_known_limit_has_its_risk_and_what_to_do() -> None:
    text = (FOLDER / "limits.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 10
    assert [row for row in rows if len(row) != 3 or not all(row)] == []


@pytest.mark.requirement("REQ-VALID-004")
def test_every_page_of_the_documents_is_listed_and_every_fault_documented() -> None:
    listed = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for folder in ("capture", "qualification"):
        pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs" / folder).glob("*.md")}
        assert [page for page in sorted(pages) if page not in listed] == []
    faults = re.findall(r"^\| (CAPT-\d{3}) ", (ROOT / "docs" / "faults.md").read_text("utf-8"), re.MULTILINE)
    source = "".join(path.read_text("utf-8") for path in (ROOT / "src" / "lupustrial").rglob("*.py"))
    assert len(faults) == len(set(faults))
    assert set(faults) == set(re.findall(r"CAPT-\d{3}", source))
    versions = re.findall(
        r"^## (\d+)\.(\d+)\.(\d+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE
    )
    numbers = [tuple(map(int, one)) for one in versions]
    assert numbers
    assert numbers == sorted(set(numbers), reverse=True)
