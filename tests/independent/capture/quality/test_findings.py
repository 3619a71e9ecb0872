"""The methods of the audit-trail review, on trails with planted patterns and on trails without."""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib
from collections.abc import Sequence
from random import Random
from typing import Any

import numpy as np
import pytest
from capture_site import STUDY, CaptureSite
from scipy import stats

from lupustrial.capture.store import Change, Place, Query, Said, Signature
from lupustrial.study import Study, load_study

BEGIN = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)  # a Monday


@pytest.fixture(scope="module")
def il2() -> Study:
    """The founding study, with the time zone of its site."""
    study = load_study(STUDY)
    zoned = tuple(dataclasses.replace(one, time_zone="Asia/Shanghai") for one in study.sites)
    return dataclasses.replace(study, sites=zoned)


@pytest.fixture
def review(site: CaptureSite) -> Any:
    """The methods; `site` sets Django up."""
    del site
    return importlib.import_module("lupustrial.capture.review")


def change(
    number: int, form: str, item: str, new: str | None, *, old: str | None = None, at: dt.datetime = BEGIN,
    by: str = "coordinator", participant: str = "01-001", visit: str = "W0",
) -> Change:  # fmt: skip
    """Return a row of the audit trail."""
    return Change(
        position=number, order=0, kind="page saved", item=item, site="01", by=by, role="coordinator",
        place=Place(participant=participant, visit=visit, form=form), why="", query=None,
        at=at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        old=None if old is None else Said(value=old, unit=None, status="entered"),
        new=None if new is None else Said(value=new, unit=None, status="entered"),
    )  # fmt: skip


def found(review: Any, method: str, study: Study, changes: Sequence[Change] = (), **given: Any) -> list[str]:
    """Return what a method says about a trail."""
    evidence = review.Evidence(study=study, changes=changes, **given)
    return [one.message for one in review.METHODS[method].find(evidence)]


def test_primary_items_are_those_of_the_indices_that_sri4_is_made_of(review: Any, il2: Study) -> None:
    """He 2020: SRI-4 is of SELENA-SLEDAI, BILAG and the physician's global assessment; nothing else."""
    items = review.primary_items(il2)
    assert {form for form, _ in items} == {"sledai", "bilag2004", "pga", "history"}
    assert {item for form, item in items if form == "history"} == {
        f"PRIOR_{domain}" for domain in ("CON", "MUC", "NPS", "MSK", "CRS", "GIT", "OPH", "REN", "HAE")
    }
    assert ("pga", "PGA") in items
    assert sum(form == "sledai" for form, _ in items) == 24


@pytest.mark.requirement("REQ-QUAL-015")
def test_late_changes_of_primary_items_alone(review: Any, il2: Study) -> None:
    later = BEGIN + dt.timedelta(days=14)
    rows = [
        change(1, "pga", "PGA", "2.0"),
        change(2, "vitals", "WEIGHT", "58"),
        change(3, "pga", "PGA", "1.5", old="2.0", at=later - dt.timedelta(minutes=1)),
        change(4, "pga", "PGA", "1.0", old="1.5", at=later),
        change(5, "vitals", "WEIGHT", "59", old="58", at=later),
    ]
    assert found(review, "late-primary", il2, rows) == [
        "01-001, W0, pga: PGA was changed 14 days after it was entered, by coordinator"
    ]


def _query(number: int, item: str) -> Query:
    return Query(
        number=number, place=Place(participant="01-001", visit="W0", form="vitals"), item=item, site="01",
        origin="", state="closed", text="?", opened="", opened_by="monitor", opened_as="monitor", changed="",
    )  # fmt: skip


@pytest.mark.requirement("REQ-QUAL-015")
def test_values_changed_after_a_query_and_not_before_it(review: Any, il2: Study) -> None:
    rows = [
        change(1, "vitals", "WEIGHT", "58"),
        change(2, "vitals", "WEIGHT", "59", old="58"),
        change(5, "vitals", "WEIGHT", "95", old="59"),
        change(6, "vitals", "TEMP", "36.6", old="36.7"),
    ]
    queries = [_query(3, "WEIGHT"), _query(7, "TEMP"), _query(8, "SYSBP")]
    (told,) = found(review, "after-query", il2, rows, queries=queries)
    assert "WEIGHT was changed from “59” to “95” by coordinator after query 3" in told


def test_values_changed_after_a_signature(review: Any, il2: Study) -> None:
    def signature(number: int, broken: int | None) -> Signature:
        return Signature(
            number=number, place=Place(participant="01-001", visit="W0", form="vitals"), site="01", by="i",
            name="Dr Wu", role="i", meaning="m", at="", payload="{}", signature="", public="", broken=broken,
        )  # fmt: skip

    rows = [change(9, "vitals", "WEIGHT", "95", old="59")]
    told = found(review, "after-signature", il2, rows, signatures=[signature(4, 9), signature(5, None)])
    assert told == ["what Dr Wu signed (signature 4) was changed by coordinator, 01-001, W0, vitals, WEIGHT"]


