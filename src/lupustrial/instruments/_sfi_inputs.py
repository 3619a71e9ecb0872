"""SELENA-SLEDAI flare index: the instruments `sfi` and `sfi_modified`, their columns and queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import polars as pl

from lupustrial.instruments._components import SLEDAI_PART
from lupustrial.instruments._flare import DATED, ONSET, OUTPUTS, onset_check
from lupustrial.instruments._settings import settings_of
from lupustrial.instruments._sfi_rules import CLINICAL, CRITERIA, DECIMALS
from lupustrial.instruments._sledai import HIGHEST as SLEDAI_HIGHEST
from lupustrial.instruments._spec import Check, Input, Instrument, Open
from lupustrial.instruments._tables import scale

_TEXT = pl.String()

_read = partial(Input, source="S19;S19b;S27", trust="S19")
_flag = partial(_read, kind="yn")
_bound = partial(Input, kind="ord", high=SLEDAI_HIGHEST, item=False)


def _number(code: str, label: str, unit: str, low: str, high: str, hint: str, *aliases: str) -> Input:
    return _read(
        code=code,
        label=label,
        kind="num",
        unit=unit,
        decimals=DECIMALS,
        low=scale(low, DECIMALS),
        high=scale(high, DECIMALS),
        aliases=aliases,
        lookalike=hint,
    )


_MAIN = (
    _read(code="sledai", label="SLEDAI total", kind="ord", high=SLEDAI_HIGHEST),
    _number(
        "pga",
        "Physician global assessment",
        "",
        "0",
        "3",
        "looks like millimetres or another scale; the whole line is 3",
    ),
    _number("prednisone", "Daily prednisone equivalent", "mg/day", "0", "5000", "", "prednisone_mg", "dose"),
    _number("weight_kg", "Body weight", "kg", "20", "300", "looks like grams or pounds; 1 lb is 0.4536 kg"),
)

_ANSWERS = (
    _flag(
        code="mild_clinical_item",
        label="A mild or moderate manifestation is new or worse since the previous visit",
        definition="discoid, photosensitive, profundus, cutaneous vasculitis, bullous lupus; nasopharyngeal "
        "ulcers; pleuritis; pericarditis; arthritis; fever of lupus",
    ),
    _flag(
        code="severe_clinical_item_with_action",
        label="A severe manifestation is new or worse since the previous visit and required action",
        definition="CNS lupus, vasculitis, nephritis, myositis, platelets below 60, haemolytic anaemia with "
        "haemoglobin below 7 g/dL or down by more than 3 g/dL; action: prednisone doubled or above "
        "0.5 mg/kg/day, or admission",
    ),
    _flag(code="added_nsaid_or_hcq", label="NSAID or hydroxychloroquine added for lupus"),
    _flag(
        code="new_cyc_aza_mtx",
        label="New cyclophosphamide, azathioprine or methotrexate for lupus",
    ),
    _flag(code="new_mycophenolate", label="New mycophenolate for lupus", aliases=("new_mmf",)),
    _flag(code="hospital_for_lupus", label="Admitted to hospital for lupus"),
)

_SINGLE = (
    *(_flag(code=row["code"], label=row["label"], definition=row["definition"]) for row in CLINICAL),
    _flag(
        code="haemolytic_anaemia",
        label="Haemolytic anaemia, new or worse",
        aliases=("hemolytic_anemia",),
    ),
)

_BLOOD = (
    _number(
        "haemoglobin",
        "Haemoglobin",
        "g/dL",
        "0",
        "25",
        "looks like g/L; 10 g/L is 1 g/dL",
        "hemoglobin",
        "hb",
    ),
    _number(
        "platelets",
        "Platelets",
        "10^9/L",
        "0",
        "3000",
        "looks like cells per microlitre; 1000 of them are 1 x 10^9/L",
    ),
)

_OTHERS = (
    Input(
        code="sfi_action",
        label="The severe manifestation required prednisone doubled or above 0.5 mg/kg/day, or admission",
        kind="flag",
        item=False,
    ),
    Input(
        code="not_due_to_lupus_prednisone",
        label="The prednisone dose was not raised for lupus",
        kind="flag",
        item=False,
    ),
    ONSET,
    _bound(code="sledai_lower", label="Lowest possible SLEDAI"),
    _bound(code="sledai_upper", label="Highest possible SLEDAI"),
)

#: Codes by kind: numbers, answers of Y or N, single manifestations.
NUMBERS: tuple[str, ...] = tuple(each.code for each in (*_MAIN, *_BLOOD))
FLAGS: tuple[str, ...] = tuple(each.code for each in _ANSWERS)
CLINICAL_CODES: tuple[str, ...] = tuple(each.code for each in _SINGLE)

#: The single manifestations that stand for a clinical answer, if one of them was answered.
ANSWERED_BY: Mapping[str, tuple[str, ...]] = {
    "mild_clinical_item": tuple(row["code"] for row in CLINICAL if row["level"] == "mild"),
    "severe_clinical_item_with_action": (
        *(row["code"] for row in CLINICAL if row["level"] == "severe"),
        "haemolytic_anaemia",
    ),
}

_RANGES = {each.code: (each.low, each.high) for each in (*_MAIN, *_BLOOD)}


def ends_of(code: str) -> tuple[int, int]:
    """Return the lowest and the highest permitted value of a number, scaled."""
    return _RANGES[code]


def _contradicted(number: int, answer: str) -> Check:
    return Check(
        id=f"SFI-Q{number:02}",
        item=answer,
        when=(pl.col(answer) == 0) & (pl.col(f"derived_{answer}") == "Y"),
        message="the answer is no, but single manifestations on record say yes: verify them",
        shows=(answer,),
    )


CHECKS = (
    Check(
        id="SFI-Q01",
        item="severe_clinical_item_with_action",
        when=(pl.col("severe_clinical_item_with_action") == 1) & (pl.col("_acted") == "N"),
        message="no action is on record (prednisone doubled or above 0.5 mg/kg/day, admission): verify it",
        shows=("severe_clinical_item_with_action", "prednisone", "hospital_for_lupus"),
    ),
    Check(
        id="SFI-Q02",
        item="hospital_for_lupus",
        when=(pl.col("hospital_for_lupus") == 1)
        & (pl.col("clinical_mild") == "N")
        & (pl.col("clinical_severe") == "N"),
        message="admitted for lupus without a new or worse manifestation: verify the reason for admission",
        shows=("hospital_for_lupus", "mild_clinical_item", "severe_clinical_item_with_action"),
    ),
    Check(
        id="SFI-Q03",
        item="prednisone",
        when=((pl.col("prednisone_mild") == "Y") | (pl.col("prednisone_severe") == "Y"))
        & (pl.col("state_clinical") == "none"),
        message="prednisone raised without any clinical criterion: verify that it was raised for lupus",
        shows=("prednisone", "not_due_to_lupus_prednisone"),
    ),
    _contradicted(4, "mild_clinical_item"),
    _contradicted(5, "severe_clinical_item_with_action"),
    onset_check("SFI"),
)

SFI = Instrument(
    id="sfi",
    title="SELENA-SLEDAI flare index",
    version="1.0",
    summary="Flare since the previous visit, mild or moderate or severe: SLEDAI, PGA, signs, treatment.",
    inputs=(*_MAIN, *_ANSWERS, *_SINGLE, *_BLOOD, *_OTHERS),
    settings=settings_of("sfi"),
    outputs={
        **OUTPUTS,
        "state_clinical": _TEXT,
        **dict.fromkeys(CRITERIA, _TEXT),
        "reasons": _TEXT,
        "scored_by": _TEXT,
    },
    sources=("S19", "S19b", "S27", "S21"),
    open=(
        DATED,
        Open(
            rule="modified index",
            tag="D",
            question="In the modified index, does SLEDAI above 12 with a rise of 3 or more still make a mild "
            "or moderate flare?",
        ),
        Open(
            rule="clinical answers from single manifestations",
            tag="D",
            question="Where the two clinical answers are derived: are platelets below 60 new or worse when "
            "lower than at the previous visit, is vasculitis other than of the skin meant, is starting "
            "prednisone from none a doubling, and does a dose above 0.5 mg/kg/day that was not raised "
            "count as action?",
        ),
    ),
    parts=(SLEDAI_PART,),
    checks=CHECKS,
)

#: The index with SLEDAI above 12 alone not counted as severe, as in the belimumab trials.
SFI_MODIFIED = replace(
    SFI,
    id="sfi_modified",
    title="SELENA-SLEDAI flare index, modified",
    settings=tuple(
        replace(one, allowed=("yes",), default="yes") if one.name == "sfi_modified" else one
        for one in SFI.settings
    ),
)
