"""What is known of cells: which markers are found together, which never.

One form holds every rule: of the events that are `given`, the share that is `then` lies between `low` and
`high`. Both sides are signs: ``CD3+ CD4-``; an empty `given` means all events.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from lupustrial.cytometry.quality._markers import markers_of, rows
from lupustrial.errors import CytometryError, Fault

Sign = tuple[str, bool]
_SIGN = re.compile(r"^(.+?)([+-])$")
_SUGAR = re.compile(r"^(\S+) (within|excludes|with) (\S+)$")
_SHARE = re.compile(r"^(?:(.*) -> )?(.+?) (\d*\.?\d+)?\s?\.\.\s?(\d*\.?\d+)?$")
#: Bounds of the short forms.
_WITHIN, _EXCLUDES, _WITH = 0.7, 0.2, 0.3


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """Of the events `given`, the share that is `then` lies in [low, high].

    Attributes:
        given, then: Signs, each a marker and whether it is bright.
        low, high: Bounds of the share; 0 and 1 where there is none.
        specimen: Kinds of specimen for which it holds; empty for all.
        source: Where the relation comes from.
    """

    given: tuple[Sign, ...]
    then: tuple[Sign, ...]
    low: float = 0.0
    high: float = 1.0
    specimen: frozenset[str] = frozenset()
    source: str = "panel"

    def __str__(self) -> str:
        """Return it as it is written in a panel."""
        low = f"{self.low:g}" if self.low > 0 else ""
        high = f"{self.high:g}" if self.high < 1 else ""
        given = f"{_written(self.given)} -> " if self.given else ""
        return f"{given}{_written(self.then)} {low}..{high}"


def expectation_from(text: str) -> Expectation:
    """Return the expectation of a line of a panel.

    ``CD4 within CD3``: at least 70 % of CD4+ are CD3+. ``CD4 excludes CD8``: at most 20 % of CD4+ are CD8+.
    ``CD16 with CD56``: at least 30 % of CD16+ are CD56+. ``CD3+ CD8+ -> CD27+ 0.2..0.9``, ``CD3+ 0.1..0.9``
    write the form out; either bound may be missing.

    Raises:
        CytometryError: CYTO-040 the line is none of these.
    """
    line = " ".join(text.split())
    short = _SUGAR.match(line)
    if short is not None:
        given = _signs(_plus(short[1]), line)
        then = _signs(_plus(short[3]), line)
        if short[2] == "excludes":
            return Expectation(given=given, then=then, high=_EXCLUDES)
        return Expectation(given=given, then=then, low=_WITHIN if short[2] == "within" else _WITH)
    share = _SHARE.match(line)
    if share is None or (share[3] is None and share[4] is None):
        raise _unread(line)
    low, high = float(share[3] or 0), float(share[4] or 1)
    if not 0 <= low <= high <= 1:
        raise _unread(line)
    then = _signs(_plus(share[2]), line)
    return Expectation(given=_signs(share[1] or "", line), then=then, low=low, high=high)


@cache
def known_expectations() -> tuple[Expectation, ...]:
    """Return the expectations of ``tables/expectations.csv``."""
    return tuple(
        Expectation(
            given=_signs(row["given"], row["given"]),
            then=_signs(row["then"], row["then"]),
            low=float(row["low"] or 0),
            high=float(row["high"] or 1),
            specimen=frozenset(part.strip() for part in row["specimen"].split(";") if part.strip()),
            source=row["source"],
        )
        for row in rows("expectations")
    )


@cache
def implied() -> dict[str, tuple[Sign, ...]]:
    """Return what a marker implies of others, for stains that share a colour."""
    return {row["marker"]: _signs(row["implies"], row["implies"]) for row in rows("implied")}


def expectations_of(specimen: str | None, declared: Iterable[str] = ()) -> tuple[Expectation, ...]:
    """Return the declared expectations and the known ones that hold for a specimen.

    Where the specimen is not told, only those that hold for every specimen are taken.
    """
    known = (rule for rule in known_expectations() if not rule.specimen or specimen in rule.specimen)
    return (*(expectation_from(line) for line in declared), *known)


def _signs(text: str, line: str) -> tuple[Sign, ...]:
    found: list[Sign] = []
    for word in text.upper().split():
        match = _SIGN.match(word)
        markers = markers_of(match[1]) if match is not None else frozenset()
        if match is None or len(markers) != 1:
            raise _unread(line)
        found.append((next(iter(markers)), match[2] == "+"))
    return tuple(found)


def _plus(word: str) -> str:
    return word if word.endswith(("+", "-")) else f"{word}+"


def _written(signs: tuple[Sign, ...]) -> str:
    return " ".join(f"{marker}{'+' if bright else '-'}" for marker, bright in signs)


def _unread(line: str) -> CytometryError:
    return CytometryError(
        Fault(
            id="CYTO-040",
            message=f"the expectation {line!r} cannot be read",
            place="panel, expected",
            hint="write 'CD4 within CD3', 'CD4 excludes CD8', 'CD16 with CD56', 'CD3+ 0.1..0.9' "
            "or 'CD3+ CD8+ -> CD27+ 0.2..0.9'",
        )
    )
