"""The tables of the instrument pages are those of the instruments."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from lupustrial.instruments import INSTRUMENTS

ROOT = Path(__file__).resolve().parents[3]
PAGES = sorted((ROOT / "docs" / "instruments").glob("*.md"))


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """``scripts/instrument_tables.py``."""
    spec = importlib.util.spec_from_file_location("tables", ROOT / "scripts" / "instrument_tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cells(page: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in page.splitlines()
        if line.startswith("| ")
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_page_is_stale(script: ModuleType, page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert script.filled(text) == text, "run: make tables"


def test_inputs_are_listed_with_columns_of_a_rule_table(script: ModuleType) -> None:
    page = (
        "before\n<!-- items: sledai_2k | sledai_items: weight, organ=system -->\nold\n<!-- end -->\nafter\n"
    )
    filled = script.filled(page)
    assert filled.startswith(
        "before\n<!-- items: sledai_2k | sledai_items: weight, organ=system -->\n\n| code |"
    )
    assert filled.endswith("|\n\n<!-- end -->\nafter\n")
    assert "old" not in filled
    head, first, *_, last = cells(filled)
    assert head == ["code", "descriptor (own words)", "values", "weight", "system", "source", "tag"]
    assert (first[0], first[2:5]) == ("`SEIZ`", ["Y/N", "8", "cns"])
    assert (last[0], last[3:5]) == ("`WBC`", ["1", "haematology"])
    assert script.filled(filled) == filled


def test_inputs_that_repeat_for_every_domain_or_item_are_one_row(script: ModuleType) -> None:
    rows = {row[0]: row for row in cells(script.filled("<!-- items: bilag2004 -->\n<!-- end -->"))}
    assert rows["`prior_involvement_<domain>`"][2] == "Y/N"
    assert rows["`not_due_to_lupus_<item>`"][1] == "*item* is not due to lupus"
    assert rows["`REN_CREAT`"][2] == "10 to 3000 umol/L"
    assert len([code for code in rows if "lupus" in code]) == 1
    rows = {row[0]: row for row in cells(script.filled("<!-- items: sri -->\n<!-- end -->"))}
    assert rows["`grade_<domain>`"][2] == "A to E"
    assert rows["`pga` (or `PGA`)"][2].startswith("0 to 3")
    assert "`treatment_failure`" in rows


def test_settings_say_which_instruments_have_them(script: ModuleType) -> None:
    rows = cells(script.filled("<!-- settings: selena_sledai sledai_2k -->\n<!-- end -->"))
    named = {row[0]: row for row in rows}
    assert named["`sledai_missing`"][1] == "`strict`, `as_absent`, `locf_item`"
    assert named["`proteinuria_rule` (selena_sledai)"][2] == "`selena`"
    assert named["`proteinuria_rule` (sledai_2k)"][2] == "`sledai2k`"
    settings = {
        (one.name, one.default)
        for name in ("selena_sledai", "sledai_2k")
        for one in INSTRUMENTS[name].settings
    }
    assert len(rows) - 1 == len(settings)


def test_a_rule_table_is_shown_in_the_columns_that_are_named(script: ModuleType) -> None:
    rows = cells(script.filled("<!-- table: glucocorticoids | drug, trust=tag -->\n<!-- end -->"))
    assert rows[:2] == [["drug", "tag"], ["prednisone", "X+"]]


def test_checks_are_one_row_an_id_and_message(script: ModuleType) -> None:
    rows = cells(script.filled("<!-- checks: all -->\n<!-- end -->"))
    assert rows[0] == ["id", "instrument", "item", "what is asked"]
    listed = {row[0] for row in rows[1:]}
    assert listed == {check.id for instrument in INSTRUMENTS.values() for check in instrument.checks}
    by_id = {row[0]: row for row in rows}
    assert by_id["CROSS-Q01"][2] == "`SEIZ`, `PSYC`, `OBS`, `CRAN` and 17 more"
    assert (
        by_id["CROSS-Q01"][3] == "the item is present, and BILAG *domain* is D or E, not active: verify both"
    )
    assert len([row for row in rows if row[0] == "SLEDAI-Q01"]) == 2
    (pga,) = cells(script.filled("<!-- checks: pga -->\n<!-- end -->"))[1:]
    assert pga[:3] == ["PGA-Q01", "`pga`", "`PGA`"]


@pytest.mark.parametrize(
    "marker",
    ["items: nothing", "settings: nothing", "table: nothing | a", "table: pga | a", "checks: nothing"],
)
def test_a_name_that_does_not_exist_is_refused(script: ModuleType, marker: str) -> None:
    with pytest.raises(KeyError):
        script.filled(f"<!-- {marker} -->\n<!-- end -->")


def test_stale_pages_are_named_and_written(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(script, "ROOT", tmp_path)
    monkeypatch.setattr(script, "PAGES", tmp_path)
    page = tmp_path / "page.md"
    page.write_text("<!-- items: pga -->\n<!-- end -->\n", encoding="utf-8")
    assert script.main(["--check"]) == 1
    assert "page.md: stale" in capsys.readouterr().out
    assert script.main([]) == 0
    assert "`PGA`" in page.read_text(encoding="utf-8")
    assert script.main(["--check"]) == 0
    page.write_text("<!-- items: pgaa -->\n<!-- end -->\n", encoding="utf-8")
    assert script.main([]) == 1
    assert "there is no 'pgaa'" in capsys.readouterr().out
