"""What files, panel and strategy tell under the headings of MIFlowCyt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lupustrial.cytometry._regions import Ellipse, Interval, Polygon, Region
from lupustrial.cytometry.review._model import TubeReview
from lupustrial.cytometry.review._sheets import sheets_of
from lupustrial.cytometry.review._view import leaves_of

if TYPE_CHECKING:
    from lupustrial.cytometry.panel import Panel


@dataclass(frozen=True, kw_only=True)
class Reagent:
    """A fluorescent reagent of the panel; a text is empty where it is not known."""

    analyte: str
    reporter: str = ""
    clone: str = ""
    lot: str = ""
    detector: str = ""
    manufacturer: str = ""
    catalogue: str = ""
    transform: str = ""


def reagents_of(panel: Panel) -> tuple[Reagent, ...]:
    """Return the reagents of a panel."""
    return tuple(
        Reagent(
            analyte=stain.marker,
            reporter=stain.fluorochrome,
            clone=stain.clone,
            lot=stain.lot,
            detector=stain.channel,
            transform=_transform(panel.transform_of(stain.marker).model_dump(mode="json")),
        )
        for stain in panel.stains
    )


def _transform(plain: Mapping[str, object]) -> str:
    numbers = [f"{name} = {value:g}" for name, value in plain.items() if isinstance(value, int | float)]
    return f"{plain['kind']} ({', '.join(numbers)})"


@dataclass(frozen=True, kw_only=True)
class Known:
    """What files, panel and strategy tell of a run."""

    tubes: Sequence[TubeReview]
    reagents: Sequence[Reagent]


Told = tuple[Sequence[str], tuple[str, ...], Sequence[tuple[str, ...]]]


def _quality(known: Known) -> Told:
    checks: dict[str, dict[str, int]] = {}
    for tube in known.tubes:
        for finding in tube.findings:
            counts = checks.setdefault(finding.check, dict.fromkeys(("pass", "warn", "fail"), 0))
            counts[finding.verdict] += 1
    rows = [
        (check, *(str(counts[verdict]) for verdict in counts)) for check, counts in sorted(checks.items())
    ]
    controls = sum(tube.control for tube in known.tubes)
    texts = [f"{controls} technical controls in {len({t.batch for t in known.tubes if t.control})} batches."]
    return (texts if controls else []), ("Check", "Pass", "Warn", "Fail"), rows


def _specimens(known: Known) -> Told:
    batches = {tube.batch for tube in known.tubes if tube.batch}
    told = f"{len(known.tubes)} tubes under blinded codes" + (
        f" in {len(batches)} batches" if batches else ""
    )
    events = [tube.events for tube in known.tubes]
    if events:
        told += f", {min(events)} to {max(events)} events each"
    return [f"{told}."], (), []


def _reagents(known: Known) -> Told:
    columns = ("Analyte", "Reporter", "Clone", "Lot", "Detector", "Manufacturer", "Catalogue number")
    rows = [
        (r.analyte, *(text or "not given" for text in
         (r.reporter, r.clone, r.lot, r.detector, r.manufacturer, r.catalogue)))
        for r in known.reagents
    ]  # fmt: skip
    return [], columns, rows


def _keyword(*names: str) -> Callable[[Known], Told]:
    def told(known: Known) -> Told:
        values = sorted({t.instrument[name] for t in known.tubes for name in names if name in t.instrument})
        return ([f"By the files: {', '.join(values)}."] if values else []), (), []

    return told


def _settings(known: Known) -> Told:
    """Return the settings of each detector, with every value that occurs."""
    names = {
        "N": "",
        "F": "filter",
        "L": "wavelength",
        "O": "power",
        "T": "detector",
        "V": "voltage",
        "G": "gain",
    }
    found: dict[int, dict[str, set[str]]] = {}
    for tube in known.tubes:
        for name, value in tube.instrument.items():
            if name[:1] == "P" and name[1:-1].isdecimal() and name[-1] in names:
                found.setdefault(int(name[1:-1]), {}).setdefault(name[-1], set()).add(value)
    letters = [letter for letter in names if any(letter in parameter for parameter in found.values())]
    rows = [
        (str(number), *(", ".join(sorted(parameter.get(letter, ()))) or "not given" for letter in letters))
        for number, parameter in sorted(found.items())
    ]
    return [], ("Parameter", *(names[letter].capitalize() or "Name" for letter in letters)), rows


def _files(known: Known) -> Told:
    return (
        [],
        ("Code", "SHA-256 of the file"),
        [(tube.code, tube.file_sha256 or "not given") for tube in known.tubes],
    )


def _compensation(known: Known) -> Told:
    words = {
        "applied": "compensated here",
        "already applied": "compensated before they came, and not again",
        "none": "not compensated",
    }
    counts = {each: sum(tube.compensation == each for tube in known.tubes) for each in words}
    told = [f"{count} tubes {words[each]}" for each, count in counts.items() if count]
    return ([f"{'; '.join(told)}."] if told else []), (), []


def _transformation(known: Known) -> Told:
    rows = [(r.analyte, r.transform) for r in known.reagents if r.transform]
    texts = ["Transforms are frozen for the panel and never estimated from a file."] if rows else []
    return texts, ("Analyte", "Transform"), rows


def _description(known: Known) -> Told:
    rows = []
    for sheet in sheets_of(known.tubes):
        gates = [one.gate for one in sheet.rows]
        methods = ", ".join(sorted({gate.method for gate in gates}))
        parents = ", ".join(sorted({gate.parent or "all events" for gate in gates}))
        columns = ", ".join(dict.fromkeys(c for gate in gates for c in gate.region.columns))
        rows.append((sheet.title, parents, columns, methods))
    strategies = sorted({f"{tube.strategy} (hash {tube.strategy_hash})" for tube in known.tubes})
    return [f"Strategy {', '.join(strategies)}."] if strategies else [], (
        "Population", "Parent", "Columns", "Method"
    ), rows  # fmt: skip


def _statistics(known: Known) -> Told:
    rows = []
    for sheet in sheets_of(known.tubes):
        percents = [percent for one in sheet.rows if (percent := one.gate.percent) is not None]
        if percents:
            low, middle, high = np.quantile(percents, [0, 0.5, 1]).tolist()
            rows.append((sheet.title, str(len(percents)), f"{middle:.2f}", f"{low:.2f} to {high:.2f}"))
    return [], ("Population", "Tubes", "Median % of parent", "Range"), rows


def _boundaries(known: Known) -> Told:
    rows = [
        (
            tube.code,
            gate.population,
            "; ".join(_words(leaf, inside=inside) for leaf, inside in leaves_of(gate.region)),
        )
        for tube in known.tubes
        for gate in tube.gates
    ]
    texts = ["In display scale: after compensation and the transform of 4.3; scatter as part of its range."]
    return (texts if rows else []), ("Tube", "Population", "Boundary"), rows


def _words(region: Region, *, inside: bool) -> str:
    told = "not " if not inside else ""
    if isinstance(region, Interval):
        ends = [f"{region.column} ≥ {region.low:.4f}"] if region.low is not None else []
        ends += [f"{region.column} < {region.high:.4f}"] if region.high is not None else []
        return told + (" and ".join(ends) or f"{region.column} any")
    if isinstance(region, Polygon):
        corners = " ".join(f"({x:.4f}, {y:.4f})" for x, y in region.vertices)
        return f"{told}inside the polygon of {region.x} and {region.y}: {corners}"
    if isinstance(region, Ellipse):
        (a, b), (_, d) = region.covariance
        return (
            f"{told}inside the ellipse of {region.x} and {region.y}: middle ({region.centre[0]:.4f}, "
            f"{region.centre[1]:.4f}), covariance {a:.6f} {b:.6f} {d:.6f}, "
            f"squared distance {region.distance:.4f}"
        )
    return told + "region"


#: What is known under each heading: paragraphs, columns and rows of a table.
TOLD: Mapping[str, Callable[[Known], Told]] = {
    "1.8": _quality, "2.1": _specimens, "2.4": _reagents, "3.2": _keyword("CYT", "CYTSN"), "3.3": _settings,
    "4.1": _files, "4.2": _compensation, "4.3": _transformation, "4.4.1": _description, "4.4.2": _statistics,
    "4.4.3": _boundaries,
}  # fmt: skip
