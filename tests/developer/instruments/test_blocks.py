"""Reading columns from memory, putting visits in order, and looking back within a block, by hand."""

from __future__ import annotations

import ctypes
import gc
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial.instruments import Input, _arrow, _blocks
from lupustrial.instruments._arrow import ArrowColumn, words
from lupustrial.instruments._blocks import Block, in_blocks
from lupustrial.instruments._reading import sources_of
from lupustrial.instruments._visits import Unusual, Visits, visits_of

EVERY = slice(0, 5)
NUMBERS = (
    *(pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64),
    *(pl.Float32, pl.Float64),
)


@pytest.mark.parametrize("dtype", NUMBERS)
def test_numbers_of_every_type_whole_cut_and_in_pieces(dtype: Any) -> None:
    column = pl.Series([9, 1, 2, None, 4, 5, 9]).cast(dtype)
    pieces = pl.concat([column[:2], column[2:4], column[4:]], rechunk=False)
    assert pieces.n_chunks() == 3
    for cut in (column.slice(1, 5), pieces.slice(1, 5)):
        read = ArrowColumn(cut)
        assert not read.is_flags
        assert read.missing(EVERY).tolist() == [False, False, True, False, False]
        values = read.values(EVERY)
        assert [int(value) for at, value in enumerate(values) if at != 2] == [1, 2, 4, 5]
        assert values.dtype == column.to_numpy().dtype or dtype not in (pl.Float32, pl.Float64)
        assert read.values(slice(3, 5)).tolist() == [4, 5]
        assert read.values(np.array([4, 0])).tolist() == [5, 1]
        assert read.missing(np.array([4, 2, 0])).tolist() == [False, True, False]


@settings(deadline=None)
@given(st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=40), st.data())
def test_flags_at_any_place_in_their_bytes(flags: list[bool | None], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(flags) - 1))
    cut = flags[start:]
    read = ArrowColumn(pl.Series(flags, dtype=pl.Boolean).slice(start))
    assert read.is_flags
    low = data.draw(st.integers(0, len(cut)))
    high = data.draw(st.integers(low, len(cut)))
    rows = np.array(data.draw(st.lists(st.integers(0, len(cut) - 1))), np.int64)
    for at in (slice(low, high), rows):
        wanted = cut[low:high] if isinstance(at, slice) else [cut[row] for row in rows]
        missing = read.missing(at)
        if None in cut:
            assert missing is not None
            assert missing.tolist() == [flag is None for flag in wanted]
        else:
            assert missing is None
        found = read.flags(at).tolist()
        assert [one for one, flag in zip(found, wanted, strict=True) if flag is not None] == [
            flag for flag in wanted if flag is not None
        ]


def test_words_of_texts_of_any_length() -> None:
    texts = ["Y", "N", "", "no", "true", "false", "twelve bytes", "more than twelve bytes", None, "é"]
    read = ArrowColumn(pl.Series(texts))
    rows = slice(0, len(texts))
    first, second = read.values(rows), read.tails(rows)
    for at, text in enumerate(texts):
        if text is not None and len(text.encode()) <= 12 and text.isascii():
            assert (first[at], second[at]) == words(text)
    assert first[0] == np.uint64(int.from_bytes(b"\x01\0\0\0Y\0\0\0", "little"))
    assert read.tails(np.array([5])).tolist() == [ord("e")]


def test_memory_is_held_as_long_as_an_array_of_it() -> None:
    read = ArrowColumn(pl.Series(np.arange(100_000)))
    values = read._values
    del read
    gc.collect()
    assert values.sum() == 4_999_950_000


