"""Facts printed about what is derived from SLEDAI."""

from __future__ import annotations

import polars as pl

from lupustrial.instruments import INSTRUMENTS, score

CODES = [item.code for item in INSTRUMENTS["selena_sledai"].items]
EVERYTHING = {"USUBJID": ["P"], "VISITNUM": [1]} | {code: ["Y"] for code in CODES}


def test_clinical_sledai_runs_to_101() -> None:
    """DORIS 2021 [S14]: SLEDAI without complement and anti-dsDNA, 105 - 4."""
    assert score("clinical_sledai", pl.DataFrame(EVERYTHING))["score"].to_list() == [101]


def test_half_weights_are_half_of_the_weights() -> None:
    """S2K RI-50 [S33]: 4, 2, 1 and 0.5 for 8, 4, 2 and 1, so that half of everything is 52.5."""
    halves = pl.DataFrame({**EVERYTHING, **{f"{code}_half": ["Y"] for code in CODES}})
    visits = pl.concat([halves, halves.with_columns(VISITNUM=pl.lit(2, dtype=pl.Int64))])
    assert score("s2k_ri50", visits)["score"].to_list() == [105.0, 52.5]


def test_a_change_of_three_is_persistent_activity() -> None:
    """A review of the indices [S19]: rise above 3 flare, fall above 3 improvement, within 3 persistent."""
    points = [10, 13, 10, 14, 10]
    frame = pl.DataFrame({"USUBJID": ["P"] * 5, "VISITNUM": range(5), "sledai": points})
    states = ["not evaluable", "unchanged", "unchanged", "flare", "improved"]
    assert score("sledai_change", frame)["state"].to_list() == states


def test_bands_of_activity_of_the_review() -> None:
    """The same review [S19]: 0 remission, 1 to 4 low, 5 to 10 moderate, above 10 high."""
    points = [0, 1, 4, 5, 10, 11]
    frame = pl.DataFrame({"USUBJID": ["P"] * 6, "VISITNUM": range(6), "sledai": points})
    bands = ["remission", "low", "low", "moderate", "moderate", "high"]
    assert score("sledai_change", frame)["band"].to_list() == bands
