"""What needs somebody today, by what the role does; each with a link."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from django.urls import NoReverseMatch, reverse
from django.utils.translation import ngettext

from lupustrial.capture.access import may_enter
from lupustrial.capture.dashboards._due import NO_DAY, Waiting, waiting
from lupustrial.capture.dashboards._panel import Asked
from lupustrial.capture.dashboards._queries import counted
from lupustrial.capture.models import Draft
from lupustrial.capture.store import page_counts

_MOST_VISITS = 8


@dataclass(frozen=True, kw_only=True)
class Need:
    """Something that waits: how much, of what, where to go, and how urgent."""

    n: int
    what: Any
    href: str
    look: Literal["bad", "warn", "info"]


@dataclass(frozen=True, kw_only=True)
class NextVisit:
    """A visit that waits for the participant; `latest` is None where there is no window yet."""

    one: Waiting
    name: str
    latest: Any


def needs_of(asked: Asked, found: list[Waiting]) -> list[Need]:
    """Return what waits for somebody, what is late first; nothing where there is nothing to do."""
    needs = [*_of_entry(asked, found), *_of_queries(asked)]
    order = {"bad": 0, "warn": 1, "info": 2}
    return sorted((need for need in needs if need.n), key=lambda need: order[need.look])


def next_visits(asked: Asked, found: list[Waiting]) -> list[NextVisit]:
    """Return the first visits that wait, for roles that see participants through them."""
    if not asked.acting.may("enter", "screen"):
        return []
    names = {visit.id: visit.name for visit in asked.study.visits}
    return [
        NextVisit(one=one, name=names[one.visit], latest=None if one.latest == NO_DAY else one.latest)
        for one in found[:_MOST_VISITS]
    ]


def visits_waiting(asked: Asked) -> list[Waiting]:
    """Return the visits that wait, once for everything that tells of them."""
    return waiting(asked) if asked.acting.role.clinical else []


def _of_entry(asked: Asked, found: list[Waiting]) -> Iterator[Need]:
    acting = asked.acting
    if acting.may("enter", "screen"):
        late = sum(one.overdue for one in found)
        what = ngettext("visit overdue", "visits overdue", late)
        yield Need(n=late, what=what, href=_to("participants"), look="bad")
        due = len(found) - late
        what = ngettext("visit due", "visits due", due)
        yield Need(n=due, what=what, href=_to("participants"), look="info")
    if acting.may("enter"):
        mine = {form.id for form in asked.study.forms if may_enter(asked.study, acting, form.id)}
        gaps = sum(
            one.n for one in page_counts(asked.tx, asked.sites) if one.state == "started" and one.form in mine
        )
        what = ngettext("page with gaps", "pages with gaps", gaps)
        yield Need(n=gaps, what=what, href=_to("participants"), look="warn")
        drafts = Draft.objects.filter(account__username=acting.id).count()
        what = ngettext("draft that is not saved", "drafts that are not saved", drafts)
        yield Need(n=drafts, what=what, href=_to("participants"), look="warn")


def _of_queries(asked: Asked) -> Iterator[Need]:
    acting = asked.acting
    if not acting.may("answer", "query"):
        return
    found = list(counted(asked))
    if acting.may("answer"):
        n = sum(one.n for one in found if one.state == "open")
        what = ngettext("query to answer", "queries to answer", n)
        yield Need(n=n, what=what, href=_to("queries", "state=open"), look="warn")
    if acting.may("query"):
        n = sum(one.n for one in found if one.state == "answered")
        what = ngettext("answered query to close", "answered queries to close", n)
        yield Need(n=n, what=what, href=_to("queries", "state=answered"), look="info")


def _to(name: str, query: str = "") -> str:
    """Return an address; that of the overview while the part is not there."""
    try:
        address = reverse(name)
    except NoReverseMatch:
        return reverse("home")
    return f"{address}?{query}" if query else address
