"""``lupustrial score``: what it reads, what it writes, what it tells."""

from __future__ import annotations

import io
import json
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from command import Command

from lupustrial.cli._score_prose import prose
from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments import INSTRUMENTS, score, settings_hash

CODES = [each.code for each in INSTRUMENTS["sledai_2k"].inputs]
#: P1 has arthritis and rash at visit 1, arthritis at visit 2 with rash not done; P2 has nothing.
ROWS = [
    {"USUBJID": "P1", "VISITNUM": "1", **dict.fromkeys(CODES, "N"), "ARTH": "Y", "RASH": "Y"},
    {"USUBJID": "P1", "VISITNUM": "2", **dict.fromkeys(CODES, "N"), "ARTH": "Y", "RASH": ""},
    {"USUBJID": "P2", "VISITNUM": "1", **dict.fromkeys(CODES, "N")},
]


def items(rows: list[dict[str, str]] = ROWS, name: str = "items.csv", separator: str = ",") -> Path:
    """Write rows as CSV."""
    path = Path(name)
    pl.DataFrame(rows).write_csv(path, separator=separator)
    return path


def read(text: str) -> pl.DataFrame:
    return pl.read_csv(io.StringIO(text))


def test_scores_are_those_of_the_python_function_in_the_order_of_the_file(command: Command) -> None:
    told = command("score", "sledai_2k", items(), "-o", "scores.csv")
    assert (told.code, told.out) == (0, "")
    found = pl.read_csv("scores.csv")
    frame = pl.DataFrame(ROWS).with_columns(
        pl.col("VISITNUM").cast(pl.Int64),
        *(pl.when(pl.col(code) != "").then(code).alias(code) for code in CODES),
    )
    assert found.equals(score("sledai_2k", frame), null_equal=True)
    assert found["score"].to_list() == [6, None, 0]
    assert found["lower"].to_list() == [6, 4, 0]
    assert sorted(path.name for path in Path().iterdir()) == ["items.csv", "scores.csv"]


def test_without_out_the_scores_go_to_standard_output_and_the_summary_to_standard_error(
    command: Command,
) -> None:
    told = command("score", "sledai_2k", items())
    assert read(told.out)["score"].to_list() == [6, None, 0]
    assert "items.csv: 3 rows, 2 participants" in told.err
    version = INSTRUMENTS["sledai_2k"].version
    assert f"sledai_2k {version}: 2 complete, 1 incomplete" in told.err
    assert "sledai_missing: strict" in told.err
    assert settings_hash("sledai_2k")[:12] in told.err
    assert "queries    none" in told.err
    assert "lupustrial instruments sledai_2k --sign-off" in told.err
    assert command("score", "sledai_2k", items(), "--quiet").err == ""


@pytest.mark.parametrize("name", ["SLEDAI-2K", "sledai 2k", "Sledai_2K", "sledai2k"])
def test_the_name_of_an_instrument_is_taken_in_any_spelling(command: Command, name: str) -> None:
    assert command("score", name, items()).code == 0


def test_not_done_is_written_in_several_ways_and_never_a_no(command: Command) -> None:
    for blank in ("", "ND", "nd", "NA", "NaN", ".", "  "):
        rows = [{**ROWS[0], "RASH": blank}]
        found = read(command("score", "sledai_2k", items(rows)).out)
        assert (found["score"][0], found["lower"][0], found["upper"][0]) == (None, 4, 6), blank


@pytest.mark.parametrize("yes", ["Y", "y", "Yes", "TRUE", "1", "1.0", " Y "])
@pytest.mark.parametrize("no", ["N", "n", "no", "False", "0", "0.0"])
def test_yes_and_no_are_written_in_several_ways(command: Command, yes: str, no: str) -> None:
    rows = [{**ROWS[0], "RASH": no, "SEIZ": yes}]
    assert read(command("score", "sledai_2k", items(rows)).out)["score"].to_list() == [12]


def test_other_keys_and_named_columns_are_passed_through(command: Command) -> None:
    rows = [{**row, "SITEID": "01", "arm": "A", "RASH_NOTE": "x"} for row in ROWS]
    told = command(
        "score", "sledai_2k", items(rows), "--keep", "arm", "--keep", "RASH", "--keep", "RASH_NOTE"
    )
    found = read(told.out)
    assert found.columns[:6] == ["USUBJID", "VISITNUM", "SITEID", "arm", "RASH", "RASH_NOTE"]
    assert found["RASH"].to_list() == ["Y", None, "N"]
    assert found["score"].to_list() == [6, None, 0]  # a column that is kept is read too


def test_columns_are_known_in_any_capitals_and_by_their_aliases(command: Command) -> None:
    Path("items.csv").write_text("usubjid,Adt,pga\nP,2024-01-01,1\nP,2024-02-01,1.3\n", encoding="utf-8")
    found = read(command("score", "pga", "items.csv").out)
    assert found.columns[:2] == ["USUBJID", "ADT"]
    assert found["worse"].to_list() == [None, "Y"]


