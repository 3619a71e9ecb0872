"""A sealed trial is run through the pages; everything that comes out is searched for what must stay sealed.

The list is sealed with arms of its own names, which stand in no protocol: whatever of them is found was
leaked. Searched are all pages in several roles, answers to bad requests, exports, the programming interface,
every log line of every logger, reports of a crash, the table of sessions, and the database itself; in the
encodings that ``canary.py`` knows. Sheets of a workbook are unpacked; the text of a PDF cannot be searched.
"""

from __future__ import annotations

import datetime as dt
import io
import logging
import re
import sqlite3
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from canary import ARMS, PRODUCTS, SEED, Search
from capture_site import PASSWORD, CaptureSite
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from sealed_trial import SealedTrial
from supply_site import DOCTOR, EXPIRY, actor, code_breaks, eligible, kits_of
from vaults import short_folder

from lupustrial.allocation import kits as room
from lupustrial.allocation import store
from lupustrial.allocation.sealing import PURPOSES, Recipient, make_key, make_list, seal, split_key
from lupustrial.ledger import entries, export_ledger
from lupustrial.study import Study

TODAY = dt.datetime.now(dt.UTC).date().isoformat()
PEOPLE = ("01-001", "01-002", "01-003")
#: Roles in which every address is asked for: each sees something that the others do not.
ROLES = (
    "investigator",
    "pharmacist",
    "sponsor",
    "data_manager",
    "monitor",
    "unblinded_statistician",
    "packager",
    "administrator",
)
_PAPER = ("/doors/print", "/doors/casebook")  # set as PDF


@dataclass
class Out:
    """What came out: where, and the bytes."""

    pieces: list[tuple[str, bytes]] = field(default_factory=list)

    def add(self, where: str, content: bytes | str) -> None:
        """Keep a piece."""
        self.pieces.append((where, content.encode() if isinstance(content, str) else content))

    def answer(self, where: str, response: Any) -> Any:
        """Keep an answer with its headers and cookies."""
        body = b"".join(response) if response.streaming else response.content
        heads = "".join(f"{name}: {value}\n" for name, value in response.items())
        self.add(where, heads.encode() + str(response.cookies).encode() + body)
        if body.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(body)) as packed:
                for name in packed.namelist():
                    self.add(f"{where} {name}", packed.read(name))
        return response


def _sealed(study: Study) -> SealedTrial:
    """Seal a list for the study of the site whose arms and products have names that nobody else uses."""
    arms = tuple(
        replace(
            arm,
            id=name,
            label=f"{name}-LABEL",
            name=f"{name}-NAME",
            dosing=None if arm.dosing is None else replace(arm.dosing, product=product),
        )
        for arm, name, product in zip(study.arms, ARMS, PRODUCTS, strict=True)
    )
    products = tuple(replace(one, id=name) for one, name in zip(study.products, PRODUCTS, strict=True))
    rule = replace(study.randomisation, ratio=dict.fromkeys(ARMS, 1), slots=8)
    study = replace(study, arms=arms, products=products, randomisation=rule)
    keys = {purpose: make_key() for purpose in PURPOSES}
    people = [Recipient(name=name, purpose=name, public_key=key.public_key) for name, key in keys.items()]
    made = make_list(study, SEED)
    return SealedTrial(study=study, made=made, sealed=seal(study, made, people), keys=keys)


@contextmanager
def _every_logger(out: Out) -> Iterator[None]:
    """Catch every line of every logger, SQL among them."""
    from django.db import connection

    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(logging.Formatter("%(name)s %(pathname)s %(message)s %(args)s"))
    loggers = [logging.getLogger(), *map(logging.getLogger, list(logging.root.manager.loggerDict))]
    before = [(one, one.level, one.propagate, one.disabled) for one in loggers]
    for one in loggers:
        one.setLevel(logging.DEBUG)
        one.propagate, one.disabled = True, False
    logging.getLogger().addHandler(handler)
    connection.force_debug_cursor = True
    try:
        yield
    finally:
        connection.force_debug_cursor = False
        logging.getLogger().removeHandler(handler)
        for one, level, propagate, disabled in before:
            one.setLevel(level)
            one.propagate, one.disabled = propagate, disabled
        out.add("log lines", text.getvalue())


