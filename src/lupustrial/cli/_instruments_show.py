"""Instruments and their uncertain rules as tables, as plain values, and as a form."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lupustrial.cli._sign_off import Rule, Signing
from lupustrial.instruments import Input, Instrument, Part, sign_off_items


def print_all(console: Console, instruments: Sequence[Instrument]) -> None:
    """Print one line an instrument."""
    grid = _grid("id", "instrument", "inputs", "settings", "uncertain rules")
    for each in instruments:
        counts = (len(each.inputs), len(each.settings), len(sign_off_items(each.id)))
        _row(grid, each.id, each.title, *(str(count or "–") for count in counts))
    console.print(grid)
    console.print("one of them: lupustrial instruments ID   |   score items: lupustrial score ID items.csv")


def print_one(console: Console, instrument: Instrument) -> None:
    """Print what an instrument reads, how it can be set and what it returns."""
    console.print(Text.assemble((instrument.id, "bold"), f" {instrument.version}  {instrument.title}"))
    console.print(Text(instrument.summary))
    inputs = _grid("input", "what it is", "values", "source", "tag", title="Inputs")
    for each in instrument.inputs:
        _row(inputs, each.code, _label(each), each.permitted, each.source, each.trust)
    console.print(inputs)
    for part in instrument.parts:
        console.print(Text(_part(part)))
    if instrument.settings:
        settings = _grid("setting", "options", "default", "tag", "question", title="Settings")
        for one in instrument.settings:
            _row(settings, one.name, " | ".join(one.allowed), one.default, one.tag, one.question)
        console.print(settings)
    for rule in instrument.open:
        console.print(Text(f"uncertain, and nothing to switch [{rule.tag}]: {rule.question}"))
    console.print(Text(f"outputs: {', '.join(instrument.outputs)}"))
    asked = {check.id: check for check in reversed(instrument.checks)}
    for check in reversed(asked.values()):
        items = sum(one.id == check.id for one in instrument.checks)
        where = check.item if items == 1 else f"{check.item} and {items - 1} more"
        console.print(Text(f"query {check.id} ({where}): {check.message}"))
    console.print(Text(f"sources: {', '.join(instrument.sources)}"))


def _label(each: Input) -> str:
    needed = "; the column is needed" if each.required else ""
    aliases = f" (or {', '.join(each.aliases)})" if each.aliases else ""
    return f"{each.label}{aliases}{needed}"


def _part(part: Part) -> str:
    filled = ", ".join(part.columns.values())
    if isinstance(part.instrument, str):
        return f"{filled}: or the items of {part.instrument}"
    options = ", ".join(f"{name} ({part.setting}={option})" for option, name in part.instrument.items())
    return f"{filled}: or the items of {options}"


def as_plain(instrument: Instrument) -> dict[str, Any]:
    """Return an instrument as plain values."""
    return {
        "id": instrument.id,
        "title": instrument.title,
        "version": instrument.version,
        "summary": instrument.summary,
        "inputs": [
            {
                "code": each.code,
                "aliases": each.aliases,
                "label": each.label,
                "kind": each.kind,
                "values": each.permitted,
                "unit": each.unit,
                "required": each.required,
                "item": each.item,
                "definition": each.definition,
                "source": each.source,
                "trust": each.trust,
            }
            for each in instrument.inputs
        ],
        "settings": [
            {
                "name": one.name,
                "options": one.allowed,
                "default": one.default,
                "tag": one.tag,
                "question": one.question,
                "source": one.source,
            }
            for one in instrument.settings
        ],
        "open": [{"rule": one.rule, "tag": one.tag, "question": one.question} for one in instrument.open],
        "outputs": {name: str(dtype) for name, dtype in instrument.outputs.items()},
        "parts": [_part(part) for part in instrument.parts],
        "queries": [{"id": one.id, "item": one.item, "message": one.message} for one in instrument.checks],
        "sources": instrument.sources,
    }


def print_rules(console: Console, rules: Sequence[Rule]) -> None:
    """Print uncertain rules at their defaults."""
    for rule in rules:
        _print_rule(console, rule, ", ".join(rule.instruments))
    verb = "rule waits" if len(rules) == 1 else "rules wait"
    console.print(f"{len(rules)} {verb} for a clinician; of a study: lupustrial instruments --sign-off STUDY")


def print_signings(console: Console, signed: Sequence[Signing], folder: Path) -> None:
    """Print for each use of a study its signature, then the uncertain rules with the option chosen."""
    for one in signed:
        style = {"valid": "green", "void": "bold red"}.get(one.state, "yellow")
        head = Text.assemble((one.use, "bold"), f"  {one.instrument} {one.version}  ")
        console.print(head + Text(one.said(), style if one.rules or one.by else "dim"))
        for rule in one.rules:
            _print_rule(console, rule)
        if one.rules and one.state != "valid":
            line = f'sign_off: {{by: …, role: …, date: …, settings_hash: "{one.settings_hash}"}}'
            console.print(Text(f"  to sign, in {folder / 'instruments.yaml'}:", style="dim"))
            console.print(Text(f"    {line}"))
        console.print()
    waiting = [one for one in signed if one.state != "valid" and one.rules]
    count = sum(len(one.rules) for one in waiting)
    console.print(
        f"{count} rules of {len(waiting)} instruments wait for a clinician" if count else "all is signed"
    )


def _print_rule(console: Console, rule: Rule, instruments: str = "") -> None:
    """Print a rule, the option in force and the others; below it the question."""
    others = ", ".join(option for option in rule.options if option != rule.chosen)
    chosen = f": {rule.chosen}" if rule.chosen else ""
    head = Text.assemble("  ", (rule.rule, "bold"), chosen, (f"  or {others}" if others else "", "dim"))
    console.print(head + Text(f"  [{rule.tag}]" + (f"  {instruments}" if instruments else ""), "dim"))
    for line in textwrap.wrap(rule.question, console.width - 4):
        console.print(Text(f"    {line}"))


def form_of(rules: Sequence[Rule], signed: Sequence[Signing] = ()) -> pl.DataFrame:
    """Return the form that a clinician fills: one row a rule; answered where the signature is valid."""
    rows = []
    for rule in rules:
        use = next((one for one in signed if rule in one.rules), None)
        valid = use is not None and use.state == "valid"
        rows.append(
            {
                "id": rule.id,
                "instrument": ", ".join(rule.instruments),
                "rule": rule.rule,
                "tag": rule.tag,
                "options": " | ".join(rule.options),
                "chosen": rule.chosen,
                "question": rule.question,
                "answer": "confirmed" if valid else None,
                "by": use.by if use is not None and valid else None,
                "role": use.role if use is not None and valid else None,
                "date": use.date if use is not None and valid else None,
                "settings_hash": use.settings_hash if use is not None else None,
            }
        )
    return pl.DataFrame(rows, schema=dict.fromkeys(_FORM, pl.String))


_FORM = (
    "id",
    "instrument",
    "rule",
    "tag",
    "options",
    "chosen",
    "question",
    "answer",
    "by",
    "role",
    "date",
    "settings_hash",
)


def _grid(*heads: str, title: str | None = None) -> Table:
    grid = Table(box=SIMPLE_HEAD, title=title, title_justify="left", title_style="bold")
    for number, head in enumerate(heads):
        grid.add_column(head, overflow="fold", no_wrap=not number)
    return grid


def _row(grid: Table, *cells: str) -> None:
    grid.add_row(*(Text(cell) for cell in cells))
