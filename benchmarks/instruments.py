"""Measure the scoring of instruments: rows a second, growth, memory a row, and rules on every back end.

Everything runs on one core, in a process of its own a measurement, with data made before the clock starts.
First SELENA-SLEDAI and BILAG-2004 through ``score`` against a scorer in plain Python that takes one row at
a time (``by_row.py``; both must give the same scores), then from 10,000 to 10 million rows, then bare rules.

    python benchmarks/instruments.py [LARGEST NUMBER OF ROWS]
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SLEDAI, BILAG = "selena_sledai", "bilag2004"
ROWS = 1_000_000
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
SAMPLE = 24_000
BEST_OF, ROUNDS = 9, 2

#: Bytes that a value takes; of a longer text, what stands in the column.
BYTES = {"String": 16, "Boolean": 1 / 8, "Int8": 1, "Int64": 8, "Float64": 8}

#: What is scored: instrument, kinds of columns, and what they are called.
KINDS: tuple[tuple[str, dict[str, Any], str], ...] = (
    (SLEDAI, {"text": True, "whole": "Int8", "gaps": 0.0}, "Y/N text"),
    (SLEDAI, {"text": False, "whole": "Int8", "gaps": 0.0}, "Boolean"),
    (SLEDAI, {"text": True, "whole": "Int8", "gaps": 0.02}, "Y/N text, 2 % not done"),
    (BILAG, {"text": True, "whole": "Int64", "gaps": 0.0}, "Y/N text, Int64"),
    (BILAG, {"text": True, "whole": "Float64", "gaps": 0.0}, "Y/N text, Float64"),
    (BILAG, {"text": False, "whole": "Int8", "gaps": 0.0}, "Boolean, Int8"),
    (BILAG, {"text": True, "whole": "Int64", "gaps": 0.02}, "Y/N text, Int64, 2 % not done"),
)

#: Kinds of columns for the growth: the usual ones for SLEDAI, for BILAG those of which 10 M rows fit.
GROWING = (KINDS[0], KINDS[1], KINDS[5])


def main() -> None:
    """Print the tables."""
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1]
    print(f"{_processor()}, one core; {_versions()}")
    _print_scoring(min(ROWS, largest))
    _print_growth([size for size in SIZES if size <= largest])
    _print_rules()


def _print_scoring(rows: int) -> None:
    print(f"\nThrough score(..., reasons=False): {rows:,} rows, best of {ROUNDS} rounds of {BEST_OF}")
    _line("instrument", "columns", "M rows/s", "ns/row", "plain rows/s", "ratio")
    plain, rates = dict.fromkeys((SLEDAI, BILAG), 0.0), [0.0] * len(KINDS)
    for _ in range(ROUNDS):  # what else the machine does comes and goes
        for name in plain:
            plain[name] = max(plain[name], _child("by_row", name=name)["rows_a_second"])
        for at, (name, kind, _) in enumerate(KINDS):
            rates[at] = max(rates[at], _child("score", name=name, rows=rows, **kind)["rows_a_second"])
    for rate, (name, _, told) in zip(rates, KINDS, strict=True):
        ratio = f"{rate / plain[name]:.0f} x"
        _line(name, told, f"{rate / 1e6:.2f}", f"{1e9 / rate:.0f}", f"{plain[name]:,.0f}", ratio)


def _print_growth(sizes: list[int]) -> None:
    print("\nGrowth; data is the size of the frame, added what the process holds above it at its peak")
    _line("instrument", "columns", "rows", "seconds", "M rows/s", "data B/row", "added B/row")
    for name, kind, told in GROWING:
        for rows in sizes:
            found = _child("score", name=name, rows=rows, **kind)
            seconds, rate = f"{found['seconds']:.3f}", f"{found['rows_a_second'] / 1e6:.2f}"
            data, added = (f"{found[size] / rows:.0f}" for size in ("data", "added"))
            added = added if rows >= ROWS else "-"  # small blocks come from memory that the process has
            _line(name, told, f"{rows:,}", seconds, rate, data, added)


def _print_rules() -> None:
    print(f"\nRules alone, M rows/s: {ROWS:,} rows of 64-bit whole numbers; compiling is not counted")
    rules = _child("rules")
    _line("back end", "", *next(iter(rules.values())))
    for back_end, rates in rules.items():
        _line(back_end, "", *(f"{rate / 1e6:.2f}" for rate in rates.values()))


def _line(first: str, second: str, *others: str) -> None:
    print(f"{first:<22} {second:<30}" + "".join(f"{cell:>13}" for cell in others))


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    names = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line]
    return names[0] if names else platform.processor()


def _versions() -> str:
    from importlib.metadata import version

    packages = [name for name in ("polars", "numpy", "numba", "jax") if find_spec(name)]
    told = [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in packages)]
    return ", ".join(told)


def _child(what: str, **arguments: Any) -> dict[str, Any]:
    """Measure in a process of its own that has one core."""
    one = dict.fromkeys(("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
    command = [sys.executable, __file__, "--child", what, json.dumps(arguments)]
    done = subprocess.run(
        command,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **one, "JAX_PLATFORMS": "cpu"},
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _best(call: Callable[[], object], times: int = BEST_OF) -> float:
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def _time_score(name: str, rows: int, **kind: Any) -> dict[str, float]:
    from lupustrial.instruments import score
    from made import made

    score(name, made(name, 800, **kind), reasons=False)
    frame = made(name, rows, **kind)
    held = _resident()
    first = _best(partial(score, name, frame, reasons=False), 1)
    added = max(_peak() - held, 0)
    again = _best(partial(score, name, frame, reasons=False), BEST_OF - 1 if rows <= ROWS else 2)
    seconds = min(first, again)
    return {
        "seconds": seconds,
        "rows_a_second": rows / seconds,
        "data": rows * sum(BYTES[str(dtype)] for dtype in frame.dtypes),
        "added": added,
    }


def _resident() -> int:
    """Return the memory that the process holds now; where its peak was higher, the peak starts anew."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def _time_by_row(name: str) -> dict[str, float]:
    """Check that the scorer in plain Python gives the same scores, and time it."""
    import polars as pl

    import by_row
    from lupustrial.instruments import score
    from made import VISITS, made

    frame = made(name, SAMPLE, text=True, whole="Int64", gaps=0.0)
    rows = frame.to_dicts()

    def scored() -> list[dict[str, Any]]:
        if name == SLEDAI:
            return [by_row.score_sledai(row) for row in rows]
        return [
            visit
            for start in range(0, len(rows), VISITS)
            for visit in by_row.score_bilag(rows[start : start + VISITS])
        ]

    ours = score(name, frame, reasons=False).drop("reasons", "scored_by", "USUBJID", "VISITNUM")
    theirs = pl.DataFrame(scored(), schema=ours.schema)
    if not ours.equals(theirs):
        raise SystemExit(f"{name}: the two scorers differ")
    return {"rows_a_second": SAMPLE / _best(scored, 2)}