def test_a_participant_with_one_row_needs_no_visit(command: Command) -> None:
    rows = [{name: value for name, value in row.items() if name != "VISITNUM"} for row in (ROWS[0], ROWS[2])]
    told = command("score", "sledai_2k", items(rows))
    assert read(told.out).columns[:2] == ["USUBJID", "score"]
    assert "one visit a participant" in told.err


@pytest.mark.parametrize(("name", "separator"), [("x.tsv", "\t"), ("x.txt", "\t"), ("x.csv", ";")])
def test_other_separators_are_known(command: Command, name: str, separator: str) -> None:
    told = command("score", "sledai_2k", items(name=name, separator=separator))
    assert read(told.out)["score"].to_list() == [6, None, 0]


def test_lines_may_end_as_on_any_machine(command: Command) -> None:
    for end in ("\r\n", "\r"):
        text = pl.DataFrame(ROWS).write_csv().replace("\n", end)
        Path("items.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
        assert read(command("score", "sledai_2k", "items.csv").out)["score"].to_list() == [6, None, 0]


def test_a_file_comes_on_standard_input_too(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    class Pipe:
        buffer = io.BytesIO(pl.DataFrame(ROWS).write_csv().encode())

    monkeypatch.setattr(sys, "stdin", Pipe())
    told = command("score", "sledai_2k", "-")
    assert read(told.out)["score"].to_list() == [6, None, 0]
    assert "standard input: 3 rows" in told.err


def test_parquet_is_read_with_its_types_and_written(command: Command) -> None:
    pl.DataFrame(
        {
            "USUBJID": [1, 1],
            "ADT": [date(2024, 1, 1), date(2024, 2, 1)],
            "AVISITN": [0.0, 4.0],
            "treatment_failure": [False, True],
            "ADY": [1, None],
            "pga": [1.0, float("nan")],
            "bilag": ["EEEEEEEEE", "EEEEEEEE-"],
            "sledai": [8, 4],
            "centre": [7, 7],
        }
    ).write_parquet("items.parquet")
    told = command("score", "sri4", "items.parquet", "-o", "scores.parquet", "--keep", "centre")
    assert told.code == 0, told.err
    found = pl.read_parquet("scores.parquet")
    assert found["responder"].to_list() == [None, "N"]
    assert found.schema["ADT"] == pl.Date
    assert (found["AVISITN"].to_list(), found["centre"].to_list()) == ([0, 4], [7, 7])


def test_days_of_parquet_that_are_times_at_midnight_are_days(command: Command) -> None:
    times = pl.Series([date(2024, 1, 1), date(2024, 2, 1)]).cast(pl.Datetime)
    pl.DataFrame({"USUBJID": ["P", "P"], "ADT": times, "PGA": [1, 2]}).write_parquet("items.parquet")
    assert read(command("score", "pga", "items.parquet").out)["ADT"].to_list() == ["2024-01-01", "2024-02-01"]


def test_nine_letters_stand_for_the_grades_of_the_domains(command: Command) -> None:
    head = "USUBJID,VISITNUM,bilag,sledai,pga\n"
    Path("short.csv").write_text(
        head + 'P,0,EBEBEEEDC,12,2\nP,1,"e,c,e,b,e,e,e,a,c",8,1\nP,2,ND,8,1\nP,3,EBEBEEE-C,8,1\n',
        encoding="utf-8",
    )
    found = read(command("score", "sri4", "short.csv").out)
    assert found["n_new_a"].to_list() == [None, 1, None, None]
    assert found["state"].to_list() == ["not evaluable", "non-responder", "undecided", "undecided"]
    told = command("score", "sri4", "short.csv", "-o", "scores.csv").err
    assert "results    2 undecided, 1 non-responder, 1 not evaluable" in told


def test_settings_come_from_a_file_and_from_the_command_line_which_wins(command: Command) -> None:
    Path("settings.yaml").write_text("sledai_missing: as_absent\nsledai_window_days: 28\n", encoding="utf-8")
    told = command("score", "sledai_2k", items(), "--settings", "settings.yaml")
    assert read(told.out)["score"].to_list() == [6, 4, 0]
    assert "set sledai_missing: as_absent (default strict), sledai_window_days: 28 (default 10)" in told.err
    told = command(
        "score", "sledai_2k", items(), "--settings", "settings.yaml", "--set", "sledai_missing=locf_item"
    )
    assert read(told.out)["score"].to_list() == [6, 6, 0]


def test_settings_of_a_study_are_taken_from_its_entry(command: Command) -> None:
    Path("instruments.yaml").write_text(
        "format: 1\ninstruments:\n"
        "  - {id: OTHER, instrument: pga}\n"
        "  - id: SLEDAI\n    instrument: sledai_2k\n    settings: {sledai_missing: as_absent}\n",
        encoding="utf-8",
    )
    for entry in ("instruments.yaml#SLEDAI", "instruments.yaml"):
        told = command("score", "sledai_2k", items(), "--settings", entry)
        assert read(told.out)["score"].to_list() == [6, 4, 0]


def test_queries_are_counted_and_written(command: Command) -> None:
    Path("items.csv").write_text(
        "USUBJID,VISITNUM," + ",".join(f"SDI_{n:02}" for n in range(1, 42)) + "\n"
        "P,1," + ",".join(["1"] + ["0"] * 40) + "\nP,2," + ",".join(["0"] * 41) + "\n",
        encoding="utf-8",
    )  # damage that is gone at the second visit
    told = command("score", "sdi", "items.csv", "-o", "scores.csv", "--queries", "queries.csv")
    found = pl.read_csv("queries.csv")
    assert found.height > 0
    assert found.columns == ["USUBJID", "VISITNUM", "query", "item", "message", "values"]
    assert f"queries    {found.height}" in told.err
    assert "wrote      queries.csv" in told.err


def test_columns_that_are_absent_are_told(command: Command) -> None:
    rows = [{name: value for name, value in row.items() if name not in ("PLT", "WBC")} for row in ROWS]
    assert "no column  PLT, WBC (blank throughout)" in command("score", "sledai_2k", items(rows)).err


def test_rows_without_any_value_are_passed_over(command: Command) -> None:
    text = pl.DataFrame(ROWS).write_csv().replace("\nP1,2", "\n\n" + "," * 25 + "\nP1,2")
    Path("items.csv").write_text(text, encoding="utf-8")
    told = command("score", "sledai_2k", "items.csv")
    assert read(told.out)["score"].to_list() == [6, None, 0]
    assert "passed over: 2" in told.err


def test_a_component_scored_from_items_brings_its_settings_and_uncertain_rules(command: Command) -> None:
    rows = [{**row, "bilag": "EEEEEEEEE", "pga": "1"} for row in ROWS]
    told = command("score", "sri4", items(rows), "--json", "--set", "sledai_missing=as_absent")
    document = json.loads(told.out)
    assert document["settings"]["selena_sledai"]["sledai_missing"] == "as_absent"
    assert document["settings_hash"]["selena_sledai"] == settings_hash(
        "selena_sledai", {"sledai_missing": "as_absent"}
    )
    assert document["uncertain_rules"]["selena_sledai"] > 0
    assert document["items_without_column"] == []
    assert [row["responder"] for row in document["scores"]] == [None, "N", None]
    assert "components" not in told.err


def test_json_holds_scores_summary_and_explanations(command: Command) -> None:
    told = command("score", "sledai_2k", items(), "--json", "--explain", "-q")
    document = json.loads(told.out)
    assert (document["rows"], document["participants"]) == (3, 2)
    assert document["completeness"] == {"complete": 2, "incomplete": 1, "not evaluable": 0}
    assert document["scores"][0]["score"] == 6
    assert document["queries"] == []
    assert len(document["explanations"]) == 3
    assert told.err == ""


def test_explanations_are_sentences(command: Command) -> None:
    told = command("score", "sledai_2k", items(), "--explain", "-q")
    assert told.out == (
        "P1, visit 1, SLEDAI-2K: score 6. Why: ARTH +4; RASH +2.\n"
        "P1, visit 2, SLEDAI-2K: no score can be given, it lies between 4 and 6. "
        "Incomplete: not everything that could change it was done. Why: ARTH +4; not done: RASH.\n"
        "P2, visit 1, SLEDAI-2K: score 0.\n"
    )


def test_a_responder_index_is_explained_by_the_facts_that_decide(command: Command) -> None:
    Path("items.csv").write_text(
        "USUBJID,VISITNUM,bilag,sledai,pga\nP,0,EBEBEEEDC,12,2\nP,8,EBEBEEEDC,8,1\nQ,0,EEEEEEEEE,4,1\n",
        encoding="utf-8",
    )
    told = command("score", "sri4", "items.csv", "--explain", "--participant", "P", "--visit", "8", "-q")
    assert told.out.startswith("P, visit 8, SRI-4: responder. What decides: ")
    assert "Nearest change that makes a non-responder: SLEDAI 9 instead of 8." in told.out
    told = command("score", "sri4", "items.csv", "--explain", "--visit", "0.0", "-o", "scores.csv")
    assert [line.split(",")[0] for line in told.out.splitlines()] == ["P", "Q"]
    assert pl.read_csv("scores.csv").height == 3  # what is written is not narrowed


def test_an_explanation_can_be_asked_for_by_date(command: Command) -> None:
    Path("items.csv").write_text("USUBJID,ADT,PGA\nP,2024-01-01,1\nP,2024-02-01,2\n", encoding="utf-8")
    told = command("score", "pga", "items.csv", "--explain", "--visit", "2024-02-01", "-q")
    assert told.out.startswith("P, 2024-02-01, Physician global assessment: worse; score 2.")


def test_a_visit_without_a_number_is_explained_by_its_date(command: Command) -> None:
    Path("items.csv").write_text(
        "USUBJID,ADT,VISITNUM,bilag,sledai,pga\nP,2024-01-01,1,EBEBEEEDC,12,2\nP,2024-03-01,,EBEBEEEDC,8,1\n",
        encoding="utf-8",
    )
    told = command("score", "sri4", "items.csv", "--explain", "-q", "--visit", "2024-03-01")
    assert told.out.startswith("P, visit 2024-03-01, SRI-4: responder. What decides: ")


def test_what_cannot_be_explained_is_told_by_its_reasons(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise InstrumentError(Fault(id="INSTR-014", message="no", place="frame"))

    monkeypatch.setattr("lupustrial.cli._score_prose.explain", refuse)
    Path("items.csv").write_text("USUBJID,VISITNUM,bilag,sledai,pga\nP,1,EEEEEEEEE,1,1\n", encoding="utf-8")
    told = command("score", "sri4", "items.csv", "--explain", "-q")
    assert told.out == "P, visit 1, SLE responder index, SRI-4: not evaluable. Why: baseline or earlier.\n"


def prose_of(instrument: str, **row: object) -> str:
    """Return a scored row of P in words, without the head."""
    text = prose(INSTRUMENTS[instrument], {"USUBJID": "P", **row})
    return text.removeprefix(f"P, {INSTRUMENTS[instrument].title}: ")


def test_every_shape_of_result_is_told() -> None:
    bounds = {"score": None, "lower": None, "upper": None}
    assert prose_of("pga", state="worse", worse="Y", score=2.0) == "worse; score 2."
    assert prose_of("pga", state="none", **bounds) == "state none; no score can be given."
    assert prose_of("acr1997", score=4, classified="Y") == "score 4; classified yes."
    assert prose_of("acr1997", **bounds | {"lower": 1, "upper": 5}, classified=None) == (
        "no score can be given, it lies between 1 and 5."
    )
    assert prose_of("sri", responder=None) == "responder open."
    assert prose_of("sri", responder="N", completeness="incomplete", reasons="x") == (
        "responder no. Incomplete: not everything that could change it was done. Why: x."
    )
    assert (
        prose_of("bilag2004", numeric=12, grade_renal="A", lower_renal="A") == "numeric 12. Grades: renal A."
    )
    grades = {"grade_renal": None, "lower_renal": "D", "upper_renal": "A", "grade_ophthalmic": None}
    assert prose_of("bilag2004", numeric=None, **grades) == (
        "numeric open. Grades: renal D to A, ophthalmic open."
    )
    assert (
        prose_of("ctcae5", grade_wbc=0, baseline_wbc=1, worst_grade=None) == "nothing found. Grades: wbc 0."
    )
    assert prose_of("bilag2004_bst", n_minimal=9, VISIT="x") == "n_minimal 9."


def test_grades_are_told_with_their_bounds(command: Command) -> None:
    codes = "CON_FEVER,CON_WTLOSS,CON_NODES,CON_ANOREX"
    Path("items.csv").write_text(f"USUBJID,VISITNUM,{codes}\nP,1,4,2,3,0\n", encoding="utf-8")
    told = command("score", "bilag2004", "items.csv", "--explain", "-q", "--set", "bilag_missing=strict")
    assert "Grades: constitutional A, mucocutaneous E to A," in told.out


@pytest.mark.parametrize(
    ("sex", "same"), [("female", "F"), ("f", "F"), ("M", "M"), ("Male", "M"), ("nd", "")]
)
def test_sex_is_written_in_several_ways(command: Command, sex: str, same: str) -> None:
    def rate(value: str) -> object:
        Path("items.csv").write_text(
            f"USUBJID,VISITNUM,age,sex,creatinine_umol_l\nP,1,40,{value},88.4\n", encoding="utf-8"
        )
        return read(command("score", "egfr", "items.csv").out).drop("reasons").rows()

    assert rate(sex) == rate(same)
    assert rate("F") != rate("M")


def test_an_instrument_without_completeness_is_scored_too(command: Command) -> None:
    rows = [{**row, "sledai_total": "6"} for row in ROWS]
    told = command("score", "cross_checks", items(rows))
    assert (told.code, "cross_checks" in told.err) == (0, True), told.err


def test_help_has_an_example(command: Command) -> None:
    told = command("score", "--help")
    assert "lupustrial score selena-sledai items.csv -o scores.csv" in told.out
