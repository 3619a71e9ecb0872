"""``lupustrial instruments``: the list, one instrument, and the uncertain rules with their signatures."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from command import Command

from lupustrial.instruments import INSTRUMENTS, settings_hash, sign_off_items
from lupustrial.study import new_study

ROOT = Path(__file__).resolve().parents[3]
IL2 = ROOT / "studies" / "il2-sle"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A small study with one instrument use, SLEDAI, that nobody signed."""
    new_study(tmp_path / "trial", "TRIAL")
    return tmp_path / "trial"


def sign(study: Path, sign_off: str, settings: str = "{selena_skin_rule: ongoing}") -> None:
    """Write the use anew with settings and a signature."""
    (study / "instruments.yaml").write_text(
        "format: 1\ninstruments:\n  - id: SLEDAI\n    instrument: selena_sledai\n    form: sledai\n"
        f"    settings: {settings}\n    sign_off: {sign_off}\n",
        encoding="utf-8",
    )


SKIN = settings_hash("selena_sledai", {"selena_skin_rule": "new_or_recurrent"})
ONGOING = settings_hash("selena_sledai")
BY = "by: A. Clinician, role: rheumatologist, date: 2026-03-01"


def test_every_instrument_is_listed_with_what_it_reads_and_what_is_uncertain(command: Command) -> None:
    told = command("instruments")
    assert told.code == 0
    lines = {line.split()[0]: line for line in told.out.splitlines() if line.strip()}
    for name, instrument in INSTRUMENTS.items():
        uncertain = len(sign_off_items(name))
        counts = [str(len(instrument.inputs)), str(len(instrument.settings) or "–"), str(uncertain or "–")]
        assert lines[name].split()[-3:] == counts
        assert instrument.title in lines[name]


def test_an_instrument_is_shown_with_inputs_settings_and_outputs(command: Command) -> None:
    told = command("instruments", "SRI-4", "bilag2004")
    for words in (
        "SLE responder index, SRI-4",
        "grade_renal",
        "A to E",
        "PGA (or PGA); the column is needed",
        "or the items of selena_sledai (sledai_version=selena)",
        "or the items of bilag2004",
        "sri_max_new_b",
        "outputs: sledai_ok, bilag_ok, pga_ok",
        "10 to 3000 umol/L",
        "uncertain, and nothing to switch [X?]: Are the haematological bands",
        "sources: S01",
    ):
        assert words in told.out
    assert "query SDI-Q01" in command("instruments", "sdi").out


def test_an_instrument_as_json(command: Command) -> None:
    (shown,) = json.loads(command("instruments", "pga", "--json").out)
    assert shown["inputs"][0]["code"] == "PGA"
    assert shown["inputs"][0]["values"].startswith("0 to 3")
    assert shown["settings"][0]["options"] == [">=", ">"]
    assert {row["id"] for row in json.loads(command("instruments", "--json").out)} == set(INSTRUMENTS)


def test_uncertain_rules_that_instruments_share_are_listed_once(command: Command) -> None:
    told = command("instruments", "--sign-off")
    assert told.out.count("sledai_missing:") == 1
    for name in INSTRUMENTS:
        for item in sign_off_items(name):
            assert item.question in " ".join(told.out.split())
    count = told.out.count("\n  ") - told.out.count("\n    ") + 1
    assert f"{count} rules wait for a clinician" in told.out


def test_uncertain_rules_of_named_instruments(command: Command) -> None:
    rules = json.loads(command("instruments", "bilag2004", "pga", "--sign-off", "--json").out)
    assert {rule["instruments"][0] for rule in rules} <= {"bilag2004", "pga"}
    by_id = {rule["id"]: rule for rule in rules}
    assert by_id["bilag2004.renal_first_visit"]["options"] == ["strict", "legacy"]
    assert by_id["bilag2004.haematological-bands"]["options"] == []
    assert len(by_id) == len(rules)
    told = command("instruments", "sri4", "--sign-off")
    assert (
        "components scored from items have their own: selena_sledai sledai_2k sledai_1992 bilag2004"
        in told.out
    )


def test_a_study_shows_the_options_it_chose_and_that_nobody_signed(command: Command, study: Path) -> None:
    sign(study, "{by: null, role: null, date: null}", "{selena_skin_rule: new_or_recurrent}")
    told = command("instruments", "--sign-off", study)
    assert f"SLEDAI  selena_sledai {INSTRUMENTS['selena_sledai'].version}  not signed" in told.out
    assert "selena_skin_rule: new_or_recurrent  or ongoing  [D]" in told.out
    assert f'settings_hash: "{SKIN}"' in told.out
    assert "of 1 instruments wait for a clinician" in told.out
    assert "SLEDAI" not in command("instruments", "bilag2004", "--sign-off", study).out
    (shown,) = json.loads(command("instruments", "--sign-off", study, "--json").out)
    assert (shown["settings_hash"], shown["state"], shown["signature"]) == (SKIN, "none", "not signed")
    assert command("check", study).err == ""


