"""Files that ``lupustrial gate`` is given beside panels and strategies: decisions, secret, MIFlowCyt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lupustrial.cli._gate_ask import Asked
from lupustrial.errors import CytometryError, Fault, UsageError

if TYPE_CHECKING:
    from lupustrial.cytometry.review import Decisions
    from lupustrial.cytometry.run import Told

#: Letters of the shortest secret: 32 of base 16 are 128 bits.
_SHORTEST = 32
_LARGEST = 4_096


def decisions_of(asked: Asked) -> tuple[Decisions, ...]:
    """Read the files of decisions, each by itself.

    Raises:
        UsageError: USAGE-012 a file that cannot be read.
        CytometryError: CYTO-089 faults of a file, which is named.
    """
    from lupustrial.cytometry.review import read_decisions

    found, faults = [], []
    for path in asked.decisions:
        try:
            found.append(read_decisions(_text(path, "--decisions")))
        except CytometryError as error:
            faults += [Fault(id=one.id, message=one.message, place=f"{path}, {one.place}", hint=one.hint)
                       for one in error.faults]  # fmt: skip
    if faults:
        raise CytometryError(faults)
    return tuple(found)


def told_of(asked: Asked) -> Told:
    """Read what people say for the pages of review: the secret of the codes, answers to MIFlowCyt.

    Raises:
        UsageError: USAGE-012 a file that cannot be read; USAGE-010 a secret that is none.
        CytometryError: CYTO-088 faults of the answers.
    """
    from lupustrial.cytometry.review import read_given
    from lupustrial.cytometry.run import Told

    return Told(
        secret="" if asked.secret_file is None else _secret(asked.secret_file),
        miflowcyt={} if asked.miflowcyt is None else read_given(asked.miflowcyt),
    )


def _secret(path: Path) -> str:
    """Return the secret of a file without blanks around it; no message ever holds any of it."""
    secret = _text(path, "--secret-file").strip()
    if not _SHORTEST <= len(secret) <= _LARGEST or "\n" in secret:
        message = f"the secret in {path} is not one line of {_SHORTEST} to {_LARGEST} letters"
        hint = "make one: openssl rand -hex 32 > FILE; keep it for the whole trial, away from who reads gates"
        raise UsageError(
            Fault(id="USAGE-010", message=message, place="command line, --secret-file", hint=hint)
        )
    return secret


def _text(path: Path, option: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        message = f"{path} cannot be read: {reason}"
        place = f"command line, {option}"
        hint = "name a file that can be read"
        raise UsageError(Fault(id="USAGE-012", message=message, place=place, hint=hint)) from None
