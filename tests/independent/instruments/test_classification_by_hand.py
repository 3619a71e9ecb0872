"""Classification criteria worked out by hand from the text of the reference (11-classification).

ACR 1997: 4 of 11. SLICC 2012: 4 of 17 with at least one clinical and one immunologic, Coombs only without
haemolytic anaemia; or nephritis on biopsy with ANA or anti-dsDNA. EULAR/ACR 2019: ANA first, the highest
weight of each domain, 10 points with at least one clinical criterion.
"""

from __future__ import annotations

from typing import Any

import pytest
from one_participant import Row, queried, scored, scored_apart

from lupustrial.instruments import INSTRUMENTS, sign_off_items

SLICC = [item.code for item in INSTRUMENTS["slicc2012"].items]
CLINICAL = ["ACLE", "CCLE", "ULC", "ALOP", "SYNOV", "SEROS", "RENAL", "NEURO", "HAEMOL", "LEUKO", "THROMBO"]
IMMUNOLOGIC = ["ANA", "DSDNA", "SM", "APL", "COMP", "COOMBS"]
EULAR = [item.code for item in INSTRUMENTS["eular_acr2019"].items]


def of(codes: list[str], met: str, undone: str = "") -> Row:
    """Return all criteria, those named met or not done (blanks between), the others not met."""
    assert set(met.split()) | set(undone.split()) <= set(codes)
    return dict.fromkeys(codes, "N") | dict.fromkeys(met.split(), "Y") | dict.fromkeys(undone.split())


def slicc(met: str, undone: str = "") -> Row:
    return scored("slicc2012", of(SLICC, met, undone))[0]


def eular(met: str, undone: str = "", **settings: Any) -> Row:
    return scored("eular_acr2019", of(EULAR, met, undone), **settings)[0]


def test_slicc_has_eleven_clinical_and_six_immunologic_criteria() -> None:
    assert [*CLINICAL, *IMMUNOLOGIC, "biopsy_nephritis"] == SLICC
    rows = scored_apart("slicc2012", *(of(SLICC, code) for code in SLICC))
    counts = [(row["score"], row["n_clinical"], row["n_immunologic"]) for row in rows]
    assert counts == [(1, 1, 0)] * 11 + [(1, 0, 1)] * 6 + [(0, 0, 0)]


def test_slicc_four_of_both_kinds() -> None:
    cases = {
        "ACLE ULC ALOP ANA": "Y",
        "ACLE ANA DSDNA SM": "Y",
        "ACLE ULC ANA DSDNA APL": "Y",
        "ACLE ULC ANA": "N",
        "ACLE CCLE ULC ALOP SYNOV": "N",
        "ANA DSDNA SM COMP APL": "N",
        "ACLE ULC ALOP COOMBS": "Y",
        "ACLE ULC HAEMOL COOMBS": "N",
        "ACLE ULC HAEMOL COOMBS ANA": "Y",
        "ACLE HAEMOL ANA COOMBS": "N",
        "biopsy_nephritis ANA": "Y",
        "biopsy_nephritis DSDNA": "Y",
        "biopsy_nephritis SM APL": "N",
        "biopsy_nephritis RENAL": "N",
        "RENAL ANA": "N",
    }
    rows = scored_apart("slicc2012", *(of(SLICC, met) for met in cases))
    assert [row["classified"] for row in rows] == list(cases.values())
    assert {row["completeness"] for row in rows} == {"complete"}


def test_slicc_coombs_counts_only_without_haemolytic_anaemia() -> None:
    row = slicc("HAEMOL COOMBS")
    assert (row["score"], row["n_clinical"], row["n_immunologic"]) == (1, 1, 0)
    assert row["reasons"] == "HAEMOL; COOMBS not counted beside HAEMOL"
    row = slicc("COOMBS ANA")
    assert (row["score"], row["n_clinical"], row["n_immunologic"]) == (2, 0, 2)
    assert row["reasons"] == "ANA; COOMBS"


def test_slicc_haemolytic_anaemia_not_done_can_turn_either_way() -> None:
    """Three clinical and Coombs: without haemolysis 4 of both kinds, with it 4 of one kind."""
    row = slicc("ACLE ULC ALOP COOMBS", "HAEMOL")
    assert (row["score"], row["lower"], row["upper"], row["classified"]) == (4, 4, 4, None)
    assert (row["n_clinical"], row["n_immunologic"], row["completeness"]) == (None, None, "complete")
    # One antibody more, and both ways classify: 5 of both kinds either way.
    row = slicc("ACLE ULC ALOP ANA COOMBS", "HAEMOL")
    assert (row["score"], row["classified"]) == (5, "Y")
    # Two clinical, ANA, Coombs not done: 3 or 4, then 4.
    row = slicc("ACLE ULC ANA", "HAEMOL COOMBS")
    assert (row["lower"], row["upper"], row["classified"]) == (3, 4, None)
    # Haemolysis is known: Coombs does not matter.
    row = slicc("ACLE ULC HAEMOL", "COOMBS")
    assert (row["score"], row["n_immunologic"], row["classified"], row["completeness"]) == (
        3,
        0,
        "N",
        "complete",
    )
    assert row["reasons"] == "ACLE; ULC; HAEMOL; not done: COOMBS"


