"""Renal responses: every limit of every definition at, just below and just above.

The limits are those printed in the reference (BLISS-LN, AURORA 1, KDIGO 2024, ACR 2024, EULAR 2012 and the
wording common in Chinese trials); shares of a reference value are worked out on paper: 80 % of 70 is 56.
"""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from lupustrial.instruments import INSTRUMENTS, queries, score, settings_hash

Row = dict[str, Any]


def visits(name: str, *rows: Row, **settings: Any) -> list[Row]:
    """Score the rows of one participant, the first of which is baseline."""
    frame = pl.DataFrame(
        [{"USUBJID": "P", "VISITNUM": n, **row} for n, row in enumerate(rows)], infer_schema_length=None
    )
    return score(name, frame, settings=settings).rows(named=True)


def at_visit(name: str, base: Row, row: Row, **settings: Any) -> Row:
    return visits(name, base, row, **settings)[1]


def alone(name: str, row: Row, **settings: Any) -> Row:
    """Score one row that brings its own references, as a trial's analysis data do."""
    return visits(name, {"treatment_failure": "N", **row}, **settings)[0]


@pytest.mark.parametrize(
    ("upcr", "egfr", "preflare", "responder"),
    [
        (0.7, 60.0, None, "Y"),  # both exactly at the limit
        (0.7001, 60.0, None, "N"),
        (0.7, 59.999999, None, "N"),  # before the flare not known: 60 alone decides
        (0.7, 56.0, 70.0, "Y"),  # 80 % of 70 is 56: 20 % below, no more
        (0.7, 55.9999, 70.0, "N"),
        (0.7, 60.0, 200.0, "Y"),  # the absolute limit is enough
        (0.0, 47.9, 60.0, "N"),
        (0.0, 48.0, 60.0, "Y"),
    ],
)
@pytest.mark.parametrize("name", ["blissln_perr", "kdigo2024_perr"])
def test_primary_efficacy_renal_response(
    name: str, upcr: float, egfr: float, preflare: float | None, responder: str
) -> None:
    row = alone(name, {"upcr_g_g": upcr, "egfr": egfr, "egfr_reference": preflare})
    assert (row["responder"], row["completeness"]) == (responder, "complete")
    assert row["state"] == {"Y": "responder", "N": "non-responder"}[responder]


@pytest.mark.parametrize(
    ("upcr", "egfr", "preflare", "responder"),
    [
        (0.4999, 90.0, None, "Y"),
        (0.5, 90.0, None, "N"),  # below 0.5, not at 0.5
        (0.4999, 89.999999, None, "N"),
        (0.4999, 63.0, 70.0, "Y"),  # 90 % of 70 is 63
        (0.4999, 62.9999, 70.0, "N"),
    ],
)
def test_complete_response_of_bliss_ln(
    upcr: float, egfr: float, preflare: float | None, responder: str
) -> None:
    row = alone("blissln_crr", {"upcr_g_g": upcr, "egfr": egfr, "egfr_reference": preflare})
    assert row["responder"] == responder


@pytest.mark.parametrize(
    ("base", "upcr", "egfr", "responder"),
    [
        (1.9, 0.95, 72.0, "Y"),  # half, and below 1.0; 90 % of 80 is 72
        (1.9, 0.9501, 72.0, "N"),
        (2.0, 1.0, 72.0, "N"),  # halved, not below 1.0
        (2.0, 0.9999, 72.0, "Y"),
        (3.0, 1.4, 72.0, "N"),  # baseline at most 3.0: below 1.0 is asked
        (3.0001, 1.4, 72.0, "Y"),  # baseline above 3.0: below 3.0 is asked
        (6.0, 3.0, 72.0, "N"),
        (6.0, 2.9999, 72.0, "Y"),
        (1.9, 0.95, 71.9999, "N"),
        (1.9, 0.95, 90.0, "Y"),  # within the normal range
    ],
)
def test_partial_response_of_the_early_bliss_ln_protocol(
    base: float, upcr: float, egfr: float, responder: str
) -> None:
    start = {"upcr_g_g": base, "egfr": 80.0}
    assert at_visit("blissln_prr_protocol", start, {"upcr_g_g": upcr, "egfr": egfr})["responder"] == responder


def test_normal_range_of_the_early_bliss_ln_protocol_is_a_setting() -> None:
    start, now = {"upcr_g_g": 1.8, "egfr": 100.0}, {"upcr_g_g": 0.9, "egfr": 60.0}
    assert at_visit("blissln_prr_protocol", start, now)["responder"] == "N"  # 90 % of 100 is 90
    assert at_visit("blissln_prr_protocol", start, now, gfr_normal_limit=60)["responder"] == "Y"
    now["egfr"] = 59.9
    assert at_visit("blissln_prr_protocol", start, now, gfr_normal_limit=60)["responder"] == "N"


