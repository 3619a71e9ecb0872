"""Runs scripts/verify_allocation.py as an auditor would; makes trials for it, and forges what they tell."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

from naive_allocation import Words, naive_minimisation
from sealed_trial import INVESTIGATOR, MANAGER, SEED, STATISTICIAN, SealedTrial, trial

from lupustrial.allocation.store import Candidate, Chooser, allocate, lock, reveal, screen, set_up
from lupustrial.ledger import Actor, Database, append, canonical, export_ledger, open_database
from lupustrial.study import Factor, KitType, Level, Randomisation

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "verify_allocation.py"
NAMES = ("commitment.json", "revealed.json", "ledger.jsonl")

KITS = (
    KitType(id="CYCLE", name="Cycle", units=1, dispensed=("W0", "W4"), spare=1),
    KitType(id="RESCUE", name="Rescue", units=1, dispensed=("W8",)),
)
_CODE = compile(SCRIPT.read_bytes(), str(SCRIPT), "exec")


def factor(name: str, *levels: str, weight: int = 1) -> Factor:
    """Return a factor with these levels."""
    made = tuple(Level(id=level, name=level, when="true") for level in levels)
    return Factor(id=name, name=name, weight=weight, levels=made)


def rule(method: Any, ratio: dict[str, int] | None = None, **keys: Any) -> Randomisation:
    """Return a rule of allocation; 1:1 where no ratio is given."""
    if "probability" in keys:
        keys["probability"] = Decimal(keys["probability"])
    return Randomisation(method=method, ratio=ratio or {"ACT": 1, "PBO": 1}, **keys)


def verify(*paths: Path | str) -> tuple[int, str]:
    """Run the script in this process; return its exit status and what it printed."""
    told = io.StringIO()
    arguments = [str(SCRIPT), *map(str, paths)]
    with mock.patch.object(sys, "argv", arguments), contextlib.redirect_stdout(told):
        try:
            exec(_CODE, {"__name__": "__main__"})  # noqa: S102 - our own script, a thousand times in a test
        except SystemExit as end:
            return int(end.code or 0), told.getvalue()
    raise AssertionError("the script did not end by itself")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What an auditor gets; each method returns a forged copy."""

    public: dict[str, Any]
    revealed: dict[str, Any]
    entries: tuple[dict[str, Any], ...]

    def texts(self) -> dict[str, bytes]:
        """Return the files by name."""
        lines = "".join(canonical(entry) + "\n" for entry in self.entries)
        contents = (canonical(self.public), canonical(self.revealed), lines)
        return {name: content.encode() for name, content in zip(NAMES, contents, strict=True)}

    def verify(self, folder: Path) -> tuple[int, str]:
        """Write the files and run the script on them."""
        for name, content in self.texts().items():
            (folder / name).write_bytes(content)
        return verify(*(folder / name for name in NAMES))

    def events(self, kind: str) -> list[int]:
        """Return the places of the entries of a kind."""
        return [i for i, one in enumerate(self.entries) if json.loads(one["body"])["kind"] == kind]

    def chained(self, bodies: Sequence[str]) -> Told:
        """Replace the ledger by one whose hashes are right: what somebody does who has the database."""
        previous, entries = "0" * 64, []
        for position, body in enumerate(bodies, start=1):
            digest = hashlib.sha256(f"{position}\n{previous}\n{body}".encode()).hexdigest()
            entries.append({"position": position, "previous": previous, "hash": digest, "body": body})
            previous = digest
        return replace(self, entries=tuple(entries))

    def changed(self, place: int, change: Callable[[dict[str, Any]], object]) -> Told:
        """Change the data of an entry, and all hashes after it."""
        bodies = [entry["body"] for entry in self.entries]
        body = json.loads(bodies[place])
        change(body["data"])
        return self.chained([*bodies[:place], canonical(body), *bodies[place + 1 :]])

    def without(self, *places: int) -> Told:
        """Leave entries out, and make all hashes anew."""
        return self.chained([one["body"] for i, one in enumerate(self.entries) if i not in places])

    def moved(self, place: int, to: int) -> Told:
        """Move an entry, and make all hashes anew."""
        bodies = [entry["body"] for entry in self.entries]
        bodies.insert(to, bodies.pop(place))
        return self.chained(bodies)

    def consistent(self) -> Told:
        """Make digests and ledger agree with the commitment and the revealed list as they are now."""
        public = self.public | {"digest": _digest(self.public["commitment"])}
        made = replace(self, public=public)
        made = made.changed(made.events("list sealed")[0], lambda data: data.update(public))
        digest = {"digest": _digest(self.revealed), "list": public["digest"]}
        return made.changed(made.events("revealed")[0], lambda data: data.update(digest))

    def copy(self) -> Told:
        """Return a copy that can be changed in place."""
        return Told(
            public=json.loads(json.dumps(self.public)),
            revealed=json.loads(json.dumps(self.revealed)),
            entries=self.entries,
        )