@pytest.mark.parametrize(
    ("met", "undone", "classified", "lower", "upper"),
    [
        ("ACLE ULC ALOP ANA", "SM NEURO", "Y", 4, 6),
        ("ACLE ULC ANA", "NEURO", None, 3, 4),
        ("ACLE ULC", "NEURO", "N", 2, 3),
        ("ACLE ULC ALOP SYNOV", "SM", None, 4, 5),
        ("ANA DSDNA SM APL", "NEURO", None, 4, 5),
        ("ANA", "biopsy_nephritis", None, 1, 1),
        ("SM", "biopsy_nephritis", "N", 1, 1),
        ("biopsy_nephritis", "ANA", None, 0, 1),
        ("biopsy_nephritis", "DSDNA", None, 0, 1),
        ("biopsy_nephritis", "SM", "N", 0, 1),
    ],
)
def test_slicc_criteria_not_done(
    met: str, undone: str, classified: str | None, lower: int, upper: int
) -> None:
    row = slicc(met, undone)
    assert (row["classified"], row["lower"], row["upper"]) == (classified, lower, upper)
    assert row["score"] == (lower if lower == upper else None)


def test_slicc_queries() -> None:
    rows = [of(SLICC, "ANA COOMBS HAEMOL"), of(SLICC, "biopsy_nephritis HAEMOL", "ANA COOMBS")]
    assert queried("slicc2012", *rows, of(SLICC, "RENAL biopsy_nephritis COOMBS")) == [
        (0, "SLICC-Q02", "COOMBS", "COOMBS=Y, HAEMOL=Y"),
        (1, "SLICC-Q03", "RENAL", "biopsy_nephritis=Y, RENAL=N"),
        (2, "SLICC-Q01", "HAEMOL", "HAEMOL=N"),
        (2, "SLICC-Q01", "ANA", "ANA=N"),
    ]
    assert scored("slicc2012", {"biopsy_lupus_nephritis": "Y", "ana": "Y"})[0]["classified"] == "Y"


# fmt: off
WEIGHTS = {
    "FEVER": 2, "LEUKO": 3, "THROMBO": 4, "AIHA": 4, "DELIR": 2, "PSYCH": 3, "SEIZ": 5, "ALOP": 2,
    "ULC": 2, "SCLE_DLE": 4, "ACLE": 6, "EFFUS": 5, "PERIC": 6, "JOINT": 6, "PROT": 4, "LN25": 8,
    "LN34": 10, "APL": 2, "LOW1": 3, "LOW2": 4, "DSDNA_SM": 6,
}
# fmt: on
OF_DOMAIN = {
    "constitutional": "FEVER",
    "haematologic": "LEUKO THROMBO AIHA",
    "neuropsychiatric": "DELIR PSYCH SEIZ",
    "mucocutaneous": "ALOP ULC SCLE_DLE ACLE",
    "serosal": "EFFUS PERIC",
    "musculoskeletal": "JOINT",
    "renal": "PROT LN25 LN34",
    "antiphospholipid": "APL",
    "complement": "LOW1 LOW2",
    "sle_antibodies": "DSDNA_SM",
}


def test_eular_weights_of_each_criterion() -> None:
    assert ["ana_1_80", *WEIGHTS] == EULAR
    rows = scored_apart("eular_acr2019", *(of(EULAR, code) for code in WEIGHTS))
    domain_of = {code: domain for domain, codes in OF_DOMAIN.items() for code in codes.split()}
    for row, (code, weight) in zip(rows, WEIGHTS.items(), strict=True):
        given = {name: row[name] for name in row if name.startswith("domain_") and row[name]}
        assert (row["score"], given) == (weight, {f"domain_{domain_of[code]}": weight})


def test_eular_highest_weight_of_each_domain() -> None:
    highest = dict(zip(OF_DOMAIN, (2, 4, 5, 6, 6, 6, 10, 2, 4, 6), strict=True))
    rows = scored_apart("eular_acr2019", *(of(EULAR, codes) for codes in OF_DOMAIN.values()))
    assert [row["score"] for row in rows] == list(highest.values())
    row = eular(" ".join(WEIGHTS))
    assert {domain: row[f"domain_{domain}"] for domain in highest} == highest
    assert (row["score"], row["upper"]) == (51, 51)


