"""Bytes nobody meant: every file is read or refused with file and byte, quickly and in little memory."""

from __future__ import annotations

import random
import re
import time
import tracemalloc
from pathlib import Path

import pytest
from cytometry_files import SHARED, floats, integers, raw_fcs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lupustrial.cytometry.fcs import OFFSETS, read_fcs
from lupustrial.errors import CytometryError

NAMES = ("FSC-A", "SSC-A", "PE-A", "Time")
KEYS = (
    b"$TOT", b"$PAR", b"$P1B", b"$P2R", b"$P3E", b"$P3G", b"$P1N", b"$BEGINDATA", b"$ENDDATA", b"$NEXTDATA",
    b"$BYTEORD", b"$DATATYPE", b"$MODE", b"$SPILLOVER", b"SPILL", b"$TIMESTEP", b"$BEGINSTEXT", b"$ENDSTEXT",
)  # fmt: skip
VALUES = (
    b"", b"0", b"-1", b"1", b"7", b"8", b"24", b"64", b"999999999999", b"4294967296", b"1e308", b"nan",
    b"inf",
    b"0x10", b"1_000", "٣".encode(), b"A", b"D", b"I", b"F", b"C", b"2,1", b"4,3,2,1", b"4,0", b"300,1",
    b"9" * 5000, b"3,a,b,c,1,2", b"2,PE-A,FSC-A,1,0,0,1", b"\xff\xfe",
)  # fmt: skip


def seeds() -> list[bytes]:
    """Return small sound files: made by hand, and shared public ones where they lie beside the checkout."""
    rows = [[float(row * 4 + column) for column in range(4)] for row in range(20)]
    data, keywords = floats(NAMES, rows, TIMESTEP="0.01", SPILLOVER="2,SSC-A,PE-A,1,0.1,0,1")
    whole = integers(("FSC-H", 16, 1024, "0,0", "2"), ("FL1-H", 32, 1024, "4,0", "1")) | {"$TOT": "8"}
    made = [
        raw_fcs(data, keywords),
        raw_fcs(data, keywords, version="2.0"),
        raw_fcs(data, {**keywords, "$P1DATATYPE": "F"}, version="3.2", delimiter="\f"),
        raw_fcs(bytes(range(48)), whole),
    ]
    real = (
        "raw_fcs/parser/variable_int_example.fcs",
        "flowjo_parity/simple_line_example/data_set_simple_line_100.fcs",
    )
    return made + [(SHARED / name).read_bytes() for name in real if (SHARED / name).is_file()]


def mutated(content: bytes, pick: random.Random) -> bytes:
    """Return a file after one to twenty changes: bits, offsets, keywords, cuts, copies."""
    data = bytearray(content)
    for _ in range(pick.choice((1, 1, 2, 5, 20))):
        at = pick.randrange(len(data) + 1)
        change = pick.randrange(7)
        if change == 0 and at < len(data):
            data[at] = pick.randrange(256)
        elif change == 1:
            field = pick.choice((10, 18, 26, 34, 42, 50))
            ends = (0, 1, 57, 58, len(data) - 1, len(data), 99_999_999, at)
            data[field : field + 8] = f"{pick.choice(ends):>8}".encode()
        elif change == 2:
            data = data[: pick.choice((at, len(data) - 1))]
        elif change == 3:
            data[at:at] = bytes(pick.randrange(256) for _ in range(pick.randrange(1, 30)))
        elif change == 4:
            del data[at : at + pick.randrange(1, 30)]
        elif change == 5:
            data[at : at + 16] = data[pick.randrange(len(data) + 1) :][:16]
        else:
            _another_value(data, pick)
    return bytes(data)


def _another_value(data: bytearray, pick: random.Random) -> None:
    key = pick.choice(KEYS)
    begin = data.find(key) + len(key)
    if begin < len(key) or begin >= len(data):
        return
    end = data.find(data[begin : begin + 1], begin + 1)
    if end > begin:
        data[begin + 1 : end] = pick.choice(VALUES)


