"""Time the web application: 50 people at work on PostgreSQL, server and people on the same machine.

Prints p50, p95 and p99 of pages and of saving a form at 50, 500 and 5,000 participants of 11 visits, beside
the goals; what the overview costs; and what the ledger costs: the same save with and without appending to it,
in turns.
The trial is filled by ``capture_fill``; at 50 participants ledger and projection are verified.

    python benchmarks/capture.py [--quick] [--figure docs/images/capture-growth.svg]
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SIZES = (50, 500, 5000)
PEOPLE = 50
WARM, TIMED = 15.0, 60.0  # seconds
GOALS = {"page": 0.200, "save": 0.150, "ledger": 1.5}


@dataclass(frozen=True, kw_only=True)
class Found:
    """Quantiles in seconds at a size: p50, p95, p99, and how many requests."""

    participants: int
    what: str
    p50: float
    p95: float
    p99: float
    n: int


def main() -> None:
    """Run everything and print it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="50 participants, 10 seconds")
    parser.add_argument("--figure", type=Path)
    asked = parser.parse_args()
    sizes = SIZES[:1] if asked.quick else SIZES
    timed = 10.0 if asked.quick else TIMED
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"{PEOPLE} people, 1 to 3 s between requests, {timed:.0f} s timed; granian, 2 workers")
    found: list[Found] = []
    for size in sizes:
        found += _at(size, timed)
    if asked.figure is not None:
        _draw(found, asked.figure)


def _at(size: int, timed: float) -> list[Found]:
    """Measure at a size, in a process tree of its own."""
    command = [sys.executable, str(ROOT / "benchmarks" / "capture_at.py"), str(size), str(timed)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found = []
    for line in done.stdout.splitlines():
        if not line.startswith("= "):
            print(line)
            continue
        what, *numbers, n = line[2:].split()
        p50, p95, p99 = map(float, numbers)
        found.append(Found(participants=size, what=what, p50=p50, p95=p95, p99=p99, n=int(n)))
        goal = GOALS.get(what)
        told = (
            "" if goal is None else f"  goal p95 {goal * 1000:.0f} ms: {'met' if p95 <= goal else 'NOT MET'}"
        )
        print(
            f"{size:>6} participants  {what:<12} p50 {p50 * 1000:6.0f}  p95 {p95 * 1000:6.0f}  "
            f"p99 {p99 * 1000:6.0f} ms  n {n}{told}"
        )
    return found


def _draw(found: Sequence[Found], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    import matplotlib.pyplot as plt

    mpl.rcParams["svg.hashsalt"] = "lupustrial"
    figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
    for what, told, marker, line in (("page", "page shown", "o", "-"), ("save", "form saved", "s", "--")):
        mine = [one for one in found if one.what == what]
        sizes = [one.participants for one in mine]
        axes.plot(sizes, [one.p95 * 1000 for one in mine], line, marker=marker, label=told)
        axes.axhline(GOALS[what] * 1000, linestyle=":", color="grey")
        axes.annotate(f"goal: {told}", (sizes[0], GOALS[what] * 1000 + 3), color="dimgrey")
    axes.set(xscale="log", xlabel="participants of 11 visits", ylabel="95th percentile, ms", ylim=(0, 225))
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.minorticks_off()
    axes.legend(frameon=False, loc="center left")
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()