def _run(site: CaptureSite, out: Out) -> None:
    """Go through a trial in the pages, from the release of kits to the assessment of a code break."""
    sponsor, pharmacist = site.client("sponsor"), site.client("pharmacist")
    investigator, monitor = site.client("investigator"), site.client("monitor")

    def post(client: Client, address: str, data: dict[str, Any], status: int = 302) -> None:
        response = out.answer(f"POST {address}", client.post(address, data))
        assert response.status_code == status, (address, response.content[:3000])

    with site.trial.reading() as tx:
        numbers = sorted(room.read_kits(tx, site.trial.study.id))
    text = "kit,batch,expiry\n" + "".join(f"{one},W01,{EXPIRY}\n" for one in numbers)
    post(sponsor, "/supply/release", {"file": SimpleUploadedFile("w.csv", text.encode())})
    post(sponsor, "/supply/shipments", {"kits": "\n".join(map(str, numbers)), "to": "01", "on": TODAY})
    post(pharmacist, "/supply/shipments/1", {"on": TODAY, "low": "3", "high": "5"})
    for name in PEOPLE:
        eligible(site, name)
        post(investigator, f"/supply/allocate/{name}", {"on": TODAY})
        post(investigator, f"/supply/allocate/{name}", {"on": TODAY})
        own = kits_of(site, name)
        post(pharmacist, f"/supply/dispense/{name}", {"visit": "W0", "kit": own[0], "on": TODAY})
        post(pharmacist, f"/supply/dispense/{name}", {"visit": "W4", "kit": own[0], "on": TODAY}, 422)
    other = kits_of(site, PEOPLE[1])[1]
    post(pharmacist, f"/supply/dispense/{PEOPLE[0]}", {"visit": "W4", "kit": other, "on": TODAY}, 422)
    post(pharmacist, "/supply/returns", {"kit": own[0], "used": 6, "unused": 1, "lost": 0, "on": TODAY})
    bad = {"kits": kits_of(site, PEOPLE[2])[2], "why": "the fridge failed", "low": "1", "high": "20"}
    post(pharmacist, "/supply/kits/quarantine", bad)
    given = {
        "reason": "overdose",
        "text": "took a whole kit at once",
        "recipient": "doctor",
        "password": PASSWORD,
    }
    post(investigator, "/supply/code-break/01-001", given)
    post(investigator, "/supply/code-break/01-002", {**given, "password": "wrong"}, 422)
    mistake = {"participant": "01-002", "person": "dmc", "text": "a letter was opened by mistake"}
    site.account("dmc", "dmc")
    post(monitor, "/supply/unblindings/report", mistake)
    number = _broken(site)
    answers = dict.fromkeys(store.ASSESSED, "nothing follows from it, since nobody else knows")
    post(monitor, f"/supply/unblindings/{number}", answers)
    post(sponsor, f"/supply/unblindings/{number}/read", {})


def _broken(site: CaptureSite) -> int:
    with site.trial.reading() as tx:
        return next(one.position for one in entries(tx, kinds=("code broken",)))


def _addresses(site: CaptureSite) -> list[str]:
    """Return every address that there is, with what stands for its parts."""
    from django.urls import get_resolver

    values = {
        "participant": "01-001",
        "visit": "W0",
        "form": "randomisation",
        "repeat": "1",
        "action": "quarantine",
        "number": str(_broken(site)),
        "version": site.trial.study.version,
        "account": "investigator",
        "part": "enrolment",
    }

    def walk(resolver: Any, before: str = "/") -> Iterator[str]:
        for one in resolver.url_patterns:
            route = before + str(one.pattern).lstrip("^").rstrip("$")
            if hasattr(one, "url_patterns"):
                yield from walk(one, route)
            else:
                yield re.sub(r"<(?:\w+:)?(\w+)>", lambda part: values.get(part[1], "1"), route)

    return sorted({*walk(get_resolver()), "/supply/shipments/1", "/nowhere", "/supply/resupply?format=csv"})


def _walk(site: CaptureSite, out: Out) -> int:
    """Ask for every address in several roles; count the pages that came."""
    came = 0
    addresses = [one for one in _addresses(site) if one not in ("/logout", "/session")]
    for role in ROLES:
        client = site.client(role)
        client.raise_request_exception = False
        for address in addresses:
            if not address.startswith(_PAPER):
                response = out.answer(f"{role} GET {address}", client.get(address))
                came += response.status_code == 200
    return came


def _doors(site: CaptureSite, out: Out) -> None:
    """Export everything that a role may, and read the programming interface by a token."""
    from django.utils import timezone

    from lupustrial.capture.access import digest_of_token
    from lupustrial.capture.models import ApiToken

    study = site.trial.study
    for role in ("data_manager", "unblinded_statistician"):
        client = site.client(role)
        forms = [form.id for form in study.forms]
        for kind in ("csv", "xlsx"):
            out.answer(f"{role} export", client.post("/doors/export", {"format": kind, "form": forms}))
        ApiToken.objects.create(
            account=site.account(role, role),
            name="canary",
            digest=digest_of_token(f"lup_{role}"),
            role=role,
            expires=timezone.now() + dt.timedelta(days=1),
        )
        program = Client(headers={"Authorization": f"Bearer lup_{role}"})
        for address in _addresses(site):
            if address.startswith("/api/"):
                out.answer(f"{role} API {address}", program.get(address))


