"""Files that contradict themselves, are cut short or claim the impossible: refused, with the byte."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from cytometry_files import floats, integers, raw_fcs, shared, write

from lupustrial.cytometry.fcs import Spill, read_fcs, write_fcs
from lupustrial.errors import CytometryError

ROWS = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


def good(**more: str) -> bytes:
    data, keywords = floats(("FSC-A", "PE-A"), ROWS, **more)
    return raw_fcs(data, keywords)


def refusal(path: Path, **options: object) -> tuple[str, str, int]:
    """Return id, message and byte of the one fault."""
    with pytest.raises(CytometryError) as caught:
        read_fcs(path, **options)
    (fault,) = caught.value.faults
    found = re.fullmatch(r"tube\.fcs byte (\d+)", fault.place)
    assert found, fault.place
    assert fault.hint
    return fault.id, fault.message, int(found[1])


def with_keyword(name: str, value: str | None) -> bytes:
    data, keywords = floats(("FSC-A", "PE-A"), ROWS)
    if value is None:
        del keywords[name]
    else:
        keywords[name] = value
    return raw_fcs(data, keywords)


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("$PAR", None, "CYTO-013"),
        ("$PAR", "0", "CYTO-013"),
        ("$PAR", "-2", "CYTO-013"),
        ("$PAR", "9" * 5000, "CYTO-013"),
        ("$PAR", "4000000000", "CYTO-013"),
        ("$PAR", "٣", "CYTO-013"),  # a digit to Python, not to the standard
        ("$TOT", None, "CYTO-013"),
        ("$TOT", "1_0", "CYTO-013"),
        ("$TOT", "4", "CYTO-015"),
        ("$TOT", "2", "CYTO-015"),
        ("$TOT", "100000000000", "CYTO-015"),
        ("$MODE", "C", "CYTO-016"),
        ("$DATATYPE", "A", "CYTO-016"),
        ("$DATATYPE", "I", "CYTO-013"),  # then $P1R of 262144 needs more than … bits below
        ("$BYTEORD", "3,4,1,2", "CYTO-016"),
        ("$P1B", "12", "CYTO-013"),
        ("$P2B", "64", "CYTO-013"),
        ("$P1R", "nan", "CYTO-013"),
        ("$P1R", "0", "CYTO-013"),
        ("$P1R", None, "CYTO-013"),
        ("$P1N", None, "CYTO-013"),
        ("$P2N", "FSC-A", "CYTO-013"),
        ("$P1E", "4", "CYTO-013"),
        ("$P1E", "4,x", "CYTO-013"),
        ("$P1E", "300,1", "CYTO-013"),
        ("$P1G", "-1", "CYTO-013"),
        ("$NEXTDATA", "999999", "CYTO-013"),
        ("$BEGINSTEXT", "abc", "CYTO-013"),
    ],
)
def test_a_keyword_that_lies(tmp_path: Path, name: str, value: str | None, fault: str) -> None:
    if (name, value) == ("$DATATYPE", "I"):
        content = with_keyword("$P1B", "16").replace(b"$DATATYPE/F", b"$DATATYPE/I")
    else:
        content = with_keyword(name, value)
    path = write(tmp_path, content)
    found, message, at = refusal(path)
    assert found == fault
    if value is not None and fault == "CYTO-013" and name != "$DATATYPE":
        assert name in message
        assert content[at:].startswith(value.encode())  # the byte is that of the value


@pytest.mark.parametrize("length", [0, 1, 3, 57, 58, 100, 2000])
def test_a_file_cut_short_names_the_byte_where_it_ends(tmp_path: Path, length: int) -> None:
    path = write(tmp_path, good()[:length])
    found, _, at = refusal(path)
    expected = {0: "CYTO-010", 1: "CYTO-011", 3: "CYTO-011", 57: "CYTO-011", 2000: "CYTO-015"}
    assert found == expected.get(length, "CYTO-012")
    assert at <= length


def test_data_cut_short_tells_how_many_events_are_whole(tmp_path: Path) -> None:
    content = good()
    found, message, _ = refusal(write(tmp_path, content[:-1]))
    assert found == "CYTO-015"
    assert f"3 events end at byte {len(content) - 1}" in message
    assert "2 whole events are there" in message


@pytest.mark.parametrize(
    ("content", "fault", "byte"),
    [
        (b"not a file of events at all" * 9, "CYTO-011", 0),
        (b"FCS1.0" + good()[6:], "CYTO-011", 3),
        (b"FCS9.9" + good()[6:], "CYTO-011", 3),
        (good()[:10] + b"  0x3A  " + good()[18:], "CYTO-011", 10),
        (good()[:26] + b"    -300" + good()[34:], "CYTO-011", 26),
    ],
)
def test_a_header_that_is_none(tmp_path: Path, content: bytes, fault: str, byte: int) -> None:
    found, _, at = refusal(write(tmp_path, content))
    assert (found, at) == (fault, byte)


def patched(at: int, value: int) -> bytes:
    content = bytearray(good())
    content[at : at + 8] = f"{value:>8}".encode()
    return bytes(content)


@pytest.mark.parametrize(
    ("at", "value", "fault"),
    [
        (10, 0, "CYTO-011"),
        (10, 57, "CYTO-011"),
        (10, 99_999_999, "CYTO-012"),
        (18, 57, "CYTO-012"),
        (18, 99_999_999, "CYTO-012"),
        (26, 3001, "CYTO-014"),
        (26, 0, "CYTO-014"),
        (34, 3024, "CYTO-014"),
        (34, 99_999_999, "CYTO-014"),
    ],
)
def test_a_header_that_lies(tmp_path: Path, at: int, value: int, fault: str) -> None:
    assert refusal(write(tmp_path, patched(at, value)))[0] == fault


def test_header_and_text_that_agree_on_a_lie(tmp_path: Path) -> None:
    data, keywords = floats(("FSC-A", "PE-A"), ROWS)
    inside = raw_fcs(data, keywords, header=(60, 83), stated=(60, 83))
    found, message, _ = refusal(write(tmp_path, inside))
    assert (found, "overlaps HEADER or TEXT" in message) == ("CYTO-014", True)


@pytest.mark.parametrize("offsets", ["header", "text", "count"])
def test_every_way_to_recover_is_named_and_noted(tmp_path: Path, offsets: str) -> None:
    data, keywords = floats(("FSC-A", "PE-A"), ROWS)
    contents = {
        "header": raw_fcs(data, keywords, stated=(3004, 3027)),
        "text": raw_fcs(data, keywords, header=(3004, 3027)),
        "count": raw_fcs(data, keywords, header=(3000, 3024), stated=(3000, 3024)),
    }
    path = write(tmp_path, contents[offsets])
    refusal(path)
    file = read_fcs(path, offsets=offsets)
    assert file.events.tolist() == ROWS
    assert any(f'offsets="{offsets}"' in note for note in file.notes)
    others = {"header", "text", "count"} - {offsets, "count"} if offsets != "count" else {"header", "text"}
    for other in others:
        refusal(path, offsets=other)


def test_two_keywords_that_contradict_each_other(tmp_path: Path) -> None:
    content = good(CYT="one").replace(b"$CYT/one/", b"$CYT/one/$CYT/two/")
    found, message, _ = refusal(write(tmp_path, _retext(content)))
    assert (found, "$CYT stands twice" in message) == ("CYTO-012", True)


def _retext(content: bytes) -> bytes:
    """Restate where TEXT ends and move DATA back to byte 3000 after TEXT has grown."""
    data = content[-24:]
    head, rest = content[:58], content[58:-24].rstrip(b" ")
    head = head[:18] + f"{58 + len(rest) - 1:>8}".encode() + head[26:]
    return (head + rest).ljust(3000) + data


def test_a_value_that_is_empty_is_told_and_read_when_asked(tmp_path: Path) -> None:
    data, keywords = floats(("FSC-A", "PE-A"), ROWS)
    path = write(tmp_path, raw_fcs(data, {"$P1S": ""} | keywords))
    with pytest.raises(CytometryError, match="empty_values=True"):
        read_fcs(path)
    file = read_fcs(path, empty_values=True)
    assert (file.events.tolist(), file.channels[0].marker) == (ROWS, "")
    assert "read with empty_values=True" in file.notes


def test_a_chain_of_data_sets_that_never_ends(tmp_path: Path) -> None:
    small = good(NEXTDATA="4096").ljust(4096)
    found, message, _ = refusal(write(tmp_path, small * 100))
    assert (found, "broken" in message) == ("CYTO-017", True)


def test_data_that_run_into_the_next_data_set(tmp_path: Path) -> None:
    first = good(NEXTDATA="3008")
    found, message, _ = refusal(write(tmp_path, first[:3008] + good() + b" " * 99))
    assert (found, "overlaps the next data set" in message) == ("CYTO-014", True)


def test_a_data_set_that_is_not_there(tmp_path: Path) -> None:
    found, message, _ = refusal(write(tmp_path, good()), data_set=1)
    assert (found, "the file has 1" in message) == ("CYTO-017", True)


def test_a_logarithmic_channel_that_is_linear_already(tmp_path: Path) -> None:
    data, keywords = floats(("FSC-A", "FL1-H"), [[1.0, 5000.0]], P2E="4,1", P2R="1024")
    found, message, _ = refusal(write(tmp_path, raw_fcs(data, keywords)))
    assert (found, "FL1-H" in message) == ("CYTO-019", True)


def test_bits_that_are_packed_are_not_guessed(tmp_path: Path) -> None:
    keywords = integers(("FSC-H", 10, 1024, "0,0", "1")) | {"$TOT": "4"}
    assert refusal(write(tmp_path, raw_fcs(b"\0" * 5, keywords)))[0] == "CYTO-016"


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("2,FSC-A,PE-A,1,0,0", "entries"),
        ("9999,FSC-A", "number of channels"),
        ("x", "number of channels"),
        ("2,FSC-A,APC-A,1,0,0,1", "APC-A"),
        ("2,FSC-A,PE-A,1,nan,0,1", "no number"),
        ("2,PE-A,PE-A,1,0,0,1", "twice"),
    ],
)
def test_a_broken_matrix_is_kept_as_a_fault(tmp_path: Path, value: str, part: str) -> None:
    file = read_fcs(write(tmp_path, good(SPILLOVER=value)))
    assert file.spill is None
    assert file.spill_fault is not None
    assert file.spill_fault.id == "CYTO-018"
    assert part in file.spill_fault.message
    assert file.events.tolist() == ROWS


def test_two_matrices_that_differ(tmp_path: Path) -> None:
    data, keywords = floats(("FSC-A", "PE-A"), ROWS, SPILLOVER="2,FSC-A,PE-A,1,0,0,1")
    file = read_fcs(write(tmp_path, raw_fcs(data, keywords | {"SPILL": "2,FSC-A,PE-A,1,0.5,0,1"})))
    assert file.spill_fault is not None
    assert "differs" in file.spill_fault.message


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_file(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "tube.fcs"
    make(path)
    assert refusal(path)[0] == "CYTO-010"


def test_a_file_that_is_absent(tmp_path: Path) -> None:
    assert refusal(tmp_path / "tube.fcs")[0] == "CYTO-010"


def test_not_a_number_stays_and_is_off_scale(tmp_path: Path) -> None:
    data, keywords = floats(("FSC-A", "PE-A"), [[1.0, float("nan")], [float("inf"), 2.0], [5.0, 6.0]])
    signalling = data[:4] + struct.pack("<I", 0x7F800001) + data[8:]
    file = read_fcs(write(tmp_path, raw_fcs(signalling, keywords)))
    assert np.isnan(file.events[0, 1])
    assert file.off_scale.tolist() == [True, True, False]


@pytest.mark.parametrize(
    "name",
    [
        "raw_fcs/parser/data_start_offset_discrepancy_example.fcs",
        "raw_fcs/parser/data_stop_offset_discrepancy_example.fcs",
        "raw_fcs/test_comp_example.fcs",
        "raw_fcs/parser/coulter.lmd",
    ],
)
def test_real_files_that_contradict_themselves_are_refused_first(name: str) -> None:
    path = shared(name)
    with pytest.raises(CytometryError, match=r"byte \d+: CYTO-01[45]"):
        read_fcs(path)


def test_what_cannot_be_written_is_told_all_at_once(tmp_path: Path) -> None:
    spill = Spill(channels=("PE-A",), matrix=np.eye(2))
    with pytest.raises(CytometryError) as caught:
        write_fcs(tmp_path / "no.fcs", np.ones((2, 3)), ["A,B", "A,B"], keywords={"TOT": "1"}, spill=spill)
    assert [fault.id for fault in caught.value.faults] == ["CYTO-028"] * len(caught.value.faults)
    told = " ".join(fault.message for fault in caught.value.faults)
    for part in ("shape", "twice", "comma", "TOT", "matrix"):
        assert part in told
    assert list(tmp_path.iterdir()) == []
