"""The way back from a responder to what was entered."""

from __future__ import annotations

import polars as pl
import pytest
import tiny_trial

from lupustrial.adam import derive, instrument_frame, walk
from lupustrial.adam._sources import expand
from lupustrial.sdtm import tabulate

Tables = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def made() -> tuple[Tables, Tables]:
    study, source = tiny_trial.study(), tiny_trial.source()
    tables = tabulate(study, source)
    return tables, derive(study, tables, source.stamp)


def _records(positions: set[int]) -> set[str]:
    records = tiny_trial.records().filter(pl.col("position").is_in(sorted(positions)))
    name = pl.concat_str(pl.col("visit"), pl.lit(" "), pl.col("form"), pl.lit("."), pl.col("item"))
    return set(records.select(name).to_series())


def test_a_responder_rests_on_baseline_and_visit_of_every_component(made: tuple[Tables, Tables]) -> None:
    tables, datasets = made
    tree = walk(datasets, tables, "ADRESP", "TINY-001", 1)
    assert tree.row["PARAMCD"] == "SRI4"
    assert {(child.row["PARAMCD"], child.row["AVISITN"]) for child in tree.children} == {
        (parameter, week)
        for parameter in ("SLEDAI", "PGA", *(f"BG{code}" for code in tiny_trial.GRADES))
        for week in (0, 2)
    }
    positions = {position for leaf in tree.leaves() for position in leaf.positions}
    items = ("sledai.SEIZ", "sledai.ARTH", "sledai.HAEM", "sledai.RASH", "pga.PGA")
    grades = tuple(f"grades.{code}" for code in tiny_trial.GRADES)
    assert _records(positions) == {f"{visit} {item}" for visit in ("V0", "V2") for item in (*items, *grades)}


def test_a_carried_value_rests_on_the_row_that_was_carried(made: tuple[Tables, Tables]) -> None:
    tables, datasets = made
    tree = walk(datasets, tables, "ADQS", "TINY-001", 1004)
    assert (tree.row["DTYPE"], tree.children[0].row["AVISITN"]) == ("LOCF", 4)
    assert _records({position for leaf in tree.leaves() for position in leaf.positions}) == {"V4 pga.PGA"}


def test_an_imputed_response_rests_on_adsl_and_so_on_demographics(made: tuple[Tables, Tables]) -> None:
    tables, datasets = made
    tree = walk(datasets, tables, "ADRESP", "TINY-002", 2)
    (subject,) = tree.children
    assert (tree.row["DTYPE"], subject.dataset, subject.row["LSTWEEK"]) == ("NRI", "ADSL", 2)
    assert [leaf.dataset for leaf in tree.leaves()] == ["DM"]


def test_a_dose_rests_on_the_records_of_its_window(made: tuple[Tables, Tables]) -> None:
    tables, datasets = made
    tree = walk(datasets, tables, "ADEX", "TINY-001", 2)
    assert [leaf.row["CMDOSE"] for leaf in tree.leaves()] == [20.0, 10.0]


def test_a_drug_that_was_not_taken_rests_on_nothing(made: tuple[Tables, Tables]) -> None:
    tables, datasets = made
    assert walk(datasets, tables, "ADBL", "TINY-004", 6001).children == ()


def test_sources_are_written_short() -> None:
    assert expand("RS", "12") == [("RS", [12])]
    assert expand("RS", "12-15;20") == [("RS", [12, 13, 14, 15, 20])]
    assert expand("LB | VS", "3 | 1-2") == [("LB", [3]), ("VS", [1, 2])]
    assert expand("ADSL", None) == [("ADSL", [])]
    assert expand(None, None) == []


def test_the_frame_of_an_instrument_for_one_participant(made: tuple[Tables, Tables]) -> None:
    tables, _ = made
    study, source = tiny_trial.study(), tiny_trial.source()
    frame = instrument_frame(study, tables, source.stamp, "SRI4", usubjid="TINY-002")
    assert frame.select("USUBJID", "VISITNUM", "ABLFL", "sledai", "grade_renal", "pga").rows() == [
        ("TINY-002", 2.0, "Y", 8.0, "E", 2.0),
        ("TINY-002", 3.0, None, 4.0, "A", 2.0),
    ]
    items = instrument_frame(study, tables, source.stamp, "SLEDAI")
    assert items.filter(pl.col("ABLFL") == "Y").select("USUBJID", "SEIZ", "ARTH").rows() == [
        ("TINY-001", "N", "Y"),
        ("TINY-002", "N", "Y"),
    ]