def _time_rules() -> dict[str, dict[str, float]]:
    """Time two rules on every back end that is installed; each must give what NumPy gives."""
    import numpy as np
    import polars as pl

    from lupustrial.instruments._compiled import compile_rule
    from lupustrial.instruments._narrow import narrow_rule, narrowest

    found: dict[str, dict[str, float]] = {}
    for name, (rule, spans) in _rules().items():
        rng = np.random.default_rng(20_240_601)
        columns = {code: rng.integers(low, high + 1, ROWS) for code, (low, high) in spans.items()}
        small = {code: column.astype(narrowest(spans[code])) for code, column in columns.items()}
        frame = pl.DataFrame(columns)
        expressions = rule({code: pl.col(code) for code in columns})
        calls: dict[str, Callable[[], Any]] = {
            "NumPy": partial(rule, columns),
            "NumPy, narrow (score)": partial(narrow_rule(rule, spans), small),
            "Polars": partial(frame.select, **expressions),
        }
        if find_spec("numba"):
            calls["Numba, narrow columns"] = partial(compile_rule(rule, small), small)
        for back_end in ("numba", "jax"):
            if find_spec(back_end):
                calls[back_end] = partial(compile_rule(rule, columns, back_end=back_end), columns)
            else:
                print(f"{back_end} is not installed and left out", file=sys.stderr)
        expected = rule(columns)
        for back_end, call in calls.items():
            returned = call()
            if not all(np.array_equal(returned[key], column) for key, column in expected.items()):
                raise SystemExit(f"{back_end}: {name} differs from NumPy")
            found.setdefault(back_end, {})[name] = ROWS / _best(call)
    return found


def _rules() -> dict[str, tuple[Callable[[Mapping[str, Any]], dict[str, Any]], dict[str, tuple[int, int]]]]:
    """Return rules by name, each with the ranges of its columns."""
    from lupustrial.instruments._bilag_items import BY_DOMAIN
    from lupustrial.instruments._bilag_rules import (
        ITEMISED,
        grade_constitutional,
        grade_haematological,
        grade_itemised,
    )
    from lupustrial.instruments._sledai import CODES, score_sledai

    domains = ("constitutional", "haematological", *ITEMISED)
    items = [item for domain in domains for item in BY_DOMAIN[domain]]

    def eight_domains(values: Mapping[str, Any]) -> dict[str, Any]:
        itemised = {domain: grade_itemised(domain, values) for domain in ITEMISED}
        blood = grade_haematological(values, bands="split")
        return itemised | {"constitutional": grade_constitutional(values), "haematological": blood}

    spans = {item.code: (min(item.best, item.worst), max(item.best, item.worst)) for item in items}
    return {
        "SLEDAI": (score_sledai, dict.fromkeys(CODES, (0, 1))),
        "BILAG 8 of 9": (eight_domains, spans),
    }


CHILDREN: Mapping[str, Callable[..., Mapping[str, Any]]] = {
    "score": _time_score,
    "by_row": _time_by_row,
    "rules": _time_rules,
}

if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        if sys.argv[2] == "rules" and hasattr(os, "sched_setaffinity"):  # JAX has more threads than one
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        print(json.dumps(CHILDREN[sys.argv[2]](**json.loads(sys.argv[3]))))
    else:
        main()
