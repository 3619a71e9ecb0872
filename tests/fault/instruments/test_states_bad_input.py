"""Bad input of LLDAS, DORIS and SLE-DAS: every fault names row, item and remedy, and nothing is scored."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments import score

Row = dict[str, Any]


def faults(name: str, *rows: Row, **settings: str) -> list[Fault]:
    frame = pl.DataFrame(
        [{"USUBJID": "P01", "VISITNUM": n, **row} for n, row in enumerate(rows, 1)], infer_schema_length=None
    )
    with pytest.raises(InstrumentError) as caught:
        score(name, frame, settings=settings)
    return list(caught.value.faults)


@pytest.mark.parametrize(
    ("name", "row", "hint"),
    [
        ("lldas", {"pga": 3.1}, "permitted: 0 to 3 (0 none to 3 severe); looks like a 0-10 or 0-100 line"),
        ("lldas", {"pga": 45.0}, "; bring it to 0-3"),
        ("lldas", {"pga": -0.1}, "permitted: 0 to 3"),
        ("lldas", {"prednisolone_mg": -5.0}, "permitted: 0 to 5000 mg/day"),
        ("lldas", {"prednisolone_mg": 5000.1}, "permitted: 0 to 5000 mg/day"),
        ("lldas", {"SEIZ": "perhaps"}, "permitted: Y, N"),
        ("lldas", {"haemolytic_anaemia": "2"}, "permitted: Y, N"),
        ("lldas", {"sledai": 106}, "permitted: whole numbers 0 to 105"),
        ("lldas", {"sledai": 3.5}, "permitted: whole numbers 0 to 105"),
        ("lldas", {"methotrexate_mg_week": 201.0}, "permitted: 0 to 200 mg/week"),
        ("lldas", {"mycophenolate_mofetil_mg": 10_001.0}, "permitted: 0 to 10000 mg/day"),
        ("lldas", {"flare": "mild"}, "permitted: Y, N"),
        ("doris2021", {"clinical_sledai": 102}, "permitted: whole numbers 0 to 101"),
        ("doris2021", {"pga": 3.01}, "permitted: 0 to 3"),
        ("doris2017", {"background_stable": "often"}, "permitted: Y, N"),
        ("doris2017", {"immunosuppressant_or_biologic": "MMF"}, "permitted: Y, N"),
        ("sledas", {"swollen_joints": 29}, "permitted: whole numbers 0 to 28"),
        ("sledas", {"swollen_joints": 1.5}, "permitted: whole numbers 0 to 28"),
        ("sledas", {"protein_mg": 50_001.0}, "permitted: 0 to 50000 mg/24 h or mg/g; 1 g is 1000 mg"),
        ("sledas", {"protein_mg": -1.0}, "permitted: 0 to 50000"),
        ("sledas", {"platelets": 0.0}, "permitted: 1 to 3000 10^9/L; a count per microlitre is 1000 times"),
        ("sledas", {"platelets": 250_000.0}, "a count per microlitre is 1000 times too high"),
        ("sledas", {"leukocytes": 0.05}, "permitted: 0.1 to 500 10^9/L"),
        ("sledas", {"leukocytes": 5600.0}, "a count per microlitre is 1000 times too high"),
        ("sledas", {"alopecia": "1"}, "permitted: Y, N"),
    ],
)
def test_values_that_are_not_permitted(name: str, row: Row, hint: str) -> None:
    (item,) = row
    (fault,) = faults(name, row)
    assert (fault.id, fault.place) == ("INSTR-007", f"row 1, item {item}, participant P01, visit 1")
    assert hint in fault.hint


NEAR = ("pga", "prednisolon_mg", "prednisolone_mg")


@pytest.mark.parametrize("name", ["lldas", "doris2021", "doris2017", "sledas"])
def test_an_unknown_column_and_no_item_at_all(name: str) -> None:
    item, wrong, near = ("platelets", "platlets", "platelets") if name == "sledas" else NEAR
    (fault,) = faults(name, {item: 1.0, wrong: 5.0})
    assert (fault.id, fault.hint) == ("INSTR-004", f"did you mean {near}?")
    (fault,) = faults(name, {})
    assert (fault.id, fault.message) == ("INSTR-005", "there is no item column")


@pytest.mark.parametrize("component", ["sledai", "major_organ_activity", "new_activity"])
def test_lldas_takes_components_or_descriptors(component: str) -> None:
    value = 4 if component == "sledai" else "N"
    (fault,) = faults("lldas", {component: value, "DNA": None}, {component: None, "DNA": "N"})
    assert (fault.id, fault.place) == ("INSTR-015", f"column {component}")
    assert fault.hint == "give the component or the descriptors"
    frame = pl.DataFrame({"USUBJID": ["P"], "VISITNUM": [1], component: [value], "DNA": [None]})
    assert score("lldas", frame).height == 1  # an empty column says nothing


def test_every_component_that_stands_beside_descriptors_is_named() -> None:
    found = faults("lldas", {"sledai": 4, "major_organ_activity": "N", "new_activity": "N", "DNA": "N"})
    assert [fault.place.split()[-1] for fault in found] == ["sledai", "major_organ_activity", "new_activity"]


@pytest.mark.parametrize("name", ["doris2021", "doris2017"])
def test_doris_takes_a_clinical_total_or_clinical_descriptors(name: str) -> None:
    (fault,) = faults(name, {"clinical_sledai": 0, "RASH": "N"})
    assert (fault.id, fault.place) == ("INSTR-015", "column clinical_sledai")
    frame = pl.DataFrame({"USUBJID": ["P"], "VISITNUM": [1], "clinical_sledai": [0], "DNA": ["N"]})
    assert score(name, frame).height == 1


def test_a_rash_is_localised_or_generalised() -> None:
    fine = {"localised_rash": "Y", "generalised_rash": "N"}
    found = faults("sledas", fine, {"localised_rash": "Y", "generalised_rash": "Y"}, fine)
    assert [(fault.id, fault.place) for fault in found] == [
        ("INSTR-007", "row 2, item generalised_rash, participant P01, visit 2")
    ]
    assert found[0].message == "is Y beside localised_rash Y"
    assert found[0].hint.endswith("is generalised only")


@pytest.mark.parametrize("grams", [0.3, 3.2, 19.9999])
def test_protein_in_grams_is_refused(grams: float) -> None:
    found = faults("sledas", {"protein_mg": 0.0}, {"protein_mg": grams}, {"protein_mg": 20.0})
    assert [(fault.id, fault.place) for fault in found] == [
        ("INSTR-007", "row 2, item protein_mg, participant P01, visit 2")
    ]
    assert (found[0].message, found[0].hint[:29]) == ("looks like grams", "give mg (1 g is 1000 mg), or ")


def test_dated_rows_are_named_by_their_date() -> None:
    frame = pl.DataFrame({"USUBJID": ["P"], "ADT": ["2024-05-01"], "protein_mg": [0.5]})
    with pytest.raises(InstrumentError) as caught:
        score("sledas", frame)
    assert caught.value.faults[0].place == "row 1, item protein_mg, participant P, visit 2024-05-01"


def test_all_faults_of_sledas_come_at_once() -> None:
    found = faults("sledas", {"protein_mg": 2.0, "localised_rash": "Y", "generalised_rash": "Y"})
    assert [fault.place.split(",")[1] for fault in found] == [" item generalised_rash", " item protein_mg"]


def test_settings_that_are_not_known() -> None:
    wrong = {"lldas_criterion2": "none", "doris_pga_operator": "<"}
    assert [fault.id for fault in faults("lldas", {"sledai": 4}, **wrong)] == ["INSTR-003", "INSTR-002"]
    (fault,) = faults("doris2017", {"clinical_sledai": 0}, doris_stable_background="all")
    assert fault.id == "INSTR-002"
    (fault,) = faults("sledas", {"platelets": 90.0}, sledas_rounding="2")
    assert fault.hint == "allowed: rounded | unrounded"
