"""CLASI against the worked examples of the reference folder; skipped loudly where they are absent."""

from __future__ import annotations

from shared_vectors import cases, one, yn

from lupustrial.instruments import INSTRUMENTS

AREAS = [
    item.code.removesuffix("_erythema")
    for item in INSTRUMENTS["clasi"].items
    if item.code.endswith("_erythema")
]


@cases("clasi_activity")
def test_activity(case: dict[str, str]) -> None:
    items = {
        f"{area}_{item}": int(digit)
        for item, column in (("erythema", "erythema_13_areas"), ("scale_hypertrophy", "scale_13_areas"))
        for area, digit in zip(AREAS, case[column], strict=True)
    }
    items |= {
        name: int(case[name]) for name in ("mucosal_lesion", "recent_hair_loss", "nonscarring_alopecia")
    }
    row = one("clasi", [items])
    assert (row["score"], row["state"]) == (int(case["expected_activity"]), case["expected_band"])


@cases("clasi50")
def test_response(case: dict[str, str]) -> None:
    row = one("clasi50", [{"clasi_activity": int(case[when])} for when in ("baseline", "visit")])
    assert row["responder"] == yn(case["expected"])
    assert (row["state"] == "not evaluable") == (case["expected"] == "not_evaluable")
