"""What people say for the MIFlowCyt report, as a YAML file of headings and texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from lupustrial.cytometry.review._miflowcyt import FIELDS
from lupustrial.errors import CytometryError, Fault, closest

_LONGEST = 10_000  # letters of an answer


def read_given(path: Path) -> dict[str, str]:
    """Read answers to MIFlowCyt by the keys of `FIELDS`, e.g. ``purpose: …``.

    Raises:
        CytometryError: CYTO-088, the file cannot be read, or has a key that is no heading, or an answer that
            is no text; all faults at once.
    """
    try:
        plain: Any = YAML(typ="safe", pure=True).load(path.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, YAMLError, RecursionError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "it is no YAML in UTF-8"
        hint = "write `heading: text`, each on a line"
        raise CytometryError(_fault(path, f"the file cannot be read: {reason}", hint)) from None
    if not isinstance(plain, dict):
        raise CytometryError(_fault(path, "the file holds no headings", "write `purpose: …`"))
    faults = []
    for key, text in plain.items():
        if key not in FIELDS:
            hint = closest(str(key), tuple(FIELDS)) or f"headings are {', '.join(FIELDS)}"
            faults.append(_fault(path, f"{key!r} is no heading", hint))
        elif not isinstance(text, str) or len(text) > _LONGEST:
            hint = f"put it in quotes; at most {_LONGEST} letters"
            faults.append(_fault(path, f"what stands under {key!r} is no text, or too long", hint))
    if faults:
        raise CytometryError(faults)
    return dict(plain)


def _fault(path: Path, message: str, hint: str) -> Fault:
    return Fault(id="CYTO-088", message=message, place=str(path), hint=hint)
