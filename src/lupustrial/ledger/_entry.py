"""An entry of the ledger, its canonical text, and the hash that ties it to the one before."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: What stands before the first entry.
GENESIS = "0" * 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who did something: an account, and the role in which it acted."""

    id: str
    role: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One entry.

    Attributes:
        position: Place in the ledger, from 1, without gaps.
        at: When, UTC, ISO 8601 to the microsecond with ``Z``.
        by: Who.
        study: Id of the study.
        kind: What happened, e.g. ``"allocated"``.
        data: What exactly; JSON values. Never an arm, a kit-to-arm link or a seed while the study is blinded.
        why: The reason, where one is asked for.
        body: The canonical text that was hashed.
        previous: Hash of the entry before, as hexadecimal digits; `GENESIS` for the first.
        hash: Hash of this entry.
    """

    position: int
    at: str
    by: Actor
    study: str
    kind: str
    data: Mapping[str, Any]
    why: str
    body: str
    previous: str
    hash: str


def now() -> str:
    """Return the time as the ledger writes it."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def canonical(value: object) -> str:
    """Return JSON in one form: keys in the order of their code points, no blanks, only controls escaped.

    For keys within the Basic Multilingual Plane this is the form of RFC 8785. Raises ValueError for a number
    that is not whole, which has no one form.
    """
    _refuse_fractions(value)
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def body_of(*, at: str, by: Actor, study: str, kind: str, data: Mapping[str, Any], why: str) -> str:
    """Return the canonical text of an entry."""
    return canonical(
        {
            "at": at,
            "by": {"id": by.id, "role": by.role},
            "data": dict(data),
            "kind": kind,
            "study": study,
            "why": why,
        }
    )


def hash_of(position: int, previous: str, body: str) -> str:
    """Return the SHA-256 over position, previous hash and body, a line each (``docs/ledger.md``)."""
    return hashlib.sha256(f"{position}\n{previous}\n{body}".encode()).hexdigest()


def entry_of(position: int, previous: str, body: str, digest: str) -> Entry:
    """Return the entry whose parts were stored; ValueError where the body is no body of an entry."""
    parts = json.loads(body)
    try:
        by = Actor(id=parts["by"]["id"], role=parts["by"]["role"])
        return Entry(
            position=position,
            at=parts["at"],
            by=by,
            study=parts["study"],
            kind=parts["kind"],
            data=parts["data"],
            why=parts["why"],
            body=body,
            previous=previous,
            hash=digest,
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not the body of an entry: {error}") from error


def _refuse_fractions(value: object) -> None:
    if isinstance(value, float):
        raise ValueError(f"{value!r} has no canonical form; write it as text")  # noqa: TRY004 - one error
    children: list[Any] = []
    if isinstance(value, Mapping):
        children = list(value.values())
    elif isinstance(value, list | tuple):
        children = list(value)
    for child in children:
        _refuse_fractions(child)