def _digest(value: object) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def whole_trial(
    folder: Path,
    rule: Randomisation,
    people: Sequence[tuple[str, ...]],
    *,
    kits: tuple[KitType, ...] = (),
    beside: bool = False,
    seed: bytes = SEED,
) -> Told:
    """Seal a list, screen and allocate people, lock and reveal; export the ledger.

    Args:
        folder: Where the database is made.
        rule: The rule of allocation.
        people: Levels of each participant, in the order of the factors.
        kits: The kits.
        beside: Whether another study writes into the same ledger.
        seed: The seed.
    """
    sealed = trial(randomisation=rule, kits=kits, seed=seed)
    study, site = sealed.study, sealed.study.sites[0].id
    db = open_database(str(folder / "trial.db"), create=True)
    set_up(db, study, sealed.sealed, STATISTICIAN)
    for count, levels in enumerate(people, start=1):
        name = f"{site}-{count:03d}"
        known = dict(zip([one.id for one in rule.strata], levels, strict=True))
        candidate = Candidate(participant=name, site=site, consented=True, eligible=True, levels=known)
        screen(db, study, candidate, INVESTIGATOR)
        if beside:
            _other_study(db, count)
        allocate(db, study, name, INVESTIGATOR, choose=chooser(sealed))
    lock(db, study, MANAGER, source={"dm.csv": "0" * 64})
    content = reveal(db, study, sealed.made, STATISTICIAN).content
    with db.reading() as tx:
        export_ledger(tx, folder / "ledger.jsonl")
    db.close()
    lines = (folder / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    return Told(
        public=json.loads(canonical(sealed.sealed.public())),
        revealed=json.loads(content),
        entries=tuple(json.loads(line) for line in lines),
    )


def _other_study(db: Database, count: int) -> None:
    with db.writing() as tx:
        data = {"number": count, "participant": "01-001"}
        append(tx, study="OTHER", kind="allocated", by=Actor(id="x", role="investigator"), data=data)


def chooser(sealed: SealedTrial) -> Chooser:
    """Return what the vault does, by the page alone: everything is drawn again for every participant."""

    def choose(
        _: str, profile: tuple[str, ...], history: Sequence[tuple[int, tuple[str, ...]]], free: Sequence[int]
    ) -> int:
        made, p = sealed.made, sealed.made.parameters
        arms = naive_minimisation(
            dict(zip(p["arms"], p["ratio"], strict=True)),
            made.seed,
            [*(before for _, before in history), profile],
            [weight for _, weight, _ in p["margins"]],
            p["probability"],
            p["imbalance"],
        )
        words, left = Words(made.seed, "vault"), [slot.number for slot in made.slots]
        of = {slot.number: slot.arm for slot in made.slots}
        for number, arm in zip([number for number, _ in history] + [0], arms, strict=True):
            fit = [one for one in left if of[one] == arm]
            chosen = fit[words.below(len(fit))]
            if number == 0:
                assert chosen in free
                return chosen
            left.remove(number)
        raise AssertionError

    return choose
