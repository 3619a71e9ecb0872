"""Facts printed in publications: structure, ranges and definitions."""

from __future__ import annotations

from collections import Counter

import polars as pl
import pytest

from lupustrial.instruments import DOMAINS, INSTRUMENTS, score


def test_sledai_has_24_descriptors_and_runs_from_0_to_105() -> None:
    """SLEDAI definitions pages [S26][S27]: 8 items of weight 8, 6 of 4, 7 of 2, 3 of 1."""
    items = [item.code for item in INSTRUMENTS["selena_sledai"].items]
    rows = [{"USUBJID": "all", "VISITNUM": 1} | dict.fromkeys(items, "Y")]
    rows += [
        {"USUBJID": code, "VISITNUM": 1} | {other: "Y" if other == code else "N" for other in items}
        for code in items
    ]
    scores = score("selena_sledai", pl.DataFrame(rows))["score"].to_list()
    assert scores[0] == 105
    assert Counter(scores[1:]) == {8: 8, 4: 6, 2: 7, 1: 3}


def test_bilag_2004_has_97_items_in_nine_domains() -> None:
    """Sizes of the domains on the form of 1 September 2009 [S02][S03][S43]."""
    prefixes = Counter(item.code[:3] for item in INSTRUMENTS["bilag2004"].items)
    assert list(prefixes.values()) == [4, 14, 20, 5, 12, 9, 13, 12, 8]
    assert sum(prefixes.values()) == 97


def test_bilag_2004_numeric_score_runs_to_108() -> None:
    """Yee 2010 [S01]: A 12, B 8, C 1, D and E 0, summed over nine domains."""
    worst: dict[str, object] = {"USUBJID": "P", "VISITNUM": 1}
    for item in INSTRUMENTS["bilag2004"].items:
        worst[item.code] = {"ord": 4, "yn": "Y"}.get(item.kind)
    worst |= {"REN_P24": 5.0}
    row = score("bilag2004", pl.DataFrame([worst])).row(0, named=True)
    assert [row[f"grade_{domain}"] for domain in DOMAINS] == ["A"] * 9
    assert row["numeric"] == 108


@pytest.mark.parametrize(
    ("new", "holds"),
    [("A", "N"), ("B", "Y"), ("AB", "N"), ("BB", "N"), ("C", "Y"), ("", "Y")],
)
def test_sri_means_no_new_a_and_at_most_one_new_b(new: str, holds: str) -> None:
    """Furie 2009 [S09] as tables of components read it [S36]: *and*, though the abstract prints "or"."""
    now = {f"grade_{domain}": (new + "E" * 9)[n] for n, domain in enumerate(DOMAINS)}
    base = {f"grade_{domain}": "E" for domain in DOMAINS}
    rows = [
        {"USUBJID": "P", "VISITNUM": 1, "sledai": 10, "pga": 2.0, **base},
        {"USUBJID": "P", "VISITNUM": 2, "sledai": 6, "pga": 2.0, **now},
    ]
    result = score("sri", pl.DataFrame(rows)).row(1, named=True)
    assert (result["bilag_ok"], result["responder"]) == (holds, holds)


@pytest.mark.parametrize(
    ("creatinine", "rbc", "protein", "complete"),
    [
        (80.0, 2.0, 0.29, "Y"),
        (80.0, 2.0, 0.30, "N"),  # "<0.3 g/24 hours"
        (92.0, 2.0, 0.1, "Y"),  # exactly 15 % above 80
        (92.1, 2.0, 0.1, "N"),  # ">15 % above baseline"
        (110.0, 2.0, 0.1, "N"),  # above the normal range
        (80.0, 5.0, 0.1, "N"),  # sediment
    ],
)
def test_complete_renal_remission_of_he_2020(
    creatinine: float, rbc: float, protein: float, complete: str
) -> None:
    """He 2020, Methods, Outcomes; the limit of the sediment is our reading (setting ``he2020_sediment``)."""
    limits = {"creatinine_uln": 104.0, "urine_wbc": 1.0, "casts": "N"}
    rows = [
        {"USUBJID": "P", "VISITNUM": 1, "creatinine": 80.0, "urine_rbc": 20.0, "protein24": 1.5, **limits},
        {
            "USUBJID": "P",
            "VISITNUM": 2,
            "creatinine": creatinine,
            "urine_rbc": rbc,
            "protein24": protein,
            **limits,
        },
    ]
    assert score("he2020_renal", pl.DataFrame(rows))["complete"].to_list() == [None, complete]
