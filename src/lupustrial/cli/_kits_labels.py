"""``lupustrial kits labels``: label sheets as PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lupustrial.cli._console import stdout
from lupustrial.cli._kits_options import KitFile, Kits, numbers, warn, working
from lupustrial.cli._kits_print import count
from lupustrial.cli._randomise_options import Store, StudyName, write_new


def labels(
    study: StudyName,
    store: Store,
    out: Annotated[Path, typer.Option(help="The PDF to write; never overwritten.")],
    kit: Kits = None,
    file: KitFile = None,
    batch: Annotated[str, typer.Option(help="All kits with this blinded batch label.")] = "",
    skip: Annotated[int, typer.Option(min=0, help="Labels of the first sheet that are used already.")] = 0,
    fonts: Annotated[
        Path | None, typer.Option(help="Folder with fonts, for scripts that the own font lacks.")
    ] = None,
    *,
    immediate: Annotated[
        bool,
        typer.Option("--immediate", help="Labels of the vials, 48 a sheet; else of the kits, 8 a sheet."),
    ] = False,
    blank: Annotated[
        bool, typer.Option("--blank", help="Leave batch and expiry date open, to be filled in by hand.")
    ] = False,
    guides: Annotated[bool, typer.Option(help="Lines that show where to cut.")] = True,
) -> None:
    """Set labels on A4 sheets, in the order of the kit numbers; no label tells an arm."""
    from lupustrial.allocation import kits as room

    with working(study, store, writing=False) as (loaded, tx):
        chosen = numbers(loaded, kit, file)
        kits = room.read_kits(tx, loaded.id)
    room.require_known(loaded.id, chosen, kits)
    wanted = [
        one
        for one in kits.values()
        if (not chosen or one.number in chosen) and (not batch or one.batch == batch)
    ]
    made = room.labels(loaded, wanted, blank=blank)
    content = room.label_sheet(
        made, packaging="immediate" if immediate else "outer", skip=skip, guides=guides, fonts=fonts
    )
    write_new(out, content)
    warn(room.label_gaps(loaded))
    stdout().print(f"wrote {out}: labels of {count(len(made), 'kit')}", markup=False)
