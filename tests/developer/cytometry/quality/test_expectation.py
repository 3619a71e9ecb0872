"""Expectations as a panel writes them, and the tables of the package."""

from __future__ import annotations

import pytest

from lupustrial.cytometry.quality import expectation_from, expectations_of
from lupustrial.cytometry.quality._expectation import known_expectations
from lupustrial.cytometry.quality._markers import is_scatter, is_stain, is_time, markers_of, rows


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("CD4 within CD3", "CD4+ -> CD3+ 0.7.."),
        ("CD4 excludes CD8", "CD4+ -> CD8+ ..0.2"),
        ("CD16 with CD56", "CD16+ -> CD56+ 0.3.."),
        ("CD3+ 0.1..0.9", "CD3+ 0.1..0.9"),
        ("CD3+ CD8+ -> CD27+ 0.2..", "CD3+ CD8+ -> CD27+ 0.2.."),
        ("HLA-DR within CD14", "HLADR+ -> CD14+ 0.7.."),
    ],
)
def test_a_line_of_a_panel_is_read(line: str, written: str) -> None:
    assert str(expectation_from(line)) == written
    assert expectation_from(written) == expectation_from(line)


@pytest.mark.parametrize(
    ("label", "markers"),
    [
        ("CD4+CD20", {"CD4", "CD20"}),
        ("BV785 - CD3", {"CD3"}),
        ("CD8b", {"CD8"}),
        ("gdTCR", {"TCRGD"}),
        ("HLA-DR", {"HLADR"}),
        ("VIVID / CD14", {"VIABILITY", "CD14"}),
        (" ", set()),
    ],
)
def test_a_label_is_read_as_markers(label: str, markers: set[str]) -> None:
    assert markers_of(label) == markers


def test_columns_are_told_apart() -> None:
    assert all(is_scatter(name) for name in ("FSC-A", "SSC.H"))
    assert all(is_time(name) for name in ("Time", "HDR-T"))
    assert all(is_stain(name) for name in ("CD3", "IFNg"))
    assert not any(is_stain(name) for name in ("FSC-A", "SSC-B-A", "Time", "Original_ID", "AF-A", "EMPTY"))


def test_every_row_of_the_tables_has_a_source_and_bounds() -> None:
    assert all(row["source"] for table in ("expectations", "implied", "kinds") for row in rows(table))
    assert all(rule.low > 0 or rule.high < 1 for rule in known_expectations())
    specimens = {"whole blood", "PBMC", "cord blood", "T cells"}
    assert all(rule.specimen <= specimens for rule in known_expectations())


def test_an_untold_specimen_takes_only_what_holds_for_all() -> None:
    assert all(not rule.specimen for rule in expectations_of(""))
    assert len(expectations_of("PBMC")) > len(expectations_of(""))
    declared = expectations_of("", ["CD4 within CD3"])[0]
    assert (str(declared), declared.source) == ("CD4+ -> CD3+ 0.7..", "panel")
