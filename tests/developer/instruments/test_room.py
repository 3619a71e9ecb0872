"""The room's public face: names, declared outputs, settings and tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import lupustrial.instruments as room
from lupustrial.instruments import DOMAINS, INSTRUMENTS, explain, score, settings_hash, sign_off_items
from lupustrial.instruments._tables import read_table, scale

DOCS = Path(__file__).resolve().parents[3] / "docs" / "instruments"


def test_public_names() -> None:
    assert room.__all__ == [
        "DOMAINS",
        "GLUCOCORTICOIDS",
        "INSTRUMENTS",
        "INTAKES",
        "KEYS",
        "UNITS",
        "Change",
        "Check",
        "Explanation",
        "Fact",
        "FailureRule",
        "Input",
        "Instrument",
        "Open",
        "Part",
        "Setting",
        "SignOffItem",
        "convert_to_prednisone",
        "convert_unit",
        "derive_sledai_labs",
        "dose_records",
        "doses_in_windows",
        "earliest_date",
        "estimate_gfr",
        "explain",
        "find_instrument",
        "latest_date",
        "plausible",
        "queries",
        "score",
        "score_alone",
        "settings_hash",
        "sign_off_items",
        "sledai_labs_from_results",
        "steroid_days_above",
        "steroid_doses",
        "steroid_log_queries",
        "treatment_failures",
    ]
    assert list(INSTRUMENTS) == [
        "selena_sledai",
        "sledai_1992",
        "sledai_2k",
        "clinical_sledai",
        "m_sledai",
        "s2k_ri50",
        "sledai_change",
        "sledai_labs",
        "bilag2004",
        "pga",
        "sri",
        "sri4",
        "sri5",
        "sri6",
        "sri7",
        "sri8",
        "sri_classic",
        "sri50",
        "bicla",
        "sfi",
        "sfi_modified",
        "sfi_revised",
        "bilag2004_deciding",
        "bilag2004_flare",
        "bilag_classic",
        "bilag2004_numeric",
        "bilag2004_bst",
        "lldas",
        "doris2021",
        "doris2017",
        "sledas",
        "he2020_renal",
        "blissln_perr",
        "blissln_crr",
        "blissln_prr_protocol",
        "aurora1_crr",
        "aurora1_prr",
        "kdigo2024_cr",
        "kdigo2024_perr",
        "kdigo2024_pr",
        "acr2024_crr",
        "acr2024_prr",
        "eular2012_cr",
        "eular2012_pr",
        "cn_cr",
        "cn_pr",
        "ln_response",
        "egfr",
        "steroid_equivalent",
        "steroid_taper_tabalumab",
        "steroid_taper_40_52",
        "steroid_any_increase",
        "steroid_cumulative",
        "steroid_reduction",
        "clasi",
        "clasi50",
        "joints28",
        "sdi",
        "acr1997",
        "slicc2012",
        "eular_acr2019",
        "ctcae5",
        "cross_checks",
    ]


def minimal(name: str) -> pl.DataFrame:
    columns: dict[str, Any] = {"STUDYID": ["S"], "USUBJID": ["P"], "VISITNUM": [1.0], "VISIT": ["Week 0"]}
    needed = [each for each in INSTRUMENTS[name].inputs if each.required] or list(INSTRUMENTS[name].items[:1])
    return pl.DataFrame(columns | {each.code: [None] for each in needed})


#: What must be chosen before an instrument scores at all.
CHOSEN = {"m_sledai": {"m_sledai_definition": "without_serology"}}


@pytest.mark.parametrize("name", list(INSTRUMENTS))
@pytest.mark.parametrize("reasons", [True, False])
def test_outputs_are_those_declared(name: str, reasons: bool) -> None:  # noqa: FBT001  # parametrised
    keys = {"STUDYID": pl.String(), "USUBJID": pl.String(), "VISITNUM": pl.Float64(), "VISIT": pl.String()}
    found = score(name, minimal(name), reasons=reasons, settings=CHOSEN.get(name))
    assert found.height == 1
    assert dict(found.schema) == keys | dict(INSTRUMENTS[name].outputs)
    empty = score(name, minimal(name).clear(), settings=CHOSEN.get(name))
    assert dict(empty.schema) == dict(found.schema)


@pytest.mark.parametrize("name", list(INSTRUMENTS))
def test_every_default_is_allowed_and_every_item_is_described(name: str) -> None:
    instrument = INSTRUMENTS[name]
    assert len(settings_hash(name, {each.name: each.default for each in instrument.settings})) == 64
    assert all(each.label and (each.source or not each.item) for each in instrument.inputs)
    assert len({each.code for each in instrument.inputs}) == len(instrument.inputs)


def test_uncertain_rules_are_listed_for_sign_off() -> None:
    listed = {item.setting: item for item in sign_off_items("bilag2004", {"renal_first_visit": "legacy"})}
    assert listed["renal_first_visit"].chosen == "legacy"
    assert listed["bilag_wbc_bands"].tag == "X?"
    assert "" in listed  # rules for which no other wording is known
    assert "bilag_numeric_scheme" not in listed  # read in its source
    uncertain = {row["setting"] for row in read_table("settings") if row["tag"] in ("X?", "D")}
    assert uncertain == {item.setting for name in INSTRUMENTS for item in sign_off_items(name)} - {""}


def test_every_uncertain_table_row_has_a_source() -> None:
    tables = ("sledai_items", "bilag2004_items", "bilag2004_haematology", "bilag2004_renal", "he2020_renal")
    tables += ("sfi_criteria", "sfi_limits", "sfi_clinical", "sfi_revised_organs", "bilag2004_flare_limits")
    tables += ("bilag_classic_items", "bilag2004_tally")
    tables += ("clasi_items", "clasi_limits", "joints28", "joints28_limits", "sdi_items", "slicc2012_items")
    tables += ("eular_acr2019_items", "classification_limits", "ctcae5_inputs", "ctcae5_grades")
    for table in tables:
        assert all(row["source"] and row["trust"] for row in read_table(table)), table


def test_scaling_refuses_decimals_that_it_would_lose() -> None:
    assert scale("0.25", 4) == 2500
    with pytest.raises(ValueError, match="more than 1 decimals"):
        scale("0.25", 1)


def sri(*visits: tuple[int | None, str, float]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"USUBJID": "P", "ADT": day, "sledai": points, "pga": pga}
            | {f"grade_{domain}": letter for domain, letter in zip(DOMAINS, grades, strict=True)}
            for day, (points, grades, pga) in zip(("2024-01-01", "2024-03-25"), visits, strict=True)
        ]
    )


def test_prose_of_each_verdict() -> None:
    def prose(*visits: tuple[int | None, str, float], at: str = "2024-03-25") -> str:
        return explain("sri", sri(*visits), visit=at).prose()

    base = (12, "EBEBEEEDC", 2.0)
    assert prose(base, (10, "EBEBEEEDC", 2.4)) == (
        "P, visit 2024-03-25, SRI-4: non-responder. "
        "What decides: SLEDAI 12 at baseline; SLEDAI 10 at the visit. Not met: SLEDAI, PGA. "
        "Nearest change that makes a responder: SLEDAI 8 instead of 10; PGA 2.29 instead of 2.4."
    )
    assert prose((3, "EBEBEEEDC", 2.0), (0, "EBEBEEEDC", 2.0)) == (
        "P, visit 2024-03-25, SRI-4: non-responder. What decides: SLEDAI 3 at baseline. "
        "No change at this visit makes a responder."
    )
    assert prose(base, (None, "EAEBEEEDC", 2.0)) == (
        "P, visit 2024-03-25, SRI-4: non-responder. What decides: BILAG mucocutaneous B at baseline; "
        "BILAG mucocutaneous A at the visit. "
        "The nearest change cannot be given: not every component is known."
    )
    told = prose(base, (8, "EBEBEEEDC", 2.0))
    assert told.endswith("Nearest change that makes a non-responder: SLEDAI 9 instead of 8.")
    assert prose(base, base, at="2024-01-01") == (
        "P, visit 2024-01-01, SRI-4: not evaluable. "
        "A response is judged after baseline and among those who can respond."
    )
    assert prose(base, (None, "EBEBEEEDC", 2.0)) == (
        "P, visit 2024-03-25, SRI-4: undecided. It cannot be decided: not known SLEDAI (visit)."
    )


def test_explanation_of_bounds_failure_and_steroids() -> None:
    frame = sri((12, "EBEBEEEDC", 2.0), (None, "EBEBEEEDC", 2.0))
    bounded = frame.with_columns(sledai_lower=pl.lit(9), sledai_upper=pl.lit(14))
    told = explain("sri", bounded, visit="2024-03-25")
    assert [str(fact) for fact in told.facts] == ["SLEDAI 12 at baseline", "SLEDAI 9 to 14 at the visit"]
    told = explain("sri", bounded.drop("sledai_upper"), visit="2024-03-25")
    assert [str(fact) for fact in told.facts] == ["SLEDAI 12 at baseline", "SLEDAI at least 9 at the visit"]
    at_most = frame.with_columns(sledai_upper=pl.lit(8))
    told = explain("sri", at_most, visit="2024-03-25")
    assert str(told.facts[1]) == "SLEDAI at most 8 at the visit"
    assert (told.verdict, told.change, told.missing) == ("Y", None, ())
    failed = frame.with_columns(treatment_failure=pl.lit("Y"))
    told = explain("sri", failed, visit="2024-03-25")
    assert (told.verdict, told.failing) == ("N", ("treatment failure",))
    asked = {"sri_requires_no_steroid_increase": True}
    good = sri((12, "EBEBEEEDC", 2.0), (4, "EBEBEEEDC", 2.0))
    told = explain("sri", good, visit="2024-03-25", settings=asked)
    assert told.missing == (("steroid_increase", "visit"),)
    raised = good.with_columns(steroid_increase=pl.lit("Y"))
    told = explain("sri", raised, visit="2024-03-25", settings=asked)
    assert told.failing == ("glucocorticoid increase",)
    assert told.prose().endswith("Nearest change that makes a responder: steroid increase N instead of Y.")


def test_every_setting_and_instrument_has_its_place_in_the_docs() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in sorted(DOCS.glob("*.md")))
    missing = [row["setting"] for row in read_table("settings") if f"`{row['setting']}`" not in text]
    missing += [name for name in INSTRUMENTS if f"`{name}`" not in text]
    assert missing == []


def test_two_new_b_are_the_facts_that_decide() -> None:
    told = explain("sri", sri((12, "EAECEEEDC", 2.0), (4, "EBEBEEEBC", 2.0)), visit="2024-03-25")
    assert [str(fact) for fact in told.facts] == [
        "BILAG musculoskeletal C at baseline",
        "BILAG musculoskeletal B at the visit",
        "BILAG renal D at baseline",
        "BILAG renal B at the visit",
    ]
    assert [(each.name, each.value, each.to) for each in told.change or ()] == [("grade_renal", "B", "C")]


def test_a_pga_that_cannot_worsen_is_no_change_to_propose() -> None:
    """PGA 2.8 cannot rise by 0.3; an A at baseline cannot become new; only SLEDAI is left."""
    told = explain("sri", sri((12, "AAAAAAAAA", 2.8), (4, "AAAAAAAAA", 2.8)), visit="2024-03-25")
    assert [(each.name, each.value, each.to) for each in told.change or ()] == [("sledai", "4", "9")]
