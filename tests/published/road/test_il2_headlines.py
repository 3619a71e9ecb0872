"""The founding study, from its folder to its results: the figures that He et al. 2020 print."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest


@pytest.fixture(scope="module")
def ard(il2_out: Path) -> pl.DataFrame:
    return pl.read_parquet(il2_out / "results" / "ard.parquet")


def _count(ard: pl.DataFrame, analysis: str, parameter: str, week: int | None, group: str) -> tuple[int, int]:
    rows = ard.filter(
        pl.col("ANALYSIS") == analysis,
        pl.col("PARAMCD") == parameter,
        pl.col("AVISITN").eq_missing(week),
        pl.col("GROUP") == group,
        pl.col("METHOD") == "count",
    )
    values = dict(rows.select("STAT", "VALUE").iter_rows())
    return int(values["n"]), int(values["N"])


@pytest.mark.parametrize(
    ("analysis", "parameter", "week", "il2", "placebo"),
    [
        # abstract and efficacy text
        ("A-SRI4", "SRI4", 12, (16, 29), (9, 30)),
        ("A-SRI4-VISITS", "SRI4", 24, (19, 29), (11, 30)),
        ("A-RENAL", "RENCR", 12, (7, 13), (1, 12)),
        ("A-RENAL", "RENCR", 24, (7, 13), (2, 12)),
        ("A-PRED50", "PRED50", 24, (13, 29), (10, 30)),
        # table 2
        ("A-T2-BIN", "RASH", 0, (13, 29), (16, 30)),
        ("A-T2-BIN", "RASH", 12, (2, 29), (6, 30)),
        ("A-T2-BIN", "RASH", 24, (2, 29), (6, 30)),
        ("A-T2-BIN", "MUCO", 0, (4, 29), (1, 30)),
        ("A-T2-BIN", "MUCO", 24, (0, 29), (0, 30)),
        ("A-T2-BIN", "ARTH", 0, (14, 29), (15, 30)),
        ("A-T2-BIN", "ARTH", 12, (4, 29), (9, 30)),
        ("A-T2-BIN", "ARTH", 24, (3, 29), (8, 30)),
        ("A-T2-BIN", "VASC", 0, (4, 29), (2, 30)),
        ("A-T2-BIN", "VASC", 12, (0, 29), (0, 30)),
        ("A-T2-BIN", "ALOP", 0, (12, 29), (7, 30)),
        ("A-T2-BIN", "ALOP", 12, (6, 29), (2, 30)),
        ("A-T2-BIN", "ALOP", 24, (5, 29), (2, 30)),
        ("A-T2-BIN", "FEVR", 0, (3, 29), (4, 30)),
        ("A-T2-BIN", "FEVR", 12, (0, 29), (1, 30)),
        ("A-T2-BIN", "FEVR", 24, (0, 29), (0, 30)),
        ("A-T2-BIN", "MYOS", 0, (1, 29), (2, 30)),
        ("A-T2-BIN", "ANADEC", 12, (7, 29), (11, 30)),
        ("A-T2-BIN", "ANADEC", 24, (8, 29), (12, 30)),
        # table 1
        ("A-BASE-BIN", "SEX", 0, (27, 30), (29, 30)),
        ("A-BASE-BIN", "BILAGACT", 0, (21, 30), (21, 30)),
        ("A-BASE-BIN", "HCQ", 0, (29, 30), (28, 30)),
        ("A-BASE-BIN", "CYC", 0, (4, 30), (0, 30)),
        ("A-BASE-BIN", "AZA", 0, (1, 30), (4, 30)),
        ("A-BASE-BIN", "CSA", 0, (0, 30), (5, 30)),
        ("A-BASE-BIN", "MMF", 0, (9, 30), (8, 30)),
        ("A-BASE-BIN", "TAC", 0, (1, 30), (1, 30)),
        ("A-BASE-BIN", "LEF", 0, (3, 30), (1, 30)),
        ("A-BASE-BIN", "THAL", 0, (1, 30), (0, 30)),
        ("A-BASE-BIN", "MTX", 0, (1, 30), (1, 30)),
        # table 3
        ("A-AE", "AESER_", None, (0, 29), (3, 30)),
        ("A-AE", "NPSLE", None, (0, 29), (1, 30)),
        ("A-AE", "ZOSTER", None, (0, 29), (1, 30)),
        ("A-AE", "PNEUM", None, (0, 29), (1, 30)),
        ("A-AE", "INFECT", None, (2, 29), (6, 30)),
        ("A-AE", "URI", None, (2, 29), (4, 30)),
        ("A-AE", "SEVINF", None, (0, 29), (2, 30)),
        ("A-AE", "ISR", None, (9, 29), (2, 30)),
        ("A-AE", "FEVERAE", None, (4, 29), (0, 30)),
        ("A-AE", "FLU", None, (3, 29), (0, 30)),
    ],
)
def test_every_printed_count_comes_out_of_the_road(
    ard: pl.DataFrame,
    analysis: str,
    parameter: str,
    week: int | None,
    il2: tuple[int, int],
    placebo: tuple[int, int],
) -> None:
    assert _count(ard, analysis, parameter, week, "IL-2") == il2
    assert _count(ard, analysis, parameter, week, "placebo") == placebo


@pytest.mark.parametrize(
    ("parameter", "resolved", "present"),
    [
        ("RASHRES", 11, 13),
        ("MUCORES", 4, 4),
        ("ARTHRES", 11, 14),
        ("VASCRES", 4, 4),
        ("ALOPRES", 7, 12),
        ("FEVRRES", 3, 3),
    ],
)
def test_signs_resolved_on_il2_as_the_text_says(
    ard: pl.DataFrame, parameter: str, resolved: int, present: int
) -> None:
    assert _count(ard, "A-RESOLVED", parameter, 24, "IL-2") == (resolved, present)


def test_partial_or_complete_remission_on_il2_at_week_12_is_the_printed_7692_percent(
    ard: pl.DataFrame,
) -> None:
    assert _count(ard, "A-RENAL", "RENANY", 12, "IL-2") == (10, 13)


def _p(ard: pl.DataFrame, parameter: str, week: int) -> float:
    rows = ard.filter(
        pl.col("ANALYSIS") == "A-SRI4-VISITS",
        pl.col("PARAMCD") == parameter,
        pl.col("AVISITN") == week,
        pl.col("METHOD") == "pearson",
        pl.col("STAT") == "p_value",
    )
    return float(rows["VALUE"].item())


@pytest.mark.parametrize("week", [6, 8, 10, 16, 24])
def test_sri4_differs_where_the_paper_says_so(ard: pl.DataFrame, week: int) -> None:
    assert _p(ard, "SRI4", week) < 0.05


@pytest.mark.parametrize("week", [2, 4, 12, 20])
def test_sri4_does_not_differ_where_the_paper_does_not_say_so(ard: pl.DataFrame, week: int) -> None:
    assert _p(ard, "SRI4", week) >= 0.05


def test_the_key_table_says_that_0036_is_reproduced_by_no_test(il2_out: Path) -> None:
    key = (il2_out / "tables" / "KEY.csv").read_text(encoding="utf-8")
    assert "p = 0.036 is reproduced by no two-sided test of 7/13 v 2/12 (Pearson 0.053)" in key


@pytest.mark.parametrize(
    ("week", "provenance"),
    [(12, "published"), (24, "published"), (6, "not published"), (20, "not published")],
)
def test_what_the_paper_does_not_print_is_marked(ard: pl.DataFrame, week: int, provenance: str) -> None:
    rows = ard.filter(
        pl.col("ANALYSIS") == "A-SRI4-VISITS", pl.col("PARAMCD") == "SRI4", pl.col("AVISITN") == week
    )
    assert rows["PROVENANCE"].unique().to_list() == [provenance]
