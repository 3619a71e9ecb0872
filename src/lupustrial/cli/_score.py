"""``lupustrial score``: any team's items scored without a study."""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from lupustrial.cli._console import stderr, stdout
from lupustrial.errors import Fault, UsageError

if TYPE_CHECKING:
    from lupustrial.cli._score_run import Result

#: Columns of a heading of the summary, and of a line of it where no terminal says how wide it is.
_HEADING, _PIPED = 11, 120


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(
        epilog="Examples: lupustrial score selena-sledai items.csv -o scores.csv   |   "
        "lupustrial score sri4 export.csv --mapping redcap.yaml -o sri4.csv --queries queries.csv"
    )(score)


def score(
    instrument: Annotated[
        str, typer.Argument(help="Its id (lupustrial instruments lists them); SLEDAI-2K means sledai_2k.")
    ],
    items: Annotated[
        Path, typer.Argument(help="One row a participant and visit: .csv, .tsv, .parquet; - for a pipe.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write the scores there: .csv or .parquet.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="A YAML file that says where the items stand (docs/score.md).")
    ] = None,
    settings: Annotated[
        str | None,
        typer.Option(help="A YAML file of settings, or an entry of a study: instruments.yaml#ID."),
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=OPTION", help="One setting; again for more.")
    ] = None,
    keep: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="Pass a column through; again for more.")
    ] = None,
    queries: Annotated[
        Path | None, typer.Option(help="Write the consistency queries there: .csv or .parquet.")
    ] = None,
    participant: Annotated[str | None, typer.Option(help="With --explain: only this participant.")] = None,
    visit: Annotated[str | None, typer.Option(help="With --explain: only this visit.")] = None,
    *,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say in words why each row is as it is.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Scores and summary as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No summary, only the results.")] = False,
) -> None:
    """Score a file of items; without --out the scores go to standard output as CSV.

    Any fault in the input refuses it whole: every fault is printed, nothing is written.
    """
    from lupustrial.cli._score_run import run_score
    from lupustrial.cli._score_settings import chosen_settings
    from lupustrial.cli._score_write import refuse_paths, write_files
    from lupustrial.instruments import find_instrument

    found = find_instrument(instrument)
    if (participant or visit) and not explain:
        raise _usage("--participant and --visit narrow an explanation", "add --explain")
    refuse_paths({"--out": out, "--queries": queries}, {"the file of items": items, "--mapping": mapping})
    chosen = chosen_settings(found.id, settings, set_ or [])
    result = run_score(found, items, chosen, mapping=mapping, keep=keep or [])
    texts = result.told(participant=participant, visit=visit) if explain else iter(())
    files = {out: result.scores, queries: result.queries}
    write_files({path: frame for path, frame in files.items() if path is not None})
    if as_json:
        _print_json(result, list(texts))
    elif explain:
        for text in texts:
            stdout().print(text, markup=False)
    elif out is None:
        sys.stdout.write(result.scores.write_csv())
    if not quiet:
        _print_summary(result, [path for path in files if path is not None])


def _usage(message: str, hint: str) -> UsageError:
    return UsageError(Fault(id="USAGE-010", message=message, place="command line", hint=hint))


def _print_json(result: Result, texts: list[str]) -> None:
    from lupustrial.cli._score_summary import as_json

    document = as_json(result.summary) | {"scores": result.scores.to_dicts()}
    document |= {"queries": result.queries.to_dicts()} | ({"explanations": texts} if texts else {})
    json.dump(document, sys.stdout, indent=2, ensure_ascii=False, default=str)
    sys.stdout.write("\n")


def _print_summary(result: Result, written: list[Path]) -> None:
    """Print the summary on standard error."""
    from lupustrial.cli._score_summary import as_lines

    console = stderr()
    width = console.width if console.is_terminal else _PIPED
    for heading, text in [*as_lines(result.summary), *(("wrote", str(path)) for path in written)]:
        first, *more = textwrap.wrap(text, width - _HEADING, break_on_hyphens=False, break_long_words=False)
        console.print(Text.assemble((f"{heading:<{_HEADING}}", "dim"), first))
        for line in more:
            console.print(Text(f"{'':<{_HEADING}}{line}"))