@pytest.mark.parametrize(
    ("upcr", "egfr", "base", "responder"),
    [
        (0.5, 100.0, 100.0, "Y"),  # at 0.5, where BLISS-LN asks for less
        (0.5001, 100.0, 100.0, "N"),
        (0.5, 60.0, 100.0, "Y"),
        (0.5, 59.9, 74.875, "Y"),  # 80 % of 74.875 is 59.9
        (0.5, 59.9, 74.876, "N"),
        (0.5, 55.0, 70.0, "N"),  # 80 % of 70 is 56
    ],
)
def test_complete_response_of_aurora(upcr: float, egfr: float, base: float, responder: str) -> None:
    start = {"upcr_g_g": 3.0, "egfr": base}
    assert at_visit("aurora1_crr", start, {"upcr_g_g": upcr, "egfr": egfr})["responder"] == responder


@pytest.mark.parametrize(
    ("run", "days", "responder"),
    [(2, 6, "Y"), (3, 3, "N"), (2, 7, "N"), (0, 0, "Y"), (None, None, "Y"), (None, 7, "N"), (3, None, "N")],
)
def test_days_above_10_mg_in_aurora(run: int | None, days: int | None, responder: str) -> None:
    now = {
        "upcr_g_g": 0.5,
        "egfr": 90.0,
        "prednisone_over_10_consecutive_days": run,
        "prednisone_over_10_days": days,
    }
    row = at_visit("aurora1_crr", {"upcr_g_g": 3.0, "egfr": 90.0}, now)
    assert (row["responder"], row["treatment_ok"]) == (responder, responder)


@pytest.mark.parametrize(
    ("run", "days", "responder"),
    [
        (None, None, None),
        (2, None, None),  # 2 in a row, yet 7 days in all are possible
        (3, None, "N"),
        (None, 2, "Y"),  # a run of 3 does not fit into 2 days
        (None, 3, None),
        (None, 7, "N"),
        (2, 6, "Y"),
    ],
)
def test_blank_days_left_open_where_asked(run: int | None, days: int | None, responder: str | None) -> None:
    now = {
        "upcr_g_g": 0.5,
        "egfr": 90.0,
        "prednisone_over_10_consecutive_days": run,
        "prednisone_over_10_days": days,
    }
    base = {"upcr_g_g": 3.0, "egfr": 90.0}
    row = at_visit("aurora1_crr", base, now, steroid_rule_blank="undecided")
    assert row["responder"] == responder


def test_a_fall_of_egfr_that_must_be_confirmed() -> None:
    base = {"upcr_g_g": 3.0, "egfr": 70.0}
    good, low = {"upcr_g_g": 0.4, "egfr": 56.0}, {"upcr_g_g": 0.4, "egfr": 55.9}
    lost = {"upcr_g_g": 0.4, "egfr": None}

    def verdicts(*rows: Row) -> list[str | None]:
        found = visits("aurora1_crr", base, *rows, egfr_fall_confirmed="yes")
        return [row["responder"] for row in found[1:]]

    assert verdicts(low, low, good) == ["Y", "N", "Y"]  # the first fall is not confirmed, the second is
    assert verdicts(good, low) == ["Y", "Y"]
    assert verdicts(lost, low) == ["Y", None]  # the visit before is not known
    plain = [row["responder"] for row in visits("aurora1_crr", base, low, low)[1:]]
    assert plain == ["N", "N"]


@pytest.mark.parametrize(
    ("base", "upcr", "responder"),
    [
        (2.0, 1.0, "Y"),
        (2.0, 1.0001, "N"),
        (2.0, 0.1, "Y"),
        (0.0, 0.0, "N"),
        (None, 1.0, None),
        (9.0, None, None),
    ],
)
def test_partial_response_of_aurora_is_a_fall_by_half(
    base: float | None, upcr: float | None, responder: str | None
) -> None:
    row = at_visit("aurora1_prr", {"upcr_g_g": base}, {"upcr_g_g": upcr})
    assert row["responder"] == responder
    assert "kidney_ok" not in row