@pytest.mark.requirement("REQ-QUAL-015")
def test_unusual_hours_are_those_of_the_site(review: Any, il2: Study) -> None:
    """09:00 UTC on a Monday is 17:00 in Beijing; 15:00 UTC is 23:00 there; Friday 17:00 UTC is Saturday."""
    usual = [change(n, "vitals", "TEMP", "36.6", at=BEGIN + dt.timedelta(minutes=n)) for n in range(40)]
    assert found(review, "hours", il2, usual) == []
    night = [change(100 + n, "vitals", "TEMP", "36", at=BEGIN.replace(hour=15, minute=n)) for n in range(3)]
    friday = BEGIN.replace(day=6, hour=17)
    weekend = [change(200 + n, "vitals", "TEMP", "36", at=friday.replace(minute=n)) for n in range(2)]
    assert found(review, "hours", il2, usual + night) == []  # three are not five
    (told,) = found(review, "hours", il2, usual + night + weekend)
    assert "5 of 45 saves at a weekend (2) or before 6:00 or from 22:00 (3), in Asia/Shanghai" in told
    unnamed = dataclasses.replace(il2, sites=(dataclasses.replace(il2.sites[0], time_zone=None),))
    assert found(review, "hours", unnamed, usual + night + weekend) == []  # by UTC none of them is unusual


@pytest.mark.requirement("REQ-QUAL-015")
def test_ten_pages_in_five_minutes_are_a_burst_and_nine_are_not(review: Any, il2: Study) -> None:
    def pages(count: int, seconds: int) -> list[Change]:
        return [
            change(
                n,
                "vitals",
                "TEMP",
                "36",
                participant=f"01-{n:03}",
                at=BEGIN + dt.timedelta(seconds=n * seconds),
            )
            for n in range(count)
        ]

    assert found(review, "burst", il2, pages(9, 10)) == []
    assert found(review, "burst", il2, pages(30, 60)) == []
    (told,) = found(review, "burst", il2, pages(12, 10))
    assert told == "coordinator saved 12 pages within 5 minutes from 2026-03-02 09:00 UTC"
    same = [change(n, "vitals", "TEMP", "36", at=BEGIN + dt.timedelta(seconds=n)) for n in range(30)]
    assert found(review, "burst", il2, same) == []  # one page saved again and again


@pytest.mark.requirement("REQ-QUAL-015")
def test_entry_long_after_the_visit(review: Any, il2: Study) -> None:
    dates = {("01-001", "W0"): dt.date(2026, 2, 16), ("01-001", "W2"): dt.date(2026, 2, 17)}
    rows = [change(1, "vitals", "TEMP", "36"), change(2, "vitals", "TEMP", "36", visit="W2")]
    rows += [change(3, "ae", "AETERM", "FEVER"), change(4, "vitals", "TEMP", "37", visit="W4")]
    (told,) = found(review, "late-entry", il2, rows, dates=dates)
    assert told.startswith("01-001, W0: 1 page first entered up to 14 days after the visit")


@pytest.mark.requirement("REQ-QUAL-015")
def test_visits_that_are_moved_back_or_lie_ahead(review: Any, il2: Study) -> None:
    rows = [
        change(1, "visit", "VISDAT", "2026-03-02"),
        change(2, "visit", "VISDAT", "2026-03-01", old="2026-03-02"),
        change(3, "visit", "VISDAT", "2026-03-02", old="2026-03-01"),
        change(4, "visit", "VISDAT", "2026-03-03", visit="W2"),
        change(5, "visit", "VISDAT", "2026-UNK", visit="W4"),
    ]
    told = found(review, "backdated", il2, rows)
    assert [line.split(": ")[1].split(",")[0] for line in told] == [
        "the date of the visit was moved back from 2026-03-02 to 2026-03-01",
        "the visit is dated 2026-03-03",
    ]


def _weights(generator: Random, count: int, *, rounded: float = 0.0) -> list[Change]:
    """Weights to a tenth of a kilogram; a share of them rounded to half kilograms."""
    rows = []
    for n in range(count):
        tenths = generator.randrange(450, 950)
        tenths = round(tenths / 5) * 5 if generator.random() < rounded else tenths
        place = {"participant": f"01-{n // 10:03}", "visit": f"V{n % 10}"}
        rows.append(change(n, "vitals", "WEIGHT", f"{tenths // 10}.{tenths % 10}", **place))
    return rows


@pytest.mark.requirement("REQ-QUAL-015")
def test_preferred_digits_are_found_with_the_numbers(review: Any, il2: Study) -> None:
    generator = Random(20260301)  # noqa: S311 - a test's own numbers
    rows = _weights(generator, 200, rounded=0.5)
    evidence = review.Evidence(study=il2, changes=rows)
    (finding,) = review.METHODS["digits"].find(evidence)
    header, counts = finding.table
    assert header == tuple("0123456789")
    by_hand = [
        sum(row.new is not None and str(row.new.value)[-1] == digit for row in rows) for digit in header
    ]
    assert [int(count) for count in counts] == by_hand
    assert f"chi-squared {stats.chisquare(by_hand).statistic:.1f} with 9 degrees" in finding.message


