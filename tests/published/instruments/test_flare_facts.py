"""Facts printed in publications on flare indices and on BILAG as letters."""

from __future__ import annotations

import polars as pl
import pytest

from lupustrial.instruments import DOMAINS, INSTRUMENTS, score


def numeric(index: str, letter: str) -> int:
    grades = [each.code for each in INSTRUMENTS[index].items if each.kind == "grade"]
    frame = pl.DataFrame([{"USUBJID": "P", "VISITNUM": 1} | dict.fromkeys(grades, letter)])
    return int(score(index, frame)["numeric"][0])


def test_classic_bilag_has_eight_systems_and_runs_from_0_to_72() -> None:
    """Algorithm page [S08] and trial FAQ [S07]: eight components, A 9, B 3, C 1, D and E 0."""
    grades = [each.code for each in INSTRUMENTS["bilag_classic"].items if each.kind == "grade"]
    assert len(grades) == 8
    assert "grade_vasculitis" in grades
    assert [numeric("bilag_classic", letter) for letter in "ABCDE"] == [72, 24, 8, 0, 0]


def test_bilag_2004_letters_run_from_0_to_108() -> None:
    """Yee 2010 [S01]: A 12, B 8, C 1, D and E 0, nine domains."""
    assert [numeric("bilag2004_numeric", letter) for letter in "ABCDE"] == [108, 72, 9, 0, 0]


@pytest.mark.parametrize(
    ("new", "state"),
    [("A", "severe"), ("BB", "moderate"), ("B", "mild"), ("CCC", "mild"), ("CC", "none"), ("", "none")],
)
def test_bilag_2004_flare(new: str, state: str) -> None:
    """Petri 2013 [S20]: severe a new A; moderate two new B; mild one new B or three new C."""
    before = {f"grade_{domain}": "D" for domain in DOMAINS}
    now = before | {f"grade_{domain}": letter for domain, letter in zip(DOMAINS, new, strict=False)}
    decided = {f"deciding_{domain}": "Y" for domain in DOMAINS}
    rows = [{"USUBJID": "P", "VISITNUM": at} | row | decided for at, row in enumerate((before, now))]
    assert score("bilag2004_flare", pl.DataFrame(rows))["state"][1] == state


def test_most_severe_flares_by_medication_alone_are_none_by_signs() -> None:
    """Thanou 2014 [S21] reports severe flares that only treatment defines: told apart here."""
    quiet = {"sledai": 4, "pga": 1.0, "prednisone": 5.0, "weight_kg": 60.0}
    quiet |= dict.fromkeys(
        ("mild_clinical_item", "severe_clinical_item_with_action", "added_nsaid_or_hcq", "new_cyc_aza_mtx"),
        "N",
    )
    quiet |= {"hospital_for_lupus": "N"}
    rows = [{"USUBJID": "P", "VISITNUM": 1} | quiet]
    rows += [{"USUBJID": "P", "VISITNUM": 2} | quiet | {"new_cyc_aza_mtx": "Y"}]
    found = score("sfi", pl.DataFrame(rows)).row(1, named=True)
    assert (found["state"], found["state_clinical"]) == ("severe", "none")