@pytest.mark.parametrize(
    ("upcr", "egfr", "percent", "complete", "partial"),
    [
        (0.4999, 85.0, 15, "Y", "Y"),  # within 15 % of 100
        (0.4999, 84.9999, 15, "N", "N"),
        (0.4999, 85.0, 10, "N", "N"),
        (0.4999, 90.0, 10, "Y", "Y"),
        (0.5, 85.0, 15, "N", "Y"),
        (2.9999, 120.0, 15, "N", "Y"),
        (3.0, 120.0, 15, "N", "N"),  # halved from 8, not below 3
    ],
)
def test_responses_of_kdigo(upcr: float, egfr: float, percent: int, complete: str, partial: str) -> None:
    start, now = {"upcr_g_g": 8.0, "egfr": 100.0}, {"upcr_g_g": upcr, "egfr": egfr}
    found = [at_visit(f"kdigo2024_{one}", start, now, kdigo_egfr_percent=percent) for one in ("cr", "pr")]
    assert [row["responder"] for row in found] == [complete, partial]
    state = "complete" if complete == "Y" else "partial" if partial == "Y" else "none"
    assert [row["state"] for row in found] == [state, state]


def test_partial_response_of_kdigo_needs_the_fall() -> None:
    start, now = {"upcr_g_g": 3.0, "egfr": 100.0}, {"upcr_g_g": 1.5, "egfr": 100.0}
    assert at_visit("kdigo2024_pr", start, now)["responder"] == "Y"
    assert at_visit("kdigo2024_pr", start, now | {"upcr_g_g": 1.5001})["responder"] == "N"


@pytest.mark.parametrize(
    ("base", "upcr", "egfr", "complete", "partial"),
    [
        (2.0, 0.4999, 80.0, "Y", "N"),  # within 20 % of 100; partial is without complete
        (2.0, 0.5, 80.0, "N", "Y"),
        (2.0, 1.0, 80.0, "N", "Y"),
        (2.0, 1.0001, 80.0, "N", "N"),
        (2.0, 0.4, 79.9999, "N", "N"),
        (2.0, 0.6, 79.9999, "N", "N"),
    ],
)
def test_responses_of_the_acr(base: float, upcr: float, egfr: float, complete: str, partial: str) -> None:
    start, now = {"upcr_g_g": base, "egfr": 100.0}, {"upcr_g_g": upcr, "egfr": egfr}
    found = [at_visit(f"acr2024_{one}", start, now)["responder"] for one in ("crr", "prr")]
    assert found == [complete, partial]


def test_a_ratio_not_done_cannot_be_partial_where_half_of_baseline_is_complete() -> None:
    now = {"upcr_g_g": None, "egfr": 100.0}
    # Half of 0.9 is 0.45: whoever has fallen by half is complete. Half of 1.0 is 0.5: partial.
    assert at_visit("acr2024_prr", {"upcr_g_g": 0.9999, "egfr": 100.0}, now)["responder"] == "N"
    assert at_visit("acr2024_prr", {"upcr_g_g": 1.0, "egfr": 100.0}, now)["responder"] is None


@pytest.mark.parametrize(
    ("mg_mmol", "egfr", "base", "settings", "responder"),
    [
        (49.9999, 90.0, 100.0, {}, "Y"),
        (50.0, 90.0, 100.0, {}, "N"),
        (56.5, 90.0, 100.0, {"upcr_half_gram_mgmmol": "56.6"}, "Y"),
        (56.6, 90.0, 100.0, {"upcr_half_gram_mgmmol": "56.6"}, "N"),
        (49.0, 89.9999, 90.0, {}, "N"),  # normal before: 90 is asked
        (49.0, 81.0, 89.9999, {}, "Y"),  # abnormal before: within 10 % of 90 is 81
        (49.0, 80.9999, 60.0, {}, "N"),
        (49.0, 81.0, 120.0, {"eular_near_normal": "always"}, "Y"),
        (49.0, 80.9999, 60.0, {"eular_near_normal": "always"}, "N"),
        (49.0, 60.0, 100.0, {"gfr_normal_limit": 60}, "Y"),
        (49.0, 54.0, 59.9, {"gfr_normal_limit": 60}, "Y"),  # 90 % of 60
        (49.0, 53.9, 59.9, {"gfr_normal_limit": 60}, "N"),
        (49.0, 85.0, None, {}, None),  # normal before or not?
        (49.0, 90.0, None, {}, "Y"),
        (49.0, 80.9, None, {}, "N"),
    ],
)
def test_complete_response_of_eular(
    mg_mmol: float, egfr: float, base: float | None, settings: dict[str, Any], responder: str | None
) -> None:
    start, now = {"upcr_mg_mmol": 200.0, "egfr": base}, {"upcr_mg_mmol": mg_mmol, "egfr": egfr}
    assert at_visit("eular2012_cr", start, now, **settings)["responder"] == responder


