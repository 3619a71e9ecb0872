"""What is written is read back the same, and records of any content are checked without an exception."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial.study import (
    ALLOCATION_SCHEMA,
    RECORD_SCHEMA,
    STATUSES,
    Source,
    Stamp,
    check_records,
    examine_source,
    load_study,
    new_study,
    write_source,
)

_FOLDER = Path(tempfile.mkdtemp()) / "trial"
new_study(_FOLDER, "TRIAL")
_STUDY = load_study(_FOLDER)

_text = st.none() | st.text(max_size=12)


def _some(names: list[str]) -> st.SearchStrategy[str | None]:
    return st.sampled_from([*names, None]) | _text


_values = st.sampled_from(
    ["Y", "N", "F", "1", "0.5", "2026-01-05", "1989-12-31", "MILD", "", "9" * 40, "-1", "1e5"]
)
_record = st.fixed_dictionaries(
    {
        "study": st.just("TRIAL") | _text,
        "site": st.just("01") | _text,
        "participant": _some(["01-001", "01-002"]),
        "visit": _some([visit.id for visit in _STUDY.visits]),
        "form": _some([form.id for form in _STUDY.forms]),
        "repeat": st.none() | st.integers(-1, 3) | st.just(2**31 - 1),
        "item": _some(sorted({item.id for form in _STUDY.forms for item in form.items})),
        "value": _values | _text,
        "unit": _some(["kg", "LB", "cm", "g/L"]),
        "status": _some(list(STATUSES)),
        "at": _some(["2026-03-01T09:00:00Z"]),
        "by": _text,
        "reason": _text,
        "position": st.none() | st.integers(0, 10),
    }
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(_record, max_size=25))
def test_records_of_any_content_are_checked(records: list[dict[str, object]]) -> None:
    frame = pl.DataFrame(records, schema=RECORD_SCHEMA)
    faults = check_records(_STUDY, frame, origin="memory")
    assert all(fault.id.startswith("RECORD-") and fault.message for fault in faults)
    assert check_records(_STUDY, frame, origin="memory") == faults


_days = st.dates(min_value=dt.date(2000, 1, 1)).map(lambda day: day.isoformat())


@st.composite
def sources(draw: st.DrawFn) -> Source:
    """Draw a source without faults: visit dates of some participants, in any order of positions."""
    people = draw(
        st.lists(st.text("abc01é,\" '", min_size=1, max_size=6).filter(str.strip), unique=True, max_size=4)
    )
    visits = [visit.id for visit in _STUDY.visits]
    rows = [
        {
            "participant": person,
            "visit": visit,
            "value": draw(_days),
            "reason": draw(st.none() | st.text(min_size=1)),
        }
        for person in people
        for visit in draw(st.lists(st.sampled_from(visits), unique=True))
    ]
    positions = draw(st.permutations(range(1, len(rows) + 1)))
    frame = pl.DataFrame(
        rows, schema={"participant": pl.String, "visit": pl.String, "value": pl.String, "reason": pl.String}
    )
    records = frame.with_columns(
        position=pl.Series(positions, dtype=pl.Int64),
        repeat=pl.lit(1, dtype=pl.Int32),
        **{
            name: pl.lit(text)
            for name, text in {"study": "TRIAL", "site": "01", "form": "visit", "item": "VISDAT"}.items()
        },
        status=pl.lit("entered"),
        **{name: pl.lit(None, dtype=pl.String) for name in ("unit", "at", "by")},
    ).select(*RECORD_SCHEMA)
    known = sorted(set(records["participant"]))
    allocation = pl.DataFrame(
        {
            "participant": known,
            "slot": range(1, len(known) + 1),
            "arm": [draw(st.sampled_from(["ACT", "PBO"])) for _ in known],
        },
        schema=ALLOCATION_SCHEMA,
    )
    stamp = Stamp(
        synthetic=draw(st.booleans()),
        origin=draw(st.text(min_size=1).filter(str.strip)),
        published=draw(st.frozensets(st.tuples(st.text(max_size=8), st.integers(-1, 24)))),
        notes=tuple(draw(st.lists(st.text(max_size=20), max_size=3))),
    )
    return Source(records=records, allocation=allocation, stamp=stamp)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(sources())
def test_a_source_is_read_as_it_was_written(source: Source) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "source"
        write_source(source, folder)
        again, faults = examine_source(_STUDY, folder)
    assert again is not None, faults
    assert again.records.equals(source.records.sort("position"))
    assert again.allocation.sort("slot").equals(source.allocation.sort("slot"))
    assert again.stamp == source.stamp