class Unwilling:
    """A column whose stream fails at the layout (first call) or at the data (second)."""

    def __init__(self, failing: str) -> None:
        """Take the calls of a stream that works, but for one."""
        self.stream = _arrow._Stream()
        self.kept = pl.Series([1]).__arrow_c_stream__()
        real = _arrow._Stream.from_address(_arrow._pointer(self.kept, b"arrow_array_stream"))
        self.stream.get_schema, self.stream.get_next = real.get_schema, real.get_next
        self.stream.private_data = real.private_data
        setattr(self.stream, failing, type(real.get_next)(lambda _stream, _out: 12))

    def __arrow_c_stream__(self) -> Any:
        """Hand the stream out as Polars does."""
        new = ctypes.pythonapi.PyCapsule_New
        new.restype, new.argtypes = ctypes.py_object, (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
        return new(ctypes.addressof(self.stream), b"arrow_array_stream", None)


@pytest.mark.parametrize(
    ("failing", "told"), [("get_schema", "does not tell the layout"), ("get_next", "does not hand out")]
)
def test_a_column_that_is_not_handed_out(failing: str, told: str) -> None:
    with pytest.raises(MemoryError, match=told):
        _arrow._Held(Unwilling(failing))  # type: ignore[arg-type]


def frame(ids: str, **columns: Any) -> pl.DataFrame:
    return pl.DataFrame({"USUBJID": list(ids), **columns})


def order(visits: Visits) -> list[int]:
    return list(range(visits.rows)) if visits.order is None else visits.order.tolist()


@pytest.mark.parametrize(
    ("ids", "columns", "sorted_", "first"),
    [
        ("AAB", {"VISITNUM": [1, 2, 1]}, None, [0, 2]),
        ("BBA", {"VISITNUM": [1, 2, 1]}, None, [0, 2]),  # participants need not be in order
        ("A", {"VISITNUM": [1]}, None, [0]),
        ("AB", {"VISITNUM": [2, 1]}, None, [0, 1]),
        ("ABA", {"VISITNUM": [1, 1, 2]}, [0, 2, 1], [0, 2]),
        ("AAB", {"VISITNUM": [2, 1, 1]}, [1, 0, 2], [0, 2]),
        ("AA", {"VISITNUM": [1.5, float("nan")]}, None, [0]),
        ("AA", {"VISITNUM": [float("nan"), 1.5]}, [1, 0], [0]),
        ("AA", {"ADT": ["2024-01-02", "2024-01-01"]}, [1, 0], [0]),
        ("AA", {"ADT": ["2024-01-01", "2024-01-02"]}, None, [0]),
        ("AA", {"VISITNUM": [1, 2], "ADT": ["2024-01-02", "2024-01-01"]}, [1, 0], [0]),
        ("AA", {"VISITNUM": [1, 2], "ADT": ["2024-01-01", "2024-01-01"]}, None, [0]),
        ("AA", {"VISITNUM": [2, 1], "ADT": ["2024-01-01", "2024-01-01"]}, [1, 0], [0]),
        # Where a row has no date, the number decides.
        ("AA", {"VISITNUM": [1, 2], "ADT": ["2024-01-02", None]}, None, [0]),
        ("AA", {"VISITNUM": [2, 1], "ADT": ["2024-01-02", None]}, [1, 0], [0]),
        ("AA", {"VISITNUM": [None, 2], "ADT": ["2024-01-02", "2024-01-01"]}, [1, 0], [0]),
    ],
)
def test_order_of_visits(ids: str, columns: Any, sorted_: list[int] | None, first: list[int]) -> None:
    for known in (True, False):
        visits = visits_of(frame(ids, **columns), known=known)
        assert visits.rows == len(ids)
        assert (None if visits.order is None else visits.order.tolist()) == sorted_
        assert visits.first.tolist() == first


@pytest.mark.parametrize(
    ("ids", "columns"),
    [
        ("AA", {"VISITNUM": [1, 1]}),
        ("AAA", {"VISITNUM": [1, 2, 1]}),
        ("AAA", {"VISITNUM": [1, 2, 1], "ADT": ["2024-01-01", "2024-01-02", "2024-01-03"]}),
        ("AA", {"ADT": ["2024-01-01", "2024-01-01"]}),
        ("AA", {"ADT": ["2024-01-01", "2024-1-02"]}),
        ("AA", {"VISITNUM": [1, 2], "ADT": [None, "2024-02-30"]}),
        ("AA", {"VISITNUM": [1, None]}),
        ("AA", {"VISITNUM": [1, 2], "ABLFL": ["Y", "Y"]}),
        ("AA", {"VISITNUM": [1, 2], "ABLFL": ["Y", "y"]}),
        ("AA", {"VISITNUM": [1, 2], "ABLFL": [None, ""]}),
    ],
)
def test_keys_with_a_fault_are_left_to_the_careful_way(ids: str, columns: Any) -> None:
    with pytest.raises(Unusual):
        visits_of(frame(ids, **columns), known=False)


def test_a_row_without_participant_is_left_to_the_careful_way() -> None:
    with pytest.raises(Unusual):
        visits_of(pl.DataFrame({"USUBJID": ["A", None], "VISITNUM": [1, 2]}), known=False)


@pytest.mark.parametrize("flags", [["Y", "N", "Y"], [None, "N", "N"], ["Y", None, None]])
def test_baseline_flags_without_fault(flags: list[str | None]) -> None:
    for dtype in (pl.String, pl.Categorical):
        given_ = frame("AAB", VISITNUM=[1, 2, 1], ABLFL=pl.Series(flags, dtype=dtype))
        assert visits_of(given_, known=False).order is None


@pytest.mark.parametrize("dtype", [pl.Categorical, pl.Enum(["A", "B"])])
def test_participants_of_another_type(dtype: Any) -> None:
    rows = frame("BAB", VISITNUM=[2, 1, 1]).with_columns(pl.col("USUBJID").cast(dtype))
    visits = visits_of(rows, known=False)
    assert order(visits) in ([1, 2, 0], [2, 0, 1])
    assert len(visits.first) == 2


@pytest.mark.parametrize(
    ("first", "rows", "size", "spans"),
    [
        ([0, 2, 4], 6, 2, [(0, 2), (2, 4), (4, 6)]),
        ([0, 2, 4], 6, 3, [(0, 2), (2, 4), (4, 6)]),
        ([0, 2, 4], 6, 4, [(0, 4), (4, 6)]),
        ([0, 2, 4], 6, 100, [(0, 6)]),
        ([0, 5, 6], 7, 2, [(0, 5), (5, 7)]),  # a participant of more rows than a block
        ([0], 9, 2, [(0, 9)]),
        ([0, 1], 9, 2, [(0, 1), (1, 9)]),
        ([0, 1], 9, 1, [(0, 1), (1, 9)]),
    ],
)
def test_spans_hold_whole_participants(
    first: list[int], rows: int, size: int, spans: list[tuple[int, int]]
) -> None:
    visits = Visits(rows=rows, order=None, first=np.array(first))
    assert list(visits.spans(size)) == spans


def block(lengths: list[int]) -> Block:
    first = np.cumsum([0, *lengths[:-1]])
    return Block(rows=sum(lengths), values={}, missing={}, first=first, dates=None)


def test_looking_back_by_hand() -> None:
    visits = block([3, 1, 2])
    assert visits.position.tolist() == [0, 1, 2, 0, 0, 1]
    assert visits.previous.tolist() == [-1, 0, 1, -1, -1, 4]
    flag = np.array([False, True, False, False, False, True])
    assert visits.ever(flag).tolist() == [False, True, True, False, False, True]
    assert visits.latest(flag).tolist() == [-1, 1, 1, -1, -1, 5]


@settings(deadline=None)
@given(st.lists(st.integers(1, 12), min_size=1, max_size=8), st.integers(0, 2**32 - 1))
def test_looking_back_is_looking_at_each_earlier_visit(lengths: list[int], seed: int) -> None:
    visits = block(lengths)
    flag = np.random.default_rng(seed).random(visits.rows) < 0.3
    given_ = flag.copy()
    ever, latest = visits.ever(flag), visits.latest(flag)
    for row in range(visits.rows):
        earlier = [at for at in range(row - visits.position[row], row + 1) if flag[at]]
        assert ever[row] == bool(earlier)
        assert latest[row] == (earlier[-1] if earlier else -1)
    assert np.array_equal(flag, given_)


INPUTS = (
    Input(code="yes", label="", kind="yn"),
    Input(code="item", label="", kind="ord", high=4),
    Input(code="part", label="", kind="num", decimals=1, low=-5, high=300),
)


def test_a_block_has_values_gaps_and_dates_in_order_of_time() -> None:
    rows = pl.DataFrame(
        {
            "USUBJID": ["B", "A", "A"],
            "VISITNUM": [1, 2, 1],
            "yes": ["N", None, "Y"],
            "item": [None, 4, 0],
            "part": [30.0, 0.25, None],
        }
    )
    seen: list[Block] = []

    def measure(found: Block) -> dict[str, np.ndarray]:
        seen.append(found)
        return {"item": found.values["item"], "twice": found.values["part"].astype(np.int64) * 2}

    sources = sources_of(rows, INPUTS, fills={"item": 3, "part": 7}, whole=False)
    visits = visits_of(rows, known=True)
    result = in_blocks(sources, visits, measure, dates=np.array([30, 20, 10]), whole=("item",))
    (found,) = seen
    assert {name: values.tolist() for name, values in found.values.items()} == {
        "yes": [1, 0, 0],
        "item": [0, 4, 3],
        "part": [7, 3, 300],
    }
    assert {name: gaps.tolist() for name, gaps in found.missing.items()} == {
        "yes": [False, True, False],
        "item": [False, False, True],
        "part": [True, False, False],
    }
    assert (found.first.tolist(), found.dates.tolist()) == ([0, 2], [10, 20, 30])
    assert (result["item"].tolist(), result["twice"].tolist()) == ([3, 4, 0], [600, 6, 14])
    assert (result["item"].dtype, result["twice"].dtype) == (np.int32, np.int64)


def test_blocks_are_put_together_in_the_order_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_blocks, "_ROWS", 2)
    rows = frame("CABAAC", VISITNUM=[2, 1, 1, 3, 2, 1], item=[None, 1, 2, 3, None, 4])
    (source,) = sources_of(rows, INPUTS[1:2], fills={}, whole=False)
    sizes: list[int] = []

    def measure(found: Block) -> dict[str, np.ndarray]:
        sizes.append(found.rows)
        assert (found.rows == 1) == (found.missing == {})  # B alone has no gap
        return {"item": found.values["item"], "visit": found.position, "sure": found.position >= 0}

    result = in_blocks([source], visits_of(rows, known=True), measure, whole=("visit",))
    assert sizes == [3, 1, 2]
    assert result["item"].tolist() == [0, 1, 2, 3, 0, 4]
    assert result["visit"].tolist() == [1, 0, 0, 2, 1, 0]
    assert result["sure"].all()
    assert [result[name].dtype for name in result] == [np.int8, np.int32, np.bool_]
    assert len({id(values.base) for values in result.values()}) == 1  # one stretch of memory
    assert all(values.ctypes.data % 4 == 0 for values in result.values())


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("yes", "maybe"),
        ("yes", "fals"),
        ("yes", "falsy"),
        ("yes", "Y "),
        ("yes", ""),
        ("item", 5),
        ("item", -1),
        ("item", 2.5),
        ("item", float("nan")),
        ("item", float("inf")),
        ("item", "5"),
        ("part", 30.01),
        ("part", -0.51),
        ("part", float("nan")),
        ("part", "x"),
    ],
)
def test_what_is_not_permitted_is_left_to_the_careful_way(column: str, value: Any) -> None:
    rows = pl.DataFrame({column: [value, None]})

    def read() -> None:
        for one in sources_of(rows, INPUTS, fills={}, whole=False):
            one.read(slice(0, 2), 2)

    with pytest.raises(Unusual):
        read()


