"""What ``explain`` names decides: alone it gives the verdict, less leaves it open, the change flips it."""

from __future__ import annotations

import itertools
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial.instruments import DOMAINS, explain, score

GRADES = [f"grade_{domain}" for domain in DOMAINS]
COLUMNS = ["sledai", *GRADES, "pga", "treatment_failure", "steroid_increase"]
Row = dict[str, Any]

letters = st.sampled_from("AABBBCCCDDEEEEEE")
rows = st.fixed_dictionaries(
    {
        "sledai": st.integers(0, 14),
        "pga": st.integers(0, 300).map(lambda hundredths: hundredths / 100),
        **dict.fromkeys(GRADES, letters),
    }
)
options = st.fixed_dictionaries(
    {
        "sri_points": st.sampled_from(["4", "6"]),
        "sri_max_new_b": st.sampled_from(["0", "1"]),
        "pga_worse_operator": st.sampled_from([">=", ">"]),
        "sri_requires_no_steroid_increase": st.sampled_from(["yes", "no"]),
    }
)


def near(base: Row, now: Row, chosen: dict[str, str]) -> Row:
    """Pull a visit toward a response, so that both verdicts are drawn often."""
    now = dict(now)
    if chosen["sri_points"] == "4":
        now["sledai"] = max(base["sledai"] - 3 - now["sledai"] % 3, 0)
        now["pga"] = min(base["pga"], now["pga"])
        now |= {grade: base[grade] for grade in GRADES[: len(GRADES) - 3]}
    return now


def frame_of(people: list[tuple[Row, Row]]) -> pl.DataFrame:
    data = [
        {"USUBJID": f"{n:05d}", "VISITNUM": visit, **dict.fromkeys(COLUMNS), **row}
        for n, pair in enumerate(people)
        for visit, row in enumerate(pair)
    ]
    numbers = {"VISITNUM": pl.Int64, "sledai": pl.Int64, "pga": pl.Float64}
    return pl.DataFrame(
        data, schema={c: numbers.get(c, pl.String) for c in ("USUBJID", "VISITNUM", *COLUMNS)}
    )


def verdicts(people: list[tuple[Row, Row]], chosen: dict[str, str]) -> list[str | None]:
    found = score("sri", frame_of(people), settings=chosen, reasons=False)
    return found.filter(pl.col("VISITNUM") == 1)["responder"].to_list()


def kept(pair: tuple[Row, Row], keys: set[tuple[str, str]]) -> tuple[Row, Row]:
    base, now = (
        {c: v for c, v in row.items() if (c, at) in keys}
        for row, at in zip(pair, ("baseline", "visit"), strict=True)
    )
    return base, now


@given(rows, rows, options, st.sampled_from(["Y", "N", None, None]), st.sampled_from(["Y", "N", "N"]))
@settings(max_examples=60, deadline=None)
def test_the_least_set_decides_and_nothing_less_does(
    base: Row, now: Row, chosen: dict[str, str], failed: str | None, increased: str
) -> None:
    pair = (base, near(base, now, chosen) | {"treatment_failure": failed, "steroid_increase": increased})
    told = explain("sri", frame_of([pair]), visit=1, settings=chosen)
    keys = {(fact.name, fact.at) for fact in told.facts}
    assert len(keys) == len(told.facts)
    smaller = [kept(pair, keys - {key}) for key in sorted(keys)]
    whole, alone, *less = verdicts([pair, kept(pair, keys), *smaller], chosen)
    assert told.verdict == whole == alone
    assert set(less) <= {None}
    for fact in told.facts:
        value = pair[fact.at == "visit"][fact.name]
        assert fact.value == (f"{value:g}" if isinstance(value, int | float) else value)


@given(rows, rows, options)
@settings(max_examples=40, deadline=None)
def test_the_nearest_change_flips_the_verdict_and_no_part_of_it_does(
    base: Row, now: Row, chosen: dict[str, str]
) -> None:
    pair = (base, near(base, now, chosen) | {"steroid_increase": "N"})
    told = explain("sri", frame_of([pair]), visit=1, settings=chosen)
    assert told.change is not None
    if not told.change:
        assert told.verdict == "N"
        assert base["sledai"] < int(chosen["sri_points"])
        return
    steps = [(each.name, type(pair[1][each.name])(each.to)) for each in told.change]
    parts = [part for size in range(len(steps)) for part in itertools.combinations(steps, size)]
    whole, *less = verdicts([(base, pair[1] | dict(part)) for part in (tuple(steps), *parts)], chosen)
    assert whole == {"Y": "N", "N": "Y"}[str(told.verdict)]
    assert set(less) == {told.verdict}


@given(rows, rows, options)
@settings(max_examples=25, deadline=None)
def test_no_smaller_single_step_flips_a_responder(base: Row, now: Row, chosen: dict[str, str]) -> None:
    """Nearest by share of the range: SLEDAI 105 points, PGA 3, four steps of a grade."""
    pair = (base, near(base, now, chosen) | {"steroid_increase": "N"})
    told = explain("sri", frame_of([pair]), visit=1, settings=chosen)
    if told.verdict != "Y":
        return
    assert told.change is not None
    (change,) = told.change
    visit, order = pair[1], "EDCBA"

    def share(name: str, to: Any) -> float:
        if name in GRADES:
            return abs(order.index(to) - order.index(visit[name])) / 4
        return abs(to - visit[name]) / {"sledai": 105, "pga": 3}[name]

    steps: list[tuple[str, Any]] = [(grade, to) for grade in GRADES for to in order]
    steps += [("sledai", to) for to in range(40)] + [("pga", to / 100) for to in range(301)]
    size = share(change.name, type(visit[change.name])(change.to))
    smaller = [step for step in steps if share(*step) < size - 1e-9]
    assert set(verdicts([(base, visit | dict([step])) for step in smaller], chosen)) <= {"Y"}


@given(rows, rows, options, st.sampled_from([*GRADES, "sledai", "pga"]), st.sampled_from([0, 1]))
@settings(max_examples=30, deadline=None)
def test_missing_names_what_must_be_known(
    base: Row, now: Row, chosen: dict[str, str], name: str, at: int
) -> None:
    pair = (dict(base), near(base, now, chosen) | {"steroid_increase": "N"})
    pair[at][name] = None
    told = explain("sri", frame_of([pair]), visit=1, settings=chosen)
    assert told.verdict == verdicts([pair], chosen)[0]
    assert told.change is None
    if told.verdict is None:
        assert told.missing == ((name, ("baseline", "visit")[at]),)
        assert told.facts == ()
        assert "cannot be decided" in told.prose()
    else:
        assert (name, ("baseline", "visit")[at]) not in {(fact.name, fact.at) for fact in told.facts}
