"""The Typer application and what happens when a command fails."""

from __future__ import annotations

import sys

import typer

from lupustrial.cli import (
    _audit,
    _blinding,
    _check,
    _explain,
    _gate,
    _instruments,
    _kits,
    _new,
    _power,
    _randomise,
    _run,
    _score,
    _serve,
    _vault,
    _verify,
    _version,
)
from lupustrial.cli._console import print_faults
from lupustrial.errors import LupustrialError, UsageError

app = typer.Typer(
    name="lupustrial",
    help="Design, run, score, analyse and report a randomised lupus trial, in one tool.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
_new.register(app)
_check.register(app)
_run.register(app)
_score.register(app)
_instruments.register(app)
_power.register(app)
_randomise.register(app)
_kits.register(app)
_vault.register(app)
_verify.register(app)
_serve.register(app)
_blinding.register(app)
_audit.register(app)
_gate.register(app)
_explain.register(app)
_version.register(app)


def main() -> None:
    """Run the command named on the command line.

    Exit status: 0 done; 1 the input is at fault, and every fault was printed; 2 the command was called
    wrongly.
    """
    try:
        app()
    except LupustrialError as error:
        print_faults(error.faults)
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except KeyboardInterrupt:
        print("stopped; nothing was written", file=sys.stderr)  # noqa: T201 - the console may be gone
        sys.exit(130)