@pytest.mark.parametrize(
    ("base", "mg_mmol", "limit", "responder"),
    [
        (600.0, 299.9999, "300", "Y"),
        (600.0, 300.0, "300", "N"),
        (700.0, 339.3, "339.4", "Y"),
        (700.0, 339.4, "339.4", "N"),
        (700.0, 349.9, "350", "Y"),
        (700.0, 350.0, "350", "N"),
        (500.0, 250.0, "300", "Y"),
        (500.0, 250.0001, "300", "N"),
    ],
)
def test_partial_response_of_eular(base: float, mg_mmol: float, limit: str, responder: str) -> None:
    start, now = {"upcr_mg_mmol": base, "egfr": 95.0}, {"upcr_mg_mmol": mg_mmol, "egfr": 95.0}
    row = at_visit("eular2012_pr", start, now, eular_subnephrotic_mgmmol=limit)
    assert row["responder"] == responder


def test_a_definition_is_met_in_the_unit_in_which_it_is_written() -> None:
    # 0.442 g/g x 113.12 = 49.99904 mg/mmol, 0.4421 g/g = 50.010352; 56.56 mg/mmol is exactly 0.5 g/g.
    good = {"egfr": 95.0}
    assert alone("eular2012_cr", good | {"upcr_g_g": 0.442})["responder"] == "Y"
    assert alone("eular2012_cr", good | {"upcr_g_g": 0.4421})["responder"] == "N"
    assert alone("aurora1_crr", good | {"upcr_mg_mmol": 56.56})["responder"] == "Y"
    assert alone("aurora1_crr", good | {"upcr_mg_mmol": 56.5601})["responder"] == "N"
    assert alone("blissln_crr", good | {"upcr_mg_mmol": 56.5599})["responder"] == "Y"
    assert alone("blissln_crr", good | {"upcr_mg_mmol": 56.56})["responder"] == "N"


CHINESE_BASE: Row = {"protein24": 4.0, "creatinine": 80.0}
CHINESE: Row = {
    "protein24": 0.4,
    "creatinine": 104.0,
    "creatinine_uln": 104.0,
    "albumin": 35.0,
    "urine_rbc": 4.0,
    "urine_wbc": 9.0,
    "casts": "N",
}


@pytest.mark.parametrize(
    ("change", "settings", "responder"),
    [
        ({}, {}, "Y"),
        ({"protein24": 0.4001}, {}, "N"),
        ({"protein24": 0.5}, {"cn_protein_limit": "0.5"}, "Y"),
        ({"protein24": 0.5001}, {"cn_protein_limit": "0.5"}, "N"),
        ({"protein24": 0.3}, {"cn_protein_limit": "0.3"}, "Y"),
        ({"protein24": 0.3001}, {"cn_protein_limit": "0.3"}, "N"),
        ({"creatinine": 104.0001}, {}, "N"),
        ({"albumin": 34.9999}, {}, "N"),
        ({"urine_rbc": 5.0}, {}, "N"),
        ({"urine_rbc": 5.0, "urine_wbc": 5.0}, {"ln_sediment": "rbc_wbc_at_most_5"}, "Y"),
        ({"urine_rbc": 5.0, "urine_wbc": 5.1}, {"ln_sediment": "rbc_wbc_at_most_5"}, "N"),
        ({"casts": "Y"}, {}, "N"),
        ({"casts": "Y", "active_sediment": "N"}, {}, "Y"),
        ({"active_sediment": "Y"}, {}, "N"),
        ({"casts": None}, {}, None),
        ({"casts": None, "albumin": 34.0}, {}, "N"),
        ({"creatinine_uln": None}, {}, None),
        ({"albumin": None}, {}, None),
        ({"protein24": None, "upcr_g_g": 0.3}, {}, None),
        ({"protein24": None, "upcr_g_g": 0.3}, {"protein_surrogate": True}, "Y"),
    ],
)
def test_complete_remission_in_chinese_trials(change: Row, settings: Row, responder: str | None) -> None:
    row = at_visit("cn_cr", CHINESE_BASE, CHINESE | change, **settings)
    assert row["responder"] == responder


