"""SLEDAI with answers carried forward: only from the same participant, only from earlier, or not at all."""

from __future__ import annotations

import polars as pl
import pytest

from lupustrial.instruments import score
from lupustrial.instruments._sledai import CODES


@pytest.mark.parametrize("reasons", [True, False])
def test_an_answer_is_carried_within_a_participant_from_earlier_visits(reasons: bool) -> None:  # noqa: FBT001
    """Arthritis counts 4, a seizure 8; every other descriptor is absent.

    P has no answer on ARTH at visit 1: nothing is carried back from visit 2, nor from Q, so 0 to 4. At 3 the
    Y of visit 2 stands. Q answers N, then nothing: 0. R never answers on ARTH; the last Y of SEIZ is hers.
    """
    rows = pl.DataFrame(
        {
            "USUBJID": ["Q", "P", "P", "P", "Q", "R", "R"],
            "VISITNUM": [1, 3, 2, 1, 2, 1, 2],
            "ARTH": ["N", None, "Y", None, None, None, None],
            "SEIZ": ["N", "N", "N", "N", "N", None, "Y"],
        }
    ).with_columns(pl.lit("N").alias(code) for code in CODES if code not in ("ARTH", "SEIZ"))
    found = score("selena_sledai", rows, settings={"sledai_missing": "locf_item"}, reasons=reasons)
    assert found["score"].to_list() == [0, 4, 4, None, 0, None, None]
    assert found["lower"].to_list() == [0, 4, 4, 0, 0, 0, 8]
    assert found["upper"].to_list() == [0, 4, 4, 4, 0, 12, 12]
    assert found["organ_musculoskeletal"].to_list() == [0, 4, 4, None, 0, None, None]
    assert found["organ_cns"].to_list() == [0, 0, 0, 0, 0, None, 8]
    complete = ["complete" if done else "incomplete" for done in (1, 1, 1, 0, 1, 0, 0)]
    assert found["completeness"].to_list() == complete
    if reasons:
        assert found["reasons"].to_list() == [
            None,
            "ARTH +4",
            "ARTH +4",
            "not done: ARTH",
            None,
            "not done: SEIZ, ARTH",
            "SEIZ +8; not done: ARTH",
        ]
