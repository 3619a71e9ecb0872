"""Any gating that is written is read back with the same events."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

import numpy as np
from cytometry_files import floats, raw_fcs, write
from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial.cytometry import Ellipse, Every, Gate, Gated, Interval, Placed, Polygon, Region, Tube
from lupustrial.cytometry.exchange import Exported, gate_file, write_gatingml, write_workspace
from lupustrial.cytometry.fcs import read_fcs
from lupustrial.cytometry.panel import Asinh, Linear, Log, Logicle, Panel, Stain, Transform
from lupustrial.cytometry.prepare import prepare

COLUMNS = ("CD3", "CD4", "FSC-A")
EVENTS = 400


@functools.cache
def content() -> bytes:
    return raw_fcs(*floats(["PE-A", "APC-A", "FSC-A"], rows()))


def rows() -> list[list[float]]:
    dice = np.random.default_rng(7)
    dyes = dice.lognormal(7, 1.5, (EVENTS, 2)) - 200
    return np.column_stack([dyes, dice.normal(1e5, 3e4, EVENTS)]).astype(np.float32).tolist()


def panel(transform: Transform) -> Panel:
    return Panel(
        id="p", instrument="any", time=None, scatter=("FSC-A",), compensation="none", transform=transform,
        stains=(Stain(marker="CD3", channel="PE-A"), Stain(marker="CD4", channel="APC-A")),
    )  # fmt: skip


# These steps meet neither an event nor an end of an axis.
edges = st.integers(-200, 1200).map(lambda step: (step + 0.5) / 997)
columns = st.sampled_from(COLUMNS)
pairs = st.permutations(COLUMNS).map(lambda each: each[:2])


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    low, high = sorted(draw(st.tuples(edges, edges)))
    ends = draw(st.sampled_from(["both", "low", "high"]))
    return Interval(
        column=draw(columns), low=low if ends != "high" else None, high=high if ends != "low" else None
    )


@st.composite
def polygons(draw: st.DrawFn) -> Polygon:
    x, y = draw(pairs)
    return Polygon(x=x, y=y, vertices=tuple(draw(st.lists(st.tuples(edges, edges), min_size=3, max_size=7))))


@st.composite
def ellipses(draw: st.DrawFn) -> Ellipse:
    x, y = draw(pairs)
    a, b = draw(st.floats(0.05, 0.4)), draw(st.floats(0.05, 0.4))
    lean = draw(st.floats(-0.8, 0.8)) * a * b
    return Ellipse(
        x=x,
        y=y,
        centre=draw(st.tuples(edges, edges)),
        covariance=((a * a, lean), (lean, b * b)),
        distance=1.0,
    )


shapes: st.SearchStrategy[Region] = st.one_of(intervals(), polygons(), ellipses())


def joined(parts: st.SearchStrategy[Region]) -> st.SearchStrategy[Region]:
    several = st.lists(parts, min_size=1, max_size=2).map(tuple)
    return st.builds(Every, of=several, out=st.lists(parts, max_size=2).map(tuple))


regions = st.recursive(shapes, joined, max_leaves=5)
names = st.lists(
    st.text("CD34+-/ <&'\"é", min_size=1, max_size=6).filter(str.strip),
    min_size=1,
    max_size=4,
    unique_by=lambda n: n.replace("/", "_"),
)
#: Scales that both formats know.
transforms: st.SearchStrategy[Transform] = st.sampled_from(
    [Logicle(t=262144, w=0.5, m=4.5, a=0), Asinh(t=262144, m=4, a=0.5), Linear(t=262144, a=500)]
)


def gated(tube: Tube, populations: list[str], shapes: list[Region], nesting: str) -> Gated:
    gates: list[Gate] = []
    for name, region in zip(populations, shapes, strict=False):
        parent = gates[-1] if gates and nesting == "chain" else None
        inside = region.contains(tube) & (parent.inside if parent else True)
        placed = Placed(region=region, confidence=1, reason="")
        gates.append(
            Gate(
                population=name,
                parent=parent.population if parent else None,
                method="static",
                placed=placed,
                inside=inside,
            )
        )
    return Gated(tube=tube, strategy="s", strategy_hash="0", gates=tuple(gates))


@settings(max_examples=25, deadline=None)
@given(
    transform=transforms,
    populations=names,
    shapes=st.lists(regions, min_size=4, max_size=4),
    nesting=st.sampled_from(["chain", "flat"]),
)
def test_a_gating_is_read_back_with_the_same_events(
    transform: Transform, populations: list[str], shapes: list[Region], nesting: str
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = write(folder, content())
        ours = panel(transform)
        tube = prepare(read_fcs(path), ours)
        made = gated(tube, populations, shapes, nesting)
        expected = {gate.population: gate.count for gate in made.gates}
        (folder / "g.xml").write_text(write_gatingml(made, panel=ours), encoding="utf-8")
        assert {row.population: row.count for row in gate_file(folder / "g.xml", path)} == expected


@settings(max_examples=15, deadline=None)
@given(
    populations=names,
    shapes=st.lists(intervals(), min_size=4, max_size=4),
    nesting=st.sampled_from(["chain", "flat"]),
)
def test_intervals_are_exact_on_a_scale_that_gatingml_lacks(
    populations: list[str], shapes: list[Region], nesting: str
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = write(folder, content())
        ours = panel(Log(t=262144, m=4.5))
        made = gated(prepare(read_fcs(path), ours), populations, shapes, nesting)
        expected = {gate.population: gate.count for gate in made.gates}
        (folder / "g.xml").write_text(write_gatingml(made, panel=ours), encoding="utf-8")
        assert {row.population: row.count for row in gate_file(folder / "g.xml", path)} == expected


@settings(max_examples=15, deadline=None)
@given(
    populations=names,
    shapes=st.lists(regions, min_size=4, max_size=4),
    nesting=st.sampled_from(["chain", "flat"]),
)
def test_a_workspace_is_read_back_with_the_same_events_within_its_axes(
    populations: list[str], shapes: list[Region], nesting: str
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = write(folder, content())
        ours = panel(Linear(t=262144, a=2000))  # every event lies on this axis: FlowJo clips at its ends
        made = gated(prepare(read_fcs(path), ours), populations, shapes, nesting)
        expected = {gate.population.replace("/", "_"): gate.count for gate in made.gates}
        text = write_workspace([Exported(gated=made, file=path.name)], panel=ours)
        (folder / "g.wsp").write_text(text, encoding="utf-8")
        found = {row.population: row.count for row in gate_file(folder / "g.wsp", path)}
        assert {name: found[name] for name in expected} == expected