@pytest.mark.parametrize(
    ("change", "base", "responder"),
    [
        ({"protein24": 2.0}, {}, "Y"),
        ({"protein24": 2.0001}, {}, "N"),
        ({"protein24": 3.4999}, {"protein24": 9.0}, "Y"),
        ({"protein24": 3.5}, {"protein24": 9.0}, "N"),
        ({"creatinine": 150.0}, {"creatinine": 120.0}, "Y"),  # 125 % of 120
        ({"creatinine": 150.0001}, {"creatinine": 120.0}, "N"),
        ({"creatinine": 104.0}, {"creatinine": 50.0}, "Y"),  # doubled, yet normal
        ({"creatinine": 104.1}, {"creatinine": 50.0}, "N"),
        ({"albumin": 30.0}, {}, "Y"),
        ({"albumin": 29.9999}, {}, "N"),
        ({"casts": "Y", "urine_rbc": 50.0}, {}, "Y"),
    ],
)
def test_partial_remission_in_chinese_trials(change: Row, base: Row, responder: str) -> None:
    row = at_visit("cn_pr", CHINESE_BASE | base, CHINESE | {"protein24": 1.0} | change)
    assert row["responder"] == responder
    assert "sediment_ok" not in row


def test_state_orders_complete_before_partial_before_none() -> None:
    base = {"upcr_g_g": 2.0, "egfr": 100.0}

    def state(**row: Any) -> str:
        return str(at_visit("aurora1_prr", base, {"egfr": 100.0, **row})["state"])

    assert state(upcr_g_g=0.5) == "complete"
    assert state(upcr_g_g=0.6) == "partial"
    assert state(upcr_g_g=1.1) == "none"
    assert state(upcr_g_g=0.5, egfr=None) == "complete or partial"
    assert state(upcr_g_g=None) == "undecided"
    low = {"upcr_g_g": 0.8, "egfr": 100.0}
    assert at_visit("aurora1_crr", low, {"upcr_g_g": None, "egfr": 50.0})["state"] == "partial or none"
    assert at_visit("acr2024_prr", base, {"upcr_g_g": 0.4, "egfr": 100.0})["state"] == "complete"
    assert visits("aurora1_prr", base)[0]["state"] == "not evaluable"


def test_bliss_ln_state_takes_each_reference_for_what_it_is() -> None:
    base = {"upcr_g_g": 2.0, "egfr": 70.0}
    now = {"upcr_g_g": 0.4, "egfr": 63.0}
    # Complete by the eGFR before the flare (90 % of 70 is 63), partial by that of baseline.
    given = {"egfr_preflare": 70.0}
    assert at_visit("blissln_prr_protocol", base | given, now)["state"] == "complete"
    assert at_visit("blissln_crr", base, now | {"egfr_reference": 70.0})["state"] == "complete"
    assert at_visit("blissln_crr", base, now | {"egfr_reference": 80.0})["state"] == "partial"
    assert at_visit("blissln_crr", base, now)["responder"] == "N"  # not known: 90 alone decides
    assert at_visit("blissln_crr", base | given, now)["responder"] == "Y"  # told at baseline once


def test_references_in_columns_of_their_own() -> None:
    row = {"upcr_g_g": 0.9, "egfr": 72.0, "upcr_baseline_g_g": 1.9}
    assert alone("blissln_prr_protocol", row | {"egfr_reference": 80.0})["responder"] == "Y"
    assert alone("blissln_prr_protocol", row | {"egfr_baseline": 80.0})["responder"] == "Y"
    assert alone("blissln_prr_protocol", row | {"egfr_preflare": 80.0})["responder"] is None
    ratio = {"upcr_mg_mmol": 90.0, "upcr_baseline_mg_mmol": 180.0}
    assert alone("aurora1_prr", ratio)["responder"] == "Y"
    assert alone("aurora1_prr", ratio | {"upcr_mg_mmol": 90.0001})["responder"] == "N"
    chinese = CHINESE | {"protein24": 2.0, "protein24_baseline": 4.0, "creatinine": 110.0}
    assert alone("cn_pr", chinese | {"creatinine_baseline": 88.0})["responder"] == "Y"
    assert alone("cn_pr", chinese | {"creatinine_baseline": 87.0})["responder"] == "N"


def test_which_rows_are_visits() -> None:
    """The first row is baseline unless a column brings baseline; a flag always tells."""
    seen = {"upcr_g_g": 0.3, "egfr": 95.0}
    assert [row["responder"] for row in visits("aurora1_crr", seen, seen)] == [None, "Y"]
    assert [row["responder"] for row in visits("aurora1_crr", seen)] == [None]
    given = seen | {"upcr_baseline_g_g": 2.0}
    assert [row["responder"] for row in visits("aurora1_crr", given, given)] == ["Y", "Y"]
    flagged = [given | {"ABLFL": "Y"}, given]
    assert [row["responder"] for row in visits("aurora1_crr", *flagged)] == [None, "Y"]
    for name in ("egfr_reference", "egfr_preflare", "egfr_baseline"):
        assert visits("aurora1_crr", seen | {name: 90.0})[0]["responder"] == "Y"
    assert visits("aurora1_crr", seen | {"treatment_failure": "Y"})[0]["responder"] == "N"
    told = [seen | {"egfr_reference": 90.0}, seen]
    assert [row["responder"] for row in visits("aurora1_crr", *told)] == [None, "Y"]


