"""Worked examples of the reference folder for BILAG-2004 flares and the numeric score of entered grades."""

from __future__ import annotations

from shared_vectors import cases, one

from lupustrial.instruments import DOMAINS

CLASSIC = (
    "general",
    "mucocutaneous",
    "neurological",
    "musculoskeletal",
    "cardiorespiratory",
    "vasculitis",
    "renal",
    "haematological",
)


@cases("bilag2004_flare")
def test_flare(case: dict[str, str]) -> None:
    flags = dict(zip(DOMAINS, case["domain_has_item_3_or_4"].upper().split(","), strict=True))
    rows = [
        {f"grade_{domain}": letter for domain, letter in zip(DOMAINS, case[f"grades_{side}"], strict=True)}
        | {f"item_3_or_4_{domain}": flag for domain, flag in flags.items()}
        for side in ("prev", "now")
    ]
    assert one("bilag2004_flare", rows)["state"] == case["expected"]


@cases("bilag_numeric")
def test_numeric_score(case: dict[str, str]) -> None:
    index, domains = {"classic": ("bilag_classic", CLASSIC), "2004": ("bilag2004_numeric", DOMAINS)}[
        case["index"]
    ]
    letters = zip(domains, case["letters_in_domain_order"], strict=True)
    row = one(index, [{f"grade_{domain}": letter for domain, letter in letters}])
    assert (row["numeric"], row["completeness"]) == (int(case["expected_score"]), "complete")
