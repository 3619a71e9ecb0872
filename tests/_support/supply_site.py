"""Trials in a browser as far as the supply pages need them: sealed, eligible, randomised, stocked."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from capture_site import CaptureSite
from entering import somebody
from sealed_trial import SealedTrial
from vaults import private, serving

from lupustrial.allocation.sealing import PURPOSES, Recipient, SecretKey, make_key, make_list, seal
from lupustrial.ledger import Actor
from lupustrial.study import Study

if TYPE_CHECKING:
    from lupustrial.allocation.vault import Vault, VaultClient

#: A seed that tests may know; a trial draws its own.
SEED = bytes(range(1, 33))
EXPIRY = dt.date(2099, 12, 31)
#: Who can get an arm by a code break.
DOCTOR = make_key()
#: What somebody needs who is eligible for the founding trial: form to item to value.
ELIGIBLE: Mapping[str, Mapping[str, str]] = {
    "consent": {"ICDAT": "2026-01-05"},
    "visit": {"VISDAT": "2026-01-05"},
    "demography": {"BRTHDAT": "1990-03-01", "SEX": "F"},
    "acr1997": {
        **dict.fromkeys(("MALAR", "ORAL", "IMMUNO", "ANA"), "Y"),
        **dict.fromkeys(("DISCOID", "PHOTO", "ARTHRITIS", "SEROSITIS", "RENAL", "NEURO", "HAEM"), "N"),
    },
    "history": {
        "STDTRT": "26",
        "GCMAX": "0.2",
        "NYHA": "1",
        "CRCL": "90",
        **dict.fromkeys(
            ("NPSLE", "BIOLOGIC", "HBV", "HCV", "EBV", "HIV", "TB", "INFCHR", "MALIG", "PREG", "LACT"), "N"
        ),
    },
    "sledai": {
        **dict.fromkeys(("SEIZ", "PSYC", "OBS", "VIS", "CRAN", "HEAD", "CVA", "VASC"), "N"),
        **dict.fromkeys(("ARTH", "PROT", "DNA"), "Y"),
        **dict.fromkeys(("MYOS", "CAST", "HAEM", "PYUR", "RASH", "ALOP", "MUCO", "PLEU", "PERI"), "N"),
        **dict.fromkeys(("COMP", "FEVR", "PLT", "WBC"), "N"),
    },
    "metabolic": {"ALT": "20", "AST": "20"},
}


def actor(study: Study, task: str) -> Actor:
    """Return an account in the first role that may do something."""
    role = next(role for role in study.roles if task in role.may)
    return Actor(id=role.id, role=role.id)


def set_up(site: CaptureSite, slots: int = 12) -> SealedTrial:
    """Seal a list for the study of a site, and put it into the database."""
    from lupustrial.allocation import store

    study = site.trial.study
    sealed = _CACHE.get((study.digest, slots)) or _make(study, slots)
    _CACHE[study.digest, slots] = sealed
    store.set_up(site.trial.db, study, sealed.sealed, actor(study, "seal"))
    return sealed


_CACHE: dict[tuple[str, int], SealedTrial] = {}


def _make(study: Study, slots: int) -> SealedTrial:
    study = replace(study, randomisation=replace(study.randomisation, slots=slots))
    keys = {purpose: make_key() for purpose in PURPOSES}
    recipients = [Recipient(name=name, purpose=name, public_key=key.public_key) for name, key in keys.items()]
    made = make_list(study, SEED)
    return SealedTrial(study=study, made=made, sealed=seal(study, made, recipients), keys=keys)


def eligible(
    site: CaptureSite,
    participant: str = "01-001",
    *,
    confirmed: bool = True,
    pages: Mapping[str, Mapping[str, str]] = ELIGIBLE,
    place: str = "01",
) -> str:
    """Register somebody who is eligible; the screening pages are filled in, and eligibility confirmed."""
    from lupustrial.capture.entry import Given, submit
    from lupustrial.capture.participants import confirm, digest, eligibility_of
    from lupustrial.capture.store import Place

    site.register(participant, place)
    investigator = somebody(site, "investigator")
    for form, items in pages.items():
        where = Place(participant=participant, visit="SCR", form=form)
        unit = {item.id: item.unit or "" for item in site.trial.study.form(form).items}
        given = {item: Given(value=value, unit=unit[item]) for item, value in items.items()}
        by = somebody(site, _enters(site.trial.study, form))
        done = submit(site.trial, by, where, given, revision=0, complete=False)
        assert not [one for one in done.findings if one.severity == "error"], done.findings
    if confirmed:
        with site.trial.reading() as tx:
            seen = digest(eligibility_of(tx, site.trial.study, participant))
        confirm(site.trial, investigator, participant, seen=seen)
    return participant


def _enters(study: Study, form: str) -> str:
    named = study.form(form).entered_by
    return next(role.id for role in study.roles if "enter" in role.may and (not named or role.id in named))


def randomised(site: CaptureSite, participant: str = "01-001") -> int:
    """Randomise somebody who is eligible, as the page does; return the number."""
    from lupustrial.capture.supply import randomise

    eligible(site, participant)
    today = dt.datetime.now(dt.UTC).date()
    done = randomise(site.trial, somebody(site, "investigator"), participant, on=today)
    assert not done.left, done.left
    return done.allocated.number


def stock(site: CaptureSite, *, to: str = "01", receive: bool = True) -> list[int]:
    """Release all kits in one wave and ship them to a site; return their numbers."""
    from lupustrial.allocation import kits as room

    study, on = site.trial.study, dt.date(2026, 1, 2)
    with site.trial.writing() as tx:
        numbers = [kit.number for kit in room.read_kits(tx, study.id).values() if kit.state == "packed"]
        lines = [
            room.Released(kit=one, batch="W01", expiry=EXPIRY, row=row) for row, one in enumerate(numbers, 2)
        ]
        room.release(tx, study, lines, actor(study, "supply"))
        sent = room.ship(tx, study, numbers, to=to, on=on, by=actor(study, "supply"))
        if receive:
            by = actor(study, "dispense")
            room.receive(tx, study, sent.number, on=on, by=by, low=Decimal(3), high=Decimal(5))
    return numbers


def kits_of(site: CaptureSite, participant: str) -> list[int]:
    """Return the kits that were packed for somebody's slot, in the order in which they are handed out."""
    from lupustrial.allocation import kits as room
    from lupustrial.allocation.store import allocated_to

    with site.trial.reading() as tx:
        slot = allocated_to(tx, site.trial.study, participant)
        assert slot is not None
        kits = [one for one in room.read_kits(tx, site.trial.study.id).values() if one.slot == slot.number]
    return [one.number for one in sorted(kits, key=lambda kit: kit.nth)]