def _crash(site: CaptureSite, out: Out, patch: pytest.MonkeyPatch) -> None:
    """Force failures in the middle of the work, and let Django report them as loudly as it can."""
    from django.views.debug import ExceptionReporter

    from lupustrial.capture.supply import _allocate_view, _break_view, _dispense_view

    for module, name, address in (
        (_allocate_view, "allocated_to", "/supply/allocate/01-001"),
        (_dispense_view, "_visits", "/supply/dispense/01-001"),
        (_break_view, "allocated_to", "/supply/code-break/01-001"),
    ):

        def fail(*_: Any, **__: Any) -> None:
            message = "forced"
            raise RuntimeError(message)

        with patch.context() as for_now:
            for_now.setattr(module, name, fail)
            client = site.client("pharmacist" if "dispense" in address else "investigator")
            client.raise_request_exception = False
            response = out.answer(f"500 {address}", client.get(address))
            assert response.status_code == 500
            client.raise_request_exception = True
            try:
                client.get(address)
            except RuntimeError:
                reporter = ExceptionReporter(None, *sys.exc_info())
                out.add(f"report of {address}", reporter.get_traceback_text())
                out.add(f"report of {address}", reporter.get_traceback_html())


def _database(site: CaptureSite, out: Out) -> None:
    """Take the database as text and as bytes, the sessions decoded, and the ledger as it is exported."""
    from django.contrib.sessions.models import Session

    for session in Session.objects.all():
        out.add("a session", repr(session.get_decoded()))
    path = site.folder / "trial.db"
    with closing(sqlite3.connect(path)) as held:
        out.add("dump", "\n".join(held.iterdump()))
    for file in site.folder.glob("trial.db*"):
        out.add(file.name, file.read_bytes())
    with site.trial.reading() as tx:
        export_ledger(tx, site.folder / "ledger.jsonl")
    out.add("ledger", (site.folder / "ledger.jsonl").read_bytes())


@pytest.mark.requirement("REQ-SUPPLY-013")
def test_nothing_that_is_sealed_comes_out(site: CaptureSite, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed, out = _sealed(site.trial.study), Out()
    search = Search(sealed, tuple(split_key(sealed.keys["list"], needed=2, of=3)))
    store.set_up(site.trial.db, site.trial.study, sealed.sealed, actor(site.trial.study, "seal"))
    with (
        short_folder() as folder,
        code_breaks(site, sealed, folder, {"doctor": DOCTOR}),
        _every_logger(out),
    ):
        _run(site, out)
        came = _walk(site, out)
        _doors(site, out)
        _crash(site, out, monkeypatch)
    _database(site, out)
    assert came > 150  # pages were seen, not refusals alone
    assert sum(len(content) for _, content in out.pieces) > 1_000_000
    assert [(where, found) for where, content in out.pieces if (found := search.found(content))] == []
    _no_free_slot(site, sealed, out)
    _no_list_order(site, sealed, out)


def _pages(out: Out) -> list[tuple[str, str]]:
    return [(where, content.decode(errors="replace")) for where, content in out.pieces if " GET " in where]


def _no_free_slot(site: CaptureSite, sealed: SealedTrial, out: Out) -> None:
    """No page names a slot that nobody has: nobody can tell what comes next."""
    with site.trial.reading() as tx:
        kits = set(room.read_kits(tx, site.trial.study.id))
        taken = {
            int(row[0]) for row in tx.all("SELECT number FROM allocation_slot WHERE participant IS NOT NULL")
        }
    free = {slot.number for slot in sealed.made.slots} - taken - kits
    assert free
    for where, text in _pages(out):
        if "audit" not in where and "ledger" not in where:  # the trail holds hashes, and the commitment
            assert not free & {int(one) for one in re.findall(r"(?<![\w.])\d{5}(?![\w.])", text)}, where


def _no_list_order(site: CaptureSite, sealed: SealedTrial, out: Out) -> None:
    """Lists of kits are in the order of their numbers, never as the kits stand in the list."""
    listed = [kit.number for slot in sealed.made.slots for kit in slot.kits]
    for where, text in _pages(out):
        if "/supply/kits " in f"{where} " or "resupply" in where:
            shown = [int(one.replace(" ", "")) for one in re.findall(r"\b\d{2} \d{3}\b", text)]
            known = [one for one in shown if one in listed]
            assert known == sorted(known), where
    del site


def test_the_search_would_find_a_leak(site: CaptureSite) -> None:
    sealed = _sealed(site.trial.study)
    search = Search(sealed, tuple(split_key(sealed.keys["list"], needed=2, of=3)))
    slot = sealed.made.slots[0]
    assert search.found(f"<td>{slot.arm}</td>".encode()) == ["arm"]
    assert search.found(f"{{'seed': '{SEED.hex()}'}}".encode()) == ["half a seed", "seed"]
    assert search.found(slot.salt) == ["salt"]
    assert search.found(b"<td>01-001</td><td>12345</td>") == []