def must_be_read_or_refused(path: Path, offsets: str) -> str:
    """Read a file; return the ids of its faults, each of which must name file, byte and remedy."""
    size = path.stat().st_size
    try:
        file = read_fcs(path, offsets=offsets)
    except CytometryError as error:
        for fault in error.faults:
            place = re.fullmatch(rf"{re.escape(path.name)} byte (\d+)", fault.place)
            assert place, fault
            assert int(place[1]) <= size
            assert fault.hint
        return error.faults[0].id
    assert file.events.shape == (len(file.off_scale), len(file.channels))
    assert file.events.nbytes <= 4 * size  # one byte of a file makes one float at most
    return "read"


@pytest.mark.parametrize("seed", range(6))
def test_mutations_of_sound_files(tmp_path: Path, seed: int) -> None:
    pick = random.Random(seed)  # noqa: S311 - repeatable, not secret
    sound = seeds()
    path = tmp_path / "tube.fcs"
    outcomes = set()
    slowest = 0.0
    for _ in range(250):
        path.write_bytes(mutated(pick.choice(sound), pick))
        began = time.process_time()
        outcomes.add(must_be_read_or_refused(path, pick.choice(OFFSETS)))
        slowest = max(slowest, time.process_time() - began)
    assert {"read", "CYTO-011", "CYTO-012", "CYTO-013", "CYTO-015"} <= outcomes
    assert slowest < 5  # seconds of processor; a hang, not a measure of speed


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tail=st.binary(max_size=600), version=st.sampled_from(["2.0", "3.0", "3.1", "3.2"]))
def test_anything_after_a_version(tmp_path: Path, tail: bytes, version: str) -> None:
    path = tmp_path / "tube.fcs"
    path.write_bytes(f"FCS{version}    ".encode() + tail)
    assert must_be_read_or_refused(path, "strict") != "read"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    keywords=st.dictionaries(
        st.sampled_from([key.decode() for key in KEYS]),
        st.one_of(st.text(max_size=20), st.integers().map(str), st.floats().map(str)),
        max_size=4,
    ),
    offsets=st.sampled_from(OFFSETS),
)
def test_any_value_of_any_keyword(tmp_path: Path, keywords: dict[str, str], offsets: str) -> None:
    data, sound = floats(NAMES, [[1.0, 2.0, 3.0, 4.0]] * 5, TIMESTEP="0.01")
    path = tmp_path / "tube.fcs"
    path.write_bytes(raw_fcs(data, sound | keywords))
    must_be_read_or_refused(path, offsets)


@pytest.mark.parametrize("name", ["$TOT", "$PAR", "$NEXTDATA", "$BEGINSTEXT", "$ENDDATA", "$P1R"])
def test_a_huge_number_takes_no_memory(tmp_path: Path, name: str) -> None:
    data, keywords = floats(NAMES, [[1.0, 2.0, 3.0, 4.0]] * 5)
    path = tmp_path / "tube.fcs"
    path.write_bytes(raw_fcs(data, keywords | {name: "99999999999"}))
    tracemalloc.start()
    try:
        must_be_read_or_refused(path, "text")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000


def test_a_million_delimiters_are_split_in_linear_time(tmp_path: Path) -> None:
    path = tmp_path / "tube.fcs"
    text = b"/" * 4_000_001
    path.write_bytes(f"FCS3.1    {58:>8}{58 + len(text) - 1:>8}{0:>8}{0:>8}{0:>8}{0:>8}".encode() + text)
    began = time.process_time()
    assert must_be_read_or_refused(path, "strict") in ("CYTO-012", "CYTO-013")
    assert time.process_time() - began < 10


def test_a_sparse_file_of_five_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "tube.fcs"
    with path.open("wb") as file:
        file.truncate(5 * 1024**3)
    assert must_be_read_or_refused(path, "strict") == "CYTO-010"
