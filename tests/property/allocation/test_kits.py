"""Whatever is done in whatever order: no kit is handed out twice, units add up, tables follow the ledger."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import kit_trial as trial
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from lupustrial.allocation._numbers import check_holds
from lupustrial.allocation.kits import (
    accounts,
    destroy,
    dispense,
    find,
    lift,
    poisson_quantile,
    printed,
    quarantine,
    read_kits,
    read_number,
    read_shipments,
    rebuild,
    receive,
    return_kit,
    scanned,
    ship,
    verify_kits,
)
from lupustrial.errors import AllocationError
from lupustrial.ledger import open_database

SLOTS = (1107, 1205)
KITS = trial.kits_of(SLOTS)
#: What may happen to a kit, written down again for this test: operation, states before, state after.
STEPS = {
    "ship": ({"released", "received"}, "shipped"),
    "quarantine": ({"released", "received"}, "quarantined"),
    "destroy": ({"packed", "released", "received", "quarantined", "returned"}, "destroyed"),
    "find": ({"missing"}, "quarantined"),
    "return": ({"dispensed", "returned"}, "returned"),
}
kits = st.sampled_from(KITS)
some = st.lists(kits, min_size=1, max_size=3, unique=True)
sites = st.sampled_from(["01", "02", None])


class Kits(RuleBasedStateMachine):
    """Random operations beside a model that knows state and place of each kit."""

    def __init__(self) -> None:
        """Make an empty database."""
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.database = open_database(f"{self.folder.name}/trial.db", create=True)
        self.study = trial.study()
        self.state: dict[int, str] = {}
        self.site: dict[int, str | None] = {}
        self.had: list[int] = []
        self.shipments: list[list[int]] = []

    @initialize()
    def start(self) -> None:
        """Release all, bring two kits of a slot to each site, and give each slot to somebody there."""
        trial.set_up(self.database, self.study)
        there = {"01": trial.kits_of([1107])[:2], "02": trial.kits_of([1205])[:2]}
        with self.database.writing() as tx:
            trial.release_all(tx, self.study)
            for site, numbers in there.items():
                trial.deliver(tx, self.study, site, numbers)
            trial.enrol(tx, self.study, "01-1", "01", 1107)
            trial.enrol(tx, self.study, "02-1", "02", 1205)
        self.state = dict.fromkeys(KITS, "released")
        self.site = dict.fromkeys(KITS)
        self.shipments = [[], []]
        for site, numbers in there.items():
            self.move(numbers, "received", site)

    def attempt(self, expected: bool, do: Callable[[Any], object]) -> bool:  # noqa: FBT001 - of this test
        """Do it; it is refused exactly where the model says so."""
        try:
            with self.database.writing() as tx:
                do(tx)
        except AllocationError:
            assert not expected
            return False
        assert expected
        return True

    def may(self, step: str, numbers: list[int]) -> bool:
        """Whether the model allows a step for all of these kits."""
        return all(self.state[one] in STEPS[step][0] for one in numbers)

    @rule(numbers=some, to=sites)
    def ship(self, numbers: list[int], to: str | None) -> None:
        """Send kits off."""
        origins = {self.site[one] for one in numbers}
        actor = trial.SPONSOR if origins == {None} else trial.PHARMACIST
        expected = self.may("ship", numbers) and len(origins) == 1 and to not in origins
        if self.attempt(
            expected, lambda tx: ship(tx, self.study, numbers, to=to, on=trial.SHIPPED, by=actor)
        ):
            self.shipments.append(numbers)
            self.move(numbers, "shipped", to)

    @rule(which=st.integers(1, 6), warm=st.booleans(), missing=st.booleans())
    def receive(self, which: int, *, warm: bool, missing: bool) -> None:
        """Receive a shipment, perhaps too warm, perhaps without one kit."""
        there = self.shipments[which - 1] if which <= len(self.shipments) else []
        actor = trial.SPONSOR if there and self.site[there[0]] is None else trial.PHARMACIST
        lost = there[:1] if missing else []
        expected = bool(there)
        if self.attempt(
            expected,
            lambda tx: receive(
                tx,
                self.study,
                which,
                on=trial.RECEIVED,
                by=actor,
                low=Decimal(3),
                high=Decimal(9 if warm else 5),
                missing=lost,
            ),
        ):
            site = self.site[there[0]]
            fine = "quarantined" if warm else "released" if site is None else "received"
            self.move(there, fine, site)
            self.move(lost, "missing", site)
            self.shipments[which - 1] = []

    @rule(numbers=some)
    def quarantine(self, numbers: list[int]) -> None:
        """Put kits into quarantine."""
        if self.attempt(
            self.may("quarantine", numbers),
            lambda tx: quarantine(tx, self.study, numbers, by=trial.PHARMACIST, why="fridge"),
        ):
            self.change(numbers, "quarantined")

    @rule(numbers=some)
    def lift(self, numbers: list[int]) -> None:
        """Lift a quarantine."""
        expected = all(self.state[one] == "quarantined" for one in numbers)
        if self.attempt(expected, lambda tx: lift(tx, self.study, numbers, by=trial.SPONSOR, why="stable")):
            for one in numbers:
                self.state[one] = "released" if self.site[one] is None else "received"

    @rule(numbers=some)
    def find(self, numbers: list[int]) -> None:
        """Find what was missing."""
        if self.attempt(
            self.may("find", numbers),
            lambda tx: find(tx, self.study, numbers, by=trial.PHARMACIST, why="in the van"),
        ):
            self.change(numbers, "quarantined")

    @rule(numbers=some)
    def destroy(self, numbers: list[int]) -> None:
        """Destroy kits."""
        if self.attempt(
            self.may("destroy", numbers),
            lambda tx: destroy(tx, self.study, numbers, on=trial.DAY, by=trial.PHARMACIST, why="old"),
        ):
            self.change(numbers, "destroyed")

    @rule(
        number=kits,
        who=st.sampled_from(["01-1", "02-1"]),
        visit=st.sampled_from(["V0", "V4"]),
        again=st.booleans(),
    )
    def dispense(self, number: int, who: str, visit: str, *, again: bool) -> None:
        """Hand out a kit by its number."""
        site, slot = ("01", 1107) if who == "01-1" else ("02", 1205)
        mine = number in trial.kits_of([slot])
        fit = mine and self.state[number] == "received" and self.site[number] == site
        with self.database.reading() as tx:
            had = any(kit.participant == who and kit.visit == visit for kit in read_kits(tx, "KITS").values())
        expected = fit and had == again
        if self.attempt(
            expected,
            lambda tx: dispense(
                tx,
                self.study,
                who,
                visit,
                on=trial.DAY,
                by=trial.PHARMACIST,
                kit=number,
                replacement=again,
                why="broken",
            ),
        ):
            assert number not in self.had
            self.had.append(number)
            self.change([number], "dispensed")

    @rule(number=kits, used=st.integers(-1, 4), unused=st.integers(-1, 4), lost=st.integers(-1, 4))
    def give_back(self, number: int, used: int, unused: int, lost: int) -> None:
        """Count a kit."""
        adds_up = used + unused + lost == 3 and min(used, unused, lost) >= 0
        if self.attempt(
            adds_up and self.may("return", [number]),
            lambda tx: return_kit(
                tx,
                self.study,
                number,
                on=dt.date(2025, 2, 1),
                used=used,
                unused=unused,
                lost=lost,
                by=trial.PHARMACIST,
                why="counted",
            ),
        ):
            self.change([number], "returned")

    @rule()
    def rebuild(self) -> None:
        """Make the tables again; nothing differs before, and nothing after."""
        with self.database.writing() as tx:
            before = read_kits(tx, "KITS"), read_shipments(tx, "KITS")
            assert rebuild(tx, self.study, by=trial.SPONSOR, why="test") == 0
            assert (read_kits(tx, "KITS"), read_shipments(tx, "KITS")) == before

    def move(self, numbers: list[int], state: str, site: str | None) -> None:
        """Note where kits are now."""
        for one in numbers:
            self.site[one] = site
        self.change(numbers, state)

    def change(self, numbers: list[int], state: str) -> None:
        """Note the state of kits."""
        for one in numbers:
            self.state[one] = state

    @invariant()
    def tables_are_the_model_and_the_ledger(self) -> None:
        """The tables say what the model and the ledger say, and units add up."""
        if not self.state:
            return
        with self.database.reading() as tx:
            stored = read_kits(tx, "KITS")
            assert verify_kits(tx, self.study) == []
        assert {one: stored[one].state for one in KITS} == self.state
        assert {one: stored[one].site for one in KITS} == self.site
        for one in accounts(self.study, stored.values(), "kit"):
            assert one.dispensed == 3 == one.used + one.unused + one.lost + one.outstanding
        assert sorted(one for one in KITS if stored[one].participant) == sorted(self.had)

    def teardown(self) -> None:
        """Close the database."""
        self.database.close()
        self.folder.cleanup()


TestKits = Kits.TestCase
TestKits.settings = settings(
    max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)


@given(number=st.integers(10_000, 10**12))
def test_a_number_is_read_as_it_was_printed_or_scanned(number: int) -> None:
    if check_holds(number):
        assert read_number("S", printed(number)) == number
        assert read_number("S", scanned("S", number)) == number


@given(mean=st.floats(0, 500), low=st.floats(0.01, 0.99), high=st.floats(0.01, 0.99))
def test_a_higher_probability_never_needs_fewer_kits(mean: float, low: float, high: float) -> None:
    low, high = sorted((low, high))
    assert poisson_quantile(mean, low) <= poisson_quantile(mean, high)
