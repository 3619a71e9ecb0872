"""What is written is read back, whatever the names, values and keywords."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from cytometry_files import floats, raw_fcs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lupustrial.cytometry.fcs import Channel, Spill, read_fcs, write_fcs

NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters=","), min_size=1
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=30)
FINITE = st.floats(-1e9, 1e9, width=32)
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FEW
@given(data=st.data())
def test_events_channels_and_keywords(tmp_path: Path, data: st.DataObject) -> None:
    reserved = {"time"}
    names = data.draw(
        st.lists(NAMES.filter(lambda n: n.casefold() not in reserved), min_size=1, max_size=5, unique=True)
    )
    rows = data.draw(st.integers(0, 20))
    events = data.draw(arrays(np.float32, (rows, len(names)), elements=FINITE))
    markers = data.draw(st.lists(TEXTS, min_size=len(names), max_size=len(names)))
    notes = data.draw(
        st.dictionaries(st.from_regex(r"NOTE[A-Z0-9 ]{0,8}[A-Z]", fullmatch=True), TEXTS, max_size=4)
    )
    channels = [
        Channel(number=n, name=name, marker=marker)
        for n, (name, marker) in enumerate(zip(names, markers, strict=True), 1)
    ]
    path = tmp_path / "tube.fcs"
    write_fcs(path, events, channels, keywords=notes)
    file = read_fcs(path)
    np.testing.assert_array_equal(file.events, events)
    assert [(c.name, c.marker) for c in file.channels] == list(zip(names, markers, strict=True))
    assert {key: file.keywords[key] for key in notes} == notes
    assert file.notes == ()


@FEW
@given(values=arrays(np.float64, (3, 3), elements=st.floats(-2, 5)))
def test_a_matrix_keeps_every_bit(tmp_path: Path, values: np.ndarray) -> None:
    spill = Spill(channels=("A-A", "B-A", "C-A"), matrix=values)
    path = tmp_path / "tube.fcs"
    write_fcs(path, np.ones((1, 3)), ["A-A", "B-A", "C-A"], spill=spill)
    found = read_fcs(path)
    if not values.any():  # a matrix of zeros is none
        return
    assert found.spill is not None
    np.testing.assert_array_equal(found.spill.matrix, values)


@FEW
@given(value=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12))
def test_a_doubled_delimiter_is_itself(tmp_path: Path, value: str) -> None:
    if value[0] == "!" or value[-1] == "!":
        value = f"x{value}x"
    data, keywords = floats(("FSC-A",), [[1.0]])
    path = tmp_path / "tube.fcs"
    path.write_bytes(raw_fcs(data, keywords | {"NOTE": value.replace("!", "!!")}, delimiter="!"))
    assert read_fcs(path).keywords["NOTE"] == value


@FEW
@given(events=arrays(np.float32, (4, 2), elements=FINITE))
def test_the_same_events_make_the_same_bytes(tmp_path: Path, events: np.ndarray) -> None:
    first, second = tmp_path / "a.fcs", tmp_path / "b.fcs"
    write_fcs(first, events, ["A-A", "B-A"])
    write_fcs(second, np.asfortranarray(events.astype(np.float64)), ["A-A", "B-A"])
    assert first.read_bytes() == second.read_bytes()
    assert read_fcs(first).sha256 == read_fcs(second).sha256
