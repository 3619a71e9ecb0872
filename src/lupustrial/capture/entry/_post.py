"""What a page of the browser sends, and how it is read.

Fields are named by a letter and the item: ``i`` the items shown, ``v.`` value, ``u.`` unit, ``s.`` status,
``w.`` reason, ``b.`` what was held when the page was opened, ``c.`` clear, ``k.`` whose value stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from lupustrial.capture.entry._given import Given
from lupustrial.capture.entry._values import LONGEST
from lupustrial.capture.store import Held
from lupustrial.study import Item

Action = Literal["save", "gaps", "form", "visit"]

_ACTIONS: Mapping[str, Action] = {"save": "save", "gaps": "gaps", "form": "form", "visit": "visit"}

#: Between value, unit and status of what was held.
_BETWEEN = "\x1f"
_LONGEST_NUMBER = 18


class Fields(Protocol):
    """Fields of a form, as Django gives them."""

    def get(self, key: str, /) -> str | None:
        """Return the last value of a field."""

    def getlist(self, key: str, /) -> Sequence[str]:
        """Return every value of a field."""


@dataclass(frozen=True, kw_only=True)
class Posted:
    """A page as it was sent.

    Attributes:
        given: What was typed for each item that the page showed.
        base: What each of them held when the page was opened, as `base_of` writes it.
        cleared: Items of which the saved value is to be cleared since they are no longer asked.
        clashing: Items that two people changed, and were asked about.
        chosen: Whose value of these stands: ``"mine"`` or ``"theirs"``.
        revision: Revision of the page that was opened.
        why: The reason for the page as a whole.
        action: What to do after it is saved.
    """

    given: Mapping[str, Given]
    base: Mapping[str, str]
    cleared: frozenset[str]
    clashing: frozenset[str]
    chosen: Mapping[str, str]
    revision: int
    why: str
    action: Action


def read_post(fields: Fields, items: Sequence[Item]) -> Posted:
    """Read a page that was sent; whatever is not of the form is left aside.

    Args:
        fields: What was sent.
        items: The items that the role enters on the page.
    """
    shown = frozenset(fields.getlist("i"))
    mine = [item.id for item in items if item.id in shown]
    return Posted(
        given={
            item: Given(
                value=fields.get(f"v.{item}") or "",
                unit=fields.get(f"u.{item}") or "",
                status=fields.get(f"s.{item}") or "entered",
                why=fields.get(f"w.{item}") or "",
            )
            for item in mine
        },
        base={item: fields.get(f"b.{item}") or "" for item in mine},
        cleared=frozenset(item for item in mine if fields.get(f"c.{item}")),
        clashing=frozenset(fields.getlist("clash")) & frozenset(mine),
        chosen={item: fields.get(f"k.{item}") or "" for item in mine},
        revision=_number(fields.get("revision")),
        why=fields.get("why") or "",
        action=_ACTIONS.get(fields.get("action") or "", "save"),
    )


def base_of(held: Held | None) -> str:
    """Write what an item holds, to be compared when the page comes back; empty where it holds nothing."""
    return "" if held is None else _BETWEEN.join((held.value or "", held.unit or "", held.status))


def typed_base(given: Given) -> str:
    """Write what was typed in the same way."""
    value = given.value.strip()
    if not value and given.status == "entered":
        return ""
    return _BETWEEN.join((value, given.unit if value else "", given.status))


def typed_of(held: Held | None) -> Given:
    """Return what an item holds as if it had been typed."""
    if held is None:
        return Given()
    return Given(value=held.value or "", unit=held.unit or "", status=held.status)


def is_short(posted: Posted) -> bool:
    """Whether everything that was typed can be kept in a draft."""
    texts = [text for given in posted.given.values() for text in (given.value, given.unit, given.why)]
    return all(len(text) <= LONGEST for text in (*texts, posted.why))


def _number(text: str | None) -> int:
    if text is None or not text.isascii() or not text.isdigit() or len(text) > _LONGEST_NUMBER:
        return 0
    return int(text)
