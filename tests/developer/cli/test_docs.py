"""The page on scoring: its files are written, its commands run, and what they print is what the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from command import Command

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "score.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r'```\w+ title="([\w.]+)"\n(.*?)```', PAGE, re.DOTALL))
COMMANDS = re.findall(r"```console\n\$ lupustrial (.*?)\n(.*?)```", PAGE, re.DOTALL)
FAULT = re.compile(r"\b(?:SCORE|USAGE)-\d{3}\b")


def as_printed(expected: str) -> re.Pattern[str]:
    """Return a pattern of a printed text in which an ellipsis stands for anything on its line."""
    return re.compile(".*".join(map(re.escape, expected.split("…"))))


@pytest.mark.parametrize(("typed", "expected"), COMMANDS)
def test_a_command_prints_what_the_page_shows(command: Command, typed: str, expected: str) -> None:
    for name, text in FILES.items():
        Path(name).write_text(text, encoding="utf-8")
    told = command(*typed.split())
    printed = told.out + told.err
    assert as_printed(expected).fullmatch(printed), printed
    assert told.code == (1 if "error" in expected else 0)
    assert not Path("scores.csv").exists()


def test_the_page_has_its_examples() -> None:
    assert len(COMMANDS) == 4
    assert set(FILES) == {"items.csv", "bad.csv", "wide.csv", "wide.yaml", "long.csv", "long.yaml"}


def test_every_fault_of_the_commands_is_documented_and_exists() -> None:
    package = ROOT / "src" / "lupustrial"
    raised = set(FAULT.findall("".join(path.read_text("utf-8") for path in sorted(package.rglob("*.py")))))
    faults = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    assert raised == set(re.findall(r"^\| ((?:SCORE|USAGE)-\d{3}) ", PAGE + faults, re.MULTILINE))
