"""``lupustrial kits``: what the depot and the sponsor do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lupustrial.cli._console import stdout
from lupustrial.cli._kits_options import KitFile, Kits, On, Why, day, numbers, working
from lupustrial.cli._kits_print import count
from lupustrial.cli._randomise_options import By, In, Store, StudyName, actor


def release(
    study: StudyName,
    file: Annotated[Path, typer.Argument(help="The packager's CSV: kit,batch,expiry and nothing else.")],
    store: Store,
    by: By,
    role: In,
    why: Why = "",
) -> None:
    """Record the blinded batch label and expiry date of a wave of kits, so that it can be shipped.

    A file that could tell arms apart is refused: several labels or dates in a wave, a label that names a
    product, or waves that do not follow the list (a reason lets these through, and is kept).
    """
    from lupustrial.allocation import kits as room

    with working(study, store, writing=True) as (loaded, tx):
        lines = room.read_release(loaded, file)
        done = room.release(tx, loaded, lines, actor(by, role), place=file.name, why=why)
    stdout().print(f"released {count(len(done), 'kit')}")


def ship(
    study: StudyName,
    store: Store,
    by: By,
    role: In,
    to: Annotated[str, typer.Option(help="Id of the site; `depot` for the depot.")],
    kit: Kits = None,
    file: KitFile = None,
    on: On = "",
) -> None:
    """Send kits to a site, or back to the depot; the number of the shipment is printed."""
    from lupustrial.allocation import kits as room

    with working(study, store, writing=True) as (loaded, tx):
        chosen = numbers(loaded, kit, file)
        site = None if to == "depot" else to
        made = room.ship(tx, loaded, chosen, to=site, on=day(on), by=actor(by, role))
    stdout().print(f"shipment {made.number}: {count(len(chosen), 'kit')} to {to}", markup=False)


def lift(
    study: StudyName, store: Store, by: By, role: In, why: Why = "", kit: Kits = None, file: KitFile = None
) -> None:
    """Let kits out of quarantine; for the sponsor, never for who hands kits out."""
    from lupustrial.allocation import kits as room

    with working(study, store, writing=True) as (loaded, tx):
        done = room.lift(tx, loaded, numbers(loaded, kit, file), by=actor(by, role), why=why)
    stdout().print(f"let {count(len(done), 'kit')} out of quarantine")


def destroy(
    study: StudyName,
    store: Store,
    by: By,
    role: In,
    why: Why = "",
    kit: Kits = None,
    file: KitFile = None,
    on: On = "",
) -> None:
    """Record that kits were destroyed: expired, returned, spoilt or left over."""
    from lupustrial.allocation import kits as room

    with working(study, store, writing=True) as (loaded, tx):
        chosen = numbers(loaded, kit, file)
        done = room.destroy(tx, loaded, chosen, on=day(on), by=actor(by, role), why=why)
    stdout().print(f"destroyed {count(len(done), 'kit')}")
