"""A small trial that is sealed: study, keys, list, and the people who act in it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from lupustrial.allocation.sealing import (
    PURPOSES,
    AllocationList,
    Recipient,
    Sealed,
    SecretKey,
    make_key,
    make_list,
    seal,
    slots_table,
)
from lupustrial.allocation.store import Candidate, screen, set_up
from lupustrial.ledger import Actor, Database, canonical
from lupustrial.study import KitType, Randomisation, Study, load_study

TEMPLATE = Path(__file__).resolve().parents[2] / "src" / "lupustrial" / "study" / "_template"

INVESTIGATOR = Actor(id="ines", role="investigator")
COORDINATOR = Actor(id="carl", role="coordinator")
MANAGER = Actor(id="dana", role="data_manager")
STATISTICIAN = Actor(id="uma", role="unblinded_statistician")

#: A seed that tests may know; a trial draws its own.
SEED = bytes(range(32))


@dataclass(frozen=True, kw_only=True)
class SealedTrial:
    """A study with its list, keys and sealed list."""

    study: Study
    made: AllocationList
    sealed: Sealed
    keys: Mapping[str, SecretKey] = field(repr=False)

    def write(self, folder: Path) -> Path:
        """Write the sealed folder as `randomise init` does."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.sealed.files.items():
            (folder / name).write_bytes(content)
        (folder / "slots.csv").write_bytes(slots_table(self.sealed.slots))
        (folder / "commitment.json").write_text(canonical(self.sealed.public()), encoding="utf-8")
        return folder


@functools.cache
def template_study() -> Study:
    """Return the study of `lupustrial new`, with the roles that act here."""
    return load_study(TEMPLATE)


def trial(
    *,
    kits: tuple[KitType, ...] = (),
    seed: bytes = SEED,
    randomisation: Randomisation | None = None,
    slots: int | None = None,
) -> SealedTrial:
    """Seal a list for the study of `lupustrial new`, changed as asked."""
    study = template_study()
    rule = randomisation or study.randomisation
    study = replace(study, randomisation=replace(rule, slots=slots or rule.slots), kits=kits)
    keys = {purpose: make_key() for purpose in PURPOSES}
    recipients = [Recipient(name=name, purpose=name, public_key=key.public_key) for name, key in keys.items()]
    made = make_list(study, seed)
    return SealedTrial(study=study, made=made, sealed=seal(study, made, recipients), keys=keys)


def begin(db: Database, sealed: SealedTrial, participants: int = 0) -> list[str]:
    """Set the trial up and screen participants, all eligible; return their numbers."""
    set_up(db, sealed.study, sealed.sealed, STATISTICIAN)
    site = sealed.study.sites[0].id
    names = [f"{site}-{number:04d}" for number in range(1, participants + 1)]
    levels = {factor.id: factor.levels[0].id for factor in sealed.study.randomisation.strata}
    for name in names:
        candidate = Candidate(participant=name, site=site, consented=True, eligible=True, levels=levels)
        screen(db, sealed.study, candidate, INVESTIGATOR)
    return names
