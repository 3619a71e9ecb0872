"""Everything that sealing and the store refuse: each fault with its place and remedy, and nothing done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from sealed_trial import COORDINATOR, INVESTIGATOR, MANAGER, SEED, STATISTICIAN, SealedTrial, begin, trial

from lupustrial.allocation.sealing import (
    Recipient,
    check_recipients,
    make_key,
    make_list,
    parse_share,
    read_key,
    seal,
    write_key,
)
from lupustrial.allocation.store import (
    ASSESSED,
    Candidate,
    allocate,
    assess_unblinding,
    break_code,
    copy_list,
    lock,
    note_packing,
    report_unblinding,
    reveal,
    screen,
    set_up,
    verify_store,
)
from lupustrial.errors import AllocationError, Fault
from lupustrial.ledger import Actor, Database, anchor, entries
from lupustrial.study import Factor, Level, Randomisation

SITE = "01"
ABLE = Candidate(participant="01-0003", site=SITE, consented=True, eligible=True)
PACKAGER = Actor(id="paul", role="packager")


def fault_of(call: Callable[[], object]) -> Fault:
    """Return the one fault of a call, which says what, where and how to mend it."""
    with pytest.raises(AllocationError) as raised:
        call()
    (fault,) = raised.value.faults
    assert fault.message
    assert fault.place
    assert fault.hint
    return fault


@pytest.fixture(scope="module")
def sealed() -> SealedTrial:
    """A trial of four slots."""
    return trial(slots=4)


@pytest.fixture
def sponsor() -> Recipient:
    """Somebody who gets to know an arm."""
    return Recipient(name="sponsor", purpose="list", public_key=make_key().public_key)


def test_refusals_of_an_allocation(database: Database, sealed: SealedTrial) -> None:
    study = sealed.study
    first, second, *_ = begin(database, sealed, 6)
    ill = replace(ABLE, participant="01-0011", eligible=False)
    unasked = replace(ABLE, participant="01-0012", consented=False)
    for one in (ill, unasked):
        screen(database, study, one, INVESTIGATOR)
    number = allocate(database, study, first, INVESTIGATOR).number
    report_unblinding(database, study, first, INVESTIGATOR, person="rudi", why="saw a vial")
    with database.reading() as tx:
        before = anchor(tx)
    for who, by, fault_id, message in (
        (
            first,
            INVESTIGATOR,
            "ALLOC-035",
            f"participant {first} is allocated already: randomisation number {number}",
        ),
        ("01-0099", INVESTIGATOR, "ALLOC-038", "the screening of 01-0099 is not recorded"),
        (
            unasked.participant,
            INVESTIGATOR,
            "ALLOC-039",
            "01-0012 has not consented, or consent was withdrawn",
        ),
        (ill.participant, INVESTIGATOR, "ALLOC-040", "01-0011 is not eligible, or it is undecided"),
        (second, Actor(id="rudi", role="investigator"), "ALLOC-032", ""),
        (
            second,
            Actor(id="ines", role="investigater"),
            "ALLOC-030",
            "`investigater` is no role of NEW-STUDY",
        ),
        (second, Actor(id=" ", role="investigator"), "ALLOC-030", "nobody is named who does this"),
        (second, MANAGER, "ALLOC-031", "the role `data_manager` may not allocate"),
    ):
        fault = fault_of(lambda who=who, by=by: allocate(database, study, who, by))  # type: ignore[misc]
        assert fault.id == fault_id
        assert fault.message == message or not message
        assert who in fault.place or by.role in fault.place
    with database.reading() as tx:
        assert anchor(tx) == before  # nothing was written
    for name in ("01-0002", "01-0003", "01-0004"):
        allocate(database, study, name, COORDINATOR)
    assert fault_of(lambda: allocate(database, study, "01-0005", INVESTIGATOR)).id == "ALLOC-041"
    lock(database, study, MANAGER, source={})
    assert fault_of(lambda: allocate(database, study, "01-0005", INVESTIGATOR)).id == "ALLOC-037"
    assert fault_of(lambda: lock(database, study, MANAGER, source={})).id == "ALLOC-047"
    assert verify_store(database, study).faults == ()


def test_a_role_that_is_nearly_right_is_suggested(database: Database, sealed: SealedTrial) -> None:
    begin(database, sealed, 1)
    by = Actor(id="ines", role="investigater")
    fault = fault_of(lambda: allocate(database, sealed.study, "01-0001", by))
    assert fault.hint == "did you mean investigator?"


def test_consent_may_be_withdrawn_and_given_until_the_allocation(
    database: Database, sealed: SealedTrial
) -> None:
    study = sealed.study
    begin(database, sealed)
    screen(database, study, ABLE, INVESTIGATOR)
    screen(database, study, replace(ABLE, consented=False), INVESTIGATOR, why="withdrawn")
    assert fault_of(lambda: allocate(database, study, ABLE.participant, INVESTIGATOR)).id == "ALLOC-039"
    screen(database, study, ABLE, INVESTIGATOR, why="given again")
    allocate(database, study, ABLE.participant, INVESTIGATOR)
    again = fault_of(lambda: screen(database, study, replace(ABLE, eligible=False), INVESTIGATOR))
    assert again.id == "ALLOC-035"
    with database.reading() as tx:
        told = [entry.why for entry in entries(tx) if entry.kind == "screened"]
    assert told == ["", "withdrawn", "given again"]
    assert verify_store(database, study).faults == ()


def test_refusals_of_a_screening(database: Database, sealed: SealedTrial) -> None:
    begin(database, sealed)
    for name in ("", "Ines Miller", "01/0001", "-1", "x" * 41, "Zoë"):
        who = replace(ABLE, participant=name)
        assert fault_of(lambda who=who: screen(database, sealed.study, who, INVESTIGATOR)).id == "ALLOC-034"  # type: ignore[misc]
    elsewhere = replace(ABLE, site="99")
    assert fault_of(lambda: screen(database, sealed.study, elsewhere, INVESTIGATOR)).id == "ALLOC-004"
    assert fault_of(lambda: screen(database, sealed.study, ABLE, MANAGER)).id == "ALLOC-031"


def test_without_a_list(database: Database, sealed: SealedTrial, sponsor: Recipient) -> None:
    """Another study has its list in the same database."""
    begin(database, sealed)
    other = replace(sealed.study, id="OTHER")
    screen(database, other, ABLE, INVESTIGATOR)
    for call in (
        lambda: allocate(database, other, ABLE.participant, INVESTIGATOR),
        lambda: lock(database, other, MANAGER, source={}),
        lambda: copy_list(database, other, sealed.made, STATISTICIAN, to=[sponsor], why="interim"),
    ):
        assert fault_of(call).id == "ALLOC-036"
    assert fault_of(lambda: set_up(database, sealed.study, sealed.sealed, STATISTICIAN)).id == "ALLOC-033"
    assert fault_of(lambda: set_up(database, other, sealed.sealed, INVESTIGATOR)).id == "ALLOC-031"


def test_two_studies_in_one_database_keep_apart(database: Database, sealed: SealedTrial) -> None:
    begin(database, sealed, 1)
    other = replace(sealed.study, id="OTHER")
    made = make_list(other, SEED[::-1])
    again = seal(other, made, sealed.sealed.recipients)
    set_up(database, other, again, STATISTICIAN)
    screen(database, other, replace(ABLE, participant="01-0001"), INVESTIGATOR)
    assert allocate(database, other, "01-0001", INVESTIGATOR).number == made.slots[0].number
    assert allocate(database, sealed.study, "01-0001", INVESTIGATOR).number == sealed.made.slots[0].number
    report_unblinding(database, other, "01-0001", INVESTIGATOR, person="ines", why="saw a vial")
    assert fault_of(lambda: screen(database, other, ABLE, INVESTIGATOR)).id == "ALLOC-032"
    screen(database, sealed.study, ABLE, INVESTIGATOR)  # she is blinded there
    for study in (sealed.study, other):
        assert verify_store(database, study).faults == ()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_request_that_nobody_answered_is_given_up(
    database: Database, database_url: str, sealed: SealedTrial
) -> None:
    """Its client was killed; who comes long after answers it no more, and is not held up by it."""
    first, second = begin(database, sealed, 2)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO allocation_request "
            "(asked, study, participant, before_at, before_number, after_number) "
            "VALUES (now() - interval '2 minutes', %s, %s, '', '', ''), (now(), %s, 'x', '', '', '')",
            (sealed.study.id, first, sealed.study.id),
        )
    assert allocate(database, sealed.study, second, INVESTIGATOR).number == sealed.made.slots[0].number
    rows = database.alone().all("SELECT request, refusal FROM allocation_answer ORDER BY request")
    assert rows == [(1, "late"), (2, "not screened"), (3, None)]
    assert database.alone().all("SELECT id FROM allocation_request") == []
    assert allocate(database, sealed.study, first, INVESTIGATOR).number == sealed.made.slots[1].number
    assert verify_store(database, sealed.study).faults == ()


def test_minimisation_without_the_vault(database: Database) -> None:
    levels = tuple(Level(id=one, name=one, when="true") for one in ("low", "high"))
    rule = Randomisation(
        method="minimisation",
        ratio={"ACT": 1, "PBO": 1},
        probability=Decimal("0.8"),
        imbalance="range",
        strata=(Factor(id="activity", name="Activity", weight=1, levels=levels),),
    )
    sealed = trial(randomisation=rule, slots=4)
    begin(database, sealed, 1)
    assert fault_of(lambda: allocate(database, sealed.study, "01-0001", INVESTIGATOR)).id == "ALLOC-042"


def test_refusals_of_unblinding(database: Database, sealed: SealedTrial, sponsor: Recipient) -> None:
    study, key = sealed.study, sealed.keys["code_break"]
    first, second = begin(database, sealed, 2)
    allocate(database, study, first, INVESTIGATOR)
    told = dict.fromkeys(ASSESSED, "nothing")
    with database.reading() as tx:
        before = anchor(tx)
    for fault_id, call in (
        ("ALLOC-044", lambda: break_code(database, study, first, INVESTIGATOR, to=sponsor, key=key, why=" ")),
        (
            "ALLOC-045",
            lambda: break_code(database, study, second, INVESTIGATOR, to=sponsor, key=key, why="x"),
        ),
        ("ALLOC-031", lambda: break_code(database, study, first, COORDINATOR, to=sponsor, key=key, why="x")),
        (
            "ALLOC-015",
            lambda: break_code(database, study, first, INVESTIGATOR, to=sponsor, key=make_key(), why="x"),
        ),
        ("ALLOC-044", lambda: report_unblinding(database, study, first, INVESTIGATOR, person="x", why="")),
        ("ALLOC-045", lambda: report_unblinding(database, study, second, INVESTIGATOR, person="x", why="x")),
        ("ALLOC-046", lambda: assess_unblinding(database, study, 1, INVESTIGATOR, told)),
        ("ALLOC-046", lambda: assess_unblinding(database, study, 1, INVESTIGATOR, {})),
        ("ALLOC-044", lambda: copy_list(database, study, sealed.made, STATISTICIAN, to=[], why="x")),
        ("ALLOC-044", lambda: copy_list(database, study, sealed.made, STATISTICIAN, to=[sponsor], why="")),
        ("ALLOC-049", lambda: reveal(database, study, sealed.made, STATISTICIAN)),
        ("ALLOC-031", lambda: note_packing(database, study, b"", INVESTIGATOR)),
    ):
        assert fault_of(call).id == fault_id
    other = make_list(study, SEED[::-1])
    copy = fault_of(lambda: copy_list(database, study, other, STATISTICIAN, to=[sponsor], why="x"))
    assert copy.id == "ALLOC-048"
    with database.reading() as tx:
        assert anchor(tx) == before
    lock(database, study, MANAGER, source={})
    assert fault_of(lambda: reveal(database, study, other, STATISTICIAN)).id == "ALLOC-048"


@pytest.mark.requirement("REQ-SUPPLY-010")
def test_the_one_way_door(database: Database, sealed: SealedTrial) -> None:
    """Whoever knows an arm acts in no blinded role again, whichever way it came to be known."""
    study = sealed.study
    first, second = begin(database, sealed, 2)
    allocate(database, study, first, INVESTIGATOR)
    key = make_key().public_key
    to = [Recipient(name=name, purpose="list", public_key=key) for name in ("copied", "broken")]
    copy_list(database, study, sealed.made, STATISTICIAN, to=to[:1], why="interim")
    why = "anaphylaxis"
    broken = break_code(
        database, study, first, INVESTIGATOR, to=to[1], key=sealed.keys["code_break"], why=why
    )
    report_unblinding(database, study, first, INVESTIGATOR, person="reported", why="saw a vial")
    note_packing(database, study, b"kit\n", PACKAGER)
    for person in ("copied", "broken", "reported", "paul"):
        by = Actor(id=person, role="investigator")
        for call in (
            lambda by=by: allocate(database, study, second, by),  # type: ignore[misc]
            lambda by=by: screen(database, study, ABLE, by),  # type: ignore[misc]
            lambda by=by: report_unblinding(database, study, first, by, person="x", why="x"),  # type: ignore[misc]
        ):
            assert fault_of(call).id == "ALLOC-032"
    note_packing(database, study, b"kit\n", PACKAGER)  # an unblinded role is open to the unblinded
    allocate(database, study, second, INVESTIGATOR)  # who executed the code break did not see the arm
    assert {notice.to for notice in broken.notices} == {"sponsor", "investigator"}
    for notice in broken.notices:
        assert why in notice.text
        assert "ACT" not in notice.text
        assert "PBO" not in notice.text
    verified = verify_store(database, study)
    assert verified.faults == ()
    assert [entry.kind for entry in verified.unassessed] == ["code broken", "unblinding reported"]
    for entry in verified.unassessed:
        assess_unblinding(database, study, entry.position, INVESTIGATOR, dict.fromkeys(ASSESSED, "nothing"))
    assert verify_store(database, study).unassessed == ()


def test_refusals_of_keys_and_recipients(sealed: SealedTrial, tmp_path: Path) -> None:
    key, path = make_key(), tmp_path / "key.txt"
    write_key(key, path, None)
    (tmp_path / "text").write_text("not a key")
    for fault_id, call in (
        ("ALLOC-010", lambda: write_key(key, path, None)),
        ("ALLOC-010", lambda: write_key(key, tmp_path / "none" / "key.txt", None)),
        ("ALLOC-011", lambda: read_key(tmp_path / "none")),
        ("ALLOC-012", lambda: read_key(tmp_path / "text")),
        ("ALLOC-017", lambda: parse_share("", "share 1")),
        ("ALLOC-017", lambda: parse_share("lupustrial key share\nshare: x\n", "share 1")),
    ):
        assert fault_of(call).id == fault_id
    assert read_key(path) == key
    listed = list(sealed.sealed.recipients)
    with pytest.raises(AllocationError) as raised:
        check_recipients(
            [replace(listed[0], public_key="age1nobody"), replace(listed[1], name="twice"), listed[1]]
        )
    assert sorted(fault.id for fault in raised.value.faults) == ["ALLOC-013", "ALLOC-014", "ALLOC-014"]
    with pytest.raises(AllocationError) as raised:
        seal(sealed.study, sealed.made, [])
    assert [fault.id for fault in raised.value.faults] == ["ALLOC-014"] * 3  # the escrow may be left out
    without = [one for one in listed if one.purpose != "escrow"]
    assert set(seal(sealed.study, sealed.made, without).files) == {"list.age", "production.age"}
