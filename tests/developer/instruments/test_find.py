"""An instrument is found by its id in any spelling."""

from __future__ import annotations

import polars as pl
import pytest

from lupustrial.errors import InstrumentError
from lupustrial.instruments import INSTRUMENTS, find_instrument, queries, score


def bare(name: str) -> str:
    return name.replace("_", "").casefold()


def test_no_two_ids_differ_only_in_spelling() -> None:
    assert len({bare(name) for name in INSTRUMENTS}) == len(INSTRUMENTS)


@pytest.mark.parametrize("name", list(INSTRUMENTS))
def test_capitals_dashes_and_blanks_make_no_difference(name: str) -> None:
    for spelled in (name, name.upper(), name.replace("_", "-"), name.replace("_", " "), bare(name)):
        assert find_instrument(spelled) is INSTRUMENTS[name]


@pytest.mark.parametrize(("short", "name"), [("cSLEDAI", "clinical_sledai"), ("c-SFI", "sfi")])
def test_usual_short_names(short: str, name: str) -> None:
    assert find_instrument(short) is INSTRUMENTS[name]


def test_a_frame_is_scored_under_any_spelling() -> None:
    frame = pl.DataFrame({"USUBJID": ["P"], "VISITNUM": [1], "SEIZ": ["Y"]})
    assert score("SLEDAI-2K", frame).equals(score("sledai_2k", frame), null_equal=True)
    assert queries("SLEDAI-2K", frame).equals(queries("sledai_2k", frame), null_equal=True)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("BILAG-2005", "did you mean bilag2004?"),
        ("xyzzy", "known: selena_sledai,"),
        ("doris", "did you mean doris2021 or doris2017?"),
        ("--", "known: selena_sledai,"),
    ],
)
def test_an_unknown_name_is_told_with_those_that_are_near(name: str, hint: str) -> None:
    with pytest.raises(InstrumentError) as caught:
        find_instrument(name)
    (fault,) = caught.value.faults
    assert (fault.id, fault.place) == ("INSTR-001", "instrument")
    assert fault.hint.startswith(hint)
