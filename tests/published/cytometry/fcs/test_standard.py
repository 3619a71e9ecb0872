"""Examples that the standard itself works out (FCS 3.1, Cytometry A 77:97, 2010; FCS 3.2, 99:100, 2021)."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from cytometry_files import floats, integers, raw_fcs, write

from lupustrial.cytometry.fcs import read_fcs


@pytest.mark.parametrize(
    ("amplifier", "top", "raw", "linear"),
    [
        ("4.0,0.01", 1024, 0, 0.01),  # §3.2.20: $P3E/4.0,0.01/ is 0.01 … 100 over four decades
        ("4.0,0.01", 1024, 512, 1.0),
        ("5.0,0.01", 1024, 1023, 0.01 * 10 ** (5 * 1023 / 1024)),
        ("4,0", 1024, 256, 10.0),  # a lower end of 0 counts as 1
    ],
)
def test_logarithmic_amplifiers(tmp_path: Path, amplifier: str, top: int, raw: int, linear: float) -> None:
    keywords = integers(("FL1-H", 16, top, amplifier, "1")) | {"$TOT": "1"}
    file = read_fcs(write(tmp_path, raw_fcs(struct.pack("<H", raw), keywords)))
    assert file.events[0, 0] == pytest.approx(linear, rel=1e-6)


def test_a_gain_is_divided_out(tmp_path: Path) -> None:
    keywords = integers(("FSC-H", 16, 1024, "0,0", "10.0")) | {"$TOT": "1"}
    file = read_fcs(write(tmp_path, raw_fcs(struct.pack("<H", 500), keywords)))
    assert file.events[0, 0] == 50.0  # §3.2.20: channel 500 of a linear amplifier with gain 10


def test_bits_above_the_range_are_masked(tmp_path: Path) -> None:
    keywords = integers(("FL1-H", 16, 1024, "0,0", "1")) | {"$TOT": "2"}
    data = struct.pack("<HH", 0b1111_0000_0000_0001, 0b0000_0100_0000_0010)
    file = read_fcs(write(tmp_path, raw_fcs(data, keywords)))
    assert file.events[:, 0].tolist() == [1.0, 2.0]  # §3.2.20: 10 bits are read, the others ignored


def test_mixed_types_of_fcs_3_2(tmp_path: Path) -> None:
    _, keywords = floats(("Time", "FSC-A", "PE-A"), [[0.0, 0.0, 0.0]])
    keywords |= {"$P1DATATYPE": "I", "$P1B": "32", "$P1R": "4294967296", "$P3DATATYPE": "D", "$P3B": "64"}
    keywords |= {"$TIMESTEP": "0.5"}
    data = struct.pack("<Ifd", 7, 2.5, 1e-3)
    file = read_fcs(write(tmp_path, raw_fcs(data, keywords, version="3.2")))
    assert file.events[0].tolist() == [3.5, 2.5, np.float32(1e-3)]


@pytest.mark.parametrize(("order", "data"), [("1,2,3,4", b"\x01\x02\x03"), ("4,3,2,1", b"\x03\x02\x01")])
def test_integers_of_24_bits(tmp_path: Path, order: str, data: bytes) -> None:
    keywords = integers(("FSC-H", 24, 2**24, "0,0", "1")) | {"$TOT": "1", "$BYTEORD": order}
    file = read_fcs(write(tmp_path, raw_fcs(data, keywords)))
    assert file.events[0, 0] == 0x030201


def test_supplemental_text_completes_text(tmp_path: Path) -> None:
    data, keywords = floats(("FSC-A",), [[1.0]])
    extra = b"/NOTE/from the supplement/$P1S/marker/"
    begin = 3000 + len(data)
    keywords |= {"$BEGINSTEXT": str(begin), "$ENDSTEXT": str(begin + len(extra) - 1)}
    file = read_fcs(write(tmp_path, raw_fcs(data, keywords) + extra))
    assert (file.keywords["NOTE"], file.channels[0].marker) == ("from the supplement", "marker")


def test_fcs_2_0_has_its_offsets_in_the_header_only(tmp_path: Path) -> None:
    data, keywords = floats(("FSC-A",), [[1.0], [2.0]])
    del keywords["$TOT"]  # optional in FCS 2.0
    file = read_fcs(write(tmp_path, raw_fcs(data, keywords, version="2.0")))
    assert file.events[:, 0].tolist() == [1.0, 2.0]


def test_events_at_the_end_of_a_range_are_off_scale(tmp_path: Path) -> None:
    rows = [[100.0, 5.0], [262143.0, 5.0], [100.0, 262144.0], [0.0, 5.0], [100.0, -5.0]]
    data, keywords = floats(("FSC-A", "PE-A"), rows)
    file = read_fcs(write(tmp_path, raw_fcs(data, keywords)))
    assert file.off_scale.tolist() == [False, True, True, True, False]
