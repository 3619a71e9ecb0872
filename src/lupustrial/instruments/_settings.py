"""Settings: looking them up, checking them, hashing them, and listing what a clinician must confirm."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from lupustrial.errors import Fault, InstrumentError, closest
from lupustrial.instruments._spec import Instrument, Setting
from lupustrial.instruments._tables import read_table

Scalar = str | int | float | bool

#: Trust tags that a clinician must confirm before a validated release.
UNCERTAIN: tuple[str, ...] = ("X?", "D")


def settings_of(instrument: str) -> tuple[Setting, ...]:
    """Return the settings that the table declares for an instrument, in table order."""
    return tuple(
        Setting(
            name=row["setting"],
            allowed=tuple(row["allowed"].split("|")),
            default=row["default"],
            tag=row["tag"],
            question=row["question"],
            source=row["source"],
        )
        for row in read_table("settings")
        if instrument in row["instruments"].split(";")
    )


def resolve(instrument: Instrument, settings: Mapping[str, Scalar] | None) -> dict[str, str]:
    """Return every setting of the instrument as text: the given ones checked, the others at their default.

    Raises:
        InstrumentError: All at once: INSTR-002 unknown setting, INSTR-003 option that is not allowed.
    """
    known = {setting.name: setting for setting in instrument.settings}
    chosen = {setting.name: setting.default for setting in instrument.settings}
    faults = []
    for name, value in (settings or {}).items():
        place = f"settings of {instrument.id}, {name}"
        if name not in known:
            hint = closest(name, list(known)) or f"it has: {', '.join(known) or 'none'}"
            faults.append(Fault(id="INSTR-002", message=f"{name!r} is not a setting", place=place, hint=hint))
            continue
        text = _text(value)
        if not _allowed(known[name], text):
            faults.append(
                Fault(
                    id="INSTR-003",
                    message=f"{text!r} is not an option",
                    place=place,
                    hint=f"allowed: {' | '.join(known[name].allowed)}",
                )
            )
        chosen[name] = text
    if faults:
        raise InstrumentError(faults)
    return chosen


def _text(value: Scalar) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _allowed(setting: Setting, text: str) -> bool:
    kind, _, span = setting.allowed[0].partition(" ")
    if kind != "integer":
        return text in setting.allowed
    low, high = span.split("..")
    return text.isascii() and text.isdigit() and int(low) <= int(text) <= int(high)


def digest(instrument: Instrument, resolved: Mapping[str, str]) -> str:
    """Return the SHA-256 (hex) over instrument, version and resolved settings."""
    text = json.dumps(
        [instrument.id, instrument.version, dict(sorted(resolved.items()))], separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class SignOffItem:
    """One rule that a clinician must confirm.

    `setting` and `chosen` are empty where no other wording is known, so that nothing can be switched.
    """

    instrument: str
    setting: str
    chosen: str
    allowed: tuple[str, ...]
    tag: str
    question: str


def uncertain_rules(instrument: Instrument, resolved: Mapping[str, str]) -> tuple[SignOffItem, ...]:
    """Return the uncertain rules of one instrument: first its settings, then what no setting can switch."""
    switched = tuple(
        SignOffItem(
            instrument=instrument.id,
            setting=setting.name,
            chosen=resolved[setting.name],
            allowed=setting.allowed,
            tag=setting.tag,
            question=setting.question,
        )
        for setting in instrument.settings
        if setting.tag in UNCERTAIN
    )
    fixed = tuple(
        SignOffItem(
            instrument=instrument.id, setting="", chosen="", allowed=(), tag=rule.tag, question=rule.question
        )
        for rule in instrument.open
    )
    return switched + fixed
