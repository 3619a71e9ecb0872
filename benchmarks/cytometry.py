"""Measure fifteen gates from an FCS file to counts, ours beside FlowKit's, in one process with one thread.

One synthetic file of 18 channels, the same fifteen gates (polygons and intervals on compensated, logicle
scaled values) in both. Each measurement runs in a process of its own, so that its peak memory is its own;
they take turns, and the median of the rounds is printed with the range. The counts are compared. A rate is
events by seconds of processor time, so that what else runs on the machine matters less; the time that passed
is printed beside it.

    python benchmarks/cytometry.py [--events 1000000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
GROWTH = (100_000, 300_000, 1_000_000)
MIB = 2**20
Vertices = tuple[tuple[float, float], ...]

#: (population, parent, columns, vertices or (low, high)) on display scale; scatter over its range.
GATES: tuple[tuple[str, str | None, tuple[str, ...], Any], ...] = (
    ("singlets", None, ("FSC-A", "FSC-H"), ((0.05, 0.02), (0.05, 0.07), (0.98, 0.97), (0.98, 0.78))),
    ("live", "singlets", ("Viability",), (None, 0.55)),
    (
        "lymphocytes", "live", ("FSC-A", "SSC-A"),
        ((0.2, 0.03), (0.2, 0.15), (0.3, 0.22), (0.45, 0.22), (0.48, 0.12), (0.42, 0.04)),
    ),
    ("T", "lymphocytes", ("CD3", "CD19"), ((0.45, -0.5), (0.45, 0.5), (0.75, 0.5), (0.75, -0.5))),
    ("CD4", "T", ("CD4", "CD8"), ((0.55, -0.5), (0.55, 0.5), (0.8, 0.55), (0.8, -0.5))),
    ("CD8", "T", ("CD4", "CD8"), ((-0.5, 0.6), (-0.5, 0.95), (0.38, 0.95), (0.42, 0.6))),
    ("Treg", "CD4", ("CD25", "CD127"), ((0.5, 0.1), (0.48, 0.42), (0.6, 0.5), (0.8, 0.5), (0.8, 0.1))),
    ("CD4 naive", "CD4", ("CD45RA", "CCR7"), ((0.55, 0.45), (0.55, 0.9), (0.9, 0.9), (0.9, 0.45))),
    ("CD4 memory", "CD4", ("CD45RA",), (None, 0.55)),
    ("CD8 naive", "CD8", ("CD45RA", "CCR7"), ((0.55, 0.45), (0.55, 0.9), (0.9, 0.9), (0.9, 0.45))),
    ("B", "lymphocytes", ("CD3", "CD19"), ((-0.5, 0.5), (-0.5, 0.9), (0.4, 0.9), (0.42, 0.5))),
    ("not T nor B", "lymphocytes", ("CD3", "CD19"), ((-0.5, -0.5), (-0.5, 0.45), (0.4, 0.45), (0.4, -0.5))),
    (
        "NK", "not T nor B", ("CD16", "CD56"),
        ((0.45, 0.35), (0.1, 0.45), (0.1, 0.95), (0.6, 1.0), (0.98, 0.9), (0.98, 0.4), (0.7, 0.3)),
    ),
    ("CD56bright", "NK", ("CD16", "CD56"), ((0.0, 0.74), (0.0, 1.0), (0.6, 1.0), (0.65, 0.8))),
    ("monocytes", "live", ("CD14", "SSC-A"), ((0.55, 0.12), (0.5, 0.5), (0.95, 0.6), (0.95, 0.12))),
)  # fmt: skip


def main() -> None:
    """Print every measurement."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--one", choices=sorted(WAYS), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(one(given.one, given.file)))
        return
    print(f"cytometry: 15 gates, 18 channels; {platform.processor() or platform.machine()}, one thread")
    with tempfile.TemporaryDirectory() as folder:
        compare(Path(folder), given.events, given.rounds)
        grow(Path(folder), given.rounds)
        spread(Path(folder))


