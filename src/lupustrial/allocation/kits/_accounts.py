"""Accountability: where every unit that was handed out went, and whether the injections say the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from lupustrial.allocation._numbers import check_holds
from lupustrial.allocation.kits._injections import Injection, read_injections
from lupustrial.allocation.kits._kit import Kit, place_of
from lupustrial.study import Study

Grouping = Literal["participant", "kit", "site"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """Units of a participant, a kit or a site.

    ``dispensed = used + unused + lost + outstanding``; outstanding are units of kits that did not come back.
    """

    of: str
    kits: int
    dispensed: int
    used: int
    unused: int
    lost: int
    outstanding: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """Something that does not agree: what kind, about whom and which kit, in a sentence."""

    kind: str
    participant: str
    kit: int | None
    message: str


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """Accounts of the kits that were handed out, and what does not agree."""

    accounts: tuple[Account, ...]
    differences: tuple[Difference, ...]


def accounts(study: Study, kits: Iterable[Kit], by: Grouping) -> list[Account]:
    """Return the units handed out, by participant, kit or site, in the order of their names."""
    units = {kind.id: kind.units for kind in study.kits}
    groups: dict[str, list[Kit]] = {}
    for kit in kits:
        if kit.participant is not None:
            key = {"participant": kit.participant, "kit": str(kit.number), "site": kit.site or ""}[by]
            groups.setdefault(key, []).append(kit)
    return [_account(of, groups[of], units) for of in sorted(groups)]


def reconcile(study: Study, kits: Sequence[Kit], records: pl.DataFrame | None = None) -> Reconciliation:
    """Return the account of each kit that was handed out, and every difference.

    Args:
        study: The study.
        kits: Its kits.
        records: Source records (`RECORD_SCHEMA`): injections are the records of the form whose SDTM domain is
            EX, given where the item EXOCCUR is ``Y`` (or there is none), with the kit in the item whose
            supplemental qualifier is KITNO. None: injections are not looked at.

    A difference is a kit that did not come back; a kit of which other than the used units were injected; an
    injection without a kit number, out of a kit that does not exist or that somebody else got, before the kit
    was handed out, or after it expired.
    """
    handed = sorted((kit for kit in kits if kit.participant is not None), key=lambda kit: kit.number)
    differences = [
        Difference(
            kind="not returned",
            participant=kit.participant or "",
            kit=kit.number,
            message=f"kit {kit.number}, handed out on {kit.dispensed_on} at {kit.visit}, did not come back",
        )
        for kit in handed
        if kit.used is None
    ]
    if records is not None:
        differences += _against(handed, kits, read_injections(study, records))
    return Reconciliation(
        accounts=tuple(accounts(study, handed, "kit")),
        differences=tuple(sorted(differences, key=lambda one: (one.participant, one.kit or 0, one.kind))),
    )


def _account(of: str, kits: Sequence[Kit], units: Mapping[str, int]) -> Account:
    dispensed = sum(units[kit.type] for kit in kits)
    used, unused, lost = (sum(getattr(kit, name) or 0 for kit in kits) for name in ("used", "unused", "lost"))
    return Account(
        of=of,
        kits=len(kits),
        dispensed=dispensed,
        used=used,
        unused=unused,
        lost=lost,
        outstanding=dispensed - used - unused - lost,
    )


def _against(handed: Sequence[Kit], kits: Sequence[Kit], injections: Sequence[Injection]) -> list[Difference]:
    known = {kit.number: kit for kit in kits}
    differences = []
    given: dict[int, int] = {}
    for injection in injections:
        kit = None if injection.number is None else known.get(injection.number)
        if kit is not None and kit.participant == injection.participant:
            given[kit.number] = given.get(kit.number, 0) + 1
        told = _wrong(injection, kit)
        if told is not None:
            kind, message = told
            number = None if kit is None else kit.number
            one = Difference(kind=kind, participant=injection.participant, kit=number, message=message)
            differences.append(one)
    for kit in handed:
        count = given.get(kit.number, 0)
        if kit.used is not None and kit.used != count:
            message = f"of kit {kit.number} {kit.used} units came back used, {count} injections name it"
            one = Difference(
                kind="used differs", participant=kit.participant or "", kit=kit.number, message=message
            )
            differences.append(one)
    return differences


def _wrong(injection: Injection, kit: Kit | None) -> tuple[str, str] | None:
    what = f"the injection of {injection.on or 'an unknown day'} at {injection.visit}"
    if not injection.text:
        return "no kit number", f"{what} names no kit"
    if kit is None:
        misread = injection.number is not None and not check_holds(injection.number)
        why = "whose check digit does not hold" if misread else "which does not exist"
        return "unknown kit", f"{what} names kit `{injection.text}`, {why}"
    if kit.participant is None:
        return "not handed out", f"{what} names kit {kit.number}, which lies at {place_of(kit.site)}"
    if kit.participant != injection.participant:
        return "kit of somebody else", f"{what} names kit {kit.number}, which was handed out to somebody else"
    return _wrong_day(injection.on, what, kit)


def _wrong_day(on: dt.date | None, what: str, kit: Kit) -> tuple[str, str] | None:
    if on is not None and kit.dispensed_on is not None and on < kit.dispensed_on:
        return "before handing out", f"{what} names kit {kit.number}, handed out on {kit.dispensed_on}"
    if on is not None and kit.expiry is not None and on > kit.expiry:
        return "expired", f"{what} names kit {kit.number}, which expired on {kit.expiry}"
    return None