@pytest.mark.parametrize(
    ("column", "values", "wanted"),
    [
        ("yes", ["Y", "yes", "true", "N", "no", "false"], [1, 1, 1, 0, 0, 0]),
        ("yes", [True, False], [1, 0]),
        ("yes", pl.Series(["Y", "no"], dtype=pl.Categorical), [1, 0]),
        ("item", [0, 4], [0, 4]),
        ("item", [0.0, 4.0], [0, 4]),
        ("item", ["0", "4"], [0, 4]),
        ("part", [-0.5, 30.0], [-5, 300]),
        ("part", [1, 30], [10, 300]),
        ("part", [0.25, 0.24], [3, 2]),  # half up
        ("part", pl.Series([0.5, 30], dtype=pl.Float32), [5, 300]),
        ("part", ["0.25", "1"], [3, 10]),
    ],
)
def test_every_way_to_write_a_value(column: str, values: Any, wanted: list[int]) -> None:
    rows = pl.DataFrame({column: values})
    source = next(one for one in sources_of(rows, INPUTS, fills={}, whole=False) if one.each.code == column)
    read, missing = source.read(slice(0, rows.height), rows.height)
    assert (read.tolist(), missing) == (wanted, None)
    assert read.dtype == (np.int16 if column == "part" else np.int8)


