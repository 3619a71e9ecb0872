"""Which requirement each test proves and how it ended; LUPUSTRIAL_QUALIFICATION names a file for it."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

_NAMED = "LUPUSTRIAL_QUALIFICATION"
_KNOWN = Path(__file__).resolve().parents[2] / "docs" / "qualification" / "requirements.csv"


def known_requirements() -> frozenset[str]:
    """Return the ids of all requirements."""
    with _KNOWN.open(encoding="utf-8", newline="") as file:
        return frozenset(row["id"] for row in csv.DictReader(file))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the choice to run what proves requirements, and nothing else."""
    parser.addoption("--only-requirements", action="store_true", help="run the tests of requirements alone")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse a test that claims a requirement which does not exist; choose, where asked to."""
    known = known_requirements()
    unknown = {
        f"{item.nodeid}: {name}"
        for item in items
        for mark in item.iter_markers("requirement")
        for name in mark.args
        if name not in known
    }
    if unknown:
        raise pytest.UsageError("unknown requirements:\n" + "\n".join(sorted(unknown)))
    if config.getoption("--only-requirements"):
        items[:] = [item for item in items if item.get_closest_marker("requirement")]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # noqa: ANN201 - of pluggy
    """Write the outcome of a test that proves requirements, a line of JSON each."""
    report = yield
    named = os.environ.get(_NAMED)
    names = [name for mark in item.iter_markers("requirement") for name in mark.args]
    done = report.when == "call" or report.outcome != "passed"
    if named and names and done and call.when != "teardown":
        line = {"test": item.nodeid, "outcome": report.outcome, "requirements": names}
        with Path(named).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    return report
