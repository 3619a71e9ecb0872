"""Stock, accounts, reconciliation and resupply of a small trial, worked out by hand and against scipy."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math

import kit_trial as trial
import pytest
import tiny_trial
from scipy.stats import poisson

from lupustrial.allocation.kits import (
    Kit,
    Place,
    accounts,
    expiring,
    observed_rates,
    poisson_quantile,
    predict,
    read_kits,
    read_places,
    read_shipments,
    reconcile,
    recruits,
    return_kit,
    stock,
    warn_central,
)
from lupustrial.errors import AllocationError
from lupustrial.ledger import Database, open_database
from lupustrial.study import Site, Study

FIRST, SECOND, SPARE = (trial.number(1107, nth) for nth in (1, 2, 3))
THEIRS = trial.number(1205, 1)
LATER = dt.date(2025, 2, 7)


@pytest.fixture
def study() -> Study:
    return trial.study()


@pytest.fixture
def stocked(tmp_path: object, study: Study) -> Database:
    database = open_database(f"{tmp_path}/trial.db", create=True)
    trial.stocked(database, study)
    return database


def all_kits(database: Database, study: Study) -> list[Kit]:
    with database.reading() as tx:
        return list(read_kits(tx, study.id).values())


def test_units_go_where_they_went(stocked: Database, study: Study) -> None:
    with stocked.writing() as tx:
        trial.give(tx, study)
        return_kit(tx, study, FIRST, on=trial.DAY, by=trial.PHARMACIST, used=2, unused=0, lost=1)
        trial.give(tx, study, "V4", on=LATER)
    (mine,) = accounts(study, all_kits(stocked, study), "participant")
    assert (mine.of, mine.kits, mine.dispensed) == ("01-1", 2, 6)
    assert (mine.used, mine.unused, mine.lost, mine.outstanding) == (2, 0, 1, 3)
    assert [one.of for one in accounts(study, all_kits(stocked, study), "kit")] == [str(FIRST), str(SECOND)]
    assert [one.of for one in accounts(study, all_kits(stocked, study), "site")] == ["01"]


def test_injections_and_units_that_agree_give_no_difference(stocked: Database, study: Study) -> None:
    with stocked.writing() as tx:
        trial.give(tx, study)
        return_kit(tx, study, FIRST, on=LATER, by=trial.PHARMACIST, used=2, unused=1, lost=0)
    text = f"""
    01-1 V0 doses.EXDAT#1 2025-01-10
    01-1 V0 doses.EXPERF#1 Y
    01-1 V0 doses.KIT#1 KITS:{FIRST}
    01-1 V0 doses.EXDAT#2 2025-01-12
    01-1 V0 doses.EXPERF#2 N
    01-1 V0 doses.EXDAT#3 2025-01-14
    01-1 V0 doses.EXPERF#3 Y
    01-1 V0 doses.KIT#3 110 710
    """
    records = tiny_trial.records(text, study.id)
    assert reconcile(study, all_kits(stocked, study), records).differences == ()


@pytest.mark.requirement("REQ-SUPPLY-006")
def test_every_difference_between_kits_and_injections_is_named(stocked: Database, study: Study) -> None:
    with stocked.writing() as tx:
        trial.give(tx, study)
        return_kit(tx, study, FIRST, on=trial.DAY, by=trial.PHARMACIST, used=2, unused=0, lost=1)
        trial.give(tx, study, "V4", on=LATER)
    given = [
        ("2025-01-10", FIRST),  # one of two: the kit came back with two used
        ("2025-02-07", SECOND),
        ("2025-02-06", SECOND),
        ("2025-07-01", SECOND),
        ("2025-02-08", SPARE),
        ("2025-02-09", FIRST + 1),
        ("2025-02-10", trial.number(9999, 1)),
        ("2025-02-11", None),
        ("2025-02-12", THEIRS),
    ]
    lines = [
        line
        for nth, (day, kit) in enumerate(given, start=1)
        for line in (
            f"01-1 V0 doses.EXDAT#{nth} {day}",
            f"01-1 V0 doses.EXPERF#{nth} Y",
            *([] if kit is None else [f"01-1 V0 doses.KIT#{nth} {kit}"]),
        )
    ]
    found = reconcile(study, all_kits(stocked, study), tiny_trial.records("\n".join(lines), study.id))
    assert sorted((one.kind, one.kit) for one in found.differences if one.kit is not None) == sorted(
        [
            ("used differs", FIRST),
            ("before handing out", SECOND),
            ("expired", SECOND),
            ("not returned", SECOND),
            ("not handed out", SPARE),
            ("not handed out", THEIRS),
        ]
    )
    others = [(one.kind, one.message) for one in found.differences if one.kit is None]
    assert [kind for kind, _ in others] == ["no kit number", "unknown kit", "unknown kit"]
    assert "check digit" in others[1][1]
    assert "does not exist" in others[2][1]
    assert "of kit 110710 2 units came back used, 1 injections name it" in [
        one.message for one in found.differences
    ]


def test_a_kit_of_somebody_else_is_named_without_naming_whose(stocked: Database, study: Study) -> None:
    kits = [
        dataclasses.replace(kit, state="dispensed", participant="02-1", visit="V0", dispensed_on=trial.DAY)
        if kit.number == THEIRS
        else kit
        for kit in all_kits(stocked, study)
    ]
    text = f"01-1 V0 doses.EXPERF#1 Y\n01-1 V0 doses.KIT#1 {THEIRS}"
    found = reconcile(study, kits, tiny_trial.records(text, study.id)).differences
    (mine,) = [one for one in found if one.participant == "01-1"]
    assert mine.kind == "kit of somebody else"
    assert "02-1" not in mine.message


def test_stock_is_counted_by_place_and_state(stocked: Database, study: Study) -> None:
    with stocked.writing() as tx:
        trial.give(tx, study)
    lines = [(one.site, one.state, one.kits, one.units) for one in stock(study, all_kits(stocked, study))]
    # 4 slots of 3 kits of 3 vials at site 01, one of them handed out; 2 slots at site 02
    assert lines == [("01", "dispensed", 1, 3), ("01", "received", 11, 33), ("02", "received", 6, 18)]
    kits = [dataclasses.replace(kit, site=None, state="released") for kit in all_kits(stocked, study)[:2]]
    assert [one.site for one in stock(study, [*all_kits(stocked, study), *kits])] == [None, "01", "01", "02"]


def test_a_kit_is_handed_out_four_days_before_it_expires_or_never(stocked: Database, study: Study) -> None:
    kits = [kit for kit in all_kits(stocked, study) if kit.number == FIRST]  # expires on 30 June
    assert expiring(study, kits, on=dt.date(2025, 6, 1), within=25) == []
    (soon,) = expiring(study, kits, on=dt.date(2025, 6, 2), within=25)
    assert (soon.hand_out_by, soon.late) == (dt.date(2025, 6, 26), False)
    (last,) = expiring(study, kits, on=dt.date(2025, 6, 26), within=25)
    assert not last.late
    (late,) = expiring(study, kits, on=dt.date(2025, 6, 27), within=25)
    assert late.late


@pytest.mark.parametrize("mean", [0.0, 0.01, 0.3, 1.0, 2.5, 9.7, 40.0, 800.0])
@pytest.mark.parametrize("probability", [0.5, 0.8, 0.95, 0.99, 0.9999])
def test_the_quantile_of_poisson_is_that_of_scipy(mean: float, probability: float) -> None:
    assert poisson_quantile(mean, probability) == int(poisson.ppf(probability, mean))


def test_kits_for_new_and_old_participants_by_hand(database: Database, study: Study) -> None:
    trial.set_up(database, study)
    with database.writing() as tx:
        trial.release_all(tx, study)
        trial.deliver(tx, study, "01", trial.kits_of([1107]))
        trial.enrol(tx, study, "01-1", "01", 1107)
        trial.enrol(tx, study, "02-1", "02", 1205)
        trial.give(tx, study)
        kits, places = list(read_kits(tx, study.id).values()), read_places(tx, study.id)
    on = dt.date(2025, 2, 1)
    # Site 01 expects 0.5 in 14 days: P(0) = 0.607, P(<= 1) = 0.910, P(<= 2) = 0.986; two suffice.
    answer = predict(study, kits, places, on=on, days=14, rates={"01": 0.5 / 14})
    assert [(one.site, one.upper) for one in answer.recruits] == [("01", 2), ("02", 0)]
    assert answer.until == dt.date(2025, 2, 15)
    needs = [
        (n.site, n.due.slot, n.due.participant, n.due.visit, n.due.day, n.kit, n.step) for n in answer.needs
    ]
    assert needs == [
        # the next two slots of the list come today; their V4 is 25 days away at the earliest
        ("01", 1103, None, "V0", on, trial.number(1103, 1), "ship"),
        ("01", 1111, None, "V0", on, trial.number(1111, 1), "ship"),
        # 01-1 had V0 on 10 January: V4 is on 7 February, from the 4th on
        ("01", 1107, "01-1", "V4", dt.date(2025, 2, 4), SECOND, "in stock"),
        # 02-1 got nothing yet
        ("02", 1205, "02-1", "V0", on, THEIRS, "ship"),
    ]
    assert answer.to_ship("01") == sorted(trial.number(slot, 1) for slot in (1103, 1111))
    assert answer.warnings == ()


@pytest.mark.parametrize(
    ("on", "days", "expected"),
    [
        (dt.date(2025, 1, 20), 14, []),  # until 3 February
        (dt.date(2025, 1, 21), 14, [dt.date(2025, 2, 4)]),  # the first day of the window
        (dt.date(2025, 2, 10), 14, [dt.date(2025, 2, 10)]),  # its last day
        (dt.date(2025, 2, 11), 14, []),  # over
    ],
)
def test_a_visit_needs_its_kit_while_its_window_is_near_or_open(
    stocked: Database, study: Study, on: dt.date, days: int, expected: list[dt.date]
) -> None:
    with stocked.writing() as tx:
        trial.give(tx, study)
        kits, places = list(read_kits(tx, study.id).values()), read_places(tx, study.id)
    answer = predict(study, kits, places, on=on, days=days, rates={})
    assert [need.due.day for need in answer.needs if need.site == "01"] == expected


def test_a_slot_without_a_kit_that_lasts_is_named(stocked: Database, study: Study) -> None:
    with stocked.writing() as tx:
        trial.give(tx, study)
        kits, places = list(read_kits(tx, study.id).values()), read_places(tx, study.id)
    short = [
        dataclasses.replace(kit, expiry=dt.date(2025, 2, 7)) if kit.slot == 1107 else kit for kit in kits
    ]
    answer = predict(study, short, places, on=dt.date(2025, 2, 4), days=7, rates={})
    assert [(need.kit, need.step) for need in answer.needs if need.site == "01"] == [(None, "none")]


def test_strata_share_the_quantile_and_the_recruits(study: Study) -> None:
    places = {
        slot: Place(
            slot=slot,
            stratum=stratum,
            position=slot,
            participant=f"P{slot}" if slot <= 3 else None,
            site="01" if slot <= 3 else None,
        )
        for slot, stratum in enumerate(["A/01"] * 6 + ["B/01"] * 3, start=1)
    }
    found = recruits(study, places, {"01": 0.1}, days=30, quantile=0.95)
    mine = {one.stratum: one for one in found if one.site == "01"}
    # three of three came into A: shares (3 + 1) / (3 + 2) and (0 + 1) / (3 + 2) of the 3 that are expected
    assert mine["A/01"].expected == pytest.approx(2.4)
    assert mine["B/01"].expected == pytest.approx(0.6)
    each = math.sqrt(0.95)
    assert [mine[name].upper for name in ("A/01", "B/01")] == [
        int(poisson.ppf(each, 2.4)),
        int(poisson.ppf(each, 0.6)),
    ]
    served = poisson.cdf(mine["A/01"].upper, 2.4) * poisson.cdf(mine["B/01"].upper, 0.6)
    assert served >= 0.95
    assert [mine[name].free for name in ("A/01", "B/01")] == [3, 3]


def test_a_list_that_runs_out_is_told(stocked: Database, study: Study) -> None:
    with stocked.reading() as tx:
        kits, places = list(read_kits(tx, study.id).values()), read_places(tx, study.id)
    answer = predict(
        study, kits, places, on=trial.DAY, days=28, rates={"02": 0.1}
    )  # 2.8: at most 6, 1 is free
    assert [fault.id for fault in answer.warnings] == ["ALLOC-087"]
    assert "1 free slots, 6 may be needed" in answer.warnings[0].message


def test_a_central_list_of_several_sites_serves_only_those_who_are_in(
    stocked: Database, study: Study
) -> None:
    central = dataclasses.replace(
        study, randomisation=dataclasses.replace(study.randomisation, by_site=False)
    )
    with stocked.reading() as tx:
        kits, places = list(read_kits(tx, study.id).values()), read_places(tx, study.id)
    answer = predict(central, kits, places, on=trial.DAY, days=14, rates={"01": 1.0})
    assert {need.due.participant for need in answer.needs} == {"01-1", "02-1"}
    assert [(fault.id, fault.severity) for fault in answer.warnings] == [("ALLOC-087", "warning")]
    assert warn_central(study) == []
    one = dataclasses.replace(central, sites=(Site(id="01", name="One", country="CHN"),))
    assert warn_central(one) == []


def test_a_rate_is_what_came_since_the_first_kits(stocked: Database, study: Study) -> None:
    with stocked.reading() as tx:
        places, shipments = read_places(tx, study.id), list(read_shipments(tx, study.id).values())
    found = observed_rates(study, places, shipments, trial.RECEIVED + dt.timedelta(days=20))
    assert found == {"01": 1 / 20, "02": 1 / 20}
    assert observed_rates(study, places, shipments, trial.RECEIVED) == {}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"rates": {"09": 1.0}}, "ALLOC-081"),
        ({"rates": {"01": -1.0}}, "ALLOC-089"),
        ({"rates": {"01": math.nan}}, "ALLOC-089"),
        ({"quantile": 1.0}, "ALLOC-089"),
        ({"days": -1}, "ALLOC-089"),
    ],
)
def test_numbers_that_cannot_be_meant_are_refused(
    study: Study, more: dict[str, object], expected: str
) -> None:
    asked = {"on": trial.DAY, "days": 14, "rates": {}, **more}
    with pytest.raises(AllocationError) as error:
        predict(study, [], {}, **asked)  # type: ignore[arg-type]
    assert [fault.id for fault in error.value.faults] == [expected]