def compare(folder: Path, events: int, rounds: int) -> None:
    """Print ours, ours with the extra `fast`, and FlowKit's, in turns."""
    path = _file(folder, events)
    size = path.stat().st_size / MIB
    print(f"{events:,} events, file of {size:.0f} MiB; median of {rounds} rounds (range)")
    runs: dict[str, list[dict[str, Any]]] = {way: [] for way in _ways()}
    for _ in range(rounds):
        for way, results in runs.items():
            results.append(_child(way, path))
    for way, results in runs.items():
        cpu, seconds, peak = (
            statistics.median(r[name] for r in results) for name in ("cpu", "seconds", "peak")
        )
        low, high = (pick(result["cpu"] for result in results) for pick in (min, max))
        parts = {part: statistics.median(r["parts"][part] for r in results) for part in results[0]["parts"]}
        print(
            f"  {way:10} {cpu:6.3f} s of a processor ({low:.3f} to {high:.3f}; {seconds:.1f} s passed)"
            f"  {events / cpu / 1e6:5.2f} M events/s/core; peak {peak:,.0f} MiB, {peak / size:.1f} x the file"
            f"  [{', '.join(f'{part} {value:.3f}' for part, value in parts.items())}]"
        )
    for way in _ways()[:-1]:
        ratios = [b["cpu"] / a["cpu"] for a, b in zip(runs[way], runs["flowkit"], strict=True)]
        print(f"  FlowKit / {way}: {statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})")
    reference = runs["flowkit"][0]["counts"]
    for way, results in runs.items():
        apart = max(abs(results[0]["counts"][name] - count) for name, count in reference.items())
        print(f"  {way}: counts differ from FlowKit's by at most {apart} events")


