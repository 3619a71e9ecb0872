"""``lupustrial kits``: labels, release, shipment, stock, handing out, counting, resupply."""

from __future__ import annotations

from collections.abc import Callable

import typer

from lupustrial.cli import _kits_depot, _kits_labels, _kits_plan, _kits_read, _kits_site

_DB = "--store trial.db"
_DEPOT = f"{_DB} --by sam --role sponsor"
_SITE = f"{_DB} --by petra --role pharmacist"

#: Name, function and example of each command, in the order in which a trial needs them.
COMMANDS: tuple[tuple[str, Callable[..., None], str], ...] = (
    ("release", _kits_depot.release, f"kits release studies/il2-sle wave1.csv {_DEPOT}"),
    ("labels", _kits_labels.labels, f"kits labels studies/il2-sle {_DB} --batch W01 --out labels.pdf"),
    ("ship", _kits_depot.ship, f"kits ship studies/il2-sle --kits to-ship.txt --to 01 {_DEPOT}"),
    ("receive", _kits_site.receive, f"kits receive studies/il2-sle 1 --low 2.5 --high 6 {_SITE}"),
    ("find", _kits_site.find, f"kits find studies/il2-sle --kit 1234509 --reason 'was in bay 2' {_SITE}"),
    (
        "quarantine",
        _kits_site.quarantine,
        f"kits quarantine studies/il2-sle --kit 1234509 --low 2 --high 14 --reason 'fridge failed' {_SITE}",
    ),
    (
        "lift",
        _kits_depot.lift,
        f"kits lift studies/il2-sle --kit 1234509 --reason 'stable to 25 °C for 48 h' {_DEPOT}",
    ),
    ("dispense", _kits_site.dispense, f"kits dispense studies/il2-sle 01-001 W4 --kit 1234509 {_SITE}"),
    (
        "return",
        _kits_site.return_,
        f"kits return studies/il2-sle 1234509 --used 6 --unused 1 --lost 0 {_SITE}",
    ),
    ("destroy", _kits_depot.destroy, f"kits destroy studies/il2-sle --kit 1234509 --reason expired {_SITE}"),
    ("list", _kits_read.list_, f"kits list studies/il2-sle {_DB} --site 01 --state received"),
    ("stock", _kits_read.stock, f"kits stock studies/il2-sle {_DB} --within 60"),
    (
        "resupply",
        _kits_plan.resupply,
        f"kits resupply studies/il2-sle {_DB} --days 21 --rate 01=2.5 --out to-ship.csv",
    ),
    ("accounts", _kits_read.accounts, f"kits accounts studies/il2-sle {_DB} --per participant"),
    ("reconcile", _kits_read.reconcile, f"kits reconcile studies/il2-sle {_DB} --source records"),
    ("verify", _kits_read.verify, f"kits verify studies/il2-sle {_DB}"),
)


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")
    for name, function, example in COMMANDS:
        group.command(name, epilog=f"Example: lupustrial {example}")(function)
    app.add_typer(
        group,
        name="kits",
        help="Kits: labels, release, shipment, quarantine, handing out, counting, stock, resupply.",
        epilog="docs/allocation/kits.md explains states, refusals and what a label says.",
    )
