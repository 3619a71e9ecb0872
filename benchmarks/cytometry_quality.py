"""Quality control of cytometry files: injected faults that are flagged, good files that are not.

    python benchmarks/cytometry_quality.py SHARED/data/cytometry [development|assessment] [panel ...]

Development files may be tuned on, assessment files are run for the claim only. A file is flagged when a
finding fails. `alone` is without, `beside` with a reference of the other good files of the same panel.
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import polars as pl

from lupustrial.cytometry import Tube
from lupustrial.cytometry.fcs import read_fcs
from lupustrial.cytometry.panel import read_panel
from lupustrial.cytometry.prepare import prepare
from lupustrial.cytometry.quality import Reference, check_tube, reference_of
from lupustrial.cytometry.synthetic import make_file, panel_text
from lupustrial.errors import CytometryError

EUROFLOW = {"development": ("C01", "C04", "C05", "C15"), "assessment": ("C06", "C07", "C36", "C37", "C38")}
HIPC = {"development": ("W2_1", "FTV_1"), "assessment": ("FTV_2", "FTV_3")}
GVHD = {"development": ("001", "002", "003"), "assessment": ("004", "005", "006")}
SEEDS = {"development": range(1, 5), "assessment": range(1001, 1005)}
PANELS = ("tbnk", "treg", "nk", "memory", "functional")
FAULTS = (
    "swapped_stains", "missing_stain", "wrong_spill", "gain_10x", "clog", "few_events", "time_drift",
)  # fmt: skip
Table = dict[str, Counter[str]]


def of_parquet(path: Path) -> Tube:
    """Return the tube of a table of events in display scale; text columns are labels."""
    frame = pl.read_parquet(path)
    names = [name for name, kind in frame.schema.items() if kind.is_numeric()]
    return Tube.of_columns(path.stem, {name: frame[name].to_numpy().astype(np.float32) for name in names})


def of_fcs(path: Path, names: dict[str, str], rows: slice = slice(None)) -> Tube:
    """Return the tube of a file in display scale, with its channels renamed."""
    file = read_fcs(path)
    columns = {
        names.get(each.name, each.marker or each.name): file.values(each.name)[rows] for each in file.channels
    }
    return Tube.of_columns(path.stem, columns)


def groups(data: Path, part: str) -> Iterator[tuple[str, str, list[Tube]]]:
    """Yield name, specimen and tubes of every public panel."""
    yield (
        "euroflow",
        "whole blood",
        [of_parquet(data / f"euroflow_lst_sim/{n}.parquet") for n in EUROFLOW[part]],
    )
    yield "hipc_tcell", "T cells", [of_parquet(data / f"hipc_tcell/{n}.parquet") for n in HIPC[part]]
    channels = {
        "FSC.H": "FSC-H",
        "SSC.H": "SSC-H",
        "FL1.H": "CD4",
        "FL2.H": "CD8b",
        "FL3.H": "CD3",
        "FL4.H": "CD8",
    }
    yield "gvhd", "PBMC", [of_fcs(data / f"flowcap_gvhd/{n}.fcs", channels) for n in GVHD[part]]
    nk = data / "hipc_nk/DC_MONO_NK_12828001_001.fcs"
    start = 0 if part == "development" else 1
    lineage = {"APC-Cy7-A": "CD3+CD19+CD20"}
    yield "hipc_nk", "PBMC", [of_fcs(nk, lineage, slice(start + 2 * half, None, 4)) for half in (0, 1)]


def verdicts(tube: Tube, specimen: str, reference: Reference | None) -> tuple[bool, bool, str]:
    """Return whether the tube fails, whether it warns, and what the labels' check says."""
    found = {each.check: each for each in check_tube(None, tube, specimen=specimen, reference=reference)}
    said = {each.verdict for each in found.values()}
    return "fail" in said, "warn" in said, ", ".join(found["QC-LABELS"].columns)


def count(
    table: Table, row: str, tube: Tube, specimen: str, reference: Reference | None, right: set[str] | None
) -> None:
    """Check a tube and add it to the table."""
    failed, warned, named = verdicts(tube, specimen, reference)
    table[row] += Counter(n=1, fail=int(failed), warn=int(warned and not failed))
    if right is not None:
        table[row]["named"] += int(set(named.split(", ")) == right)
    if failed != (not row.startswith("good")):
        print(
            f"    {row}: {tube.name} {sorted(right or ())} {'flagged' if failed else 'not flagged'} {named}"
        )


def public(data: Path, part: str, table: Table) -> None:
    """Good public files, and every exchange of two of their labels."""
    for name, specimen, tubes in groups(data, part):
        for tube in tubes:
            others = [each for each in tubes if each is not tube]
            for how, reference in (("alone", None), ("beside", reference_of(others))):
                count(table, f"good {name} {how}", tube, specimen, reference, None)
                stains = [n for n in tube.names if not n.startswith(("FSC", "SSC", "Time"))]
                for a, b in combinations(stains, 2):
                    names = tuple({a: b, b: a}.get(n, n) for n in tube.names)
                    swapped = dataclasses.replace(tube, names=names)
                    count(table, f"swapped {name} {how}", swapped, specimen, reference, {a, b})


def synthetic(part: str, table: Table, panels: tuple[str, ...], folder: Path) -> None:
    """Good synthetic files of other donors, and each fault."""
    for name in panels:
        (folder / f"{name}.yaml").write_text(panel_text(name))
        panel = read_panel(folder / f"{name}.yaml")

        def tube(seed: int, faults: tuple[str, ...] = (), name: str = name, panel: object = panel) -> Tube:
            path = folder / "tube.fcs"
            make_file(path, panel=name, seed=seed, donor=seed, faults=faults)
            return prepare(read_fcs(path), panel)

        reference = reference_of([tube(900 + at) for at in range(4)])
        for seed in SEEDS[part]:
            for how, known in (("alone", None), ("beside", reference)):
                count(table, f"good synthetic {how}", tube(seed), "PBMC", known, None)
                for fault in FAULTS:
                    try:
                        made = tube(seed, (fault,))
                    except CytometryError:
                        table[f"{fault} synthetic {how}"] += Counter(n=1, fail=1, refused=1)
                        continue
                    count(table, f"{fault} synthetic {how}", made, "PBMC", known, None)


def main() -> None:
    """Print the table."""
    data, part, *panels = Path(sys.argv[1]), *(sys.argv[2:] or ["development"])
    table: Table = defaultdict(Counter)
    public(data, part, table)
    with tempfile.TemporaryDirectory() as folder:
        synthetic(part, table, tuple(panels) or PANELS, Path(folder))
    for row in sorted(table):
        seen = table[row]
        named = f", pair named {seen['named']}" if "named" in seen else ""
        print(f"{row:34} {seen['fail']:4d} of {seen['n']:4d} flagged, {seen['warn']} more warned{named}")


if __name__ == "__main__":
    main()
