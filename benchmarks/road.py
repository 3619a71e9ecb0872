"""Measure the road at 60, 600 and 6,000 participants: seconds a step and peak memory.

The records of the reconstructed low-dose IL-2 trial are repeated under new participant ids, so that every
size has the same mix. Each size runs in a process of its own; peak memory is the operating system's figure.

    python benchmarks/road.py [SIZE ...]
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from lupustrial.reconstruct import reconstruct
from lupustrial.study import Source, load_study, read_source, write_source

ROOT = Path(__file__).resolve().parents[1]
STUDY = ROOT / "studies" / "il2-sle"
SIZES = (60, 600, 6_000)


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one size took: seconds by step of the road, and the peak memory of its process."""

    participants: int
    records: int
    seconds: dict[str, float]
    peak_mb: float

    @property
    def whole(self) -> float:
        """Seconds from source records to report."""
        return sum(self.seconds.values())


def main() -> None:
    """Print one row a size, then how time and memory grow between the sizes."""
    sizes = [int(size) for size in sys.argv[1:]] or list(SIZES)
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, Polars {pl.__version__}")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        write_source(reconstruct(load_study(STUDY)), work / "once")
        once = read_source(load_study(STUDY), work / "once")
        rows = [_measure(once, size, work) for size in sizes]
    _print(rows)


def _measure(once: Source, size: int, work: Path) -> Row:
    randomised = once.allocation.height
    source = _repeated(once, times=size // randomised)
    folder = work / f"source-{size}"
    write_source(source, folder)
    command = [sys.executable, __file__, "--child", str(folder), str(work / f"out-{size}")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    measured = json.loads(done.stdout.splitlines()[-1])
    return Row(participants=size, records=source.records.height, **measured)


def _child(source: str, out: str) -> None:
    """Run the road and print its timings with the peak memory of this process."""
    import resource

    from lupustrial.cli import run_study

    result = run_study(STUDY, source=Path(source), out=Path(out))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": result.seconds, "peak_mb": peak}))


def _repeated(source: Source, *, times: int) -> Source:
    """Return the records and the allocation `times` times over, with participant ids made distinct."""

    def renamed(frame: pl.DataFrame, turn: int) -> pl.DataFrame:
        site, number = pl.col("participant").str.slice(0, 3), pl.col("participant").str.slice(3)
        return frame.with_columns(pl.concat_str(site, pl.lit(f"{turn:03d}"), number).alias("participant"))

    slots = source.allocation.height
    records = pl.concat([renamed(source.records, turn) for turn in range(times)])
    allocation = pl.concat(
        [
            renamed(source.allocation, turn).with_columns(pl.col("slot") + turn * slots)
            for turn in range(times)
        ]
    )
    numbered = records.with_columns(position=pl.int_range(1, records.height + 1, dtype=pl.Int64))
    return replace(source, records=numbered, allocation=allocation)


def _print(rows: list[Row]) -> None:
    steps = list(rows[0].seconds)
    heads = " ".join(f"{step:>10}" for step in steps)
    print(f"{'participants':>12} {'records':>11} {heads} {'sum s':>8} {'peak MB':>8}")
    for row in rows:
        cells = " ".join(f"{row.seconds[step]:>10.2f}" for step in steps)
        print(f"{row.participants:>12,} {row.records:>11,} {cells} {row.whole:>8.2f} {row.peak_mb:>8.0f}")
    for smaller, larger in itertools.pairwise(rows):
        factor = larger.participants / smaller.participants
        time, memory = larger.whole / smaller.whole, larger.peak_mb / smaller.peak_mb
        print(f"x{factor:.0f} participants: x{time:.1f} time, x{memory:.1f} peak memory")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        _child(*sys.argv[2:4])
    else:
        main()