def test_treatment_failure_stays_and_a_blank_is_none() -> None:
    base, good = {"upcr_g_g": 3.0, "egfr": 90.0}, {"upcr_g_g": 0.3, "egfr": 90.0}
    rows = [good, good | {"treatment_failure": "Y"}, good | {"treatment_failure": "N"}, good]
    for name in ("blissln_perr", "aurora1_prr", "kdigo2024_cr"):
        found = visits(name, base, *rows)[1:]
        assert [row["responder"] for row in found] == ["Y", "N", "N", "N"], name
    stated = [
        visits(name, base, *rows, ln_treatment_failure="where_stated")[-1]["responder"]
        for name in ("blissln_perr", "aurora1_crr", "aurora1_prr", "kdigo2024_cr", "kdigo2024_perr")
    ]
    assert stated == ["N", "N", "Y", "Y", "N"]
    kept = at_visit("kdigo2024_cr", base, good, ln_treatment_failure="where_stated")
    assert (kept["responder"], kept["treatment_ok"]) == ("Y", "Y")


def test_prednisone_above_10_mg_from_week_24_in_bliss_ln() -> None:
    base, good = {"upcr_g_g": 3.0, "egfr": 90.0}, {"upcr_g_g": 0.3, "egfr": 90.0}
    over = {"prednisone_over_10_from_week_24": "Y"}
    found = visits("blissln_perr", base, good, good | over, good)
    assert [row["responder"] for row in found] == [None, "Y", "N", "N"]
    found = visits("blissln_perr", base, good, good | over, good, steroid_rule_blank="undecided")
    assert [row["responder"] for row in found] == [None, None, "N", "N"]
    kept = good | {"prednisone_over_10_from_week_24": "N"}
    assert at_visit("blissln_perr", base, kept, steroid_rule_blank="undecided")["responder"] == "Y"


def test_a_response_that_must_hold_at_two_visits() -> None:
    base, good = {"upcr_g_g": 3.0, "egfr": 90.0}, {"upcr_g_g": 0.3, "egfr": 90.0}
    bad, lost = good | {"upcr_g_g": 2.0}, good | {"upcr_g_g": None}

    def verdicts(*rows: Row) -> list[str | None]:
        found = visits("blissln_perr", base, *rows, ln_confirmation="previous_visit")
        return [row["responder"] for row in found[1:]]

    assert verdicts(good, good, good) == ["N", "Y", "Y"]  # baseline does not confirm
    assert verdicts(good, bad, good, good) == ["N", "N", "N", "Y"]
    assert verdicts(lost, good, lost) == ["N", None, None]
    both = visits("aurora1_prr", base, good, good, ln_confirmation="previous_visit")
    assert [row["state"] for row in both] == ["not evaluable", "none", "complete"]


def test_a_rate_before_the_flare_that_is_not_known() -> None:
    row = {"upcr_g_g": 0.3, "egfr": 59.9}
    assert alone("blissln_perr", row)["responder"] == "N"
    assert alone("blissln_perr", row, preflare_egfr_unknown="undecided")["responder"] is None
    assert alone("blissln_perr", row | {"egfr": 60.0}, preflare_egfr_unknown="undecided")["responder"] == "Y"
    # A baseline that was not measured is not done: nothing is decided by the limit alone.
    assert alone("aurora1_crr", row)["responder"] is None
    assert alone("kdigo2024_cr", row)["responder"] is None


@pytest.mark.parametrize(
    ("row", "verdicts"),
    [
        ({"upcr_g_g": None, "egfr": 95.0}, (None, "Y", None, "incomplete")),
        ({"upcr_g_g": 0.3, "egfr": None}, ("Y", None, None, "incomplete")),
        ({"upcr_g_g": None, "egfr": 40.0}, (None, "N", "N", "complete")),
        ({"upcr_g_g": 0.9, "egfr": None}, ("N", None, "N", "complete")),
        ({"upcr_g_g": None, "egfr": None}, (None, None, None, "incomplete")),
    ],
)
def test_what_is_not_done_is_never_no(row: Row, verdicts: tuple[str | None, ...]) -> None:
    found = alone("blissln_perr", row | {"egfr_reference": 60.0})
    told = tuple(found[name] for name in ("protein_ok", "kidney_ok", "responder", "completeness"))
    assert told == verdicts