@contextmanager
def code_breaks(
    site: CaptureSite, sealed: SealedTrial, folder: Path, named: Mapping[str, SecretKey]
) -> Iterator[VaultClient]:
    """Run a vault that breaks codes for those who are named, and let the server know its socket."""
    from lupustrial.allocation.vault import open_vault

    recipients = folder / "recipients"
    recipients.write_text("".join(f"{who}={key.public_key}\n" for who, key in named.items()))
    recipients.chmod(0o600)
    study = replace(sealed.study, id=site.trial.study.id)
    vault: Vault
    vault, _ = open_vault(
        study,
        sealed.write(folder / "sealed"),
        private(folder / "vault") / "journal",
        code_break_key=sealed.keys["code_break"],
        recipients=recipients,
    )
    path = private(folder / "own") / "s"
    before = site.trial.config
    try:
        with serving(vault, path) as client:
            site.trial.config = replace(before, vault=path)
            yield client
    finally:
        site.trial.config = before
        vault.close()


@dataclass(frozen=True, kw_only=True)
class Supplied:
    """A trial in which 01-001 is randomised and every kit lies at the site.

    `own` are the kits of 01-001, in the order in which they are handed out; the last is the spare.
    """

    site: CaptureSite
    sealed: SealedTrial
    number: int
    own: list[int]


_SUPPLIED: list[tuple[Path, SealedTrial, int, list[int]]] = []  # laid down once a session


@pytest.fixture
def supplied(site: CaptureSite, tmp_path_factory: pytest.TempPathFactory) -> Supplied:
    """Lay the trial down, or copy it where it was laid down before."""
    from django.db import connections

    database = site.folder / "trial.db"
    if not _SUPPLIED:
        sealed = set_up(site)
        number = randomised(site)
        stock(site)
        own = kits_of(site, "01-001")
        for role in ("investigator", "pharmacist", "sponsor", "monitor"):
            site.account(role, role)
        site.trial.close()
        connections.close_all()
        kept = tmp_path_factory.mktemp("supplied") / "trial.db"
        shutil.copy(database, kept)
        _SUPPLIED.append((kept, sealed, number, own))
    else:
        site.trial.close()
        connections.close_all()
        shutil.copy(_SUPPLIED[0][0], database)
    _, sealed, number, own = _SUPPLIED[0]
    return Supplied(site=site, sealed=sealed, number=number, own=own)
