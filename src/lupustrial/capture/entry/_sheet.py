"""Everything that the page of a form shows to somebody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from lupustrial.capture.access import Acting, held_seen, items_seen, may_enter, sees_form
from lupustrial.capture.entry._annotation import annotated
from lupustrial.capture.entry._clashes import Clash
from lupustrial.capture.entry._given import Finding, Given
from lupustrial.capture.entry._judge import Judged, judge
from lupustrial.capture.entry._place import Where
from lupustrial.capture.entry._post import typed_of
from lupustrial.capture.entry._slots import Earlier, Group, Slot, by_item, grouped, slot_of, text_of
from lupustrial.capture.scores import glossary_of
from lupustrial.capture.store import (
    Held,
    Hold,
    Page,
    Place,
    Query,
    hold_on,
    page_at,
    pages_of,
    queries_on,
    visits_of,
)
from lupustrial.ledger import Transaction
from lupustrial.study import Item, Visit, visible


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A page, ready to be shown.

    Attributes:
        where: Its place.
        place: The same, as the store names it.
        page: As it is held; None where nothing was saved.
        groups: Its items.
        findings: What the checks say; those that refuse first.
        enters: Whether the role enters it now.
        hold: What keeps it from being changed; None where nothing does.
        repeats: Every repeat of the form at the visit, struck ones too; empty where the form does not repeat.
        next_repeat: The first free repeat.
        saver: Who saved last; empty where nothing was saved.
        saved: When.
        why: The reason as typed.
        clashes: Items that two people changed.
        revision: Revision on which what is shown was typed; 0 where nothing was saved then.
        queries: The queries on it.
        slots: Its items, by id.
    """

    where: Where
    place: Place
    page: Page | None
    groups: list[Group]
    findings: tuple[Finding, ...]
    enters: bool
    hold: Hold | None
    repeats: list[Page]
    next_repeat: int
    saver: str
    saved: str
    why: str
    revision: int
    queries: tuple[Query, ...]
    clashes: tuple[Clash, ...] = ()
    slots: Mapping[str, Slot] = field(default_factory=dict)

    @property
    def saved_shown(self) -> str:
        """When it was saved, to the minute."""
        return self.saved[:16].replace("T", " ")

    @property
    def errors(self) -> list[Finding]:
        """What refuses the page."""
        return [finding for finding in self.findings if finding.severity == "error"]

    @property
    def asking(self) -> list[Finding]:
        """What raises a query, where none is open yet."""
        going = {(query.item, query.origin) for query in self.queries if query.state != "closed"}
        return [
            finding
            for finding in self.findings
            if finding.severity == "query" and (finding.item, finding.id) not in going and self.enters
        ]

    @property
    def struck(self) -> bool:
        """Whether the repeat was struck out."""
        return self.page is not None and self.page.removed

    @property
    def answered(self) -> tuple[int, int]:
        """How many items have an answer, and how many are asked."""
        asked = [slot for slot in self.slots.values() if slot.shown]
        given = [slot for slot in asked if slot.typed.value.strip() or slot.typed.status != "entered"]
        return len(given), len(asked)


def sheet_of(
    tx: Transaction,
    acting: Acting,
    where: Where,
    place: Place,
    *,
    typed: Mapping[str, Given] | None = None,
    base: Mapping[str, str] | None = None,
    revision: int | None = None,
    why: str = "",
    findings: Sequence[Finding] | None = None,
    clashes: Sequence[Clash] = (),
) -> Sheet:
    """Read what a page shows.

    Args:
        tx: A transaction.
        acting: To whom it is shown.
        where: Its place.
        place: The same, as the store names it.
        typed: What was typed; None to show what is saved.
        base: What each item held when it was typed; None for what it holds now.
        revision: Revision on which it was typed; None for that of now.
        why: The reason that was typed.
        findings: What the checks said of what was typed; None to judge what is shown, gaps left out.
        clashes: Items that two people changed.
    """
    study = where.study
    page = page_at(tx, place)
    seen = items_seen(study, acting, place.form, visit=place.visit, at=place.visit)
    held = {} if page is None else held_seen(study, acting, page, at=place.visit)
    given = {} if typed is None else {item.id: typed[item.id] for item in seen if item.id in typed}
    judged = judge(tx, study, acting, place, page, given, why=why, complete=False, day=where.today)
    if findings is None:
        findings = [one for one in judged.findings if one.id != "RECORD-041"]
    hold = hold_on(tx, place)
    enters = may_enter(study, acting, place.form) and hold is None and not (page is not None and page.removed)
    queries = [one for one in queries_on(tx, place) if not one.item or one.item in {item.id for item in seen}]
    slots = _slots(tx, acting, where, place, seen, held, given, judged, findings, queries)
    glossary = glossary_of(study, place.form)
    slots = {
        item: replace(slot, base=(base or {}).get(item, slot.base), glossary=glossary.get(item, ()))
        for item, slot in slots.items()
    }
    repeats = (
        pages_of(tx, place.participant, visit=place.visit, form=place.form, removed=True)
        if where.form.repeating
        else []
    )
    last = max(held.values(), key=lambda one: one.position, default=None)
    return Sheet(
        where=where,
        place=place,
        page=page,
        groups=grouped(slots.values()),
        findings=tuple(findings),
        enters=enters,
        hold=hold,
        repeats=repeats,
        next_repeat=max((one.place.repeat for one in repeats), default=0) + 1,
        saver=last.by if last is not None else "",
        saved=last.at if last is not None else "",
        why=why,
        revision=revision if revision is not None else 0 if page is None else page.revision,
        queries=tuple(queries),
        clashes=tuple(clashes),
        slots=slots,
    )


