"""Scores and states against naive scorers that were written from the reference alone.

Values are drawn at and around every limit; rows come in any order; the baseline may be a later row. With gaps
the verdict must be given exactly when all completions agree; pools hold the ends of the permitted ranges.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from naive_scoring import Row, by_visit, completions, make_gaps, people, shuffled_frame
from naive_states import (
    CEILINGS,
    CLINICAL,
    PRESENT,
    WEIGHTS,
    Settings,
    clinical_sledai,
    doris2017,
    doris2021,
    lldas,
    lldas_with_skipped_visits,
    s2k_ri50,
    sledas,
)

from lupustrial.instruments import score

Scorer = Callable[[Sequence[Row], Settings], list[Row]]

STATES_OF_2017 = ("complete_off", "clinical_off", "complete_on", "clinical_on", "none")


def seeded(name: str) -> random.Random:
    return random.Random(name)  # noqa: S311  # test data


def same(got: Any, expected: Any) -> bool:
    if isinstance(expected, float) and got is not None:
        return bool(got == pytest.approx(expected, rel=1e-12, abs=1e-9))
    return bool(got == expected)


def scores_of(instrument: str, drawn: Sequence[Sequence[Row]], settings: Settings) -> dict[Any, Row]:
    frame = shuffled_frame(seeded("order"), drawn)
    return by_visit(score(instrument, frame, settings=dict(settings), reasons=False).rows(named=True))


def compare(instrument: str, drawn: Sequence[Sequence[Row]], scorer: Scorer, settings: Settings) -> list[Row]:
    """Compare every output that the scorer names at every visit; return the expected rows."""
    found = scores_of(instrument, drawn, settings)
    everything = []
    for rows in drawn:
        for row, expected in zip(rows, scorer(rows, settings), strict=True):
            got = found[row["USUBJID"], row["VISITNUM"]]
            wrong = {name: got[name] for name, value in expected.items() if not same(got[name], value)}
            assert not wrong, (expected, rows[: rows.index(row) + 1])
            everything.append(expected)
    return everything


def compare_gaps(
    instrument: str,
    drawn: Sequence[Sequence[Row]],
    codes: Sequence[str],
    pool: Callable[[str], Sequence[Any]],
    scorer: Scorer,
    settings: Settings,
    names: Sequence[str],
    not_first: Sequence[str] = (),
) -> int:
    """Demand each output exactly when all completions agree; return how many verdicts were open."""
    rng = seeded("gaps")
    ways = [completions(rows, make_gaps(rng, rows, codes, 3, not_first), pool) for rows in drawn]
    found = scores_of(instrument, drawn, settings)
    undecided = 0
    for rows, filled in zip(drawn, ways, strict=True):
        scored = [scorer(way, settings) for way in filled]
        for at, row in enumerate(rows):
            got = found[row["USUBJID"], row["VISITNUM"]]
            for name in names:
                possible = {each[at][name] for each in scored}
                if name == "possible_states":
                    expected: Any = ", ".join(state for state in STATES_OF_2017 if state in possible)
                elif "not evaluable" in possible:  # LLDAS at a first visit, unless a criterion fails
                    expected = "not evaluable"
                elif len(possible) == 1:
                    expected = possible.pop()
                else:
                    expected = "undecided" if name == "state" else None
                assert got[name] == expected, (name, at, rows, possible)
                undecided += expected == "undecided"
    return undecided


def descriptors(rng: random.Random) -> Row:
    """Mostly few present, so that sums are near their limits."""
    ill = rng.choice((0, 0, 0.02, 0.05, 0.3))
    row = {code: "Y" if rng.random() < ill else "N" for code in WEIGHTS}
    if rng.random() < 0.5:
        present = rng.choice(
            (("RASH", "ALOP"), ("RASH", "DNA", "PLT"), ("ARTH",), ("ARTH", "WBC"), ("COMP", "DNA"))
        )
        row |= dict.fromkeys(present, "Y")
    return row


@pytest.mark.parametrize("rule", ["strict", "as_absent", "locf_item"])
def test_clinical_sledai(rule: str) -> None:
    def row(rng: random.Random) -> Row:
        gaps = rng.choice((0, 0.05, 0.3))
        return {code: None if rng.random() < gaps else each for code, each in descriptors(rng).items()}

    compare(
        "clinical_sledai", people(seeded("clinical"), 600, row), clinical_sledai, {"sledai_missing": rule}
    )


def test_s2k_ri50() -> None:
    def row(rng: random.Random) -> Row:
        ill = rng.choice((0.05, 0.3, 0.7))
        return {code: "Y" if rng.random() < ill else "N" for code in WEIGHTS} | {
            f"{code}_half": rng.choice("YN") for code in WEIGHTS
        }

    compare("s2k_ri50", people(seeded("ri50"), 600, row), lambda rows, _: s2k_ri50(rows), {})


def lldas_shared(rng: random.Random) -> Row:
    rare = "N" * 12 + "Y"
    return {
        "pga": rng.choice((0.0, 0.5, 0.99, 1.0, 1.0, 1.0001, 1.1)),
        "prednisolone_mg": rng.choice((0.0, 5.0, 7.4999, 7.5, 7.5, 7.5001, 8.0)),
        "haemolytic_anaemia": rng.choice(rare),
        "gi_activity": rng.choice(rare),
        "criterion5_met": rng.choice("YYYYYYN"),
        "flare": rng.choice(rare),
        "new_bilag_activity": rng.choice(rare),
        **{code: rng.choice((0.0, ceiling, ceiling)) for code, ceiling in CEILINGS.items()},
        "investigational_drug": rng.choice(rare),
        "other_treatment_ok": rng.choice("YYYYYYN"),
    }


def lldas_item_row(rng: random.Random) -> Row:
    row = {**descriptors(rng), **lldas_shared(rng)}
    if rng.random() < 0.2:
        row |= {code: ceiling + 0.0001 for code, ceiling in [rng.choice(list(CEILINGS.items()))]}
    return row


def lldas_total_row(rng: random.Random) -> Row:
    rare = "N" * 12 + "Y"
    totals = {"sledai": rng.choice((0, 3, 4, 4, 5)), "major_organ_activity": rng.choice(rare)}
    return {**totals, "new_activity": rng.choice(rare), **lldas_shared(rng)}


LLDAS_SETTINGS: list[dict[str, str]] = [
    {},
    {"lldas_criterion1": "sledai_only"},
    {"lldas_criterion2": "no_flare"},
    {"lldas_criterion2": "no_new_sledai_item_and_no_new_bilag"},
    {"lldas_first_visit": "met"},
    {"lldas_previous": "preceding_row"},
    {"lldas_criterion5": "dose_ceilings"},
    {"lldas_first_visit": "met", "lldas_criterion2": "no_new_sledai_item_and_no_new_bilag"},
]
LLDAS_IDS = ["+".join(each.values()) or "defaults" for each in LLDAS_SETTINGS]


@pytest.mark.parametrize("settings", LLDAS_SETTINGS, ids=LLDAS_IDS)
def test_lldas(settings: dict[str, str]) -> None:
    for row in (lldas_item_row, lldas_total_row):
        if row is lldas_total_row and "lldas_criterion2" in settings:
            continue
        expected = compare("lldas", people(seeded("lldas"), 500, row), lldas, settings)
        assert {"LLDAS", "not LLDAS"} <= {each["state"] for each in expected}


def lldas_quiet_row(rng: random.Random) -> Row:
    row = dict.fromkeys(WEIGHTS, "N") | {"pga": rng.choice((0.0, 1.0, 1.0, 1.01)), "prednisolone_mg": 7.5}
    row |= dict.fromkeys(rng.choice(((), (), ("ARTH",), ("RASH", "ALOP"), ("DNA",), ("RASH", "WBC"))), "Y")
    row |= {"haemolytic_anaemia": "N", "gi_activity": "N", "criterion5_met": "Y"}
    row |= {"flare": "N", "new_bilag_activity": "N", "investigational_drug": "N", "other_treatment_ok": "Y"}
    return row | {code: rng.choice((0.0, ceiling)) for code, ceiling in CEILINGS.items()}


def state_pool(code: str) -> Sequence[Any]:
    if code in CEILINGS:
        return (0.0, CEILINGS[code], CEILINGS[code] + 0.0001, 200.0)
    numbers = {
        "pga": (0.0, 0.4999, 0.5, 0.5001, 1.0, 1.0001, 3.0),
        "prednisolone_mg": (0.0, 0.0001, 4.9999, 5.0, 5.0001, 7.5, 7.5001, 5000.0),
    }
    return numbers.get(code, "YN")


@pytest.mark.parametrize("settings", LLDAS_SETTINGS, ids=LLDAS_IDS)
def test_lldas_with_gaps(settings: dict[str, str]) -> None:
    codes = ["RASH", "ARTH", "DNA", "FEVR", "SEIZ", "WBC", "COMP", "pga", "prednisolone_mg", "gi_activity"]
    if settings.get("lldas_criterion5"):
        codes += ["methotrexate_mg_week", "leflunomide_mg", "investigational_drug"]
    else:
        codes += ["criterion5_met"]
    reading = settings.get("lldas_criterion2", "")
    not_first = {"no_flare": ["flare"], "": []}.get(reading, ["new_bilag_activity"])
    codes += not_first  # blank at a first visit they are no gap: there is nothing to compare with
    drawn = people(seeded("lldas gaps"), 120, lldas_quiet_row, visits=(2, 3))
    names = ("activity_ok", "new_ok", "pga_ok", "dose_ok", "treatment_ok", "sledai", "met", "state")
    assert compare_gaps("lldas", drawn, codes, state_pool, lldas, settings, names, not_first) > 20


@pytest.mark.parametrize("previous", ["last_assessed", "preceding_row"])
def test_lldas_with_skipped_visits(previous: str) -> None:
    def row(rng: random.Random) -> Row:
        skipped = dict.fromkeys(WEIGHTS) if rng.random() < 0.4 else {}
        return lldas_quiet_row(rng) | {"gi_activity": rng.choice("NNNNY")} | skipped

    drawn = people(seeded("skipped"), 400, row, visits=(2, 6))
    expected = compare("lldas", drawn, lldas_with_skipped_visits, {"lldas_previous": previous})
    assert {each["state"] for each in expected} == {"LLDAS", "not LLDAS", "not evaluable", "undecided"}


def doris_row(rng: random.Random) -> Row:
    row = dict.fromkeys(WEIGHTS, "N")
    if rng.random() < 0.3:
        row[rng.choice(list(WEIGHTS))] = "Y"
    return {
        **row,
        "COMP": rng.choice("NNY"),
        "DNA": rng.choice("NNY"),
        "pga": rng.choice((0.0, 0.4999, 0.49, 0.5, 0.5001, 0.51)),
        "prednisolone_mg": rng.choice((0.0, 0.0, 0.0001, 4.9999, 5.0, 5.0, 5.0001, 7.5)),
        "immunosuppressant_or_biologic": rng.choice("NY"),
        "background_stable": rng.choice("YYN"),
    }


def doris_total_row(rng: random.Random) -> Row:
    row = {code: answer for code, answer in doris_row(rng).items() if code not in CLINICAL}
    return {**row, "clinical_sledai": rng.choice((0, 0, 0, 1, 2))}


DORIS_SETTINGS: list[dict[str, str]] = [
    {},
    {"doris_prednisolone_operator": "<"},
    {"doris_pga_operator": "<="},
]
DORIS_2021_SETTINGS: list[dict[str, str]] = [
    *DORIS_SETTINGS,
    {"doris_stable_background": "immunosuppressant_or_biologic"},
    {"doris_stable_background": "nothing"},
    {"doris_background_missing": "unknown"},
]


def ids(settings: Sequence[dict[str, str]]) -> list[str]:
    return ["".join(each) or "defaults" for each in settings]


@pytest.mark.parametrize("settings", DORIS_2021_SETTINGS)
def test_doris2021(settings: dict[str, str]) -> None:
    for row in (doris_row, doris_total_row):
        expected = compare("doris2021", people(seeded("doris"), 600, row), doris2021, settings)
        assert {each["state"] for each in expected} == {"remission", "no remission"}


@pytest.mark.parametrize("settings", DORIS_SETTINGS, ids=ids(DORIS_SETTINGS))
def test_doris2017(settings: dict[str, str]) -> None:
    for row in (doris_row, doris_total_row):
        expected = compare("doris2017", people(seeded("doris"), 600, row), doris2017, settings)
        assert {each["state"] for each in expected} == set(STATES_OF_2017)


DORIS_GAPS = [
    *("RASH", "WBC", "COMP", "DNA", "pga", "prednisolone_mg"),
    *("immunosuppressant_or_biologic", "background_stable"),
]


def doris_quiet_row(rng: random.Random) -> Row:
    row = doris_row(rng)
    row |= {code: "N" for code in CLINICAL if rng.random() < 0.95}
    return row | {"pga": rng.choice((0.0, 0.4999, 0.4, 0.5))}


@pytest.mark.parametrize("settings", DORIS_SETTINGS, ids=ids(DORIS_SETTINGS))
def test_doris2017_with_gaps(settings: dict[str, str]) -> None:
    drawn = people(seeded("doris gaps"), 200, doris_quiet_row, visits=(2, 3))
    names = ("clinical_ok", "pga_ok", "serology_ok", "off_therapy_ok", "on_therapy_ok", "clinical_sledai")
    names += ("met", "state", "possible_states")
    assert compare_gaps("doris2017", drawn, DORIS_GAPS, state_pool, doris2017, settings, names) > 20


@pytest.mark.parametrize("rule", ["all", "immunosuppressant_or_biologic", "nothing"])
def test_doris2021_with_gaps(rule: str) -> None:
    settings = {"doris_stable_background": rule, "doris_background_missing": "unknown"}
    drawn = people(seeded("doris gaps"), 200, doris_quiet_row, visits=(2, 3))
    names = ("clinical_ok", "pga_ok", "dose_ok", "background_ok", "clinical_sledai", "met", "state")
    assert compare_gaps("doris2021", drawn, DORIS_GAPS, state_pool, doris2021, settings, names) > 20


def sledas_row(rng: random.Random) -> Row:
    ill = rng.choice((0, 0.05, 0.1, 0.5))
    row: Row = {code: "Y" if rng.random() < ill else "N" for code in ("arthritis", *PRESENT)}
    if row["localised_rash"] == row["generalised_rash"] == "Y":
        row[rng.choice(("localised_rash", "generalised_rash"))] = "N"
    if rng.random() < 0.2:  # 2.076, printed as the limit of remission
        row |= {"hypocomplementaemia": "Y", "anti_dsdna_raised": "Y"}
    healthy = rng.random() < 0.5
    return row | {
        "swollen_joints": rng.choice((0, 0, 0, 1, 2, 9, 28)),
        "protein_mg": 150.0
        if healthy
        else rng.choice((0.0, 20.0, 499.9999, 500.0, 500.0001, 500.1, 3000.0, 50000.0)),
        "platelets": 200.0 if healthy else rng.choice((1.0, 20.0, 99.9999, 100.0, 100.0001, 3000.0)),
        "leukocytes": 5.0 if healthy else rng.choice((0.1, 2.0, 2.9999, 3.0, 3.0001, 500.0)),
    }


@pytest.mark.parametrize("arthritis", ["joints_or_clinician", "clinician", "joints"])
@pytest.mark.parametrize("rounding", ["rounded", "unrounded"])
def test_sledas(arthritis: str, rounding: str) -> None:
    settings = {"sledas_arthritis": arthritis, "sledas_rounding": rounding}
    expected = compare("sledas", people(seeded("sledas"), 800, sledas_row), sledas, settings)
    assert {each["state"] for each in expected} == {"remission", "mild", "moderate_severe"}
