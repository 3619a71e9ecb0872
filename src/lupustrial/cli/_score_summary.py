"""What a scoring was: rows, completeness, settings in force, what is uncertain, what was not read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from lupustrial.cli._score_items import Items
from lupustrial.cli._score_settings import Scalar
from lupustrial.instruments import INSTRUMENTS, Instrument, settings_hash, sign_off_items

_STATES = ("complete", "incomplete", "not evaluable")


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The scoring of one file.

    Attributes:
        items: Name of the file.
        instrument: Id of the instrument.
        version: Its version.
        rows: Rows scored.
        participants: Participants among them.
        completeness: Rows by word of completeness.
        states: Rows by state, where the instrument has states; the most frequent first.
        settings: Every setting in force, by instrument: its own and those of components scored from items.
        defaults: The default of each of these settings.
        hashes: The settings hash, by instrument.
        uncertain: Number of uncertain rules, by instrument.
        queries: Number of consistency queries.
        absent: Items for which the file has no column, not done throughout.
        notes: What else the user should know of the reading.
    """

    items: str
    instrument: str
    version: str
    rows: int
    participants: int
    completeness: Mapping[str, int]
    states: Mapping[str, int]
    settings: Mapping[str, Mapping[str, str]]
    defaults: Mapping[str, Mapping[str, str]]
    hashes: Mapping[str, str]
    uncertain: Mapping[str, int]
    queries: int
    absent: Sequence[str]
    notes: Sequence[str] = field(default_factory=tuple)


def summarise(
    instrument: Instrument,
    items: Items,
    scored: pl.DataFrame,
    settings: Mapping[str, Scalar],
    found: pl.DataFrame,
) -> Summary:
    """Return the summary of a scoring; `found` are the consistency queries."""
    counts = dict.fromkeys(_STATES, 0)
    if "completeness" in scored.columns:
        counts |= dict(scored["completeness"].value_counts().iter_rows())
    used = _scored_from_items(scored)
    resolved = {instrument.id: _resolved(instrument, settings)}
    for name in used:
        part = next((each for each in instrument.parts if name in options_of(each.instrument)), None)
        defaults = part.defaults if part else {}
        resolved[name] = _resolved(INSTRUMENTS[name], {**defaults, **settings})
    own = {name: dict(values) for name, values in resolved.items()}
    return Summary(
        items=items.origin.table.name,
        instrument=instrument.id,
        version=instrument.version,
        rows=scored.height,
        participants=scored["USUBJID"].n_unique(),
        completeness=counts,
        states=_states(scored),
        settings=own,
        defaults={name: {one.name: one.default for one in INSTRUMENTS[name].settings} for name in own},
        hashes={name: settings_hash(name, values) for name, values in own.items()},
        uncertain={name: len(sign_off_items(name, values)) for name, values in own.items()},
        queries=found.height,
        absent=_absent(instrument, items.frame, used),
        notes=_notes(items),
    )


def _states(scored: pl.DataFrame) -> dict[str, int]:
    if "state" not in scored.columns:
        return {}
    counts = scored["state"].drop_nulls().value_counts().sort(["count", "state"], descending=[True, False])
    return dict(counts.iter_rows())


def _scored_from_items(scored: pl.DataFrame) -> tuple[str, ...]:
    """Return the ids of components that were scored from their items, as ``scored_by`` names them."""
    texts = str(scored["scored_by"][0]).split("; ")[1:]
    return tuple(text.split()[0] for text in texts if text.split()[0] in INSTRUMENTS)


def options_of(instrument: str | Mapping[str, str]) -> tuple[str, ...]:
    """Return the instruments that a part can be scored by."""
    return (instrument,) if isinstance(instrument, str) else tuple(instrument.values())


def _resolved(instrument: Instrument, settings: Mapping[str, Scalar]) -> dict[str, str]:
    """Return every setting of an instrument as text; that they are allowed was checked when scoring."""
    chosen = {}
    for setting in instrument.settings:
        value = settings.get(setting.name, setting.default)
        chosen[setting.name] = ("yes" if value else "no") if isinstance(value, bool) else str(value)
    return chosen


def _absent(instrument: Instrument, frame: pl.DataFrame, used: Sequence[str]) -> list[str]:
    """Return the items that no column and no component gives."""
    given = set(frame.columns)
    for part in instrument.parts:
        if any(option in used for option in options_of(part.instrument)):
            given |= set(part.columns.values())
    absent = [each.code for each in instrument.items if each.code not in given]
    for name in used:
        absent += [each.code for each in INSTRUMENTS[name].items if each.code not in given]
    return absent


def _notes(items: Items) -> list[str]:
    notes = []
    table = items.origin.table
    if table.text is not None and table.text.separator == ";":
        notes.append("fields are separated by semicolons")
    if table.empty:
        notes.append(f"rows without any value that were passed over: {table.empty}")
    if items.one_visit:
        notes.append("neither VISITNUM nor ADT: one visit a participant")
    return notes


def as_json(summary: Summary) -> dict[str, Any]:
    """Return the summary as plain values."""
    return {
        "items": summary.items,
        "instrument": summary.instrument,
        "version": summary.version,
        "rows": summary.rows,
        "participants": summary.participants,
        "completeness": dict(summary.completeness),
        "states": dict(summary.states),
        "settings": {name: dict(values) for name, values in summary.settings.items()},
        "settings_hash": dict(summary.hashes),
        "uncertain_rules": dict(summary.uncertain),
        "items_without_column": list(summary.absent),
        "notes": list(summary.notes),
    }


def as_lines(summary: Summary) -> list[tuple[str, str]]:
    """Return the summary as pairs of a heading and a text."""
    counted = ", ".join(f"{count} {word}" for word, count in summary.completeness.items() if count)
    people = "participant" if summary.participants == 1 else "participants"
    rows = "row" if summary.rows == 1 else "rows"
    lines = [
        ("read", f"{summary.items}: {summary.rows} {rows}, {summary.participants} {people}"),
        ("scored", f"{summary.instrument} {summary.version}{': ' if counted else ''}{counted}"),
    ]
    if summary.states:
        told = ", ".join(f"{count} {state}" for state, count in summary.states.items())
        lines.append(("results", told))
    lines += [("", note) for note in summary.notes]
    if summary.absent:
        lines.append(("no column", f"{_shortened(summary.absent)} (blank throughout)"))
    lines += [("settings", text) for text in _settings(summary)]
    lines.append(("queries", str(summary.queries) if summary.queries else "none"))
    open_rules = sum(summary.uncertain.values())
    if open_rules:
        names = " ".join(name for name, count in summary.uncertain.items() if count)
        verb = "rule waits" if open_rules == 1 else "rules wait"
        lines.append(
            ("uncertain", f"{open_rules} {verb} for a clinician: lupustrial instruments {names} --sign-off")
        )
    return lines


_LISTED = 8


def _shortened(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"{', '.join(names[:_LISTED])}{more}"


def _settings(summary: Summary) -> list[str]:
    """Return for each instrument what differs from its defaults, then the defaults in force, and the hash."""
    texts = []
    for name, values in summary.settings.items():
        changed = [
            f"{one}: {value} (default {summary.defaults[name][one]})"
            for one, value in values.items()
            if value != summary.defaults[name][one]
        ]
        kept = [f"{one}: {value}" for one, value in values.items() if value == summary.defaults[name][one]]
        told = "; ".join(
            [
                *(["set " + ", ".join(changed)] if changed else []),
                *(["default " + ", ".join(kept)] if kept else []),
            ]
        )
        texts.append(f"{name} #{summary.hashes[name][:12]}: {told or 'has none'}")
    return texts