def test_eular_ten_points_a_clinical_criterion_and_ana() -> None:
    cases = {
        "ana_1_80 JOINT LOW2": (10, "Y"),
        "ana_1_80 JOINT LOW1": (9, "N"),
        "ana_1_80 LN34": (10, "Y"),
        "ana_1_80 LN25 APL": (10, "Y"),
        "ana_1_80 DSDNA_SM LOW2 APL": (12, "N"),
        "ana_1_80 DSDNA_SM LOW2 APL FEVER": (14, "Y"),
        "LN34 DSDNA_SM": (16, "N"),
        "ana_1_80 ALOP ULC SCLE_DLE ACLE FEVER": (8, "N"),
    }
    rows = scored_apart("eular_acr2019", *(of(EULAR, met) for met in cases))
    assert [(row["score"], row["classified"]) for row in rows] == list(cases.values())
    assert {row["completeness"] for row in rows} == {"complete"}


def test_eular_reasons() -> None:
    row = eular("ana_1_80 ALOP ULC ACLE LOW1 LOW2 THROMBO AIHA PSYCH DELIR SEIZ", "APL")
    assert row["reasons"] == (
        "THROMBO 4; AIHA 4 not counted beside THROMBO; DELIR 2 not counted beside SEIZ; "
        "PSYCH 3 not counted beside SEIZ; SEIZ 5; ALOP 2 not counted beside ACLE; "
        "ULC 2 not counted beside ACLE; ACLE 6; LOW1 3 not counted beside LOW2; LOW2 4; not done: APL"
    )
    assert eular("JOINT")["reasons"] == "JOINT 6; no ANA of 1:80"
    assert eular("ana_1_80")["reasons"] is None


@pytest.mark.parametrize(
    ("met", "undone", "score", "lower", "upper", "classified"),
    [
        ("ana_1_80 JOINT", "LOW1", None, 6, 9, "N"),
        ("ana_1_80 JOINT", "LOW2", None, 6, 10, None),
        ("ana_1_80 JOINT LOW2", "LOW1", 10, 10, 10, "Y"),
        ("ana_1_80 JOINT LOW1", "LOW2", None, 9, 10, None),
        ("ana_1_80 DSDNA_SM LOW2", "FEVER", None, 10, 12, None),
        ("ana_1_80 DSDNA_SM LOW2", "APL", None, 10, 12, "N"),
        ("ana_1_80 LN34", "SEIZ", None, 10, 15, "Y"),
        ("LN34", "SEIZ", None, 10, 15, "N"),
        ("LN34", "ana_1_80", 10, 10, 10, None),
        ("LN25", "ana_1_80", 8, 8, 8, "N"),
    ],
)
def test_eular_criteria_not_done(
    met: str, undone: str, score: int | None, lower: int, upper: int, classified: str | None
) -> None:
    row = eular(met, undone)
    assert (row["score"], row["lower"], row["upper"]) == (score, lower, upper)
    assert row["classified"] == classified
    known = score is not None and undone != "ana_1_80"
    assert row["completeness"] == ("complete" if known else "incomplete")


def test_eular_score_may_be_withheld_without_ana() -> None:
    rows = [of(EULAR, "LN34"), of(EULAR, "LN34 ana_1_80"), of(EULAR, "LN34", "ana_1_80")]
    found = scored_apart("eular_acr2019", *rows, eular_score_without_ana="withheld")
    assert [row["score"] for row in found] == [None, 10, None]
    assert [row["domain_renal"] for row in found] == [None, 10, None]
    assert [row["lower"] for row in found] == [10, 10, 10]
    assert [row["score"] for row in scored_apart("eular_acr2019", *rows)] == [10, 10, 10]
    assert found[0]["scored_by"].startswith("eular_acr2019 1.0 eular_score_without_ana=withheld #")
    assert [item.setting for item in sign_off_items("eular_acr2019")] == ["eular_score_without_ana"]


def test_eular_queries() -> None:
    rows = [of(EULAR, "LN34 ana_1_80"), of(EULAR, "LN25", "LN34"), of(EULAR, "LN34 FEVER", "ana_1_80")]
    assert queried("eular_acr2019", *rows, of(EULAR, "LN34 LN25")) == [
        (1, "EULAR-Q01", "ana_1_80", "ana_1_80=N"),
        (2, "EULAR-Q01", "LN25", "LN25=N"),
        (3, "EULAR-Q01", "ana_1_80", "ana_1_80=N"),
        (3, "EULAR-Q01", "FEVER", "FEVER=N"),
        (3, "EULAR-Q02", "ana_1_80", "ana_1_80=N"),
    ]
    assert scored("eular_acr2019", {"ANA": "N", "LN34": "Y"})[0]["classified"] == "N"


def test_acr_criteria_stay_met() -> None:
    codes = [item.code for item in INSTRUMENTS["acr1997"].items]
    rows = [of(codes, "MALAR ANA"), of(codes, "MALAR", "ANA"), of(codes, "ANA")]
    assert queried("acr1997", *rows) == [(2, "ACR-Q01", "MALAR", "MALAR=N")]
    (row,) = scored("acr1997", of(codes, "MALAR DISCOID PHOTO", "ORAL"))
    assert row["reasons"] == "MALAR; DISCOID; PHOTO; not done: ORAL"
    assert (row["classified"], row["completeness"]) == (None, "incomplete")
