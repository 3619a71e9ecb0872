"""Mean prednisone-equivalent dose over the seven days up to a visit, day by day on paper."""

from __future__ import annotations

import polars as pl
import pytest
import tiny_trial

from lupustrial.adam import derive
from lupustrial.sdtm import tabulate

_VISITS = """
1 SCR visit.VISDAT 2020-01-01
1 SCR demography.SEX F
1 V0  visit.VISDAT 2020-01-08
1 V0  randomisation.RANDDAT 2020-01-08
1 V0  doses.EXDAT#1 2020-01-08
1 V2  visit.VISDAT 2020-01-22
"""


def _doses(*records: str) -> list[tuple[float | None, str | None]]:
    """Return dose and note at weeks 0 and 2; records: drug, dose, frequency, route, start, end (- blank)."""
    names = ("CMTRT", "CMDOSE", "CMFREQ", "CMROUTE", "CMSTDAT", "CMENDAT")
    lines = [
        f"1 SCR drugs.{name}#{number} {value}"
        for number, record in enumerate(records, start=1)
        for name, value in zip(names, record.split(), strict=True)
        if value != "-"
    ]
    parameters = tuple(one for one in tiny_trial.parameters() if one.id == "PRED")
    study = tiny_trial.study(parameters)
    source = tiny_trial.source(_VISITS + "\n".join(lines))
    frame = derive(study, tabulate(study, source), source.stamp)["ADEX"]
    return [(value, note) for value, note in frame.select("AVAL", "AVALNOTE").rows()]


def _values(*records: str) -> list[float | None]:
    return [value for value, _ in _doses(*records)]


def test_days_before_the_first_dose_at_baseline_and_up_to_the_visit_after_it() -> None:
    # Window of week 0: 1 to 7 January (not the 8th); of week 2: 16 to 22 January.
    assert _values("PREDNISONE 7 QD ORAL 2020-01-01 2020-01-07") == [7.0, 0.0]
    assert _values("PREDNISONE 7 QD ORAL 2020-01-08 2020-01-16") == [0.0, 1.0]
    assert _values("PREDNISONE 7 QD ORAL 2020-01-22 -") == [0.0, 1.0]


def test_overlapping_records_add_and_open_ones_go_on() -> None:
    assert _values("PREDNISONE 10 QD ORAL 2019-01-01 -", "PREDNISONE 2.5 QD ORAL 2020-01-20 -") == [
        10.0,
        pytest.approx(10 + 3 * 2.5 / 7),
    ]


@pytest.mark.parametrize(
    ("record", "dose"),
    [
        ("METHYLPREDNISOLONE 4 QD ORAL 2019 -", 5.0),
        ("HYDROCORTISONE 20 BID ORAL 2019-12 -", 10.0),
        ("PREDNISOLONE 10 QOD - 2019-12-01 -", 5.0),
        ("DEXAMETHASONE 0.75 TID ORAL 2019-12-01 -", 15.0),
    ],
)
def test_equivalents_and_frequencies(record: str, dose: float) -> None:
    assert _values(record) == [pytest.approx(dose), pytest.approx(dose)]


def test_a_single_intake_covers_its_day() -> None:
    assert _values("PREDNISONE 70 ONCE ORAL 2020-01-20 -") == [0.0, 10.0]


def test_pulses_have_no_part_in_the_mean() -> None:
    assert _values(
        "PREDNISONE 5 QD ORAL 2019-01-01 -", "METHYLPREDNISOLONE 500 QD INTRAVENOUS 2020-01-20 2020-01-22"
    ) == [5.0, 5.0]


def test_dates_of_which_the_day_is_missing_are_taken_wide() -> None:
    # "2020-01" as an end is 31 January, as a start 1 January.
    assert _values("PREDNISONE 5 QD ORAL 2020-01 2020-01") == [5.0, 5.0]


def test_as_needed_and_a_dose_that_is_not_known_leave_the_mean_open() -> None:
    # Week 2 is outside: there the log says that nothing was taken.
    (first, second) = _doses("PREDNISONE 5 PRN ORAL 2020-01-01 2020-01-10")
    assert first == (None, "dose or frequency not known: PREDNISONE 5 mg PRN")
    assert second == (0.0, "no record covers the window")
    assert _values("PREDNISONE - QD ORAL 2020-01-01 2020-01-10")[0] is None


def test_an_empty_log_is_not_zero() -> None:
    assert _doses() == [(None, "the log is empty: not known")] * 2


def test_a_log_that_says_that_there_was_none_is_zero() -> None:
    parameters = tuple(one for one in tiny_trial.parameters() if one.id == "PRED")
    study = tiny_trial.study(parameters)
    source = tiny_trial.source(_VISITS + "1 V0 drugs.CMTRT [not applicable]")
    frame = derive(study, tabulate(study, source), source.stamp)["ADEX"]
    assert frame.select(pl.col("AVAL")).to_series().to_list() == [0.0, 0.0]