@pytest.mark.parametrize("digits", [12, 64])
def test_a_signature_covers_the_settings_that_were_signed(command: Command, study: Path, digits: int) -> None:
    sign(study, f'{{{BY}, settings_hash: "{ONGOING[:digits]}"}}')
    told = command("instruments", "--sign-off", study)
    assert "  signed by A. Clinician (rheumatologist) on 2026-03-01" in told.out
    assert told.out.splitlines()[-1] == "all is signed"
    assert command("check", study).err == ""


def test_a_signature_is_void_when_a_setting_changed_since(command: Command, study: Path) -> None:
    sign(study, f'{{{BY}, settings_hash: "{ONGOING}"}}', "{selena_skin_rule: new_or_recurrent}")
    told = command("instruments", "--sign-off", study)
    assert "void: signed by A. Clinician (rheumatologist) on 2026-03-01" in told.out
    assert f'settings_hash: "{SKIN}"' in told.out
    told = command("check", study)
    assert (told.code, "0 errors, 1 warning; the study can be run" in told.out) == (0, True)
    assert "instruments.yaml: SLEDAI  STUDY-092" in told.err
    assert f'settings_hash: "{SKIN}"' in told.err


@pytest.mark.parametrize(
    "sign_off",
    [
        f'{{by: null, role: r, date: 2026-03-01, settings_hash: "{ONGOING}"}}',
        f'{{by: A, role: null, date: 2026-03-01, settings_hash: "{ONGOING}"}}',
        f'{{by: A, role: r, date: null, settings_hash: "{ONGOING}"}}',
        "{by: A, role: r, date: 2026-03-01}",
        f'{{by: A, role: r, date: 2026-03-01, settings_hash: "{ONGOING[:11]}"}}',  # too short to tell
        "{by: A, role: r, date: 2026-03-01, settings_hash: as before}",
    ],
)
def test_a_signature_that_is_not_whole_is_none(command: Command, study: Path, sign_off: str) -> None:
    sign(study, sign_off)
    told = command("instruments", "--sign-off", study)
    assert "not signed: the signature lacks a name, role, date or settings_hash" in told.out
    told = command("check", study)
    assert (told.code, "SLEDAI  STUDY-094" in told.err) == (0, True)


def test_a_form_for_a_clinician_has_a_row_a_rule(command: Command, study: Path) -> None:
    sign(study, "{}")
    told = command("instruments", "--sign-off", study, "--csv", "form.csv")
    assert "wrote form.csv" in told.err
    assert Path("form.csv").read_bytes().startswith(b"\xef\xbb\xbf")  # spreadsheets know UTF-8 by it
    form = pl.read_csv("form.csv")
    assert form.columns == [
        "id", "instrument", "rule", "tag", "options", "chosen", "question", "answer", "by", "role", "date",
        "settings_hash",
    ]  # fmt: skip
    row = form.filter(id="SLEDAI.selena_skin_rule").row(0, named=True)
    assert (row["options"], row["chosen"], row["answer"]) == ("ongoing | new_or_recurrent", "ongoing", None)
    sign(study, f'{{{BY}, settings_hash: "{ONGOING}"}}')
    command("instruments", "--sign-off", study, "--csv", "form.csv")
    row = pl.read_csv("form.csv").row(0, named=True)
    assert (row["answer"], row["by"], row["date"]) == ("confirmed", "A. Clinician", "2026-03-01")
    command("instruments", "--sign-off", "--csv", "all.csv")
    assert pl.read_csv("all.csv")["id"].n_unique() == pl.read_csv("all.csv").height


def test_the_founding_study_waits_for_its_clinician(command: Command) -> None:
    told = command("instruments", "--sign-off", IL2)
    assert "he2020_creatinine_normal: not_above_uln  or within_range  [D]" in told.out
    assert "signed by" not in told.out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nothing"], 1, "INSTR-001"),
        (["nothing", "--sign-off"], 1, "INSTR-001"),
        ([IL2], 2, "lupustrial instruments --sign-off"),
        (["--sign-off", IL2, IL2], 2, "two studies are named"),
        (["pga", "--csv", "form.csv"], 2, "add --sign-off"),
        (["--sign-off", "--csv", "form.txt"], 2, "USAGE-004"),
        (["--sign-off", "--csv", "nowhere/form.csv"], 1, "SCORE-008"),
    ],
)
def test_what_does_not_exist_or_go_together_is_refused(
    command: Command, arguments: list[str | Path], code: int, said: str
) -> None:
    told = command("instruments", *arguments)
    assert (told.code, said in told.err) == (code, True), told.err


def test_a_study_at_fault_is_reported_and_not_signed(command: Command, study: Path) -> None:
    sign(study, "{}", "{selena_skin_rule: never}")
    told = command("instruments", "--sign-off", study)
    assert (told.code, "STUDY-091" in told.err) == (1, True)
