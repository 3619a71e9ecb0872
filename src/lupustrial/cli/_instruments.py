"""``lupustrial instruments``: what can be scored, from what, with which settings, and what is uncertain."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lupustrial.cli._console import stderr, stdout
from lupustrial.errors import Fault, InstrumentError, UsageError

if TYPE_CHECKING:
    from lupustrial.instruments import Instrument


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(
        epilog="Examples: lupustrial instruments bilag2004   |   "
        "lupustrial instruments --sign-off studies/il2-sle --csv form.csv"
    )(instruments)


def instruments(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Instruments; with --sign-off also a study folder. Without any: all."),
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="With --sign-off: write a form to be filled there.")
    ] = None,
    *,
    sign_off: Annotated[
        bool,
        typer.Option(
            "--sign-off", help="The uncertain rules that wait for a clinician; of a study, who signed them."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON.")] = False,
) -> None:
    """List the instruments; show one; or list the uncertain rules that a clinician must confirm."""
    from lupustrial.instruments import INSTRUMENTS

    found, study = _sorted_out(names or [], studies=sign_off)
    if csv is not None and not sign_off:
        raise _usage("USAGE-010", "--csv writes the form of a sign-off", "add --sign-off")
    if sign_off:
        _sign_off(found, study, csv, as_json=as_json)
        return
    from lupustrial.cli._instruments_show import as_plain, print_all, print_one

    if as_json:
        shown = [as_plain(each) for each in (found or INSTRUMENTS.values())]
        _print_json(shown)
    elif found:
        for each in found:
            print_one(stdout(), each)
    else:
        print_all(stdout(), list(INSTRUMENTS.values()))


def _usage(fault: str, message: str, hint: str) -> UsageError:
    return UsageError(Fault(id=fault, message=message, place="command line", hint=hint))


def _print_json(document: object) -> None:
    stdout().print_json(json.dumps(document, ensure_ascii=False, default=str))


def _sorted_out(names: Sequence[str], *, studies: bool) -> tuple[list[Instrument], Path | None]:
    """Return the instruments that are named, and the study folder among the names."""
    from lupustrial.cli._find import find_study
    from lupustrial.instruments import find_instrument

    found, folder = [], None
    for name in names:
        try:
            found.append(find_instrument(name))
        except InstrumentError:
            try:
                study = find_study(name)
            except UsageError:
                study = None
            if study is None:
                raise
            if not studies:
                hint = f"lupustrial instruments --sign-off {name} lists its uncertain rules"
                raise _usage("USAGE-010", f"{name!r} is a study", hint) from None
            if folder is not None:
                raise _usage("USAGE-010", "two studies are named", "name one") from None
            folder = study
    return found, folder


def _parts(found: Sequence[Instrument]) -> list[str]:
    """Return the instruments of components that are not themselves among the named ones."""
    from lupustrial.cli._score_summary import options_of

    parts = [option for each in found for part in each.parts for option in options_of(part.instrument)]
    return [name for name in dict.fromkeys(parts) if name not in {each.id for each in found}]


def _sign_off(found: list[Instrument], folder: Path | None, csv: Path | None, *, as_json: bool) -> None:
    from dataclasses import asdict

    from lupustrial.cli._instruments_show import form_of, print_rules, print_signings
    from lupustrial.cli._score_write import refuse_paths, write_files
    from lupustrial.cli._sign_off import all_rules, signings
    from lupustrial.instruments import INSTRUMENTS

    refuse_paths({"--csv": csv}, {})
    document: list[Any]
    if folder is None:
        rules = all_rules([each.id for each in found] or list(INSTRUMENTS))
        document, form = [asdict(rule) for rule in rules], form_of(rules)
    else:
        from lupustrial.cli._plan import load_checked

        wanted = {each.id for each in found}
        signed = [one for one in signings(load_checked(folder)) if not wanted or one.instrument in wanted]
        document = [asdict(one) | {"signature": one.said()} for one in signed]
        form = form_of([rule for one in signed for rule in one.rules], signed)
    if csv is not None:
        write_files({csv: form}, spreadsheet=True)
    if as_json:
        _print_json(document)
    elif folder is None:
        print_rules(stdout(), rules)
        if parts := _parts(found):
            stdout().print(f"components scored from items have their own: {' '.join(parts)}")
    else:
        print_signings(stdout(), signed, folder)
    if csv is not None:
        stderr().print(f"wrote {csv}")
