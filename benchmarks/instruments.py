"""Measure the scoring of instruments: rows a second, growth, memory a row, and rules on every back end.

Everything runs on one core, in a process of its own a measurement, with data made before the clock starts.
First SELENA-SLEDAI and BILAG-2004 through ``score`` against a scorer in plain Python that takes one row at a
time (``by_row.py``; both must give the same scores), then from 10,000 to 10 million rows, then the bare rules.

    python benchmarks/instruments.py [LARGEST NUMBER OF ROWS]
"""

from __future__ import annotations

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
BEST_OF = 5

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
GROWING = (KINDS[0], KINDS[5])


def main() -> None:
    """Print the tables."""
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1]
    print(f"{_processor()}, one core; {_versions()}")
    print(f"\nThrough score(..., reasons=False), {min(ROWS, largest):,} rows, best of {BEST_OF}")
    print(f"{'instrument':<14} {'columns':<30} {'M rows/s':>9} {'ns/row':>8} {'by row, rows/s':>15} {'ratio':>8}")
    plain = {name: _child("by_row", name=name)["rows_a_second"] for name in (SLEDAI, BILAG)}
    for name, kind, told in KINDS:
        rate = _child("score", name=name, rows=min(ROWS, largest), **kind)["rows_a_second"]
        ratio = rate / plain[name]
        print(f"{name:<14} {told:<30} {rate / 1e6:>9.2f} {1e9 / rate:>8.0f} {plain[name]:>15,.0f} {ratio:>7.0f}x")
    print("\nGrowth (data: size of the frame scored; added: peak of the process above it)")
    print(f"{'instrument':<14} {'columns':<16} {'rows':>11} {'s':>8} {'M rows/s':>9} {'data B/row':>11} {'added B/row':>12}")
    for name, kind, told in GROWING:
        for rows in (size for size in SIZES if size <= largest):
            found = _child("score", name=name, rows=rows, **kind)
            print(
                f"{name:<14} {told:<16} {rows:>11,} {found['seconds']:>8.3f} {found['rows_a_second'] / 1e6:>9.2f}"
                f" {found['data'] / rows:>11.0f} {found['added'] / rows:>12.0f}"
            )
    print("\nRules alone on columns of 64-bit whole numbers, 1,000,000 rows, M rows/s (compiling is not counted)")
    rules = _child("rules")
    print(f"{'back end':<24} " + " ".join(f"{rule:>24}" for rule in next(iter(rules.values()))))
    for back_end, rates in rules.items():
        print(f"{back_end:<24} " + " ".join(f"{rate / 1e6:>24.2f}" for rate in rates.values()))


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    names = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line]
    return names[0] if names else platform.processor()


def _versions() -> str:
    from importlib.metadata import version

    parts = [f"Python {platform.python_version()}"]
    return ", ".join(parts + [f"{name} {version(name)}" for name in ("polars", "numpy", "numba", "jax") if find_spec(name)])


def _child(what: str, **arguments: Any) -> dict[str, Any]:
    """Measure in a process of its own that has one core."""
    one = dict.fromkeys(("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
    command = [sys.executable, __file__, "--child", what, json.dumps(arguments)]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **one, "JAX_PLATFORMS": "cpu"}
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
    from made import made

    from lupustrial.instruments import score

    score(name, made(name, 800, **kind), reasons=False)
    frame = made(name, rows, **kind)
    held = _resident()
    first = _best(partial(score, name, frame, reasons=False), 1)
    added = max(_peak() - held, 0)
    again = _best(partial(score, name, frame, reasons=False), BEST_OF - 1 if rows <= ROWS else 1)
    seconds = min(first, again)
    return {"seconds": seconds, "rows_a_second": rows / seconds, "data": frame.estimated_size(), "added": added}


def _resident() -> int:
    """Return the memory that the process holds now; where its peak was higher, the peak starts anew."""
    Path("/proc/self/clear_refs").write_text("5")
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()