def test_protein_of_another_kind_stands_in_only_where_it_may() -> None:
    row = {"protein24": 0.7, "egfr": 95.0}
    found = alone("blissln_perr", row)
    assert found["responder"] is None
    assert "UPCR not done (the 24-h protein does not stand for it)" in found["reasons"]
    assert alone("blissln_perr", row, protein_surrogate="yes")["responder"] == "Y"
    assert alone("blissln_perr", row | {"protein24": 0.7001}, protein_surrogate="yes")["responder"] == "N"
    # The measure of the definition comes first.
    assert alone("blissln_perr", row | {"upcr_g_g": 2.0}, protein_surrogate="yes")["responder"] == "N"


def test_egfr_from_sex_age_and_creatinine() -> None:
    # CKD-EPI 2021 of a man of 40 with 1.0 mg/dL is about 97.6 (reference); at 2.0 mg/dL 97.6 x 2^-1.2 = 42.5.
    base: Row = {"upcr_g_g": 3.0, "sex": "M", "age": 40, "creatinine_mg_dl": 1.0}
    row = at_visit("aurora1_crr", base, base | {"upcr_g_g": 0.3, "creatinine_mg_dl": 2.0})
    assert (row["responder"], row["kidney_ok"]) == ("N", "N")
    row = at_visit("aurora1_crr", base, base | {"upcr_g_g": 0.3})
    assert row["responder"] == "Y"
    assert "egfr 1.0 egfr_formula=ckd_epi_2021" in row["scored_by"]


def test_reasons_name_each_condition_with_what_it_saw() -> None:
    row = alone("blissln_crr", {"upcr_g_g": 0.49, "egfr": 62.9, "egfr_reference": 70.0})
    assert row["reasons"] == (
        "UPCR 0.49 g/g (needs < 0.5 g/g): yes; "
        "eGFR 62.9 (needs >= 90, or at most 10 % below 70 before the flare): no; "
        "treatment: no failure recorded: yes"
    )
    row = at_visit("acr2024_prr", {"upcr_g_g": 2.0, "egfr": 80.0}, {"upcr_mg_mmol": 60.0, "egfr": None})
    assert row["reasons"] == (
        "UPCR 60 mg/mmol, baseline 2 g/g (needs 50 % below baseline, >= 0.5 g/g, else complete): yes; "
        "eGFR not done (needs at most 20 % below 80 at baseline): undecided; "
        "treatment: no failure recorded: yes"
    )
    row = at_visit("blissln_prr_protocol", {"upcr_g_g": 2.0}, {"upcr_g_g": 0.9, "egfr": 95.0})
    assert row["reasons"] == (
        "UPCR 0.9 g/g, baseline 2 g/g (needs < 1.0 g/g (< 3.0 from above 3.0), 50 % below baseline): yes; "
        "eGFR 95 (needs >= 90, or at most 10 % below not known at baseline): yes; "
        "treatment: no failure recorded: yes"
    )
    row = at_visit("eular2012_cr", {"egfr": 80.0}, {"upcr_mg_mmol": 49.0, "egfr": 85.0})
    assert row["reasons"].startswith("UPCR 49 mg/mmol (needs < 50 mg/mmol): yes; eGFR 85 (needs >= 90, ")
    assert "or within 10 % of it where abnormal before; 80 at baseline): yes" in row["reasons"]
    assert visits("eular2012_cr", {"egfr": 80.0})[0]["reasons"] == "baseline or earlier"


def test_reasons_of_treatment_and_sediment() -> None:
    base, good = {"upcr_g_g": 3.0, "egfr": 90.0}, {"upcr_g_g": 0.3, "egfr": 90.0}
    failed = good | {"treatment_failure": "Y", "prednisone_over_10_from_week_24": "Y"}
    told = at_visit("blissln_perr", base, failed)["reasons"]
    assert told.endswith("treatment: failed, prednisone above 10 mg from week 24: no")
    assert at_visit("blissln_perr", base, good)["reasons"].endswith("treatment: no failure recorded: yes")
    days = good | {"prednisone_over_10_days": 6, "prednisone_over_10_consecutive_days": 2}
    told = at_visit("aurora1_crr", base, days, ln_confirmation="previous_visit")["reasons"]
    assert told.endswith(
        "treatment: no failure recorded, days above 10 mg in weeks 44-52: 6, longest run 2: yes; "
        "must hold at the visit before, too"
    )
    told = at_visit("cn_cr", CHINESE_BASE, CHINESE | {"casts": None})["reasons"]
    assert told == (
        "protein 0.4 g/24 h (needs <= 0.4 g/24 h): yes; creatinine 104, upper limit 104: yes; "
        "albumin 35 g/L (needs >= 35): yes; sediment: casts not done, red cells 4, white cells 9: undecided; "
        "treatment: no failure recorded: yes"
    )
    told = at_visit("cn_pr", CHINESE_BASE, CHINESE)["reasons"]
    assert "creatinine 104, upper limit 104, baseline 80: yes" in told
    told = alone("cn_pr", CHINESE | {"protein24": None, "upcr_g_g": 0.3})["reasons"]
    assert told.startswith(
        "protein not done (the ratio does not stand for it), baseline not known (needs < 3.5"
    )