def grow(folder: Path, rounds: int) -> None:
    """Print how time and memory grow with the number of events."""
    for way in _ways():
        cells = []
        for events in GROWTH:
            path = _file(folder, events)
            results = [_child(way, path) for _ in range(max(1, rounds // 2))]
            seconds = statistics.median(result["cpu"] for result in results)
            peak = max(result["peak"] for result in results)
            cells.append(f"{events:,}: {seconds:.3f} s, {peak:,.0f} MiB")
        print(f"  growth, {way}: {'; '.join(cells)}")


def spread(folder: Path) -> None:
    """Print events a second of several processes at once, on files of 300,000 events."""
    path = _file(folder, GROWTH[1])
    most = len(os.sched_getaffinity(0))
    for processes in sorted({1, 2, most}):
        if processes > most:
            continue
        with ProcessPoolExecutor(processes) as pool:
            list(pool.map(_again, [path] * processes))  # every worker has imported what it needs
            started = time.perf_counter()
            cpu = sum(pool.map(_again, [path] * 8))
            seconds = time.perf_counter() - started
        print(
            f"  8 files of {GROWTH[1]:,} in {processes} processes: {seconds:.2f} s passed, "
            f"{8 * GROWTH[1] / cpu / 1e6:.2f} M events/s/core"
        )


def _again(path: Path) -> float:
    started = time.process_time()
    plain(path)
    return time.process_time() - started


def one(way: str, path: Path) -> dict[str, Any]:
    """Measure one way in this process, after a small file has loaded and compiled what is needed."""
    WAYS[way](path.with_name("warm.fcs"))
    cpu, started = time.process_time(), time.perf_counter()
    counts, parts = WAYS[way](path)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    return {"seconds": seconds, "cpu": cpu, "peak": _peak(), "counts": counts, "parts": parts}


def _peak() -> float:
    """Return the peak of this program's memory in MiB; getrusage would count its parent's too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def ours(path: Path) -> tuple[dict[str, int], dict[str, float]]:
    """Read, prepare and gate with this package."""
    from lupustrial.cytometry.fcs import read_fcs
    from lupustrial.cytometry.prepare import prepare
    from lupustrial.cytometry.strategy import gate_tube

    panel, strategy = _panel(path.parent), _strategy(path.parent)
    marks = [time.process_time()]
    file = read_fcs(path)
    marks.append(time.process_time())
    tube = prepare(file, panel)
    del file
    marks.append(time.process_time())
    gated = gate_tube(tube, strategy)
    counts = {gate.population: gate.count for gate in gated.gates}
    marks.append(time.process_time())
    parts = ("read", "prepare", "gate")
    return counts, {name: b - a for name, a, b in zip(parts, marks, marks[1:], strict=False)}


def plain(path: Path) -> tuple[dict[str, int], dict[str, float]]:
    """Do the same as :func:`ours` without the extra `fast`."""
    from lupustrial.cytometry import _fast

    _fast.use_loops("never")
    return ours(path)


def fast(path: Path) -> tuple[dict[str, int], dict[str, float]]:
    """Do the same as :func:`ours` with the compiled loops."""
    from lupustrial.cytometry import _fast

    _fast.use_loops("always")
    return ours(path)


def flowkit(path: Path) -> tuple[dict[str, int], dict[str, float]]:
    """Read and gate with FlowKit."""
    import flowkit as fk

    strategy = _flowkit_strategy(path)
    marks = [time.process_time()]
    sample = fk.Sample(str(path), sample_id="x")
    marks.append(time.process_time())
    found = strategy.gate_sample(sample)
    counts = {name: int(found.get_gate_count(name)) for name, *_ in GATES}
    marks.append(time.process_time())
    return counts, {"read": marks[1] - marks[0], "gate": marks[2] - marks[1]}


WAYS: dict[str, Callable[[Path], tuple[dict[str, int], dict[str, float]]]] = {
    "ours": plain,
    "ours, fast": fast,
    "flowkit": flowkit,
}


def _ways() -> Sequence[str]:
    return [way for way in WAYS if way != "ours, fast" or find_spec("numba") is not None]


def _file(folder: Path, events: int) -> Path:
    """Return a file of so many events, made in a process of its own."""
    from lupustrial.cytometry.synthetic import panel_text

    if not (folder / "panel.yaml").exists():
        (folder / "panel.yaml").write_text(panel_text("wide"), encoding="utf-8")
        (folder / "strategy.yaml").write_text(_strategy_text(), encoding="utf-8")
        _made(folder / "warm.fcs", 10_000)  # enough for the compiled loops to be loaded
    path = folder / f"{events}.fcs"
    if not path.exists():
        _made(path, events)
    return path


def _made(path: Path, events: int) -> None:
    code = (
        "import sys, pathlib; from lupustrial.cytometry.synthetic import make_file;"
        "make_file(pathlib.Path(sys.argv[1]), panel='wide', seed=1, events=int(sys.argv[2]))"
    )
    subprocess.run([sys.executable, "-c", code, str(path), str(events)], check=True)


def _child(way: str, path: Path) -> dict[str, Any]:
    command = [sys.executable, __file__, "--one", way, "--file", str(path)]
    environment = {**os.environ, **dict.fromkeys(THREADS, "1")}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _panel(folder: Path) -> Any:
    from lupustrial.cytometry.panel import read_panel

    return read_panel(folder / "panel.yaml")


def _strategy(folder: Path) -> Any:
    from lupustrial.cytometry.strategy import read_strategy

    return read_strategy(folder / "strategy.yaml")


def _strategy_text() -> str:
    populations = {}
    for name, parent, columns, shape in GATES:
        region: dict[str, Any] = {
            "shape": "interval",
            "column": columns[0],
            "low": shape[0],
            "high": shape[1],
        }
        if len(columns) > 1:
            region = {"shape": "polygon", "x": columns[0], "y": columns[1], "vertices": shape}
        populations[name] = {"method": "static", "region": region} | ({"parent": parent} if parent else {})
    return json.dumps(
        {"format": 1, "id": "fifteen", "version": 1, "title": "fifteen gates", "populations": populations}
    )


def _flowkit_strategy(path: Path) -> Any:
    import flowkit as fk

    panel = _panel(path.parent)
    detector = {stain.marker: stain.channel for stain in panel.stains}
    strategy = fk.GatingStrategy()
    text = fk.Sample(str(path.with_name("warm.fcs")), sample_id="w").metadata["spillover"]
    strategy.add_comp_matrix("spill", fk.Matrix(text, list(detector.values())))
    scale = panel.transform
    strategy.add_transform(
        "logicle",
        fk.transforms.LogicleTransform(param_t=scale.t, param_w=scale.w, param_m=scale.m, param_a=scale.a),
    )
    strategy.add_transform("linear", fk.transforms.LinearTransform(param_t=262144, param_a=0))
    places: dict[str | None, tuple[str, ...]] = {None: ("root",)}
    for name, parent, columns, shape in GATES:
        ends = shape if len(columns) == 1 else (None, None)
        dimensions = [
            fk.Dimension(
                detector.get(column, column),
                compensation_ref="spill" if column in detector else "uncompensated",
                transformation_ref="logicle" if column in detector else "linear",
                range_min=ends[0],
                range_max=ends[1],
            )
            for column in columns
        ]
        if len(columns) == 1:
            gate = fk.gates.RectangleGate(name, dimensions)
        else:
            gate = fk.gates.PolygonGate(name, dimensions, vertices=[list(point) for point in shape])
        strategy.add_gate(gate, gate_path=places[parent])
        places[name] = (*places[parent], name)
    return strategy


if __name__ == "__main__":
    main()
