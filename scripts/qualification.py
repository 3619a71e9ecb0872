"""Write the qualification report: what is installed (IQ), what works (OQ), how a trial runs (PQ).

    python scripts/qualification.py --out out/qualification

It runs every test that carries a requirement, then writes `matrix.csv` (clause, requirement, test, outcome),
`report.html` and `manifest.json` (SHA-256 of the sources, of the locks and of what it wrote). The exit status
is 1 where a test failed, a requirement has no test, or a clause that the system must meet has no requirement.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import jinja2

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "qualification"


@dataclass(kw_only=True)
class Requirement:
    """A requirement with the clauses that it serves and the tests that prove it."""

    id: str
    clauses: tuple[str, ...]
    sentence: str
    tests: dict[str, str] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """Tell whether it is met."""
        if not self.tests:
            return "not tested"
        outcomes = set(self.tests.values())
        if "failed" in outcomes:
            return "failed"
        return "met" if "passed" in outcomes else "skipped"


def main() -> int:
    """Run the tests and write the report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "qualification")
    parser.add_argument("--outcomes", type=Path, help="outcomes of a run that was made before")
    parser.add_argument("tests", nargs="*", default=["tests"], help="where to look for tests")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    requirements = read_requirements()
    outcomes = arguments.outcomes or run_tests(arguments.out / "outcomes.jsonl", arguments.tests)
    for line in outcomes.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        for name in told["requirements"]:
            requirements[name].tests[told["test"]] = told["outcome"]
    clauses = read_table("regulations.csv")
    faults = faults_of(clauses, requirements)
    write_matrix(arguments.out / "matrix.csv", clauses, requirements)
    (arguments.out / "report.html").write_text(page(clauses, requirements, faults), encoding="utf-8")
    write_manifest(arguments.out)
    print_summary(clauses, requirements, faults, arguments.out)
    return 1 if faults else 0


def read_table(name: str) -> list[dict[str, str]]:
    """Read a table of docs/qualification."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_requirements() -> dict[str, Requirement]:
    """Read the requirements; an id that stands twice is refused."""
    found: dict[str, Requirement] = {}
    for row in read_table("requirements.csv"):
        if row["id"] in found:
            sys.exit(f"requirements.csv: {row['id']} stands twice")
        clauses = tuple(part.strip() for part in row["source"].split(";") if part.strip())
        found[row["id"]] = Requirement(id=row["id"], clauses=clauses, sentence=row["sentence"])
    return found


def run_tests(outcomes: Path, where: list[str]) -> Path:
    """Run the tests that carry a requirement; tests/_support/requirements.py writes their outcomes."""
    outcomes.write_text("", encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        "2",
        "--dist",
        "loadfile",
        "--only-requirements",
        *where,
    ]
    subprocess.run(
        command, cwd=ROOT, check=False, env={**os.environ, "LUPUSTRIAL_QUALIFICATION": str(outcomes)}
    )
    return outcomes


def faults_of(clauses: list[dict[str, str]], requirements: dict[str, Requirement]) -> list[str]:
    """Return what is not in order, a sentence each."""
    known = {row["clause"] for row in clauses}
    served = {clause for one in requirements.values() for clause in one.clauses}
    faults = [
        f"{one.id}: {one.state}"
        for one in requirements.values()
        if one.state in ("failed", "not tested", "skipped")
    ]
    faults += [
        f"{one.id} serves `{clause}`, which regulations.csv does not have"
        for one in requirements.values()
        for clause in one.clauses
        if clause not in known and clause.startswith(("21 CFR", "ICH E6"))
    ]
    faults += [
        f"{row['clause']}: no requirement serves it"
        for row in clauses
        if row["kind"] == "system" and row["clause"] not in served
    ]
    return faults


def write_matrix(path: Path, clauses: list[dict[str, str]], requirements: dict[str, Requirement]) -> None:
    """Write clause, requirement, test and outcome, a row each."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["clause", "kind", "requirement", "sentence", "test", "outcome"])
        for row in clauses:
            serving = [one for one in requirements.values() if row["clause"] in one.clauses]
            if not serving:
                writer.writerow([row["clause"], row["kind"], "", row["sentence"], "", row["how"]])
            for one in serving:
                for test, outcome in sorted(one.tests.items()) or [("", "not tested")]:
                    writer.writerow([row["clause"], row["kind"], one.id, one.sentence, test, outcome])
        served = {row["clause"] for row in clauses}
        for one in requirements.values():
            if not served.intersection(one.clauses):
                for test, outcome in sorted(one.tests.items()) or [("", "not tested")]:
                    writer.writerow(["; ".join(one.clauses), "own", one.id, one.sentence, test, outcome])


def installed() -> list[tuple[str, str]]:
    """Return what is installed: the distribution's packages with their versions, and what they run on."""
    packages = sorted((one.metadata["Name"], one.version) for one in importlib.metadata.distributions())
    return [("Python", platform.python_version()), ("System", platform.platform()), *packages]


def page(clauses: list[dict[str, str]], requirements: dict[str, Requirement], faults: list[str]) -> str:
    """Render the report."""
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    template = jinja2.Environment(loader=loader, autoescape=True).get_template("qualification.html.j2")
    serving = {
        row["clause"]: [one for one in requirements.values() if row["clause"] in one.clauses]
        for row in clauses
    }
    return template.render(
        version=importlib.metadata.version("lupustrial"),
        requirements=list(requirements.values()),
        clauses=clauses,
        serving=serving,
        packages=installed(),
        faults=faults,
    )


def write_manifest(out: Path) -> None:
    """Write the SHA-256 of sources, locks, tables and of what was written."""
    sources = [
        *ROOT.glob("src/**/*.py"),
        *ROOT.glob("requirements/*.lock"),
        *FOLDER.glob("*.csv"),
        *ROOT.glob("tests/**/*.py"),
    ]
    made = [path for path in out.iterdir() if path.name != "manifest.json"]
    hashes = {
        str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path.name): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in sorted([*sources, *made])
        if path.is_file()
    }
    (out / "manifest.json").write_text(json.dumps(hashes, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def print_summary(
    clauses: list[dict[str, str]], requirements: dict[str, Requirement], faults: list[str], out: Path
) -> None:
    """Print the matrix in short."""
    for row in clauses:
        serving = [one for one in requirements.values() if row["clause"] in one.clauses]
        told = ", ".join(f"{one.id} {one.state}" for one in serving) or row["kind"]
        print(f"{row['clause']:<28} {told}")
    met = sum(one.state == "met" for one in requirements.values())
    print(f"\n{met} of {len(requirements)} requirements met; the report is {out / 'report.html'}")
    for fault in faults:
        print(f"not in order: {fault}")


if __name__ == "__main__":
    sys.exit(main())
