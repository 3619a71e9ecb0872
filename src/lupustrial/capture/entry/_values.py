"""One answer: brought to the form in which it is recorded, or told what is wrong with it.

The rules are RECORD-012, -013 and -020 to -027 of ``lupustrial.study.check_records``; what only a person at a
keyboard does (full-width digits, other separators in a date) is mended where it can mean one thing alone.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from lupustrial.capture.entry._given import Finding, Given
from lupustrial.capture.store import Answer
from lupustrial.errors import closest
from lupustrial.study import STATUSES, Item, Study

#: Characters of an answer in words, and of a reason.
LONGEST = 2_000

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_DECIMAL = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
_DAY = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
_PART_OF_DATE = re.compile(
    r"[0-9]{4}([-/.]([0-9]{1,2}|UN[A-Z]?|XX|\?\?))?([-/.](UN[A-Z]?|XX|\?\?))?", re.IGNORECASE
)
_LISTED = 12


class _WrongError(Exception):
    """An answer that cannot be recorded: id of the rule, and what to say."""


def answer_of(study: Study, item: Item, given: Given) -> Answer | Finding | None:
    """Return what is to be recorded, None for a blank answer, or what is wrong.

    Args:
        study: The study, for its codelists.
        item: The item.
        given: What was typed; its reason is kept as it is.
    """
    try:
        return _recorded(study, item, given)
    except _WrongError as wrong:
        return Finding(item=item.id, severity="error", id=wrong.args[0], message=wrong.args[1])


def _recorded(study: Study, item: Item, given: Given) -> Answer | None:
    why = _clean(given.why.strip())
    if given.status not in STATUSES:
        raise _WrongError("RECORD-012", _("This is no status: choose {0}.").format(", ".join(STATUSES)))
    value = _clean(given.value.strip())
    if given.status != "entered":
        if value:
            raise _WrongError("RECORD-013", _("Give a value or say why there is none, not both."))
        return Answer(value=None, status=given.status, why=why)
    if not value:
        return None
    unit = _unit(item, _clean(given.unit.strip()))
    value = _NORMAL[item.type](study, item, value)
    _in_range(item, value, unit)
    return Answer(value=value, unit=unit, why=why)


def in_standard_unit(item: Item, value: str, unit: str | None) -> Decimal:
    """Return a number in the standard unit, exactly."""
    factor = next((other.factor for other in item.units if other.unit == unit), Decimal(1))
    return Decimal(value) * factor


def number_of(value: str) -> Decimal | None:
    """Return a number that can be recorded, exactly; None for anything else."""
    plain = plain_number(value.strip())
    return Decimal(plain) if _DECIMAL.fullmatch(plain) else None


def units_of(item: Item) -> tuple[str, ...]:
    """Return the units in which an item may be recorded, the standard unit first; empty where it has none."""
    if item.unit is None:
        return ()
    return tuple(dict.fromkeys((item.unit, *(other.unit for other in item.units))))


def _clean(text: str) -> str:
    """Return text as it is stored: line ends in one way; nothing that a database or a page cannot hold."""
    if len(text) > LONGEST:
        raise _WrongError("CAPT-016", _("This is longer than {0} characters: shorten it.").format(LONGEST))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if any(unicodedata.category(one) in ("Cc", "Cs") and one not in "\n\t" for one in text):
        raise _WrongError("CAPT-016", _("This holds characters that cannot be stored: type it anew."))
    return text


def _unit(item: Item, unit: str) -> str | None:
    allowed = units_of(item)
    if not allowed:
        if unit:
            raise _WrongError("RECORD-027", _("This item has no unit: leave the unit empty."))
        return None
    if not unit and len(allowed) == 1:
        return allowed[0]
    if not unit:
        raise _WrongError("RECORD-024", _("Choose the unit: {0}.").format(", ".join(allowed)))
    if unit not in allowed:
        hint = closest(unit, allowed) or ", ".join(allowed)
        raise _WrongError("RECORD-025", _("“{0}” is no unit of this item: {1}.").format(unit, hint))
    return unit


def _text(study: Study, item: Item, value: str) -> str:
    del study, item
    return value


def _code(study: Study, item: Item, value: str) -> str:
    values = [entry.value for entry in study.codelists[item.codelist or ""]]
    if value not in values:
        hint = closest(value, values) or _("choose {0}").format(", ".join(values[:_LISTED]))
        raise _WrongError("RECORD-020", _("“{0}” is none of the permitted values: {1}.").format(value, hint))
    return value


def _integer(study: Study, item: Item, value: str) -> str:
    del study, item
    return _number(value, _INTEGER, _("“{0}” is not a whole number: write digits alone."))


def _decimal(study: Study, item: Item, value: str) -> str:
    del study, item
    message = _("“{0}” is not a number: write digits with a point, no comma, blank, “<” or unit.")
    return _number(value, _DECIMAL, message)


def _number(value: str, pattern: re.Pattern[str], message: str) -> str:
    plain = plain_number(value)
    if not pattern.fullmatch(plain):
        raise _WrongError("RECORD-021", message.format(value))
    return plain


def plain_number(value: str) -> str:
    """Return digits as typed: full-width ones as plain ones, no plus sign, no needless zeros before."""
    plain = unicodedata.normalize("NFKC", value).replace("\N{MINUS SIGN}", "-").removeprefix("+")
    sign, digits = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    if digits.startswith("."):
        digits = f"0{digits}"
    digits = digits.removesuffix(".")
    return sign + re.sub(r"^0+(?=[0-9])", "", digits)


def _date(study: Study, item: Item, value: str) -> str:
    del study, item
    plain = unicodedata.normalize("NFKC", value)
    plain = re.sub(r"^(\d{4})年(\d{1,2})月(\d{1,2})日$", r"\1-\2-\3", plain)
    found = _DAY.fullmatch(plain)
    if found is None:
        if _PART_OF_DATE.fullmatch(plain):
            message = _(
                "“{0}” is part of a date, and this item takes whole days only. Where the day is not known, "
                "choose “unknown” and write in the reason what is known."
            )
            raise _WrongError("RECORD-026", message.format(value))
        raise _WrongError("RECORD-026", _("“{0}” is not a date: write it as YYYY-MM-DD.").format(value))
    try:
        return dt.date(*(int(part) for part in found.groups())).isoformat()
    except ValueError:
        raise _WrongError("RECORD-026", _("“{0}” is no day of the calendar.").format(value)) from None


_NORMAL = {"text": _text, "code": _code, "integer": _integer, "decimal": _decimal, "date": _date}


def _in_range(item: Item, value: str, unit: str | None) -> None:
    if item.type not in ("integer", "decimal"):
        return
    digits = len(value.partition(".")[2].rstrip("0"))
    if item.decimals is not None and unit == item.unit and digits > item.decimals:
        message = _("{0} has more than {1} digits after the point: round it.").format(value, item.decimals)
        raise _WrongError("RECORD-022", message)
    if item.range is not None and not item.range[0] <= in_standard_unit(item, value, unit) <= item.range[1]:
        shown = " ".join(filter(None, (f"{item.range[0]} – {item.range[1]}", item.unit)))
        message = _("{0} is outside the plausible range ({1}): mend the value or its unit.")
        raise _WrongError("RECORD-023", message.format(" ".join(filter(None, (value, unit))), shown))


def too_long(name: str, text: str) -> Iterator[Finding]:
    """Give a finding where a text of the whole page cannot be stored."""
    try:
        _clean(text)
    except _WrongError as wrong:
        yield Finding(item="", severity="error", id=wrong.args[0], message=f"{name}: {wrong.args[1]}")
