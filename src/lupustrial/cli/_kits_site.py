"""``lupustrial kits``: what a site does."""

from __future__ import annotations

from typing import Annotated

import typer

from lupustrial.cli._console import stdout
from lupustrial.cli._kits_options import (
    High,
    KitFile,
    Kits,
    Low,
    On,
    Why,
    day,
    degrees,
    numbers,
    warn,
    working,
)
from lupustrial.cli._kits_print import count, print_received
from lupustrial.cli._randomise_options import By, In, Store, StudyName, actor

_Some = list[str] | None


def receive(
    study: StudyName,
    shipment: Annotated[int, typer.Argument(help="Number of the shipment.")],
    store: Store,
    by: By,
    role: In,
    low: Low = "",
    high: High = "",
    damaged: Annotated[_Some, typer.Option(help="A kit that is broken, open or unreadable.")] = None,
    missing: Annotated[_Some, typer.Option(help="A kit that is not there.")] = None,
    on: On = "",
) -> None:
    """Receive a shipment: sound kits go into stock, others into quarantine.

    Without temperatures there was no log, and kits whose storage is stated go into quarantine.
    """
    from lupustrial.allocation import kits as room

    with working(study, store, writing=True) as (loaded, tx):
        done = room.receive(
            tx,
            loaded,
            shipment,
            on=day(on),
            by=actor(by, role),
            low=degrees(low, "--low"),
            high=degrees(high, "--high"),
            damaged=numbers(loaded, damaged, None),
            missing=numbers(loaded, missing, None),
        )
    print_received(done)


def find(
    study: StudyName, store: Store, by: By, role: In, why: Why = "", kit: Kits = None, file: KitFile = None
) -> None:
    """Record that missing kits turned up; they go into quarantine until the sponsor judges them."""
    from lupustrial.allocation import kits as room

    with working(study, store, writing=True) as (loaded, tx):
        done = room.find(tx, loaded, numbers(loaded, kit, file), by=actor(by, role), why=why)
    stdout().print(f"found {count(len(done), 'kit')}, now in quarantine")


def quarantine(
    study: StudyName,
    store: Store,
    by: By,
    role: In,
    why: Why = "",
    kit: Kits = None,
    file: KitFile = None,
    low: Low = "",
    high: High = "",
) -> None:
    """Put kits into quarantine, e.g. after a fridge failed; none of them can be handed out then."""
    from lupustrial.allocation import kits as room

    with working(study, store, writing=True) as (loaded, tx):
        done = room.quarantine(
            tx,
            loaded,
            numbers(loaded, kit, file),
            by=actor(by, role),
            why=why,
            low=degrees(low, "--low"),
            high=degrees(high, "--high"),
        )
    stdout().print(f"put {count(len(done), 'kit')} into quarantine")


def dispense(
    study: StudyName,
    participant: Annotated[str, typer.Argument(help="The participant number.")],
    visit: Annotated[str, typer.Argument(help="The visit.")],
    store: Store,
    by: By,
    role: In,
    kit: Annotated[str, typer.Option(help="The kit in hand, scanned; left out: the next one is named.")] = "",
    kind: Annotated[str, typer.Option("--type", help="Type of kit, where a visit has several.")] = "",
    why: Why = "",
    on: On = "",
    *,
    replacement: Annotated[
        bool, typer.Option("--replacement", help="It replaces a kit of this visit; give the reason.")
    ] = False,
) -> None:
    """Hand out a kit; a wrong, expired, quarantined or used one is refused with the reason."""
    from lupustrial.allocation import kits as room

    with working(study, store, writing=True) as (loaded, tx):
        done = room.dispense(
            tx,
            loaded,
            participant,
            visit,
            on=day(on),
            by=actor(by, role),
            kit=room.read_number(loaded.id, kit) if kit else None,
            kind=kind or None,
            replacement=replacement,
            why=why,
        )
    out = stdout()
    out.print(f"participant  {participant}, visit {visit}", markup=False)
    out.print(f"kit          {room.printed(done.kit.number)}", style="bold")
    out.print(f"batch        {done.kit.batch}, expires {done.kit.expiry}", markup=False)
    out.print(f"last dose    {done.last_dose}")
    warn(done.warnings)


def return_(
    study: StudyName,
    kit: Annotated[str, typer.Argument(help="The kit that came back.")],
    store: Store,
    by: By,
    role: In,
    used: Annotated[int, typer.Option(help="Units used: empty vials.")],
    unused: Annotated[int, typer.Option(help="Units that came back whole.")],
    lost: Annotated[int, typer.Option(help="Units that did not come back, or broken.")],
    why: Why = "",
    on: On = "",
) -> None:
    """Count a kit that came back; counting it again needs a reason."""
    from lupustrial.allocation import kits as room

    with working(study, store, writing=True) as (loaded, tx):
        number = room.read_number(loaded.id, kit)
        room.return_kit(
            tx,
            loaded,
            number,
            on=day(on),
            used=used,
            unused=unused,
            lost=lost,
            by=actor(by, role),
            why=why,
        )
    stdout().print(f"kit {room.printed(number)}: {used} used, {unused} unused, {lost} lost")
