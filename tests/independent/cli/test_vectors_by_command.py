"""The worked examples of the reference folder as another team would score them: a CSV file and one command.

Column names are the item codes of the reference tables, or those of the example files.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from shared_vectors import FOLDER, vectors
from typer.testing import CliRunner

from lupustrial.cli._app import app
from lupustrial.instruments import DOMAINS

Row = dict[str, str]
Expected = dict[str, str]

TABLES = FOLDER.parent
CLASSIC = (
    "general",
    "mucocutaneous",
    "neurological",
    "musculoskeletal",
    "cardiorespiratory",
    "vasculitis",
    "renal",
    "haematological",
)


def table(name: str) -> list[Row]:
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def scored(instrument: str, rows: list[Row], folder: Path) -> dict[tuple[str, str], Row]:
    """Write the rows as CSV, score them by the command, and return the scores by participant and visit."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    items, out = folder / "items.csv", folder / "scores.csv"
    with items.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    result = CliRunner().invoke(
        app, ["score", instrument, str(items), "-o", str(out)], catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    with out.open(encoding="utf-8", newline="") as lines:
        return {(row["USUBJID"], row["VISITNUM"]): row for row in csv.DictReader(lines)}


def verdict(text: str) -> str:
    """Return Y or N; blank for what is not evaluable."""
    return {"yes": "Y", "no": "N"}.get(text, "")


def pairs(text: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in text.split(";") if pair)


def descriptors(present: str, not_done: str = "") -> Row:
    yes, open_ = present.split(";"), not_done.split(";")
    codes = [row["code"] for row in table("sledai_items")]
    return {code: "Y" if code in yes else "" if code in open_ else "N" for code in codes}


def letters(text: str, domains: tuple[str, ...] = DOMAINS) -> Row:
    return {f"grade_{domain}": letter for domain, letter in zip(domains, text, strict=True)}


def visit(case: Row, number: int, **values: str) -> Row:
    return {"USUBJID": case["case_id"], "VISITNUM": str(number), **values}


# One function a file: the rows of a case, of which the last is judged, and what is expected there.


def sledai_score(case: Row) -> tuple[list[Row], Expected]:
    expected = {"score": case["expected_total"], "lower": case["expected_min"], "upper": case["expected_max"]}
    expected["completeness"] = case["expected_status"]
    if case["expected_total"]:
        expected |= {"clinical": case["expected_clinical"], "serology": case["expected_serology"]}
    return [visit(case, 1, **descriptors(case["items_present"], case["items_not_done"]))], expected


def bilag2004_ordinal(case: Row) -> tuple[list[Row], Expected]:
    none = {row["code"]: "0" for row in table("bilag2004_items") if row["value_type"] == "ord"}
    prior = {f"prior_involvement_{case['domain']}": case["prior_involvement"]}
    row = visit(case, 1, **none | pairs(case["items_nonzero"]) | prior)
    return [row], {f"grade_{case['domain']}": case["expected_grade"]}


def _excused(case: Row, codes: dict[str, str]) -> Row:
    return {f"not_due_to_lupus_{codes[name]}": "yes" for name in case["not_lupus"].split("+") if name}


def bilag2004_haematology(case: Row) -> tuple[list[Row], Expected]:
    codes = {name: f"HAE_{name.upper()}" for name in ("hb", "wbc", "neut", "lymph", "plt", "ttp")}
    row = {code: case[name] for name, code in codes.items()} | _excused(case, codes)
    row |= {"HAE_HAEMOL": case["haemolysis"], "HAE_COOMBS": case["coombs"]}
    row["prior_involvement_haematological"] = case["prior"]
    return [visit(case, 1, **row)], {"grade_haematological": case["expected_grade"]}


def bilag2004_renal(case: Row) -> tuple[list[Row], Expected]:
    compared = ("sbp", "dbp", "dip", "acr", "pcr", "p24", "creat", "gfr")
    codes = {name: f"REN_{name.upper()}" for name in compared}
    before = {code: case[f"prev_{name}"] for name, code in codes.items()}
    asked = {"accel_htn": "ACCHTN", "nephrotic": "NEPHROTIC", "sediment": "SEDIMENT", "biopsy": "BIOPSY"}
    now = {code: case[name] for name, code in codes.items()} | _excused(case, codes)
    now |= {f"REN_{code}": case[name] for name, code in asked.items()}
    now["prior_involvement_renal"] = case["prior"]
    first = [visit(case, 1, **before)] if any(before.values()) else []
    return [*first, visit(case, 2, **now)], {"grade_renal": case["expected_grade"]}


def pga_worsening(case: Row) -> tuple[list[Row], Expected]:
    rows = [visit(case, 0, PGA=case["baseline"]), visit(case, 1, PGA=case["visit"])]
    return rows, {"worse": verdict(case["expected_worse"])}


def _components(case: Row) -> list[Row]:
    rows = [
        visit(case, n, sledai=case[f"sledai_{at}"], pga=case[f"pga_{at}"], **letters(case[f"bilag_{at}"]))
        for n, at in enumerate(("base", "visit"))
    ]
    rows[1]["treatment_failure"] = case["treatment_failure"]
    return rows


def sri(case: Row) -> tuple[list[Row], Expected]:
    parts = ("sledai_ok", "bilag_ok", "pga_ok", "responder")
    counts = {"n_new_a": case["expected_new_a"], "n_new_b": case["expected_new_b"]}
    return _components(case), counts | {part: verdict(case[f"expected_{part}"]) for part in parts}


def bicla(case: Row) -> tuple[list[Row], Expected]:
    return _components(case), {"responder": verdict(case["expected"])}


def lldas(case: Row) -> tuple[list[Row], Expected]:
    asked = ("pga", "prednisolone_mg", "haemolytic_anaemia", "gi_activity", "criterion5_met")
    now = descriptors(case["sledai2k_items_now"]) | {name: case[name] for name in asked}
    before = visit(case, 1, **descriptors(case["sledai2k_items_previous"]))
    return [before, visit(case, 2, **now)], {"met": verdict(case["expected"])}


def _doris(case: Row) -> list[Row]:
    asked = ("pga", "prednisolone_mg", "immunosuppressant_or_biologic", "background_stable")
    return [visit(case, 1, **descriptors(case["sledai_items_now"]), **{name: case[name] for name in asked})]


def doris2021(case: Row) -> tuple[list[Row], Expected]:
    return _doris(case), {"met": verdict(case["expected_2021"])}


def doris2017(case: Row) -> tuple[list[Row], Expected]:
    return _doris(case), {"state": case["expected_2017_state"]}


def sledas(case: Row) -> tuple[list[Row], Expected]:
    terms = [row["term"] for row in table("sledas_coefficients") if row["type"] == "0/1"]
    absent = dict.fromkeys((term for term in terms if not term.endswith("_flag")), "N")
    measured = {"protein_mg": "100", "platelets": "200", "leukocytes": "6", "swollen_joints": "0"}
    given = pairs(case["inputs"])
    present = {name: value if name in measured else "Y" for name, value in given.items()}
    if given.get("swollen_joints", "0") != "0":
        absent.pop("arthritis")  # follows from the joint count
    row = visit(case, 1, **absent | measured | present)
    return [row], {"score": f"{float(case['expected_score']):g}", "state": case["expected_category"]}


def _flare_index(case: Row) -> list[Row]:
    answers = ("mild_clinical_item", "severe_clinical_item_with_action", "added_nsaid_or_hcq")
    answers += ("new_cyc_aza_mtx", "hospital_for_lupus")
    rows = [
        visit(case, n, weight_kg=case["weight_kg"], **{name: case[f"{name}_{at}"] for name in measured})
        for measured in (("sledai", "pga", "prednisone"),)
        for n, at in enumerate(("prev", "now"))
    ]
    rows[1] |= {name: case[name] for name in answers}
    return rows


def sfi(case: Row) -> tuple[list[Row], Expected]:
    return _flare_index(case), {"state": case["expected_classic"]}


def sfi_modified(case: Row) -> tuple[list[Row], Expected]:
    return _flare_index(case), {"state": case["expected_modified"]}


def bilag2004_flare(case: Row) -> tuple[list[Row], Expected]:
    flags = case["domain_has_item_3_or_4"].split(",")
    deciding = {f"deciding_{domain}": flag for domain, flag in zip(DOMAINS, flags, strict=True)}
    now = visit(case, 2, **letters(case["grades_now"]), **deciding)
    return [visit(case, 1, **letters(case["grades_prev"])), now], {"state": case["expected"]}


def bilag_numeric(case: Row) -> tuple[list[Row], Expected]:
    domains = DOMAINS if case["index"] == "2004" else CLASSIC
    row = visit(case, 1, **letters(case["letters_in_domain_order"], domains))
    return [row], {"numeric": case["expected_score"]}


def ln_response(case: Row) -> tuple[list[Row], Expected]:
    asked = ("upcr_baseline_g_g", "upcr_g_g", "egfr_reference", "egfr", "treatment_failure")
    before = visit(case, 1, upcr_g_g=case["upcr_baseline_g_g"] or "2")
    now = visit(case, 2, **{name: case[name] for name in asked})
    return [before, now], {"responder": verdict(case["expected"])}


def steroid_equivalent(case: Row) -> tuple[list[Row], Expected]:
    row = visit(case, 1, **pairs(case["daily_mg_by_drug"]))
    return [row], {"score": f"{float(case['expected_prednisone_mg'])}"}


def steroid_reduction50(case: Row) -> tuple[list[Row], Expected]:
    rows = [visit(case, 1, dose=case["baseline_mg"]), visit(case, 2, dose=case["visit_mg"])]
    return rows, {"responder": verdict(case["expected"])}


def clasi_activity(case: Row) -> tuple[list[Row], Expected]:
    areas = [row["area"] for row in table("clasi_items") if row["item"] == "erythema"]
    row = {f"{a}_erythema": level for a, level in zip(areas, case["erythema_13_areas"], strict=True)}
    row |= {f"{a}_scale_hypertrophy": level for a, level in zip(areas, case["scale_13_areas"], strict=True)}
    row |= {"mucosal_lesion": case["mucosal_lesion"], "recent_hair_loss_30d": case["recent_hair_loss"]}
    row["nonscarring_alopecia"] = case["nonscarring_alopecia"]
    return [visit(case, 1, **row)], {"score": case["expected_activity"], "state": case["expected_band"]}


def clasi50(case: Row) -> tuple[list[Row], Expected]:
    rows = [visit(case, 1, clasi_activity=case["baseline"]), visit(case, 2, clasi_activity=case["visit"])]
    return rows, {"responder": verdict(case["expected"])}


def sdi(case: Row) -> tuple[list[Row], Expected]:
    events = {f"SDI_{number:02d}": "0" for number in range(1, 42)}
    events |= {f"SDI_{int(n):02d}": count for n, count in pairs(case["item_number=event_count"]).items()}
    return [visit(case, 1, **events)], {"score": case["expected"]}


def slicc2012(case: Row) -> tuple[list[Row], Expected]:
    met = [*case["clinical"].split(";"), *case["immunologic"].split(";")]
    row = {each["code"]: "Y" if each["code"] in met else "N" for each in table("slicc2012_items")}
    row["biopsy_nephritis"] = case["biopsy_nephritis"]
    return [visit(case, 1, **row)], {"classified": verdict(case["expected"])}


def eular_acr2019(case: Row) -> tuple[list[Row], Expected]:
    met = [pair.split(":")[1] for pair in case["criteria_domain3:code"].split(";")]
    row = {each["code"]: "Y" if each["code"] in met else "N" for each in table("eular_acr2019_items")}
    row["ana_1_80"] = case["ana_1_80"]
    expected = {"score": case["expected_score"], "classified": verdict(case["expected_classified"])}
    return [visit(case, 1, **row)], expected


def ctcae5(case: Row) -> tuple[list[Row], Expected]:
    limits = {"wbc_lln": "4.0", "plt_lln": "150", "neut_lln": "2.0", "hb_lln": "12"}  # printed in the note
    row = visit(case, 1, **limits, **{case["lab"]: case["value"]})
    return [row], {f"grade_{case['lab']}": case["expected_grade"]}


Reader = Callable[[Row], tuple[list[Row], Expected]]

#: Instrument, file and reader; an instrument in braces is taken from a column of the case.
ROUTES: tuple[tuple[str, str, Reader], ...] = (
    ("selena_sledai", "sledai_score", sledai_score),
    ("SLEDAI-1992", "sledai_score", sledai_score),
    ("SLEDAI-2K", "sledai_score", sledai_score),
    ("bilag2004", "bilag2004_ordinal", bilag2004_ordinal),
    ("bilag2004", "bilag2004_haematology", bilag2004_haematology),
    ("BILAG-2004", "bilag2004_renal", bilag2004_renal),
    ("pga", "pga_worsening", pga_worsening),
    ("sri{x}", "sri", sri),
    ("bicla", "bicla", bicla),
    ("lldas", "lldas", lldas),
    ("doris2021", "doris", doris2021),
    ("doris2017", "doris", doris2017),
    ("sledas", "sledas", sledas),
    ("sfi", "sfi_classic", sfi),
    ("sfi_modified", "sfi_classic", sfi_modified),
    ("bilag2004_flare", "bilag2004_flare", bilag2004_flare),
    ("bilag_{index}", "bilag_numeric", bilag_numeric),
    ("{definition}", "ln_response", ln_response),
    ("steroid_equivalent", "steroid_equivalent", steroid_equivalent),
    ("steroid_reduction", "steroid_reduction50", steroid_reduction50),
    ("clasi", "clasi_activity", clasi_activity),
    ("clasi50", "clasi50", clasi50),
    ("sdi", "sdi", sdi),
    ("slicc2012", "slicc2012", slicc2012),
    ("eular_acr2019", "eular_acr2019", eular_acr2019),
    ("ctcae5", "ctcae5", ctcae5),
)


def grouped(pattern: str, file: str) -> Iterator[tuple[str, list[Row]]]:
    """Yield each instrument with its cases."""
    cases: dict[str, list[Row]] = {}
    for case in vectors(file):
        name = pattern.format(**case) if "{" in pattern else pattern
        cases.setdefault(name.replace("bilag_2004", "bilag2004_numeric"), []).append(case)
    yield from cases.items()


@pytest.mark.parametrize(("pattern", "file", "read"), ROUTES, ids=[f"{r[0]}-{r[1]}" for r in ROUTES])
def test_scores_of_a_file_by_command(pattern: str, file: str, read: Reader, tmp_path: Path) -> None:
    if not vectors(file):
        pytest.skip(f"NOT RUN: ../shared/…/testvectors/{file}.csv is absent")
    for instrument, cases in grouped(pattern, file):
        read_cases = {case["case_id"]: read(case) for case in cases}
        found = scored(instrument, [row for rows, _ in read_cases.values() for row in rows], tmp_path)
        for name, (rows, expected) in read_cases.items():
            row = found[name, rows[-1]["VISITNUM"]]
            assert {column: row[column] for column in expected} == expected, name


def test_egfr_of_a_file_by_command(tmp_path: Path) -> None:
    cases = vectors("egfr_ckdepi2021")
    if not cases:
        pytest.skip("NOT RUN: ../shared/…/testvectors/egfr_ckdepi2021.csv is absent")
    asked = ("sex", "age", "creatinine_mg_dl")
    found = scored(
        "egfr", [visit(case, 1, **{name: case[name] for name in asked}) for case in cases], tmp_path
    )
    for case in cases:
        value = float(found[case["case_id"], "1"]["score"])
        assert value == pytest.approx(float(case["expected_egfr"]), abs=0.1)  # tolerance printed in the note
