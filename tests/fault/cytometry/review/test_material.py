"""Review material that is broken, foreign or made to do harm is refused, with what is wrong."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reviewed_tubes import GATES, gated_cloud, reviewed

from lupustrial.cytometry import Interval, Polygon
from lupustrial.cytometry.review import _material as limits
from lupustrial.cytometry.review import miflowcyt, pack, review_tube, unpack, with_handles
from lupustrial.errors import CytometryError

GOOD = pack(reviewed(2))


def files_of(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def ids(packed: bytes) -> list[str]:
    with pytest.raises(CytometryError) as caught:
        unpack(packed)
    return [fault.id for fault in caught.value.faults]


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    """Return material with one tube changed, its hash mended."""
    import hashlib

    files = files_of(GOOD)
    run = json.loads(files["run.json"])
    code = next(iter(run["tubes"]))
    tube = json.loads(files[f"tubes/{code}.json"])
    change(tube)
    files[f"tubes/{code}.json"] = json.dumps(tube).encode()
    run["tubes"][code] = hashlib.sha256(files[f"tubes/{code}.json"]).hexdigest()
    files["run.json"] = json.dumps(run).encode()
    return zipped(files)


@pytest.mark.parametrize("packed", [b"", b"PK", b"<html>", GOOD[:200], zipped({"a": b""})], ids=range(5))
def test_what_is_no_material_is_refused(packed: bytes) -> None:
    assert ids(packed) == ["CYTO-085"]


def test_a_tube_that_was_changed_is_refused_by_its_hash() -> None:
    files = files_of(GOOD)
    name = next(name for name in files if name.startswith("tubes/"))
    files[name] = files[name].replace(b'"control":false', b'"control":true')
    assert ids(zipped(files)) == ["CYTO-087"]


def test_a_lacking_and_an_additional_file_are_both_told() -> None:
    files = files_of(GOOD)
    del files[next(name for name in files if name.startswith("tubes/"))]
    files["../../etc/passwd"] = b"x"
    assert ids(zipped(files)) == ["CYTO-087", "CYTO-087"]


@pytest.mark.parametrize(
    "change",
    [
        lambda tube: tube.update(code="../../etc"),
        lambda tube: tube.update(format=2),
        lambda tube: tube.update(events=-1),
        lambda tube: tube.update(gates={}),
        lambda tube: tube["gates"][0]["region"].update(covariance=[[-1.0, 0.0], [0.0, 1.0]]),
        lambda tube: tube["gates"][0]["region"].update(x=[1]),
        lambda tube: tube["gates"][0]["region"].update(x="CD99"),
        lambda tube: tube["gates"][2]["region"].update(vertices=[[0.0, 0.0], [1.0, 1.0]]),
        lambda tube: tube.update(file_sha256="abc"),
        lambda tube: tube["gates"][0].update(parent="nobody"),
        lambda tube: tube["gates"][1].update(population=tube["gates"][0]["population"]),
        lambda tube: tube["gates"][0].update(confidence="high"),
        lambda tube: tube["gates"][0].update(reason="x" * 3000),
        lambda tube: tube["gates"][0].update(reason="\ud800"),
        lambda tube: tube["gates"][0].update(region={"shape": "star"}),
        lambda tube: tube["gates"][1]["region"].update(low=float("nan")),
        lambda tube: tube["gates"][0]["views"][0].update(runs=[10**9, 1]),
        lambda tube: tube["gates"][0]["views"][0].update(runs=[0]),
        lambda tube: tube["gates"][0]["views"][0].update(runs=[0, -5]),
        lambda tube: tube["gates"][0]["views"][0].update(bins=[100_000, 100_000]),
        lambda tube: tube["gates"][0]["views"][0].update(low=[1.0, 1.0], high=[1.0, 1.0]),
        lambda tube: tube["gates"][0].update(views=tube["gates"][0]["views"] * 11),
        lambda tube: tube.update(findings=[{"check": "", "verdict": "maybe", "message": "", "columns": []}]),
    ],
    ids=range(23),
)
def test_a_tube_that_cannot_be_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    assert ids(changed(change)) == ["CYTO-087"]


def test_limits_of_size_hold_before_anything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_PACKED", 100)
    assert ids(GOOD) == ["CYTO-085"]
    monkeypatch.setattr(limits, "MOST_PACKED", 10**9)
    monkeypatch.setattr(limits, "MOST_OF_TUBE", 1000)
    assert ids(GOOD) == ["CYTO-085"]
    monkeypatch.setattr(limits, "MOST_UNPACKED", 1000)
    assert ids(GOOD) == ["CYTO-085"]


def test_a_name_that_stands_twice_is_refused() -> None:
    buffer = io.BytesIO(GOOD)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("run.json", b"{}")
    assert ids(buffer.getvalue()) == ["CYTO-085"]


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, len(GOOD) - 1), byte=st.integers(0, 255))
def test_a_flipped_byte_is_refused_or_changes_nothing(at: int, byte: int) -> None:
    broken = GOOD[:at] + bytes([byte]) + GOOD[at + 1 :]
    try:
        found = unpack(broken)
    except CytometryError:
        return
    assert found.digest == unpack(GOOD).digest


def test_no_tube_and_one_tube_twice_are_not_packed() -> None:
    tube = reviewed(1)[0]
    for tubes in ([], [tube, tube]):
        with pytest.raises(CytometryError, match="CYTO-087"):
            pack(tubes)


@pytest.mark.parametrize(
    ("region", "values"),
    [
        (Interval(column="X", low=0.1, high=0.9), {"low": 0.9}),
        (Interval(column="X", low=0.1), {"high": 0.9}),
        (Interval(column="X", low=0.1), {"low": float("inf")}),
        (Polygon(x="X", y="Y", vertices=((0, 0), (1, 0), (1, 1))), {"vertices.2.1": 0.0}),
        (GATES[0][2], {"distance": 0.0}),
        (GATES[3][2], {"of.0.column": 1.0}),
    ],
    ids=range(6),
)
def test_an_edit_that_leaves_no_gate_is_refused(region: Any, values: dict[str, float]) -> None:
    with pytest.raises(CytometryError, match="CYTO-086"):
        with_handles(region, values)


def test_an_unknown_heading_of_the_report_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(CytometryError, match=r"CYTO-088.*\n.*purpose"):
        miflowcyt([review_tube(gated_cloud(1))], given={"purpos": "x"})
