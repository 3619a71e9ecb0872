"""Responders, flares and glucocorticoids against naive scorers that were written from the reference alone.

Values are drawn at and around every limit; rows come in any order; the baseline may be a later row. With gaps
the verdict must be given exactly when all completions agree; pools hold the ends of the permitted ranges.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from naive_responders import (
    EQUIVALENTS,
    MILD_SIGNS,
    SEVERE_SIGNS,
    Settings,
    bicla,
    flares,
    numeric_bilag,
    sri,
    steroid_equivalent,
    steroid_reduction,
)
from naive_scoring import DOMAINS, Row, around, by_visit, completions, make_gaps, people, shuffled_frame

from lupustrial.instruments import score

Scorer = Callable[[Sequence[Row]], list[Row]]

CLASSIC = (
    *("general", "mucocutaneous", "neurological", "musculoskeletal"),
    *("cardiorespiratory", "vasculitis", "renal", "haematological"),
)
PGA = (0.0, 0.7, 0.71, 0.99, 1.0, 1.29, 1.3, 1.31, 1.3, 1.6, 1.61, 3.0)
SLEDAI = (0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 20)


def seeded(name: str) -> random.Random:
    return random.Random(name)  # noqa: S311  # test data


def same(got: Any, expected: Any) -> bool:
    if isinstance(expected, float) and got is not None:
        return bool(got == pytest.approx(expected, rel=1e-12, abs=1e-9))
    return bool(got == expected)


def compare(instrument: str, drawn: Sequence[Sequence[Row]], scorer: Scorer, settings: Settings) -> list[Row]:
    """Compare every output that the scorer names at every visit; return the expected rows."""
    frame = shuffled_frame(seeded("order"), drawn)
    found = by_visit(score(instrument, frame, settings=dict(settings), reasons=False).rows(named=True))
    everything = []
    for rows in drawn:
        for row, expected in zip(rows, scorer(rows), strict=True):
            got = found[row["USUBJID"], row["VISITNUM"]]
            wrong = {name: got[name] for name, value in expected.items() if not same(got[name], value)}
            assert not wrong, (expected, rows[: rows.index(row) + 1])
            everything.append(expected)
    return everything


def compare_gaps(
    instrument: str,
    drawn: Sequence[tuple[Sequence[Row], Sequence[Sequence[Row]]]],
    scorer: Scorer,
    settings: Settings,
    names: Sequence[str],
) -> int:
    """Demand each output exactly when all completions agree; return how many were open."""
    frame = shuffled_frame(seeded("order"), [rows for rows, _ in drawn])
    found = by_visit(score(instrument, frame, settings=dict(settings), reasons=False).rows(named=True))
    undecided = 0
    for rows, ways in drawn:
        scored = [scorer(way) for way in ways]
        for at, row in enumerate(rows):
            got = found[row["USUBJID"], row["VISITNUM"]]
            for name in names:
                possible = {each[at].get(name) for each in scored}
                nothing = "undecided" if name.startswith("state") else None
                expected: Any = possible.pop() if len(possible) == 1 else nothing
                assert got[name] == expected, (name, at, rows, possible)
                undecided += expected == "undecided"
    return undecided


def responder_row(rng: random.Random) -> Row:
    ill = rng.choice(("CDE", "CDE", "BCDE", "BCD", "ABCDE"))
    return {
        "sledai": rng.choice(SLEDAI),
        "pga": rng.choice(PGA),
        "treatment_failure": rng.choice(("N", "N", "N", None, "N", "N", "Y")),
        **{f"grade_{domain}": rng.choice(ill * 2 + "DE") for domain in DOMAINS},
    }


def sri_row(rng: random.Random) -> Row:
    return {**responder_row(rng), "steroid_increase": rng.choice(("N", "N", "Y"))}


SRI_SETTINGS: list[dict[str, str]] = [
    {},
    {"pga_worse_operator": ">"},
    {"sri_max_new_b": "0"},
    {"sri_requires_no_steroid_increase": "yes"},
    {"sri_denominator": "baseline_sledai_at_least_x"},
]


@pytest.mark.parametrize("settings", SRI_SETTINGS, ids=lambda each: "".join(each) or "defaults")
@pytest.mark.parametrize("points", [4, 5, 6, 7, 8])
def test_sri(points: int, settings: dict[str, str]) -> None:
    drawn = people(seeded(f"sri{points}"), 400, sri_row)
    expected = compare(f"sri{points}", drawn, lambda rows: sri(points, rows, settings), settings)
    assert {each["state"] for each in expected} == {"responder", "non-responder", "not evaluable"}


BICLA_SETTINGS: list[dict[str, str]] = [
    {},
    {"pga_worse_operator": ">"},
    {"bicla_no_ab_at_baseline": "non_responder"},
]


@pytest.mark.parametrize("settings", BICLA_SETTINGS, ids=lambda each: "".join(each) or "defaults")
def test_bicla(settings: dict[str, str]) -> None:
    drawn = people(seeded("bicla"), 1500, responder_row)
    expected = compare("bicla", drawn, lambda rows: bicla(rows, settings), settings)
    assert {each["state"] for each in expected} == {"responder", "non-responder", "not evaluable"}


def gapped(
    rng: random.Random,
    drawn: Sequence[Sequence[Row]],
    codes: Sequence[str],
    pool_of: Callable[[Sequence[Row]], Callable[[str], Sequence[Any]]],
    most: int = 3,
) -> list[tuple[Sequence[Row], Sequence[Sequence[Row]]]]:
    result = []
    for rows in drawn:
        pool = pool_of(rows)
        gaps = make_gaps(rng, rows, codes, most)
        result.append((rows, completions(rows, gaps, pool)))
    return result


def responder_pool(points: int) -> Callable[[Sequence[Row]], Callable[[str], Sequence[Any]]]:
    def of(rows: Sequence[Row]) -> Callable[[str], Sequence[Any]]:
        sledai = around([row["sledai"] for row in rows] + [points], "0", "105", str(points), "1")
        pga = around([row["pga"] for row in rows], "0", "3", "0.3")

        def pool(code: str) -> Sequence[Any]:
            if code == "sledai":
                return [int(value) for value in sledai]
            if code == "pga":
                return pga
            return "YN" if code == "steroid_increase" else "ABCDE"

        return pool

    return of


def quiet_row(rng: random.Random) -> Row:
    """Near a response, so that a gap matters."""
    return {
        "sledai": rng.choice((0, 4, 5, 8, 12, 105)),
        "pga": rng.choice((0.0, 1.0, 1.3, 2.7, 3.0)),
        "treatment_failure": rng.choice(("N",) * 9 + ("Y",)),
        **{f"grade_{domain}": rng.choice("CDDEEEE" + rng.choice("EEAB")) for domain in DOMAINS},
    }


def quiet_sri_row(rng: random.Random) -> Row:
    return {**quiet_row(rng), "steroid_increase": rng.choice("NNNNY")}


GRADES = [f"grade_{domain}" for domain in DOMAINS]
COUNTS = ("n_new_a", "n_new_b", "bilag_ok", "sledai_ok", "pga_ok")


@pytest.mark.parametrize("settings", SRI_SETTINGS, ids=lambda each: "".join(each) or "defaults")
def test_sri_with_gaps(settings: dict[str, str]) -> None:
    rng = seeded("sri gaps")
    codes = ["sledai", "sledai", "pga", *GRADES[:6]]
    if "sri_requires_no_steroid_increase" in settings:
        codes.append("steroid_increase")
    drawn = gapped(rng, people(rng, 120, quiet_sri_row, visits=(2, 3)), list(set(codes)), responder_pool(4))
    names = ("responder", "state", *COUNTS)
    assert compare_gaps("sri4", drawn, lambda rows: sri(4, rows, settings), settings, names) > 10


@pytest.mark.parametrize("settings", BICLA_SETTINGS, ids=lambda each: "".join(each) or "defaults")
def test_bicla_with_gaps(settings: dict[str, str]) -> None:
    rng = seeded("bicla gaps")
    codes = ["sledai", "pga", *GRADES]
    drawn = gapped(rng, people(rng, 150, quiet_row, visits=(2, 3)), codes, responder_pool(1))
    names = ("responder", "state", "bilag_improved_ok", *COUNTS)
    assert compare_gaps("bicla", drawn, lambda rows: bicla(rows, settings), settings, names) > 20


def sfi_row(rng: random.Random) -> Row:
    rare = ("N",) * 12 + ("Y",)
    return {
        "sledai": rng.choice((6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)),
        "pga": rng.choice((0.5, 1.0, 1.4999, 1.5, 1.5001, 2.0, 2.49, 2.5, 2.5001, 2.51, 3.0)),
        "prednisone": rng.choice((0.0, 5.0, 10.0, 20.0, 29.9999, 30.0, 30.0001, 40.0)),
        "weight_kg": rng.choice((59.9, 60.0, 60.1, 80.0)),
        "added_nsaid_or_hcq": rng.choice(rare),
        "new_cyc_aza_mtx": rng.choice(rare),
        "new_mycophenolate": rng.choice(rare),
        "hospital_for_lupus": rng.choice(rare),
        "not_due_to_lupus_prednisone": rng.choice(("N", "N", None, "Y")),
    }


def sfi_direct_row(rng: random.Random) -> Row:
    rare = ("N",) * 12 + ("Y",)
    return {
        **sfi_row(rng),
        "mild_clinical_item": rng.choice(rare),
        "severe_clinical_item_with_action": rng.choice(rare),
    }


def sfi_signs_row(rng: random.Random) -> Row:
    rare = ("N",) * 12 + ("Y",)
    row = sfi_row(rng)
    if rng.random() < 0.7:  # else every verdict would be made by the numbers
        row |= {"sledai": 8, "pga": 1.0}
    return {
        **row,
        **{code: rng.choice(rare) for code in (*MILD_SIGNS, *SEVERE_SIGNS)},
        "haemolytic_anaemia": rng.choice("NY"),
        "haemoglobin": rng.choice((6.9, 7.0, 7.1, 9.9, 10.0, 10.1, 13.0, 13.1)),
        "platelets": rng.choice((58.0, 59.9, 60.0, 60.1, 150.0, 150.0)),
        "sfi_action": rng.choice((None, None, "N", "Y")),
        "not_due_to_lupus_prednisone": "N",
    }


SFI_SETTINGS: list[dict[str, str]] = [
    {},
    {"sfi_sledai12_min_rise": "1"},
    {"sfi_modified": "yes"},
    {"sfi_modified": "yes", "sfi_sledai12_min_rise": "1"},
    {"sfi_mycophenolate": "yes"},
]


@pytest.mark.parametrize("row", [sfi_direct_row, sfi_signs_row])
@pytest.mark.parametrize("settings", SFI_SETTINGS, ids=lambda each: "+".join(each) or "defaults")
def test_sfi(settings: dict[str, str], row: Callable[[random.Random], Row]) -> None:
    drawn = people(seeded("sfi"), 600, row)
    expected = compare("sfi", drawn, lambda rows: flares("sfi", rows, settings), settings)
    assert {each["state"] for each in expected} == {"not evaluable", "none", "mild_moderate", "severe"}
    if "sfi_modified" in settings:
        compare("sfi_modified", drawn, lambda rows: flares("sfi", rows, settings), settings)


def sfi_pool(rows: Sequence[Row]) -> Callable[[str], Sequence[Any]]:
    sledai = around([row["sledai"] for row in rows] + [12], "0", "105", "1", "3")
    pga = around([row["pga"] for row in rows] + [2.5], "0", "3", "1", "0.0001")
    dose = around(
        [row["prednisone"] for row in rows] + [row["weight_kg"] / 2 for row in rows], "0", "5000", "0.0001"
    )
    weight = around([2 * row["prednisone"] for row in rows], "20", "300", "0.0001")

    def pool(code: str) -> Sequence[Any]:
        if code == "sledai":
            return [int(value) for value in sledai]
        return {"pga": pga, "prednisone": dose, "weight_kg": weight}.get(code, "YN")

    return pool


def sfi_quiet_row(rng: random.Random) -> Row:
    row = {code: "N" if value == "Y" else value for code, value in sfi_direct_row(rng).items()}
    row |= {
        "sledai": rng.choice((0, 8, 8, 10, 12, 13, 105)),
        "pga": rng.choice((0.0, 1.0, 1.0, 1.5, 2.0, 3.0)),
        "prednisone": rng.choice((0.0, 5.0, 5.0, 10.0, 30.0, 5000.0)),
        "weight_kg": rng.choice((20.0, 60.0, 300.0)),
        "not_due_to_lupus_prednisone": "N",
    }
    if rng.random() < 0.2:
        row[rng.choice(("mild_clinical_item", "added_nsaid_or_hcq", "hospital_for_lupus"))] = "Y"
    return row


SFI_NAMES = (
    *("state", "state_clinical", "flare", "severe_flare", "sledai_severe", "pga_severe", "clinical_severe"),
    *("hospital_severe", "prednisone_severe", "drugs_severe", "sledai_mild", "pga_mild", "clinical_mild"),
    *("prednisone_mild", "drugs_mild", "first_flare", "first_severe_flare"),
)


@pytest.mark.parametrize("settings", SFI_SETTINGS, ids=lambda each: "+".join(each) or "defaults")
def test_sfi_with_gaps(settings: dict[str, str]) -> None:
    rng = seeded("sfi gaps")
    codes = ["sledai", "pga", "prednisone", "weight_kg", "hospital_for_lupus", "mild_clinical_item"]
    codes += ["severe_clinical_item_with_action", "new_cyc_aza_mtx", "added_nsaid_or_hcq"]
    drawn = gapped(rng, people(rng, 120, sfi_quiet_row, visits=(2, 3)), codes, sfi_pool, most=2)
    scorer = lambda rows: flares("sfi", rows, settings)  # noqa: E731
    assert compare_gaps("sfi", drawn, scorer, settings, SFI_NAMES) > 20


def sfi_quiet_signs_row(rng: random.Random) -> Row:
    row = sfi_quiet_row(rng) | {"sledai": 8, "pga": 1.0, "hospital_for_lupus": rng.choice("NNNY")}
    del row["mild_clinical_item"], row["severe_clinical_item_with_action"]
    row |= dict.fromkeys((*MILD_SIGNS, *SEVERE_SIGNS), "N")
    if rng.random() < 0.2:
        row[rng.choice((*MILD_SIGNS, *SEVERE_SIGNS))] = "Y"
    return row | {
        "haemolytic_anaemia": rng.choice("NYY"),
        "haemoglobin": rng.choice((0.0, 3.0, 6.9, 7.0, 10.0, 10.1, 25.0)),
        "platelets": rng.choice((0.0, 59.9, 60.0, 150.0, 3000.0)),
        "sfi_action": rng.choice((None, None, None, "N", "Y")),
    }


def sfi_signs_pool(rows: Sequence[Row]) -> Callable[[str], Sequence[Any]]:
    numbers = sfi_pool(rows)
    dose = around(
        [row["prednisone"] * by for row in rows for by in (0.5, 1, 2)]
        + [row["weight_kg"] / 2 for row in rows],
        *("0", "5000", "0.0001"),
    )
    haemoglobin = around([row["haemoglobin"] for row in rows] + [7], "0", "25", "3", "0.0001", "3.0001")
    platelets = around([row["platelets"] for row in rows] + [60], "0", "3000", "0.0001")
    pools = {"prednisone": dose, "haemoglobin": haemoglobin, "platelets": platelets}

    def pool(code: str) -> Sequence[Any]:
        return pools[code] if code in pools else numbers(code)

    return pool


@pytest.mark.parametrize("settings", SFI_SETTINGS[:1], ids=["defaults"])
def test_sfi_signs_with_gaps(settings: dict[str, str]) -> None:
    rng = seeded("sfi signs gaps")
    codes = [
        "prednisone",
        "weight_kg",
        "hospital_for_lupus",
        "haemolytic_anaemia",
        "haemoglobin",
        "platelets",
    ]
    codes += ["sfi_cns", "sfi_discoid", "sfi_myositis"]
    drawn = gapped(rng, people(rng, 150, sfi_quiet_signs_row, visits=(2, 3)), codes, sfi_signs_pool, most=2)
    scorer = lambda rows: flares("sfi", rows, settings)  # noqa: E731
    assert compare_gaps("sfi", drawn, scorer, settings, SFI_NAMES) > 20


def flare_row(rng: random.Random) -> Row:
    ill = rng.choice(("DE", "CDE", "CDE", "BCDE", "ABCDE"))
    decide = rng.choice(("Y", "YN", "N"))
    return {
        **{f"grade_{domain}": rng.choice(ill + "DE") for domain in DOMAINS},
        **{f"deciding_{domain}": rng.choice(decide) for domain in DOMAINS},
    }


def flare_pool(code: str) -> Sequence[Any]:
    return "ABCDE" if code.startswith("grade") else "YN"


FLARE_SETTINGS = [
    {"bilag_flare_still_a": still, "bilag_flare_deciding_item": deciding}
    for still in ("not_new", "new")
    for deciding in ("scored_domains", "all_domains", "no_domain")
]


@pytest.mark.parametrize("settings", FLARE_SETTINGS, ids=lambda each: "-".join(each.values()))
def test_bilag2004_flare(settings: dict[str, str]) -> None:
    drawn = people(seeded("bilag flare"), 800, flare_row)
    scorer = lambda rows: flares("bilag2004_flare", rows, settings)  # noqa: E731
    expected = compare("bilag2004_flare", drawn, scorer, settings)
    assert {each["state"] for each in expected} == {"not evaluable", "none", "mild", "moderate", "severe"}


@pytest.mark.parametrize("settings", FLARE_SETTINGS, ids=lambda each: "-".join(each.values()))
def test_bilag2004_flare_with_gaps(settings: dict[str, str]) -> None:
    rng = seeded("bilag flare gaps")
    codes = [*GRADES, *(f"deciding_{domain}" for domain in DOMAINS)]
    drawn = gapped(rng, people(rng, 150, flare_row, visits=(2, 3)), codes, lambda _: flare_pool)
    scorer = lambda rows: flares("bilag2004_flare", rows, settings)  # noqa: E731
    names = ("state", "flare", "severe_flare", "n_new_a", "n_new_b", "n_new_c", "first_flare")
    assert compare_gaps("bilag2004_flare", drawn, scorer, settings, names) > 20


@pytest.mark.parametrize("index", ["sfi", "bilag2004_flare"])
def test_flares_against_the_last_assessed_value(index: str) -> None:
    """A value that was not done before is the one before that; what was never done stays open."""
    rng = seeded("last assessed")
    if index == "sfi":
        drawn = people(rng, 100, sfi_quiet_row, visits=(3, 4))
        before_codes, codes = ["sledai", "pga", "prednisone"], ["sledai", "pga", "prednisone"]
    else:
        drawn = people(rng, 150, flare_row, visits=(3, 4))
        before_codes, codes = GRADES, [*GRADES, *(f"deciding_{domain}" for domain in DOMAINS)]
    pools = [sfi_pool(rows) if index == "sfi" else flare_pool for rows in drawn]
    for rows in drawn:
        make_gaps(rng, rows, codes, 2)
    settings = {"flare_previous": "last_assessed"}
    frame = shuffled_frame(seeded("order"), drawn)
    found = by_visit(score(index, frame, settings=settings, reasons=False).rows(named=True))
    for rows, pool in zip(drawn, pools, strict=True):
        before: Row = {}
        for row in rows:
            if before:
                pair = [before, row]
                gaps = [(0, code) for code in before_codes if before[code] is None]
                gaps += [(1, code) for code in codes if row[code] is None]
                ways = completions(pair, gaps, pool)
                possible = {flares(index, way, {})[1]["state"] for way in ways}
                expected = possible.pop() if len(possible) == 1 else "undecided"
                assert found[row["USUBJID"], row["VISITNUM"]]["state"] == expected, (pair, possible)
            before = {code: before.get(code) if value is None else value for code, value in row.items()}


@pytest.mark.parametrize("scheme", ["9-3-1", "12-8-1", "12-5-1"])
@pytest.mark.parametrize(
    ("instrument", "domains"), [("bilag_classic", CLASSIC), ("bilag2004_numeric", DOMAINS)]
)
def test_numeric_bilag(instrument: str, domains: Sequence[str], scheme: str) -> None:
    codes = [f"grade_{domain}" for domain in domains]

    def row(rng: random.Random) -> Row:
        ill = rng.choice(("DE", "CDE", "BCDE", "ABCDE"))
        return {code: rng.choice(ill + "DE") for code in codes}

    drawn = people(seeded(instrument), 500, row)

    def scorer(rows: Sequence[Row]) -> list[Row]:
        return [numeric_bilag([row[code] for code in codes], scheme) for row in rows]

    compare(instrument, drawn, scorer, {"bilag_numeric_scheme": scheme})
    default = {"bilag_classic": "9-3-1", "bilag2004_numeric": "12-8-1"}[instrument]
    if scheme == default:
        compare(instrument, drawn, scorer, {})


@pytest.mark.parametrize("percent", [1, 25, 33, 50, 67, 99, 100])
def test_steroid_reduction(percent: int) -> None:
    def row(rng: random.Random) -> Row:
        d0 = rng.choice((10.0, 15.0, 20.0))
        limit = d0 * (100 - percent) / 100
        return {"dose": round(max(0.0, rng.choice((0.0, d0, limit, limit - 0.0001, limit + 0.0001))), 4)}

    drawn = people(seeded(f"reduction{percent}"), 600, row)
    expected = compare(
        "steroid_reduction",
        drawn,
        lambda rows: steroid_reduction(rows, percent),
        {"reduction_percent": percent},  # type: ignore[dict-item]
    )
    assert {each["state"] for each in expected} == {"responder", "non-responder", "not evaluable"}


@pytest.mark.parametrize("deflazacort", ["6", "6.5", "7", "7.5"])
@pytest.mark.parametrize("blank", ["not_taken", "unknown"])
def test_steroid_equivalent(deflazacort: str, blank: str) -> None:
    settings = {"deflazacort_mg": deflazacort, "steroid_blank_drug": blank}

    def row(rng: random.Random) -> Row:
        gaps = rng.choice((0, 0.5, 1))
        doses = (0.0, 0.75, 1.0, 2.5, 7.5, 12.3456, 32.0, 1000.0)
        return {
            drug: None if rng.random() < gaps else rng.choice(doses) for drug in (*EQUIVALENTS, "deflazacort")
        }

    drawn = people(seeded("equivalent"), 500, row)
    compare(
        "steroid_equivalent",
        drawn,
        lambda rows: [{"score": steroid_equivalent(row, settings)} for row in rows],
        settings,
    )
