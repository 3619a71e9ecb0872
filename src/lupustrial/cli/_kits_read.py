"""``lupustrial kits``: what is only looked at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from lupustrial.cli._console import print_faults, stdout
from lupustrial.cli._kits_options import On, Why, day, working
from lupustrial.cli._kits_print import (
    count,
    plain_kit,
    print_accounts,
    print_differences,
    print_kits,
    print_stock,
)
from lupustrial.cli._randomise_options import AsJson, Store, StudyName, actor

Per = Literal["participant", "kit", "site"]


def list_(
    study: StudyName,
    store: Store,
    site: Annotated[str, typer.Option(help="Where they lie; `depot` for the depot.")] = "",
    state: Annotated[str, typer.Option(help="Their state, e.g. received.")] = "",
    shipment: Annotated[int | None, typer.Option(help="The shipment in which they came last.")] = None,
    participant: Annotated[str, typer.Option(help="Who got them.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """List kits with their slot, batch, place and state."""
    from lupustrial.allocation import kits as room

    with working(study, store, writing=False) as (loaded, tx):
        kits = room.read_kits(tx, loaded.id)
    place = None if site == "depot" else site
    found = [
        kit
        for kit in kits.values()
        if (not site or kit.site == place)
        and (not state or kit.state == state)
        and shipment in (None, kit.shipment)
        and (not participant or kit.participant == participant)
    ]
    if as_json:
        stdout().print_json(json.dumps([plain_kit(kit) for kit in found]))
        return
    print_kits(found)


def stock(
    study: StudyName,
    store: Store,
    within: Annotated[int, typer.Option(min=0, help="Days to look ahead for kits that expire.")] = 30,
    on: On = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Show how many kits lie where in which state, and which cannot be handed out much longer."""
    from lupustrial.allocation import kits as room

    today = day(on)
    with working(study, store, writing=False) as (loaded, tx):
        kits = list(room.read_kits(tx, loaded.id).values())
    lines, soon = room.stock(loaded, kits), room.expiring(loaded, kits, on=today, within=within)
    if as_json:
        answer = {
            "stock": [
                {"site": one.site, "type": one.type, "state": one.state, "kits": one.kits, "units": one.units}
                for one in lines
            ],
            "expiring": [
                {**plain_kit(one.kit), "hand_out_by": one.hand_out_by.isoformat(), "late": one.late}
                for one in soon
            ],
        }
        stdout().print_json(json.dumps(answer))
        return
    print_stock(lines, soon, within)


def accounts(
    study: StudyName,
    store: Store,
    per: Annotated[Per, typer.Option(help="Group by.")] = "participant",
    *,
    as_json: AsJson = False,
) -> None:
    """Show the units handed out, used, unused, lost and not back yet."""
    from lupustrial.allocation import kits as room

    with working(study, store, writing=False) as (loaded, tx):
        found = room.accounts(loaded, room.read_kits(tx, loaded.id).values(), per)
    if as_json:
        names = ("of", "kits", "dispensed", "used", "unused", "lost", "outstanding")
        rows = [{name: getattr(one, name) for name in names} for one in found]
        stdout().print_json(json.dumps(rows))
        return
    print_accounts(found, per)


def reconcile(
    study: StudyName,
    store: Store,
    source: Annotated[
        Path | None, typer.Option(help="A folder with source records, whose injections are compared.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Compare what was handed out with what came back, and with the injections that were recorded."""
    from lupustrial.allocation import kits as room
    from lupustrial.study import read_source

    with working(study, store, writing=False) as (loaded, tx):
        kits = list(room.read_kits(tx, loaded.id).values())
    records = None if source is None else read_source(loaded, source).records
    answer = room.reconcile(loaded, kits, records)
    if as_json:
        rows = [
            {"kind": one.kind, "participant": one.participant, "kit": one.kit, "message": one.message}
            for one in answer.differences
        ]
        stdout().print_json(json.dumps({"kits": len(answer.accounts), "differences": rows}))
        return
    print_accounts(answer.accounts, "kit")
    print_differences(answer.differences, injections=records is not None)


def verify(
    study: StudyName,
    store: Store,
    why: Why = "",
    by: Annotated[str, typer.Option(help="Your account, with --rebuild.")] = "",
    role: Annotated[str, typer.Option(help="Your role, with --rebuild.")] = "",
    *,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Make the tables again from the ledger.")
    ] = False,
) -> None:
    """Compare the tables of kits with the ledger; exit status 1 where they differ."""
    from lupustrial.allocation import kits as room

    if rebuild:
        with working(study, store, writing=True) as (loaded, tx):
            differed = room.rebuild(tx, loaded, by=actor(by, role), why=why)
        stdout().print(f"made again from the ledger; {differed} had differed")
        return
    with working(study, store, writing=False) as (loaded, tx):
        faults = room.verify_kits(tx, loaded)
        total = len(room.read_kits(tx, loaded.id))
    if faults:
        print_faults(faults)
        raise typer.Exit(1)
    stdout().print(f"{count(total, 'kit')}: the tables are what the ledger says")
