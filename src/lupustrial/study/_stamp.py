"""The stamp: where source records come from, as ``stamp.json``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lupustrial.errors import Fault, closest
from lupustrial.study._records import Stamp

_KEYS = ("synthetic", "origin", "published", "notes")
_EXAMPLE = '{"synthetic": false, "origin": "database of the trial, locked on 2026-03-01"}'


def stamp_text(stamp: Stamp) -> str:
    """Return a stamp as JSON, keys and pairs sorted."""
    content = {
        "notes": list(stamp.notes),
        "origin": stamp.origin,
        "published": [list(pair) for pair in sorted(stamp.published)],
        "synthetic": stamp.synthetic,
    }
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def read_stamp(path: Path, faults: list[Fault]) -> Stamp | None:
    """Read a stamp and append what is wrong: RECORD-001 (missing), RECORD-002, RECORD-060 (content)."""
    name = f"{path.parent.name}/{path.name}"
    if not path.is_file():
        hint = f"say where the records come from, e.g. {_EXAMPLE}"
        faults.append(Fault(id="RECORD-001", message="the file is missing", place=name, hint=hint))
        return None
    try:
        content = json.loads(path.read_bytes().decode("utf-8"))
    except UnicodeDecodeError:
        faults.append(
            Fault(id="RECORD-002", message="the file is not UTF-8", place=name, hint="save it as UTF-8")
        )
        return None
    except (ValueError, RecursionError) as error:
        line = f":{error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        message = f"unreadable JSON: {error}"
        faults.append(Fault(id="RECORD-060", message=message, place=f"{name}{line}", hint=f"e.g. {_EXAMPLE}"))
        return None
    problems = _problems(content)
    faults += [Fault(id="RECORD-060", message=text, place=name, hint=hint) for text, hint in problems]
    if problems:
        return None
    return Stamp(
        synthetic=content["synthetic"],
        origin=content["origin"],
        published=frozenset((str(parameter), int(week)) for parameter, week in content.get("published", [])),
        notes=tuple(content.get("notes", [])),
    )


def _problems(content: Any) -> list[tuple[str, str]]:
    if not isinstance(content, dict):
        return [("the stamp is not an object", f"e.g. {_EXAMPLE}")]
    found = [(f"unknown key `{key}`", closest(key, _KEYS)) for key in content if key not in _KEYS]
    if not isinstance(content.get("synthetic"), bool):
        found.append(("`synthetic` is neither true nor false", "is any record observed in a person?"))
    if not isinstance(content.get("origin"), str) or not content["origin"].strip():
        found.append(("`origin` is missing", "one sentence on where the records come from"))
    notes = content.get("notes", [])
    if not isinstance(notes, list) or not all(isinstance(note, str) for note in notes):
        found.append(("`notes` is not a list of texts", "one sentence each"))
    pairs = content.get("published", [])
    if not isinstance(pairs, list) or not all(_is_pair(pair) for pair in pairs):
        found.append(("`published` is not a list of [parameter, week]", 'e.g. [["SRI4", 12]]'))
    return found


def _is_pair(pair: Any) -> bool:
    return (
        isinstance(pair, list)
        and len(pair) == 2  # noqa: PLR2004 - parameter and week
        and isinstance(pair[0], str)
        and isinstance(pair[1], int)
        and not isinstance(pair[1], bool)
    )