def test_digits_are_not_judged_where_they_cannot_be_even(review: Any, il2: Study) -> None:
    few = _weights(Random(1), 49, rounded=1.0)  # noqa: S311 - a test's own numbers
    assert found(review, "digits", il2, few) == []
    narrow = [change(n, "vitals", "TEMP", f"36.{n % 3}", visit=f"V{n}") for n in range(200)]
    assert found(review, "digits", il2, narrow) == []
    codes = [change(n, "sledai", "SEIZ", "N", visit=f"V{n}") for n in range(200)]
    assert found(review, "digits", il2, codes) == []


@pytest.mark.requirement("REQ-QUAL-015")
def test_even_digits_raise_a_false_alarm_no_more_often_than_is_said(review: Any, il2: Study) -> None:
    """The level is 0.001 a review: four or more alarms of 400 trails without a pattern have p below 0.001."""
    generator = Random(7)  # noqa: S311 - a test's own numbers
    alarms = sum(bool(found(review, "digits", il2, _weights(generator, 120))) for _ in range(400))
    assert alarms < 4
    assert stats.binom.sf(3, 400, 0.001) < 0.001


def test_the_p_value_is_that_of_scipy(review: Any) -> None:
    del review
    values = importlib.import_module("lupustrial.capture.review.findings._values")
    for counts in ([12, 8, 10, 11, 9, 10, 10, 12, 8, 10], [40, 1, 2, 3, 4, 40, 2, 3, 4, 1]):
        expected = stats.chisquare(counts)
        statistic, p = values.chi_squared(dict(enumerate(counts)))
        assert statistic == pytest.approx(expected.statistic, rel=1e-12)
        assert p == pytest.approx(expected.pvalue, rel=1e-9)


@pytest.mark.requirement("REQ-QUAL-015")
def test_the_same_blood_count_of_two_people_is_found_and_chance_is_not(review: Any, il2: Study) -> None:
    items = ("WBC", "NEUT", "LYMPH", "HGB", "PLAT")
    generator = np.random.default_rng(5)

    def counts(participant: str, values: Sequence[str], start: int) -> list[Change]:
        pairs = zip(items, values, strict=True)
        return [
            change(start + n, "cbc", item, value, participant=participant)
            for n, (item, value) in enumerate(pairs)
        ]

    rows: list[Change] = []
    for n in range(60):
        wbc, neut, lymph = generator.uniform(2, 9), generator.uniform(1, 6), generator.uniform(0.5, 2)
        values = (
            f"{wbc:.2f}",
            f"{neut:.2f}",
            f"{lymph:.2f}",
            f"{generator.normal(120, 12):.1f}",
            f"{n + 150}",
        )
        rows += counts(f"01-{n:03}", values, 10 * n)
    assert found(review, "duplicates", il2, rows) == []
    copied = counts("01-099", [str(row.new.value) for row in rows[35:40] if row.new is not None], 900)
    (told,) = found(review, "duplicates", il2, [*rows, *copied])
    assert told == "5 numbers of cbc are the same on 2 pages: 01-007, W0, cbc; 01-099, W0, cbc"
    mended = change(
        950, "cbc", "HGB", "99.9", old=copied[3].new and copied[3].new.value, participant="01-099"
    )
    assert found(review, "duplicates", il2, [*rows, *copied, mended]) == []


@pytest.mark.requirement("REQ-QUAL-015")
def test_an_account_that_changes_much_is_found_and_equal_ones_are_not(review: Any, il2: Study) -> None:
    def of(person: str, changed: int, whole: int) -> list[Change]:
        return [
            change(n, "vitals", "TEMP", "36", old="37" if n < changed else None, by=person, visit=f"V{n}")
            for n in range(whole)
        ]

    others = of("one", 10, 500) + of("two", 12, 500)
    assert found(review, "churn", il2, [*others, *of("three", 11, 500)]) == []
    assert found(review, "churn", il2, [*others, *of("three", 19, 100)]) == []  # fewer than twenty
    (told,) = found(review, "churn", il2, [*others, *of("three", 60, 500)])
    assert told.startswith(
        "three changed 60 of 500 values that he or she saved (12.0 %); all others 22 of 1000"
    )


def test_accounts_alike_raise_a_false_alarm_no_more_often_than_is_said(review: Any, il2: Study) -> None:
    """Four accounts that each change one value in five: the level is 0.001 a trail, of which there are 50."""
    generator = Random(11)  # noqa: S311 - a test's own numbers
    changed, entered = change(1, "vitals", "TEMP", "36", old="37"), change(1, "vitals", "TEMP", "36")
    kinds = {
        person: (dataclasses.replace(entered, by=person), dataclasses.replace(changed, by=person))
        for person in ("a", "b", "c", "d")
    }
    alarms = 0
    for _ in range(50):
        rows = [pair[generator.random() < 0.2] for pair in kinds.values() for _ in range(200)]
        alarms += bool(found(review, "churn", il2, rows))
    assert alarms < 3
