"""Bad items: every fault with file, line, row and item, at once; nothing is scored and nothing written."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from command import Command

from lupustrial.cli._score_write import write_files
from lupustrial.errors import ScoreError

HEAD = "USUBJID,VISITNUM,"


def write(text: str | bytes, name: str = "items.csv") -> Path:
    path = Path(name)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refused(command: Command, text: str | bytes, instrument: str = "sledai_2k", *more: str) -> str:
    """Score a file that cannot be scored; the scores of before must still be there. Return what was said."""
    Path("scores.csv").write_text("of before", encoding="utf-8")
    told = command("score", instrument, write(text), "-o", "scores.csv", *more)
    assert told.code == 1, told.err
    assert told.out == ""
    assert Path("scores.csv").read_text(encoding="utf-8") == "of before"
    assert {path.name for path in Path().iterdir() if path.name.startswith(".")} == set()
    return told.err


@pytest.mark.parametrize(
    ("instrument", "text", "said"),
    [
        (
            "sledai_2k",
            f"{HEAD}SEIZZ,PSYC\nP,1,Y,N\n",
            ["items.csv line 1, column SEIZZ", "INSTR-004", "did you mean SEIZ?", "--keep SEIZZ"],
        ),
        (
            "bilag2004",
            f"{HEAD}CON_FEVER\nP,1,4\nP,2,5\n",
            [
                "items.csv line 3 (row 2), item CON_FEVER, participant P, visit 2",
                "'5'",
                "whole numbers 0 to 4",
            ],
        ),
        (
            "bilag2004",
            f"{HEAD}REN_CREAT\nP,1,-90\n",
            ["items.csv line 2 (row 1), item REN_CREAT", "'-90'", "10 to 3000 umol/L"],
        ),
        (
            "bilag2004",
            f"{HEAD}REN_CREAT\nP,1,1.2\n",
            ["items.csv line 2 (row 1), item REN_CREAT", "'1.2'", "umol/L"],
        ),
        (
            "sledai_2k",
            f"{HEAD}SEIZ\nP,1,Y\nQ,1,Y\nP,1,N\n",
            ["items.csv lines 2, 4 (rows 1, 3), participant P, visit 1", "INSTR-006", "2 rows for one visit"],
        ),
        ("bilag2004", f"{HEAD}CON_FEVER\nP,1,Y\n", ["item CON_FEVER", "'Y' is not permitted"]),
        ("sledai_2k", f"{HEAD}SEIZ\nP,1,2\n", ["item SEIZ", "'2' is not permitted"]),
        ("pga", f'{HEAD}PGA\nP,1,"1,5"\n', ["item PGA", "write decimals with a point"]),
        ("pga", f"{HEAD}PGA\nP,1,<1\n", ["item PGA", "beyond the limit of the assay"]),
        ("pga", f"{HEAD}PGA\nP,1,one\n", ["items.csv line 2 (row 1), item PGA", "'one' is not permitted"]),
        ("pga", f"{HEAD}PGA\nP,week 4,1\n", ["line 2 (row 1), item VISITNUM", "'week 4' is not a number"]),
        ("pga", f"{HEAD}PGA\nP,inf,1\n", ["item VISITNUM", "'inf' is not a number"]),
        (
            "pga",
            f"{HEAD}PGA\n,1,1\nP,,1\n",
            ["line 2 (row 1)", "line 3 (row 2)", "no participant or no visit"],
        ),
        ("pga", "USUBJID,ADT,PGA\nP,1/2/2024,1\n", ["item ADT", "YYYY-MM-DD"]),
        (
            "pga",
            "patient,VISITNUM,PGA\nP,1,1\n",
            ["column USUBJID", "rename patient to USUBJID", "--keep patient"],
        ),
        ("pga", "PGA,VISITNUM\n1,1\n", ["column USUBJID", "the participant stands in a column USUBJID"]),
        ("pga", "USUBJID,PGA\nP,1\nQ,1\nP,2\n", ["lines 2, 4 (rows 1, 3)", "participant P has 2 rows"]),
        ("pga", f"{HEAD}PGA,pga\nP,1,1,1\n", ["column pga", "SCORE-004", "column PGA gives already"]),
        ("pga", f"{HEAD}VISIT\nP,1,x\n", ["items.csv, frame", "there is no item column"]),
        ("sri4", f"{HEAD}bilag,sledai\nP,1,EEEEEEEEE,8\n", ["items.csv line 1, column pga", "is missing"]),
        (
            "sri4",
            f"{HEAD}bilag,sledai,pga\nP,1,EEEE,8,1\n",
            ["item bilag", "SCORE-005", "9 letters", "renal"],
        ),
        (
            "sri4",
            f"{HEAD}bilag,grade_renal,sledai,pga\nP,1,EEEEEEEEE,A,8,1\n",
            ["column bilag", "SCORE-005", "stands beside grade_renal"],
        ),
        ("sri4", f"{HEAD}SEIZ,sledai,bilag,pga\nP,1,N,8,EEEEEEEEE,1\n", ["column sledai", "INSTR-015"]),
    ],
)
def test_a_bad_file_is_refused_with_line_row_and_item(
    command: Command, instrument: str, text: str, said: list[str]
) -> None:
    printed = refused(command, text, instrument)
    for words in said:
        assert words in printed
    assert "→" in printed


def test_all_faults_are_reported_at_once_in_the_order_of_the_file(command: Command) -> None:
    printed = refused(
        command,
        f'{HEAD}SEIZZ,PSYC,OBS\nP,1,N,5,N\nP,two,N,maybe,N\n\n"P",1,N,N,"more\nlines"\n,3,N,N,N\nP,4,N,N,7\n',
    )
    places = [line.split("  ")[1] for line in printed.splitlines() if line.startswith("error")]
    assert places == [
        "items.csv line 1, column SEIZZ",
        "items.csv lines 2, 5 (rows 1, 4), participant P, visit 1",
        "items.csv line 2 (row 1), item PSYC, participant P, visit 1",
        "items.csv line 3 (row 2), item VISITNUM",
        "items.csv line 3 (row 2), item PSYC, participant P",  # the visit that stands in is not told
        "items.csv line 5 (row 4), item OBS, participant P, visit 1",
        "items.csv line 7 (row 5)",  # a quoted text went over two lines
        "items.csv line 8 (row 6), item OBS, participant P, visit 4",
    ]
    assert "8 errors" in printed


def test_of_each_kind_twenty_are_listed_and_the_others_counted(command: Command) -> None:
    rows = "".join(f"P{number},1,x,N\n" for number in range(25))
    printed = refused(command, f"{HEAD}SEIZ,PSYC\n{rows}Q,1,N,x\n")
    assert printed.count("'x' is not permitted") == 21
    assert "item SEIZ" in printed
    assert "and 5 more like these" in printed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ["SCORE-003", "the file is empty"]),
        ("\n \n", ["SCORE-003", "the file is empty"]),
        (b"\xef\xbb\xbf", ["SCORE-003", "the file is empty"]),
        (f"{HEAD}SEIZ\n", ["SCORE-003", "the file has no rows"]),
        (f"{HEAD}SEIZ\n,,\n", ["SCORE-003", "the file has no rows"]),
        (f"{HEAD}SEIZ\nP,1,Y\n".encode("utf-16"), ["SCORE-002", "UTF-16"]),
        (b"PK\x03\x04x", ["SCORE-002", "spreadsheet"]),
        (f"{HEAD}SEIZ\nP,1,\0\n", ["items.csv line 2", "SCORE-002", "0x00"]),
        (f"{HEAD}SEIZ\rP,1,Y\nQ,1,N\n", ["SCORE-003", "its lines end in several ways"]),
        (f"{HEAD}SEIZ\nP,1,Y\nP\xe9,1,Y\n".encode("latin-1"), ["items.csv line 3", "SCORE-002", "0xe9"]),
        (f"{HEAD}SEIZ,SEIZ\nP,1,Y,Y\n", ["items.csv line 1", "SCORE-004", "column SEIZ stands twice"]),
        (f"{HEAD}SEIZ\nP,1,Y,N\nP,2\n", ["line 2", "4 fields, the header 3", "line 3", "2 fields"]),
        (f"{HEAD}SEIZ\nP,1\n", ["line 2", "2 fields, the header 3"]),
        (f"{HEAD}SEIZ\n" + "P,1\n" * 25, ["and 5 more like these"]),
        (f'{HEAD}SEIZ\nP,1,"Y\nP,2,N\n', ["SCORE-003", "not CSV", "close every quote"]),
        (f'{HEAD}"SEIZ\nP,1,Y\n', ["SCORE-003", "not CSV"]),
        (f"{HEAD}SEIZ,\nP,1,Y,3\n", ["no name stands above column 4"]),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_its_line(
    command: Command, text: str | bytes, said: list[str]
) -> None:
    printed = refused(command, text)
    for words in said:
        assert words in printed


def test_a_column_without_name_and_value_is_passed_over(command: Command) -> None:
    assert command("score", "sledai_2k", write(f"{HEAD}SEIZ,,\nP,1,Y,,\n")).code == 0


def test_a_file_that_is_absent_or_of_another_kind_is_named(command: Command) -> None:
    write(f"{HEAD}SEIZ\nP,1,Y\n")
    told = command("score", "sledai_2k", "itms.csv")
    assert (told.code, "did you mean items.csv?" in told.err) == (1, True)
    assert "there is no folder nowhere" in command("score", "sledai_2k", "nowhere/items.csv").err
    write("x", "items.xlsx")
    told = command("score", "sledai_2k", "items.xlsx")
    assert (told.code, "'.xlsx' cannot be read" in told.err) == (1, True)
    write("x", "items.parquet")
    assert "not Parquet" in command("score", "sledai_2k", "items.parquet").err
    Path("folder.csv").mkdir()
    assert "cannot be read: Is a directory" in command("score", "sledai_2k", "folder.csv").err


def test_a_row_of_parquet_is_named_by_its_number(command: Command) -> None:
    pl.DataFrame({"USUBJID": ["P", "P"], "VISITNUM": [1, 2], "PGA": [1.0, 5.0]}).write_parquet(
        "items.parquet"
    )
    told = command("score", "pga", "items.parquet")
    assert "items.parquet row 2, item PGA, participant P, visit 2" in told.err
    pl.DataFrame({"USUBJID": ["P"], "VISITNUM": [1], "PGA": [[1.0]]}).write_parquet("items.parquet")
    assert "'a list or record' is not permitted" in command("score", "pga", "items.parquet").err
    pl.DataFrame({"USUBJID": ["P"], "VISITNUM": [1], "PGAA": [1]}).write_parquet("items.parquet")
    assert "items.parquet, column PGAA" in command("score", "pga", "items.parquet").err


def test_an_unknown_instrument_is_told_with_those_that_are_near(command: Command) -> None:
    told = command("score", "bilag2005", write(f"{HEAD}SEIZ\nP,1,Y\n"))
    assert (told.code, "INSTR-001" in told.err, "did you mean bilag2004?" in told.err) == (1, True, True)
    assert "did you mean selena_sledai or" in command("score", "sledai", "items.csv").err
    assert "known: selena_sledai" in command("score", "xyz", "items.csv").err


def test_columns_that_cannot_be_kept_are_named(command: Command) -> None:
    text = f"{HEAD}SEIZ,score,arm\nP,1,Y,3,A\n"
    printed = refused(command, text, "sledai_2k", "--keep", "arms", "--keep", "score")
    for words in (
        "--keep arms",
        "did you mean arm?",
        "column score",
        "a result of the instrument has that name",
    ):
        assert words in printed


@pytest.mark.parametrize(
    ("yaml", "option", "said"),
    [
        (None, "settings.yaml", ["SCORE-007", "there is no such file"]),
        ("a: [", "settings.yaml", ["settings.yaml:", "unreadable YAML"]),
        ("- a\n", "settings.yaml", ["settings.yaml:1", "the file holds no keys"]),
        ("", "settings.yaml", ["settings.yaml:1", "the file holds no keys"]),
        ("a: &x [*x]\n", "settings.yaml", ["anchor contains itself"]),
        ("a: \x07\n", "settings.yaml", ["settings.yaml:1", "unreadable YAML"]),
        ("[a]: b\n", "settings.yaml", ["settings.yaml:1", "a key is no word"]),
        (
            "sledai_missing: strict\nsledai_missing: strict\n",
            "settings.yaml",
            ["settings.yaml:2", "key `sledai_missing` stands twice"],
        ),
        (
            "sledai_missing: strict\nsledai_missin: strict\n",
            "settings.yaml",
            ["settings.yaml:2", "INSTR-002", "did you mean sledai_missing?"],
        ),
        (
            "sledai_window_days: 28\nsledai_missing: lenient\n",
            "settings.yaml",
            ["settings.yaml:2", "INSTR-003", "strict | as_absent"],
        ),
        ("sledai_missing:\n", "settings.yaml", ["settings.yaml:1", "sledai_missing is empty"]),
        ("sledai_missing: [strict]\n", "settings.yaml", ["sledai_missing is a list"]),
        ("sledai_missing: {a: b}\n", "settings.yaml", ["sledai_missing is no option"]),
        ("sledai_missing: strict\n", "settings.yaml#A", ["leave out the #"]),
        ("instruments: [{id: A, instrument: pga}]\n", "settings.yaml#B", ["no entry 'B'", "#A"]),
        (
            "instruments: [{id: A, instrument: pga}]\n",
            "settings.yaml#A",
            ["an entry of pga, not of sledai_2k"],
        ),
        ("instruments: [{id: A, instrument: pga}]\n", "settings.yaml", ["has 0 entries of sledai_2k"]),
        ("instruments: x\n", "settings.yaml", ["settings.yaml:1", "has 0 entries"]),
    ],
)
def test_settings_that_cannot_be_used_are_named_with_file_and_line(
    command: Command, yaml: str | None, option: str, said: list[str]
) -> None:
    if yaml is not None:
        write(yaml, "settings.yaml")
    printed = refused(command, f"{HEAD}SEIZ\nP,1,Y\n", "sledai_2k", "--settings", option)
    for words in said:
        assert words in printed


def test_a_setting_of_the_command_line_is_named_as_such(command: Command) -> None:
    text = f"{HEAD}SEIZ\nP,1,Y\n"
    printed = refused(command, text, "sledai_2k", "--set", "sledai_missing=lenient", "--set", "x=y")
    assert "command line, --set sledai_missing  INSTR-003" in printed
    assert "command line, --set x  INSTR-002" in printed
    told = command("score", "sledai_2k", "items.csv", "--set", "sledai_missing")
    assert (told.code, "USAGE-009" in told.err) == (2, True)


def test_a_setting_that_must_be_chosen_is_asked_for(command: Command) -> None:
    printed = refused(command, f"{HEAD}SEIZ\nP,1,Y\n", "m_sledai")
    assert "INSTR-016" in printed
    assert "with --set m_sledai_definition=OPTION" in printed


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-o", "scores.txt"], ["USAGE-004", "end it in .csv or .parquet"]),
        (["-o", "items.csv"], ["USAGE-010", "it is the file of items too"]),
        (["-o", "a.csv", "--queries", "a.csv"], ["USAGE-010", "it is --out too"]),
        (["--participant", "P"], ["USAGE-010", "add --explain"]),
        (["--explain", "--participant", "PP"], ["USAGE-007", "did you mean P?"]),
        (["--explain", "--visit", "9", "-o", "scores.csv"], ["USAGE-007", "there are: 1"]),
    ],
)
def test_a_command_that_makes_no_sense_is_refused(
    command: Command, options: list[str], said: list[str]
) -> None:
    path = write(f"{HEAD}SEIZ\nP,1,Y\n")
    told = command("score", "sledai_2k", path, *options)
    assert told.code == 2
    for words in said:
        assert words in told.err
    assert [each.name for each in Path().iterdir()] == ["items.csv"]


def test_where_one_file_cannot_be_written_none_is(command: Command) -> None:
    path = write(f"{HEAD}SEIZ\nP,1,Y\n")
    told = command("score", "sledai_2k", path, "-o", "scores.csv", "--queries", "nowhere/queries.csv")
    assert (told.code, "SCORE-008" in told.err) == (1, True)
    assert [each.name for each in Path().iterdir()] == ["items.csv"]


def test_a_crash_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("of before", encoding="utf-8")
    with pytest.raises(pl.exceptions.ComputeError):
        write_files({path: pl.DataFrame({"nested": [[1]]})})
    with pytest.raises(ScoreError):
        write_files({tmp_path / "nowhere" / "scores.csv": pl.DataFrame({"a": [1]})})
    assert [each.name for each in tmp_path.iterdir()] == ["scores.csv"]
    assert path.read_text(encoding="utf-8") == "of before"
