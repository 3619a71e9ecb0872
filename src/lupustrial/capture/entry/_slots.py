"""A page as the template shows it: one slot an item, in groups with a heading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Literal

from lupustrial.capture.entry._conditions import waits_for_own_page
from lupustrial.capture.entry._given import Finding, Given
from lupustrial.capture.entry._judge import Judged
from lupustrial.capture.entry._post import base_of
from lupustrial.capture.entry._values import in_standard_unit, number_of, units_of
from lupustrial.capture.scores import Fold, fold_of
from lupustrial.capture.store import Held, Query
from lupustrial.study import CodelistEntry, Item, Limits, Study

Control = Literal["radio", "select", "integer", "decimal", "date", "text"]

_MOST_RADIOS = 5


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """The last value before this visit."""

    visit: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Slot:
    """An item on a page.

    Attributes:
        item: The item.
        control: What it is entered with.
        choices: Permitted values of a code.
        units: Units to choose from; one alone is fixed.
        typed: What stands in the control.
        held: What is saved; None where nothing is.
        shown_held: The saved value as text.
        base: What is saved, as the page sends it back.
        shown: Whether it is asked, or holds a value that is no longer asked.
        stale: Whether a saved value is no longer asked.
        required: Whether it needs an answer.
        told: Its findings.
        readout: The value in the standard unit, where another unit was chosen.
        mark: ``"H"`` above, ``"L"`` below the normal limits; empty within, or where there are none.
        limits: The normal limits in words; empty where there are none.
        range: The plausible range in words; empty where there is none.
        queries: Queries on it.
        earlier: Its last value at an earlier visit; None where the role sees none.
        glossary: What counts, in our own words.
    """

    item: Item
    control: Control
    choices: tuple[CodelistEntry, ...]
    units: tuple[str, ...]
    typed: Given
    held: Held | None
    shown_held: str
    base: str
    shown: bool
    stale: bool
    required: bool
    told: tuple[Finding, ...] = ()
    readout: str = ""
    mark: str = ""
    limits: str = ""
    range: str = ""
    queries: tuple[Query, ...] = ()
    earlier: Earlier | None = None
    glossary: tuple[str, ...] = ()

    @property
    def stray(self) -> bool:
        """Whether what was typed is none of the choices, as after an amendment; it is shown all the same."""
        return bool(self.typed.value) and self.typed.value not in {one.value for one in self.choices}

    @property
    def wrong(self) -> bool:
        """Whether something about it refuses the page."""
        return any(finding.severity == "error" for finding in self.told)

    @property
    def opened(self) -> bool:
        """Whether status and reason are in use, so that their fold stands open."""
        needed = {"CAPT-013", "CAPT-014", "CAPT-015", "RECORD-013"}
        return (
            self.typed.status != "entered"
            or bool(self.typed.why)
            or any(finding.id in needed for finding in self.told)
        )


@dataclass(frozen=True, kw_only=True)
class Group:
    """Items under one heading; the heading may be empty. Rare ones are folded away."""

    heading: str
    slots: list[Slot] = field(default_factory=list)
    folded: bool = False

    @property
    def fold(self) -> Fold:
        """How much in it is answered and positive, and whether its fold is open."""
        told = {slot.item.id: slot.typed for slot in self.slots}
        wrong = any(slot.told or slot.queries for slot in self.slots)
        fold = fold_of([slot.item for slot in self.slots], told)
        return replace(fold, open=fold.open or wrong)

    @property
    def shown(self) -> bool:
        """Whether any of its items is shown."""
        return any(slot.shown for slot in self.slots)


def slot_of(
    study: Study,
    item: Item,
    *,
    judged: Judged,
    typed: Given,
    held: Held | None,
    sex: str | None,
    told: Iterable[Finding] = (),
    queries: Iterable[Query] = (),
    earlier: Earlier | None = None,
) -> Slot:
    """Return the slot of an item."""
    state = judged.asked[item.id]
    stale = state == "no" and held is not None and held.value is not None
    open_here = state == "open" and waits_for_own_page(item, judged.facts) and held is None
    limits = limits_for(item, sex)
    number = _standard(item, typed)
    return Slot(
        item=item,
        control=_control(study, item),
        choices=study.codelists.get(item.codelist or "", ()),
        units=units_of(item),
        typed=typed,
        held=held,
        shown_held=text_of(study, item, held),
        base=base_of(held),
        shown=stale or (state != "no" and not open_here),
        stale=stale,
        required=item.required and state == "yes",
        told=tuple(told),
        readout=_readout(item, typed, number),
        mark=_mark(limits, number),
        limits=_between(limits.low, limits.high, item.unit) if limits is not None else "",
        range=_between(*item.range, item.unit) if item.range is not None else "",
        queries=tuple(queries),
        earlier=earlier,
    )


def grouped(slots: Iterable[Slot]) -> list[Group]:
    """Group slots under the headings that the study declares (SCAT of the annotation)."""
    groups: list[Group] = []
    for slot in slots:
        heading = (slot.item.sdtm.scat or "").capitalize() if slot.item.sdtm is not None else ""
        if not groups or (groups[-1].heading, groups[-1].folded) != (heading, slot.item.folded):
            groups.append(Group(heading=heading, folded=slot.item.folded))
        groups[-1].slots.append(slot)
    return groups


def text_of(study: Study, item: Item, held: Held | None) -> str:
    """Return what is held in words: decode of a code, number with unit, or the status."""
    if held is None:
        return ""
    if held.value is None:
        return held.status
    if item.type == "code":
        decodes = {entry.value: entry.decode for entry in study.codelists.get(item.codelist or "", ())}
        return decodes.get(held.value, held.value)
    return " ".join(filter(None, (held.value, held.unit)))


def limits_for(item: Item, sex: str | None) -> Limits | None:
    """Return the normal limits for a sex; those for everyone where there are none of its own."""
    own = [limits for limits in item.normal if limits.sex is not None and limits.sex == sex]
    everyone = [limits for limits in item.normal if limits.sex is None]
    return next(iter((*own, *everyone)), None)


def _control(study: Study, item: Item) -> Control:
    if item.type != "code":
        return item.type
    few = len(study.codelists.get(item.codelist or "", ())) <= _MOST_RADIOS
    return "radio" if few else "select"


def _standard(item: Item, typed: Given) -> Decimal | None:
    if item.type not in ("integer", "decimal") or typed.status != "entered":
        return None
    units = units_of(item)
    if units and typed.unit not in units and len(units) > 1:
        return None
    number = number_of(typed.value)
    return None if number is None else in_standard_unit(item, str(number), typed.unit or None)


def _readout(item: Item, typed: Given, number: Decimal | None) -> str:
    if number is None or not item.unit or typed.unit in ("", item.unit):
        return ""
    return f"= {_plain(number, item.decimals)} {item.unit}"


def _plain(number: Decimal, decimals: int | None) -> str:
    """Write a number without exponent, with one digit more than is recorded at most."""
    places = 6 if decimals is None else decimals + 1
    try:
        return f"{number.quantize(Decimal(1).scaleb(-places)).normalize():f}"
    except InvalidOperation:
        return f"{number:f}"


def _mark(limits: Limits | None, number: Decimal | None) -> str:
    if limits is None or number is None:
        return ""
    if limits.high is not None and number > limits.high:
        return "H"
    return "L" if limits.low is not None and number < limits.low else ""


def _between(low: Decimal | None, high: Decimal | None, unit: str | None) -> str:
    if low is not None and high is not None:
        text = f"{low} – {high}"
    else:
        text = f"≥ {low}" if low is not None else f"≤ {high}"
    return " ".join(filter(None, (text, unit)))


def by_item(findings: Iterable[Finding]) -> Mapping[str, list[Finding]]:
    """Return findings by item."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.item, []).append(finding)
    return found
