"""Write docs/comparison: our numbers beside those of SAS, R and papers, a page a method.

    python scripts/comparison_pages.py                 write the pages from the reference folder
    python scripts/comparison_pages.py --check         only compare; 1 when a page is stale
    python scripts/comparison_pages.py --cases FILE    print how FILE, in the same format, is met

The adapters are those of ``tests/independent/stats/test_shared_vectors.py``, so a page shows what the tests
compare and why a number is not met (``KNOWN_DIFFERENCES``). Where the reference folder is absent the pages
stay as they are, and the script says so.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "comparison"
sys.path.insert(0, str(ROOT / "tests" / "_support"))

from reference_cases import (  # noqa: E402  # the path is set above
    FOLDER,
    Adapter,
    Case,
    Number,
    cases_in,
    known_differences,
    methods,
    shared_cases,
)

DIGITS = 8
NOTHING = 5e-11  # of the expected number: what two machines may differ by is not shown
LONGEST_INPUT = 160  # characters


@dataclass(frozen=True)
class Line:
    """One number of another program, ours, and why they differ where that is known."""

    case: Case
    number: Number
    ours: float | None
    reason: str

    @property
    def met(self) -> bool:
        """Whether ours lies within the tolerance."""
        return self.ours is not None and self.number.agrees(self.ours)

    @property
    def difference(self) -> float:
        """Ours minus theirs; infinite where there is none of ours."""
        return math.inf if self.ours is None else self.ours - self.number.expected


def main() -> int:
    """Write or compare the pages, or print how other cases are met; return 1 for what is not as it should."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only compare")
    parser.add_argument("--cases", type=Path, nargs="+", default=[], help="print how these files are met")
    chosen = parser.parse_args()
    if chosen.cases:
        return _print([case for path in chosen.cases for case in cases_in(path)])
    cases = shared_cases()
    if not cases:
        print(f"the reference folder is absent ({FOLDER.name}); docs/comparison is left as it is")
        return 0
    pages = dict(_pages(_lines(cases)))
    stale = [name for name, text in pages.items() if _held(name) != text]
    stale += [path.name for path in sorted(PAGES.glob("*.md")) if path.name not in pages]
    for name in stale:
        print(f"docs/comparison/{name}: {'stale' if chosen.check else 'written'}")
        if not chosen.check and name in pages:
            (PAGES / name).write_text(pages[name], encoding="utf-8")
        elif not chosen.check:
            (PAGES / name).unlink()
    return int(chosen.check and bool(stale))


def _held(name: str) -> str:
    path = PAGES / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _lines(cases: Sequence[Case]) -> list[Line]:
    adapters, known = methods(), known_differences()
    return [line for case in cases for line in _compared(case, adapters.get(case.method), known)]


def _compared(case: Case, adapter: Adapter | None, known: Mapping[tuple[str, ...], str]) -> Iterator[Line]:
    answer = {} if adapter is None else adapter(case)
    for number in case.numbers:
        keys = ((case.id, number.quantity), (case.id, case.method, number.quantity))
        reason = next((known[key] for key in keys if key in known), "" if adapter else "not built")
        yield Line(case=case, number=number, ours=answer.get(number.quantity), reason=reason)


def _pages(lines: Sequence[Line]) -> Iterator[tuple[str, str]]:
    by_method: dict[str, list[Line]] = {}
    for line in lines:
        by_method.setdefault(line.case.method, []).append(line)
    built = {
        method: some for method, some in by_method.items() if any(line.ours is not None for line in some)
    }
    yield "index.md", _index(built)
    for method, some in built.items():
        yield f"{method.lower()}.md", _page(method, some)


def _index(built: dict[str, list[Line]]) -> str:
    text = [
        "# Our numbers beside SAS and R",
        "",
        "Each number that SAS, R, StatXact or a paper gave for a method built here, beside ours; the",
        "tolerance of each is stated with it and was set with the reference, not by us. Written by",
        "`scripts/comparison_pages.py` from the adapters that the tests use.",
        "",
        "| method | cases | numbers | met | largest difference, parts of the tolerance | from |",
        "|---|---|---|---|---|---|",
    ]
    for method, lines in sorted(built.items()):
        cases = len({line.case.id for line in lines})
        met = sum(line.met for line in lines)
        engines = ", ".join(sorted({line.number.engine for line in lines}))
        numbers = f"{cases} | {len(lines)} | {met} | {_worst(lines)}"
        text.append(f"| [{method}]({method.lower()}.md) | {numbers} | {engines} |")
    every = [line for lines in built.values() for line in lines]
    text += ["", f"Together: {sum(line.met for line in every)} of {len(every)} numbers met."]
    return "\n".join(text) + "\n"


def _worst(lines: Sequence[Line]) -> str:
    parts = []
    for line in lines:
        allowed = line.number.atol + line.number.rtol * abs(line.number.expected)
        parts.append(abs(line.difference) / allowed if allowed else 0.0 if line.difference == 0 else math.inf)
    return f"{max(parts):.1g}" if max(parts) >= 0.001 else "< 0.001"  # noqa: PLR2004  # what can be read


def _page(method: str, lines: Sequence[Line]) -> str:
    text = [f"# {method}", "", "Difference is ours minus theirs.", ""]
    cases: dict[str, list[Line]] = {}
    for line in lines:
        cases.setdefault(f"{line.case.id}: {_input(line.case)}", []).append(line)
    for name, some in cases.items():
        text += [f"**{name}**", ""]
        text += [
            "| quantity | ours | theirs | difference | tolerance | from | remark |",
            "|---|---|---|---|---|---|---|",
        ]
        text += [_row(line) for line in some]
        text.append("")
    return "\n".join(text)


def _input(case: Case) -> str:
    text = " ".join(part for part in (case.data, case.text) if part)
    if len(text) > LONGEST_INPUT:
        text = text[:LONGEST_INPUT] + " …"
    return f"`{text}`"


def _row(line: Line) -> str:
    number = line.number
    allowed = number.atol + number.rtol * abs(number.expected)
    ours = "none" if line.ours is None else f"{line.ours:.{DIGITS}g}"
    remark = line.reason if line.met else f"**not met** {line.reason}".rstrip()
    cells = (number.quantity, ours, f"{number.expected:.{DIGITS}g}", _difference(line), f"{allowed:.1g}")
    return "| " + " | ".join([*(cell.replace("|", "\\|") for cell in cells), number.engine, remark]) + " |"


def _difference(line: Line) -> str:
    if abs(line.difference) <= NOTHING * max(abs(line.number.expected), 1.0):
        return "0"
    return "–" if math.isinf(line.difference) else f"{line.difference:.1e}"


def _print(cases: Sequence[Case]) -> int:
    lines = _lines(cases)
    for line in lines:
        if not line.met:
            name = f"{line.case.id} {line.case.method} {line.number.quantity}"
            print(f"{name}: {line.ours} against {line.number.expected} {line.reason}".rstrip())
    print(f"{sum(line.met for line in lines)} of {len(lines)} numbers met")
    return int(not all(line.met for line in lines))


if __name__ == "__main__":
    sys.exit(main())