@pytest.mark.parametrize(
    ("column", "values", "wanted"),
    [
        ("yes", ["maybe", "Y", "N"], [0, 1, 0]),
        ("yes", ["Y", "Y", "N"], [0, 1, 0]),
        ("yes", ["yes", "yes", "no"], [0, 1, 0]),
        ("yes", [True, True, False], [0, 1, 0]),
        ("item", [99, 2, 0], [3, 2, 0]),
        ("item", [2.5, 2.0, 0.0], [3, 2, 0]),
        ("item", [float("nan"), 2.0, 0.0], [3, 2, 0]),
        ("part", [float("inf"), 2.0, 0.04], [7, 20, 0]),
        ("part", [1000, 2, 0], [7, 20, 0]),
    ],
)
def test_what_memory_holds_under_null_is_not_read(column: str, values: list[Any], wanted: list[int]) -> None:
    hidden = pl.select(pl.when(pl.Series([False, True, True])).then(pl.Series(column, values))).to_series()
    assert hidden.null_count() == 1
    rows = pl.DataFrame({column: hidden})
    read = sources_of(rows, INPUTS, fills={"item": 3, "part": 7}, whole=False)
    (found,) = (one.read(slice(0, 3), 3) for one in read if one.each.code == column)
    assert found[1] is not None
    assert (found[0].tolist(), found[1].tolist()) == (wanted, [True, False, False])


