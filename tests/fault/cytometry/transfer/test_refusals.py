"""Templates that cannot be made or read, and tubes on which they cannot be believed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from treg_clouds import Labelled, batch

from lupustrial.cytometry import Setting, Tube
from lupustrial.cytometry.gates import Unplaced
from lupustrial.cytometry.transfer import (
    Template,
    TemplateGate,
    make_template,
    place_template,
    read_template,
    region_of_labels,
    write_template,
)
from lupustrial.errors import CytometryError


@pytest.fixture(scope="module")
def cloud() -> Labelled:
    return batch(31, 1, 1, events=6000)[0][0]


@pytest.fixture(scope="module")
def template(cloud: Labelled) -> Template:
    return make_template(_setting(cloud.tube), cloud.drawn, population="Treg")


def _setting(tube: Tube, template: Template | None = None, events: int | None = None) -> Setting:
    parent = np.arange(len(tube)) < (len(tube) if events is None else events)
    templates = {} if template is None else {"t": template}
    return Setting(tube=tube, parent=parent, populations={"naive": parent}, templates=templates)


def _with(cloud: Labelled, change: Callable[[np.ndarray], np.ndarray]) -> Tube:
    columns = {name: cloud.tube.column(name).astype(float) for name in cloud.tube.names}
    return Tube.of_columns("other", {**columns, "CD25": change(columns["CD25"])})


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda x: x + 0.6, "implausible"),
        (lambda x: 0.5 + 4 * (x - 0.5), "implausible"),
        (lambda x: np.where(np.arange(len(x)) % 2, 0.05, 0.95), "left where the reference has it"),
        (np.zeros_like, "left where the reference has it"),
    ],
    ids=["far", "wide", "another column", "no stain"],
)
def test_an_alignment_that_cannot_be_believed_leaves_the_gate(
    change: Callable[[np.ndarray], np.ndarray], why: str, cloud: Labelled, template: Template
) -> None:
    placed = place_template(_setting(_with(cloud, change), template), TemplateGate(template="t"))
    assert placed.region == template.region
    assert placed.confidence < 0.5
    assert why in placed.reason


@pytest.mark.parametrize("events", [0, 1, 99])
def test_too_few_events_leave_the_gate(events: int, cloud: Labelled, template: Template) -> None:
    placed = place_template(_setting(cloud.tube, template, events), TemplateGate(template="t"))
    assert placed.region == template.region
    assert placed.confidence < 0.5
    assert f"{events} events" in placed.reason


def test_values_that_are_no_numbers_are_left_out(cloud: Labelled, template: Template) -> None:
    tube = _with(cloud, lambda x: np.where(np.arange(len(x)) % 50 == 0, np.nan, x))
    placed = place_template(_setting(tube, template), TemplateGate(template="t"))
    assert placed.numbers["aligned"] == 1
    nothing = place_template(
        _setting(_with(cloud, lambda x: x * np.nan), template), TemplateGate(template="t")
    )
    assert nothing.region == template.region
    assert nothing.confidence < 0.5


def test_a_missing_column_is_told(cloud: Labelled, template: Template) -> None:
    tube = Tube.of_columns("other", {"CD127": cloud.tube.column("CD127")})
    with pytest.raises(Unplaced, match="CD25"):
        place_template(_setting(tube, template), TemplateGate(template="t"))


def test_another_anchor_is_refused(cloud: Labelled, template: Template) -> None:
    with pytest.raises(CytometryError) as raised:
        place_template(_setting(cloud.tube, template), TemplateGate(template="t", anchor="naive"))
    assert [fault.id for fault in raised.value.faults] == ["CYTO-058"]


@pytest.mark.parametrize("events", [0, 150])
def test_a_reference_of_few_events_is_refused(events: int, cloud: Labelled) -> None:
    with pytest.raises(CytometryError) as raised:
        make_template(_setting(cloud.tube, events=events), cloud.drawn, population="Treg")
    (fault,) = raised.value.faults
    assert fault.id == "CYTO-055"
    assert str(events) in fault.message


def test_labels_that_are_too_few_are_refused(cloud: Labelled) -> None:
    few = np.arange(len(cloud.tube)) < 5
    with pytest.raises(CytometryError) as raised:
        region_of_labels(_setting(cloud.tube), few, ("CD25", "CD127"))
    assert [fault.id for fault in raised.value.faults] == ["CYTO-059"]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda plain: plain | {"population": "other"}, "CYTO-057"),
        (lambda plain: {key: plain[key] for key in plain if key != "hash"}, "CYTO-057"),
        (lambda plain: plain | {"format": 2}, "CYTO-056"),
        (lambda plain: {key: plain[key] for key in plain if key != "grounds"}, "CYTO-056"),
        (lambda plain: plain | {"grounds": []}, "CYTO-056"),
        (lambda plain: plain | {"region": {"shape": "star"}}, "CYTO-056"),
        (lambda plain: plain | {"priors": [3]}, "CYTO-056"),
        (lambda plain: [plain], "CYTO-056"),
    ],
)
def test_a_file_that_is_no_template_or_was_changed_is_refused(
    change: Callable[[dict[str, object]], object], fault: str, template: Template, tmp_path: Path
) -> None:
    path = tmp_path / "t.json"
    write_template(template, path)
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    with pytest.raises(CytometryError) as raised:
        read_template(path)
    (told,) = raised.value.faults
    assert (told.id, told.place) == (fault, str(path))


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b"NaN"])
def test_garbage_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_bytes(content)
    with pytest.raises(CytometryError, match="CYTO-056"):
        read_template(path)
    with pytest.raises(CytometryError, match="CYTO-056"):
        read_template(tmp_path / "absent.json")
