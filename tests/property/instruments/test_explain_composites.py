"""``explain`` for every composite: the facts decide, nothing less does; the change turns the verdict.

LLDAS is asked with ``lldas_previous = preceding_row``: else a visit of which nothing is known is no
assessment.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from explained import ORDER, Row, check_change, check_facts, is_smallest, told, value_of, verdicts
from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial.instruments import DOMAINS, INSTRUMENTS, Explanation

SEEDS = st.integers(0, 2**32 - 1)
CODES = [item.code for item in INSTRUMENTS["sledai_2k"].items]
WITH_VERDICT = [name for name, each in INSTRUMENTS.items() if each.explains is not None]


def responder_rows(rng: np.random.Generator, name: str) -> list[Row]:
    """Baseline and visit near a response, so that both verdicts are drawn."""
    grades = [each.code for each in INSTRUMENTS[name].items if each.kind == "grade"]
    base: Row = {grade: str(rng.choice(list("ABCDE"), p=[0.1, 0.2, 0.2, 0.2, 0.3])) for grade in grades}
    better = {"A": "B", "B": "C", "C": "C", "D": "D", "E": "E"}
    now: Row = {grade: better[base[grade]] for grade in grades}
    if rng.random() < 0.6:
        now |= {str(grade): str(rng.choice(list("AB"))) for grade in rng.choice(grades, 2)}
    start = int(rng.integers(0, 14))
    base |= {"sledai": start, "pga": float(rng.choice([0.5, 1.0, 2.8]))}
    now |= {"sledai": max(start - int(rng.integers(-1, 9)), 0), "treatment_failure": "N"}
    now["pga"] = base["pga"] + float(rng.choice([-0.1, 0.1, 0.3])) if base["pga"] < 2.5 else base["pga"]
    if name != "bicla":
        now["steroid_increase"] = str(rng.choice(["Y", "N"]))
    if name == "sri50":
        base["s2k_ri50"], now["s2k_ri50"] = float(start), now["sledai"] - float(rng.choice([0.0, 0.5]))
        now["s2k_ri50"] = max(now["s2k_ri50"], 0.0)
    if rng.random() < 0.1:
        now["treatment_failure"] = "Y"
    return [base, now]


def state_rows(rng: np.random.Generator, name: str) -> list[Row]:
    """Two visits near the state, by descriptors."""
    rows: list[Row] = []
    for _ in range(2):
        row: Row = dict.fromkeys(CODES, "N")
        row |= {str(code): "Y" for code in rng.choice(CODES[-7:], int(rng.integers(0, 3)), replace=False)}
        if rng.random() < 0.3:
            row[str(rng.choice(CODES))] = "Y"
        row["pga"] = float(rng.choice([0.3, 0.49, 0.5, 1.0, 1.2]))
        row["prednisolone_mg"] = float(rng.choice([0.0, 0.0, 5.0, 7.5, 10.0]))
        if name == "lldas":
            row |= {"haemolytic_anaemia": "N", "gi_activity": "N"}
            row["criterion5_met"] = str(rng.choice(["Y", "Y", "N"]))
        else:
            row["immunosuppressant_or_biologic"] = str(rng.choice(["Y", "N"]))
            row["background_stable"] = str(rng.choice(["Y", "Y", "N"]))
        rows.append(row)
    if rng.random() < 0.5:
        rows[0] |= {code: "Y" for code in CODES if rows[1][code] == "Y"}
    return rows


def drawn(rng: np.random.Generator, name: str) -> tuple[list[Row], dict[str, str]]:
    if name in ("lldas", "doris2021", "doris2017"):
        return state_rows(rng, name), {"lldas_previous": "preceding_row"} if name == "lldas" else {}
    return responder_rows(rng, name), {}


def test_every_composite_with_a_verdict_of_criteria_can_be_explained() -> None:
    responses = ("sri", "sri4", "sri5", "sri6", "sri7", "sri8", "sri_classic", "sri50", "bicla")
    assert [*responses, "lldas", "doris2021", "doris2017"] == WITH_VERDICT


SOME = ["sri6", "sri_classic", "sri50", "bicla", "lldas", "doris2021", "doris2017"]


@pytest.mark.parametrize("name", SOME)
@given(seed=SEEDS)
@settings(max_examples=6, deadline=None)
def test_facts_decide_and_the_change_turns(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    person, chosen = drawn(rng, name)
    explanation = told(name, person, chosen)
    if explanation.verdict is None:
        assert (explanation.facts, explanation.change) == ((), None) or explanation.state == "not evaluable"
        return
    check_facts(name, person, explanation, chosen)
    assert explanation.smallest
    assert is_smallest(name, person, explanation, chosen)
    for fact in explanation.facts:
        row = person[{"baseline": 0, "previous": 0, "visit": 1}[fact.at]]
        assert value_of(row, fact.name, fact.value) == row[fact.name]
    if explanation.change:
        check_change(name, person, explanation, chosen)
        check_no_smaller_step(name, person, explanation, chosen)
    else:
        check_nothing_turns(name, person, explanation, chosen)


def check_no_smaller_step(
    name: str, person: list[Row], explanation: Explanation, chosen: dict[str, str]
) -> None:
    """Steps are shares of the range; of PGA in LLDAS and DORIS hundredths, of doses 0.1 of 60 mg."""
    assert explanation.change is not None
    if len(explanation.change) > 1:
        return
    (change,) = explanation.change
    now = person[-1]
    kinds = {each.code: each.kind for each in INSTRUMENTS[name].inputs}

    def share(column: str, to: Any) -> float:
        if kinds[column] == "grade":
            return abs(ORDER.index(to) - ORDER.index(now[column])) / 4
        if kinds[column] in ("yn", "flag"):
            return 1.0
        return abs(to - now[column]) / {"pga": 3, "prednisolone_mg": 60}.get(column, 105)

    steps: list[tuple[str, Any]] = []
    for column in now:
        if kinds[column] == "grade":
            steps += [(column, letter) for letter in ORDER]
        elif column in ("sledai", "s2k_ri50"):
            steps += [(column, to / 2) for to in range(80) if column != "sledai" or to % 2 == 0]
        elif column == "pga":
            steps += [(column, to / 100) for to in range(301)]
        elif column == "prednisolone_mg":
            steps += [(column, to / 10) for to in range(150)]
    size = share(change.name, value_of(now, change.name, change.to))
    smaller = [step for step in steps if share(*step) < size - 1e-9]
    people = [[*person[:-1], now | dict([step])] for step in smaller]
    assert set(verdicts(name, people, chosen)) <= {explanation.verdict} if people else True


def check_nothing_turns(
    name: str, person: list[Row], explanation: Explanation, chosen: dict[str, str]
) -> None:
    """Where no change is found, a visit at its best does not turn it either."""
    assert explanation.change == ()
    best = {
        column: "E" if column.startswith("grade_") else "N" if isinstance(value, str) else 0.0
        for column, value in person[-1].items()
    }
    best |= {column: "Y" for column in ("criterion5_met", "background_stable") if column in best}
    assert verdicts(name, [[*person[:-1], best]], chosen) == [explanation.verdict]


@given(SEEDS)
@settings(max_examples=3, deadline=None)
def test_components_from_items_are_facts_with_the_bounds_that_the_items_leave(seed: int) -> None:
    rng = np.random.default_rng(seed)
    grades = {f"grade_{domain}": "C" for domain in DOMAINS} | {"grade_renal": "A"}
    rows: list[Row] = []
    for visit in range(2):
        row: Row = dict.fromkeys(CODES, "N") | grades | {"pga": 1.0}
        row |= {str(code): "Y" for code in rng.choice(CODES, 3, replace=False)}
        if visit:
            row |= {str(code): None for code in rng.choice(CODES, 2, replace=False)}
            row["grade_renal"] = "C"
        rows.append(row)
    by_items = told("bicla", rows, {})
    totals = [
        {"sledai": None, "sledai_lower": low, "sledai_upper": high}
        | {key: value for key, value in row.items() if key not in CODES}
        for row, (low, high) in zip(rows, bounds_of(rows), strict=True)
    ]
    by_totals = told("bicla", totals, {})
    for field in ("verdict", "state", "failing"):
        assert getattr(by_items, field) == getattr(by_totals, field), field
    assert [fact.name for fact in by_items.facts] == [fact.name for fact in by_totals.facts]


def bounds_of(rows: list[Row]) -> list[tuple[int, int]]:
    import polars as pl

    from lupustrial.instruments import score

    frame = pl.DataFrame(
        [
            {"USUBJID": "P", "VISITNUM": n, **{code: row[code] for code in CODES}}
            for n, row in enumerate(rows)
        ],
        schema_overrides=dict.fromkeys(CODES, pl.String),
    )
    return score("sledai_2k", frame).select("lower", "upper").rows()
