"""``lupustrial randomise``: the list is made, sealed, allocated from, opened and revealed."""

from __future__ import annotations

from collections.abc import Callable

import typer

from lupustrial.cli import (
    _randomise_allocate,
    _randomise_design,
    _randomise_end,
    _randomise_keys,
    _randomise_seal,
    _randomise_unblind,
    _randomise_verify,
)

_IN = "studies/il2-sle --store trial.db"
_UMA = "--by uma --role unblinded_statistician"
_INES = "--by ines --role investigator"
_QUORUM = "--share s1.txt --share s2.txt"

#: Name, function and example of each command, in the order in which a trial needs them.
COMMANDS: tuple[tuple[str, Callable[..., None], tuple[str, ...]], ...] = (
    ("design", _randomise_design.design, ("studies/il2-sle --out design.html",)),
    ("key", _randomise_keys.key, ("custodian.key",)),
    ("split", _randomise_keys.split, ("custodian.key --needed 2 --of 3 --out shares",)),
    (
        "init",
        _randomise_seal.init,
        (_IN, "--sealed sealed --list custodian=age1… --code-break duty=age1… --production pack=age1…", _UMA),
    ),
    (
        "export-kits",
        _randomise_seal.export_kits,
        (_IN, "--sealed sealed --key pack.key --out packing.csv --by paul --role packager"),
    ),
    ("allocate", _randomise_allocate.allocate, (_IN, "01-001 --source records", _INES)),
    (
        "open",
        _randomise_unblind.open_,
        (_IN, "01-001 --to ines=age1… --reason 'septic shock' --key duty.key --out breaks", _INES),
    ),
    ("read", _randomise_unblind.read, ("breaks/code-break-01-001-9.age --key ines.key",)),
    (
        "report",
        _randomise_unblind.report,
        (_IN, "01-001 --person ines --reason 'saw the packing list'", _INES),
    ),
    (
        "assess",
        _randomise_unblind.assess,
        (
            _IN,
            "--entry 9 --who-knows … --effect-on-participant … --effect-on-results … --measures …",
            _INES,
        ),
    ),
    (
        "copy",
        _randomise_end.copy,
        (_IN, "--sealed sealed --to dmc=age1… --reason 'interim 1' --out interim.age", _QUORUM, _UMA),
    ),
    ("lock", _randomise_end.lock, (_IN, "--source records --by dana --role data_manager")),
    ("reveal", _randomise_end.reveal, (_IN, "--sealed sealed --out revealed", _QUORUM, _UMA)),
    ("verify", _randomise_verify.verify, (_IN, "--sealed sealed --anchor 41:9f2c…")),
    ("anchor", _randomise_verify.anchor, ("--store trial.db",)),
    ("ledger", _randomise_verify.ledger, ("--store trial.db --out ledger.jsonl",)),
)


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")
    for name, function, example in COMMANDS:
        group.command(name, epilog=f"Example: lupustrial randomise {name} {' '.join(example)}")(function)
    app.add_typer(
        group,
        name="randomise",
        help="Sealed allocation: design, keys, sealing, allocating, code breaks, lock, reveal, verify.",
        epilog="docs/allocation explains the methods, the keys and who can do what.",
    )
