"""Panel and matrix files nobody meant: read, or refused with place and remedy."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lupustrial.cytometry.panel import Panel, read_panel
from lupustrial.errors import CytometryError

SOUND = b"""\
format: 1
id: tbnk
instrument: FACSAria II, site 1
scatter: [FSC-A, SSC-A]
scatter_top: 262144
compensation: m.csv
transform: {kind: logicle, t: 262144, w: 0.5, m: 4.5, a: 0}
reading: {offsets: count}
stains:
  - {marker: CD3, channel: APC-A, clone: SK7, lot: "1"}
  - marker: CD4
    channel: PE-A
    transform: {kind: biex, t: 262144, positive: 4.5, negative: 0, width: -100}
    expected: [CD4 within CD3]
"""
MATRIX = b"APC-A,PE-A\n1,0.1\n0.2,1\n"
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def outcome(folder: Path, text: bytes, matrix: bytes = MATRIX) -> str:
    (folder / "panel.yaml").write_bytes(text)
    (folder / "m.csv").write_bytes(matrix)
    try:
        assert isinstance(read_panel(folder / "panel.yaml"), Panel)
    except CytometryError as error:
        for fault in error.faults:
            name, _, line = fault.place.rpartition(":")
            assert name in ("panel.yaml", "m.csv"), fault
            assert line.isdigit()
            assert fault.hint
        return error.faults[0].id
    return "read"


def test_the_file_that_is_mutated_is_sound(tmp_path: Path) -> None:
    assert outcome(tmp_path, SOUND) == "read"


@pytest.mark.parametrize("seed", range(3))
def test_mutations(tmp_path: Path, seed: int) -> None:
    pick = random.Random(seed)  # noqa: S311 - repeatable, not secret
    seen = set()
    for _ in range(80):
        text, matrix = bytearray(SOUND), bytearray(MATRIX)
        for target in (text, matrix if pick.random() < 0.3 else text):
            at = pick.randrange(len(target))
            junk = pick.choice(
                (b"", b":", b"[", b"{", b"\t", b"&a ", b"*a", b"'", b"- ", b"null", b"1e999", b"\xff", b"#")
            )
            target[at : at + pick.randrange(4)] = junk
        seen.add(outcome(tmp_path, bytes(text), bytes(matrix)))
    assert {"CYTO-020", "CYTO-021", "CYTO-023"} <= seen


@FEW
@given(text=st.binary(max_size=200))
def test_any_bytes(tmp_path: Path, text: bytes) -> None:
    assert outcome(tmp_path, text) != "read"


@FEW
@given(
    matrix=st.one_of(st.binary(max_size=100), st.text('0123456789.,-eE\n"APC', max_size=60).map(str.encode))
)
def test_any_matrix(tmp_path: Path, matrix: bytes) -> None:
    outcome(tmp_path, SOUND, matrix)


@FEW
@given(
    value=st.recursive(
        st.one_of(st.none(), st.booleans(), st.floats(), st.text(max_size=5)), st.lists, max_leaves=5
    )
)
@pytest.mark.parametrize("key", ["scatter", "stains", "transform", "compensation", "reading", "time", "id"])
def test_any_value_of_any_key(tmp_path: Path, key: str, value: object) -> None:
    import json

    lines = [line for line in SOUND.decode().splitlines() if not line.startswith(f"{key}:")]
    outcome(tmp_path, "\n".join([f"{key}: {json.dumps(value)}", *lines]).encode())