def _slots(
    tx: Transaction,
    acting: Acting,
    where: Where,
    place: Place,
    seen: Sequence[Item],
    held: Mapping[str, Held],
    given: Mapping[str, Given],
    judged: Judged,
    findings: Sequence[Finding],
    queries: Sequence[Query],
) -> dict[str, Slot]:
    told = by_item(findings)
    earlier = _earlier(tx, acting, where, place, seen)
    sex = _sex(tx, acting, where, place)
    return {
        item.id: slot_of(
            where.study,
            item,
            judged=judged,
            typed=given.get(item.id, typed_of(held.get(item.id))),
            held=held.get(item.id),
            sex=sex,
            told=told.get(item.id, ()),
            queries=[one for one in queries if one.item == item.id],
            earlier=earlier.get(item.id),
        )
        for item in seen
    }


def _sex(tx: Transaction, acting: Acting, where: Where, place: Place) -> str | None:
    """Return the sex, for limits that depend on it, where the role sees it."""
    found = annotated(where.study, "DM.SEX")
    if found is None:
        return None
    for page in pages_of(tx, place.participant, form=found[0]):
        visit = page.place.visit
        if (
            visible(where.study, acting.role.id, *found, visit=visit, at=place.visit)
            and found[1] in page.items
        ):
            return page.items[found[1]].value
    return None


def _earlier(
    tx: Transaction, acting: Acting, where: Where, place: Place, seen: Sequence[Item]
) -> Mapping[str, Earlier]:
    """Return the last value of each item at an earlier visit, as far as the role may see it."""
    if where.form.repeating:
        return {}
    numbers = {visit.id: float(visit.number) for visit in where.study.visits}
    numbers |= {held.visit: float(held.number) for held in visits_of(tx, place.participant)}
    names = {visit.id: visit.name for visit in where.study.visits}
    here = numbers[place.visit]
    pages = [
        page
        for page in pages_of(tx, place.participant, form=place.form)
        if numbers.get(page.place.visit, here) < here
    ]
    pages.sort(key=lambda page: numbers[page.place.visit])
    found: dict[str, Earlier] = {}
    for page in pages:
        values = held_seen(where.study, acting, page, at=place.visit)
        for item in seen:
            if item.id in values:
                visit = names.get(page.place.visit, page.place.visit)
                text = text_of(where.study, item, values[item.id])
                found[item.id] = Earlier(visit=visit, text=text)
    return found


def next_place(
    acting: Acting, where: Where, place: Place, *, visit: bool, reads: bool = False
) -> Place | None:
    """Return the next form that the role enters (or reads) at the visit, or its first at the next visit."""
    study = where.study
    forms = [
        form
        for form in study.forms
        if (sees_form(study, acting.role.id, form.id) if reads else may_enter(study, acting, form.id))
    ]
    if visit:
        later = _after(study.visits, place.visit)
        return next(
            (
                Place(participant=place.participant, visit=one.id, form=form.id)
                for one in later
                for form in forms
                if one.id in form.visits
            ),
            None,
        )
    order = [form.id for form in study.forms]
    here = order.index(place.form)
    planned = [
        form.id for form in forms if form in study.forms_at(place.visit) and order.index(form.id) > here
    ]
    return replace(place, form=planned[0], repeat=1) if planned else None


def _after(visits: Sequence[Visit], visit: str) -> list[Visit]:
    numbers = {one.id: one.number for one in visits}
    if visit not in numbers:
        return []
    return [one for one in visits if one.number > numbers[visit]]
