"""What was gated becomes records of the form that the study names, and nothing that was recorded is lost."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lupustrial.cli._gated_lineage import gated_texts
from lupustrial.cli._gated_records import Gating, panel_ids, read_gating, with_gated
from lupustrial.errors import CytometryError
from lupustrial.study import ALLOCATION_SCHEMA, RECORD_SCHEMA, Source, Stamp, Study, load_study

ROOT = Path(__file__).resolve().parents[3]
AT = "2026-01-05T08:00:00Z"


@pytest.fixture(scope="module")
def study() -> Study:
    return load_study(ROOT / "studies" / "il2-sle")


def record(
    item: str, value: str, position: int, *, form: str = "subsets", visit: str = "W0"
) -> tuple[Any, ...]:
    return (
        "IL2-SLE",
        "01",
        "01-001",
        visit,
        form,
        1,
        item,
        value,
        None,
        "entered",
        AT,
        "lab",
        None,
        position,
    )


def source(*records: tuple[Any, ...], synthetic: bool = True) -> Source:
    rows = pl.DataFrame(
        [record("SVSTDTC", "2026-01-05", 1, form="visit"), *records], schema=RECORD_SCHEMA, orient="row"
    )
    stamp = Stamp(synthetic=synthetic, origin="Made up for tests.")
    return Source(records=rows, allocation=pl.DataFrame(schema=ALLOCATION_SCHEMA), stamp=stamp)


def gating(folder: Path = Path("gated"), *files: dict[str, Any]) -> Gating:
    """Return the gating of a T, B, NK tube of 01-001 at week 0, or of the files given."""
    one = {"file": "a.fcs", "file_sha256": "aa", "role": "sample", "panel": "tbnk", "batch": "B1",
           "participant": "01-001", "visit": "W0", "verdict": "pass"}  # fmt: skip
    rows = [one | file for file in (files or ({},))]
    percents = {"CD4 T cells": 33.335, "CD8 T cells": 25.0, "NK cells": 12.0649, "CD56bright NK": None}
    results = [
        {"file": row["file"], "file_sha256": row["file_sha256"], "population": name, "parent": None,
         "count": None if value is None else 100, "parent_count": 1000, "percent_parent": value,
         "percent_lymphocytes": value, "per_ul": None, "jitter_low": None, "jitter_high": None,
         "method": "valley", "reason": "too few events" if value is None else "a valley",
         "strategy": "s", "gate_hash": "f" * 64}
        for row in rows
        for name, value in percents.items()
    ]  # fmt: skip
    return Gating(folder=folder, files=pl.DataFrame(rows), results=pl.DataFrame(results))


def subsets(found: Source) -> dict[str, tuple[str | None, str, str | None]]:
    rows = found.records.filter(pl.col("form") == "subsets")
    return {item: (value, status, why) for item, value, status, why in
            rows.select("item", "value", "status", "reason").iter_rows()}  # fmt: skip


def fault(study: Study, records: Source, gated: Gating) -> str:
    with pytest.raises(CytometryError) as error:
        with_gated(study, records, gated, panel_ids(study))
    return error.value.faults[0].id


def test_percentages_are_recorded_half_up_with_file_and_gating(study: Study) -> None:
    found = subsets(with_gated(study, source(), gating(), panel_ids(study)))
    assert found == {
        "CD4": ("33.34", "entered", None),
        "CD8": ("25.00", "entered", None),
        "NK": ("12.06", "entered", None),
        "CD56BRI": (None, "not done", "not gated: too few events"),
        "TBNKFILE": ("aa", "entered", None),
        "TBNKGATE": ("f" * 64, "entered", None),
    }


def test_a_tube_that_failed_gives_no_value(study: Study) -> None:
    found = subsets(with_gated(study, source(), gating(Path("g"), {"verdict": "fail"}), panel_ids(study)))
    assert set(found) == {"CD4", "CD8", "NK", "CD56BRI"}
    assert set(found.values()) == {(None, "not done", "quality control: fail")}


def test_a_synthetic_value_gives_way_and_others_stay(study: Study) -> None:
    found = subsets(
        with_gated(
            study, source(record("NK", "6.48", 2), record("TREG", "4.00", 3)), gating(), panel_ids(study)
        )
    )
    assert found["NK"][0] == "12.06"
    assert found["TREG"][0] == "4.00"


def test_what_a_person_recorded_is_never_replaced(study: Study) -> None:
    assert fault(study, source(record("NK", "6.48", 2), synthetic=False), gating()) == "CYTO-077"


def test_positions_are_new_and_rise(study: Study) -> None:
    positions = with_gated(
        study, source(record("X", "1", 40, form="cbc")), gating(), panel_ids(study)
    ).records["position"]
    assert positions.is_unique().all()
    assert positions.to_list()[2:] == [*range(41, 47)]


def test_a_visit_that_nobody_recorded_is_refused(study: Study) -> None:
    assert fault(study, source(), gating(Path("g"), {"visit": "W2"})) == "CYTO-076"


def test_two_files_of_a_panel_for_a_visit_are_refused(study: Study) -> None:
    twice = gating(Path("g"), {}, {"file": "b.fcs", "file_sha256": "bb"})
    assert fault(study, source(), twice) == "CYTO-078"


def test_a_study_without_the_section_is_refused(study: Study) -> None:
    assert fault(dataclasses.replace(study, cytometry=None), source(), gating()) == "CYTO-075"


def test_a_folder_that_is_no_gating_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CytometryError, match="CYTO-075"):
        read_gating(tmp_path)


def test_a_record_is_walked_on_to_its_gate_and_file(study: Study, tmp_path: Path) -> None:
    gated = gating(tmp_path)
    (tmp_path / "cytometry").mkdir()
    gated.files.write_parquet(tmp_path / "cytometry" / "files.parquet")
    gated.results.write_parquet(tmp_path / "cytometry" / "results.parquet")
    found = with_gated(study, source(), gated, panel_ids(study)).records
    nk, blood = found.filter(pl.col("item") == "NK").to_dicts()[0], found.to_dicts()[0]
    lines = gated_texts(tmp_path, study, nk)
    assert lines[0].startswith("NK cells: 100 of 1,000 events (12.06 %)")
    assert "file a.fcs, batch B1, quality pass" in lines[-1]
    assert gated_texts(tmp_path, study, blood) == []
