"""What a visit tells by itself holds whatever stands at other visits."""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial.errors import InstrumentError
from lupustrial.instruments import DOMAINS, INSTRUMENTS, score, score_alone

_RANK = "EDCBA"
_ITEMS = (
    "CON_FEVER", "CON_WTLOSS", "MUC_RASH_MILD", "MUC_RASH_SEV", "NPS_SEIZ", "MSK_ART_MOD", "CRS_PLEUPERI",
    "GIT_HEPAT", "OPH_EPISC",
)  # fmt: skip
_VISIT = st.fixed_dictionaries(
    {
        **{item: st.sampled_from([None, 0.0, 0.0, 1.0, 2.0, 4.0]) for item in _ITEMS},
        "HAE_HB": st.sampled_from([None, 7.9, 9.5, 13.0]),
        "REN_P24": st.sampled_from([None, 0.1, 0.8, 2.0]),
        "REN_CREAT": st.sampled_from([None, 60.0, 140.0]),
    }
)


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(
        [{"USUBJID": "P", "VISITNUM": number, **row} for number, row in enumerate(rows)],
        schema_overrides=dict.fromkeys(rows[0], pl.Float64),
        infer_schema_length=None,
    )


@settings(deadline=None, max_examples=25)
@given(st.lists(_VISIT, min_size=1, max_size=3), st.sampled_from(["strict", "as_absent"]))
def test_a_bilag_grade_told_by_the_visit_alone_is_the_grade(rows: list[dict[str, Any]], missing: str) -> None:
    chosen = {"bilag_missing": missing}
    whole = score("bilag2004", _frame(rows), settings=chosen, reasons=False).row(-1, named=True)
    alone = score_alone("bilag2004", _frame(rows[-1:]), settings=chosen)
    assert alone is not None
    told = alone.row(0, named=True)
    for domain in DOMAINS:
        grade, low, high = (told[f"{part}_{domain}"] for part in ("grade", "lower", "upper"))
        if domain == "renal":
            assert grade is low is high is None
            continue
        assert _RANK.index(low) <= _RANK.index(whole[f"lower_{domain}"])
        assert _RANK.index(whole[f"upper_{domain}"]) <= _RANK.index(high)
        if grade is not None:
            assert grade == whole[f"grade_{domain}"]
    assert all(told[name] is None for name in ("numeric", "worst", "active"))


@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.fixed_dictionaries({code: st.sampled_from(["Y", "N", None]) for code in ("SEIZ", "RASH", "FEVR")}),
        min_size=1,
        max_size=3,
    )
)
def test_sledai_is_told_whole_by_the_visit_alone(rows: list[dict[str, Any]]) -> None:
    frame = pl.DataFrame(
        [{"USUBJID": "P", "VISITNUM": number, **row} for number, row in enumerate(rows)],
        schema_overrides=dict.fromkeys(rows[0], pl.String),
    )
    whole = score("selena_sledai", frame).drop("VISITNUM").row(-1)
    alone = score_alone("selena_sledai", frame.tail(1))
    assert alone is not None
    assert alone.drop("VISITNUM").row(0) == whole


def test_nothing_is_told_alone_where_answers_are_carried_forward_or_compared() -> None:
    frame = pl.DataFrame({"USUBJID": ["P"], "VISITNUM": [1], "RASH": ["Y"]})
    assert score_alone("selena_sledai", frame, settings={"sledai_missing": "locf_item"}) is None
    told = [name for name in INSTRUMENTS if _told_alone(name)]
    assert told == ["selena_sledai", "sledai_1992", "sledai_2k", "bilag2004"]


def _told_alone(name: str) -> bool:
    """Whether an instrument is asked at all: it then scores this frame, or refuses it."""
    try:
        return score_alone(name, pl.DataFrame({"USUBJID": ["P"], "VISITNUM": [1], "RASH": ["Y"]})) is not None
    except InstrumentError:
        return True