def test_a_checked_column_holds_units_of_the_last_decimal() -> None:
    rows = pl.DataFrame(
        {"yes": [1, None], "item": [None, 4], "part": [None, 30]}, schema_overrides={"part": pl.Int64}
    )
    values = [
        one.read(slice(0, 2), 2)[0].tolist()
        for one in sources_of(rows, INPUTS, fills={"part": 7}, whole=True)
    ]
    assert values == [[1, 0], [0, 4], [7, 30]]


def test_whole_numbers_of_a_decimal_input_without_decimals_are_rounded() -> None:
    each = Input(code="n", label="", kind="num", high=9)
    (source,) = sources_of(pl.DataFrame({"n": [2.5, 2.4, 9.0]}), (each,), fills={}, whole=False)
    assert source.read(slice(0, 3), 3)[0].tolist() == [3, 2, 9]


def test_a_column_that_is_not_there_or_empty_is_not_done_at_all() -> None:
    for rows in (pl.DataFrame({"x": [1, 2]}), pl.DataFrame({"item": [None, None]})):
        source = sources_of(rows, INPUTS, fills={"item": 2}, whole=False)[1]
        values, missing = source.read(slice(0, 2), 2)
        assert missing is not None
        assert (values.tolist(), missing.tolist(), values.dtype) == ([2, 2], [True, True], np.int8)


def test_listed_values_are_read_carefully() -> None:
    listed = (Input(code="item", label="", kind="ord", high=4, values=(0, 4)),)
    (source,) = sources_of(pl.DataFrame({"item": [0, 4]}), listed, fills={}, whole=False)
    assert source.read(slice(0, 2), 2)[0].tolist() == [0, 4]
    with pytest.raises(Unusual):
        sources_of(pl.DataFrame({"item": [0, 3]}), listed, fills={}, whole=False)
