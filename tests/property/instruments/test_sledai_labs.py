"""Proposals from results: exact between the ends of a result, indifferent to order, long as wide."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from back_ends import agree
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from lupustrial.instruments import derive_sledai_labs, queries, sledai_labs_from_results
from lupustrial.instruments._sledai_labs_inputs import INPUTS
from lupustrial.instruments._sledai_labs_rules import extent, is_abnormal, scores_protein

SEEDS = st.integers(0, 2**32 - 1)
SIGNS = ("", "<", "<=", ">", ">=")
unhurried = settings(deadline=None, max_examples=6)
LIMITS = {"urine_rbc": ("HAEM", 5.0), "platelets": ("PLT", 100.0), "temperature": ("FEVR", 38.0)}


def inside(sign: str, value: float) -> list[float]:
    """Return values that a signed result can stand for: at its end, beside it and far from it."""
    step = 0.0001
    ends = {"": [value], "<": [value - step], "<=": [value], ">": [value + step], ">=": [value]}[sign]
    far = {"<": [30.0], "<=": [30.0], ">": [45.0], ">=": [45.0]}.get(sign, [])
    between = [ends[0] + d for d in (0.0001, 0.1, 1.0)] if sign.startswith(">") else []
    between += [ends[0] - d for d in (0.0001, 0.1, 1.0)] if sign.startswith("<") else []
    return [*ends, *between, *far]


@unhurried
@given(st.sampled_from(list(LIMITS)), st.sampled_from(SIGNS), st.sampled_from([-1, -0.0001, 0, 0.0001, 1]))
def test_a_signed_result_is_decided_exactly_when_every_value_agrees(code: str, sign: str, off: float) -> None:
    """Platelets and cells are tried around their limits too: 30 and 45 lie far inside their ranges."""
    item, limit = LIMITS[code]
    value = limit + off
    far = {"platelets": {30.0: 0.0, 45.0: 3000.0}, "urine_rbc": {30.0: 0.0, 45.0: 10000.0}}.get(code, {})
    values = [far.get(one, one) for one in inside(sign, value)]
    rows = [{"USUBJID": "000", "VISITNUM": 1, code: f"{sign}{value:.4f}"}]
    rows += [{"USUBJID": f"{n:03d}", "VISITNUM": 1, code: f"{one:.4f}"} for n, one in enumerate(values, 1)]
    found = derive_sledai_labs(pl.DataFrame(rows))[item].to_list()
    seen = set(found[1:])
    assert found[0] == (seen.pop() if len(seen) == 1 else "adjudicate")


TESTS = {
    "urine_rbc": ("/hpf", ["2", "5", "6", ">50", "5-10"]),
    "platelets": ("10^9/L", ["80", "100", "250", "<100"]),
    "leukocytes": ("/uL", ["2500", "3000", "8000"]),
    "protein24": ("mg/24 h", ["100", "600", "2000", "<150"]),
    "c3": ("g/L", ["0.5", "0.9", "1.2"]),
    "c4": ("g/L", ["0.05", "0.2"]),
    "dsdna": ("IU/mL", ["5", "40"]),
    "casts": (None, ["Y", "N"]),
}
LOWS = {"c3": 0.9, "c4": 0.1}


def results(rng: np.random.Generator, size: int) -> pl.DataFrame:
    rows: list[dict[str, Any]] = []
    for _ in range(size):
        test = str(rng.choice(list(TESTS)))
        unit, values = TESTS[test]
        rows.append(
            {
                "USUBJID": str(rng.choice(["P", "Q"])),
                "test": test,
                "value": str(rng.choice(values)),
                "unit": unit,
                "date": f"2024-03-{int(rng.integers(1, 29)):02d}",
                "low": LOWS.get(test),
                "high": 7.0 if test == "dsdna" else None,
                "excluded": str(rng.choice(["infection", "N"])),
            }
        )
    return pl.DataFrame(rows, infer_schema_length=None)


VISITS = pl.DataFrame({"USUBJID": ["P", "P", "Q"], "ADT": ["2024-03-10", "2024-03-20", "2024-03-15"]})
RANK = {None: 0, "N": 1, "adjudicate": 2, "Y": 3}


@unhurried
@given(SEEDS)
def test_order_of_results_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = results(rng, 20)
    expected = sledai_labs_from_results(table, VISITS)
    shuffled = sledai_labs_from_results(table[rng.permutation(table.height).tolist()], VISITS)
    items = [name for name in expected.columns if name != "reasons"]
    assert_frame_equal(shuffled.select(items), expected.select(items))
    alone = [
        sledai_labs_from_results(table, visits)
        for visits in VISITS.partition_by("USUBJID", maintain_order=True)
    ]
    assert_frame_equal(pl.concat(alone), expected)


@unhurried
@given(SEEDS)
def test_one_more_result_never_makes_a_finding_less_likely(seed: int) -> None:
    """Protein is left out: it is judged by its history."""
    rng = np.random.default_rng(seed)
    table = results(rng, 14)
    fewer, more = (sledai_labs_from_results(part, VISITS) for part in (table[:-1], table))
    for item in ("HAEM", "PLT", "WBC", "DNA", "CAST", "COMP"):
        before, after = ([RANK[one] for one in found[item]] for found in (fewer, more))
        assert all(late >= early for early, late in zip(before, after, strict=True)), item


@unhurried
@given(SEEDS)
def test_long_and_wide_say_the_same(seed: int) -> None:
    """One result of each kind: the wide table has the same values, converted by hand."""
    rng = np.random.default_rng(seed)
    drawn = {test: str(rng.choice(values)) for test, (_, values) in TESTS.items()}
    long = pl.DataFrame(
        [
            {
                "USUBJID": "P",
                "test": test,
                "value": value,
                "unit": TESTS[test][0],
                "date": "2024-03-10",
                "low": LOWS.get(test),
                "high": 7.0 if test == "dsdna" else None,
            }
            for test, value in drawn.items()
        ],
        infer_schema_length=None,
    )
    cells = {"2500": 2.5, "3000": 3.0, "8000": 8.0}
    grams = {"100": "0.1", "600": "0.6", "2000": "2", "<150": "<0.15"}
    wide = drawn | {"leukocytes": cells[drawn["leukocytes"]], "protein24": grams[drawn["protein24"]]}
    wide |= {"USUBJID": "P", "ADT": "2024-03-10", "c3_lln": 0.9, "c4_lln": 0.1, "dsdna_uln": 7.0}
    visits = pl.DataFrame({"USUBJID": ["P"], "ADT": ["2024-03-10"]})
    assert_frame_equal(sledai_labs_from_results(long, visits), derive_sledai_labs(pl.DataFrame([wide])))


def test_what_is_not_done_raises_no_query() -> None:
    blank = {each.code: None for each in INPUTS}
    rows = pl.DataFrame([{"USUBJID": "P", "VISITNUM": n, **blank} for n in range(2)])
    assert queries("sledai_labs", rows).height == 0
    assert queries("cross_checks", rows).height == 0


@unhurried
@given(SEEDS, st.booleans())
def test_rules_agree_on_every_back_end(seed: int, asks: bool) -> None:  # noqa: FBT001  # drawn
    rng = np.random.default_rng(seed)
    result = {
        "value": rng.integers(0, 90, 60),
        "sign": rng.integers(-2, 4, 60),
        "end": rng.integers(90, 99, 60),
    }

    def ends(columns: Any) -> Any:
        names = ("value", "sign", "end")
        low, high = extent(*(columns[name] for name in names), 101, asks_ranges=asks)
        return {"first": low, "last": high}  # in the order of the alphabet, as JAX returns them

    agree(ends, result)
    values = {name: rng.integers(0, 50, 60) for name in ("value", "limit")}
    for side in ("above", "below"):
        agree(lambda columns, side=side: is_abnormal(side, columns["value"], columns["limit"]), values)
    for version in ("selena", "original", "sledai2k"):
        agree(
            lambda columns, version=version: scores_protein(columns["value"], columns["limit"], version, 20),
            values,
        )