def test_the_definition_as_a_setting_gives_what_its_own_instrument_gives() -> None:
    base: Row = {"upcr_g_g": 2.0, "egfr": 100.0, "protein24": 4.0, "creatinine": 80.0}
    now = CHINESE | {"upcr_g_g": 0.6, "egfr": 95.0}
    options = next(one for one in INSTRUMENTS["ln_response"].settings if one.name == "ln_definition").allowed
    assert len(options) == 14
    for name in options:
        one = INSTRUMENTS[name]
        given = [
            {k: v for k, v in row.items() if k in {each.code for each in one.inputs}} for row in (base, now)
        ]
        own = at_visit(name, *given)
        shared = at_visit("ln_response", base, now, ln_definition=name)
        parts = [part for part in shared if part.endswith("_ok")]
        assert {part: own.get(part) for part in parts} == {part: shared[part] for part in parts}, name
        for output in ("responder", "state", "completeness", "reasons"):
            assert own[output] == shared[output], (name, output)
        assert f"ln_response 1.0 ln_definition={name} #" in shared["scored_by"]
    assert at_visit("ln_response", base, now)["scored_by"].startswith(
        "ln_response 1.0 ln_definition=blissln_perr"
    )


def test_the_hash_is_of_the_settings_that_the_definition_has() -> None:
    row = alone("cn_cr", CHINESE, cn_protein_limit="0.5")
    assert row["scored_by"] == f"cn_cr 1.0 #{settings_hash('cn_cr', {'cn_protein_limit': '0.5'})[:12]}"


def test_ratios_that_look_like_another_unit_are_queried() -> None:
    rows = [
        {"upcr_g_g": 20.0, "upcr_baseline_g_g": 0.02, "protein24": 30.0},
        {"upcr_g_g": 20.1, "upcr_baseline_g_g": 0.019},
        {"upcr_mg_mmol": 5.0, "upcr_baseline_mg_mmol": 2000.0},
        {"upcr_mg_mmol": 4.9, "upcr_baseline_mg_mmol": 2000.1, "protein24": 31.0},
    ]
    frame = pl.DataFrame([{"USUBJID": f"{n}", "VISITNUM": 1, **row} for n, row in enumerate(rows)])
    found = queries("blissln_perr", frame).select("USUBJID", "query", "item", "values").rows()
    assert found == [
        ("1", "LN-Q01", "upcr_g_g", "upcr_g_g=20.1"),
        ("1", "LN-Q03", "upcr_baseline_g_g", "upcr_baseline_g_g=0.019"),
        ("3", "LN-Q02", "upcr_mg_mmol", "upcr_mg_mmol=4.9"),
        ("3", "LN-Q04", "upcr_baseline_mg_mmol", "upcr_baseline_mg_mmol=2000.1"),
        ("3", "LN-Q05", "protein24", "protein24=31"),
    ]
    messages = queries("blissln_perr", frame)["message"].to_list()
    assert messages[0] == "is outside 0.02 to 20 g/g: verify the unit (mg/mmol?)"
    assert messages[2] == "is outside 5 to 2000 mg/mmol: verify the unit (g/g?)"


def test_a_run_longer_than_all_the_days_is_queried() -> None:
    rows = [
        {"prednisone_over_10_consecutive_days": run, "prednisone_over_10_days": 3} for run in (3, 4, None)
    ]
    frame = pl.DataFrame([{"USUBJID": f"{n}", "VISITNUM": 1, **row} for n, row in enumerate(rows)])
    found = queries("aurora1_crr", frame.with_columns(upcr_g_g=pl.lit(1.0)))
    assert found.select("USUBJID", "query", "values").rows() == [
        ("1", "LN-Q06", "prednisone_over_10_consecutive_days=4, prednisone_over_10_days=3")
    ]
