"""Somebody in a role who enters pages, for tests of entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from capture_site import CaptureSite

if TYPE_CHECKING:
    from lupustrial.capture.access import Acting
    from lupustrial.capture.entry import Given, Outcome
    from lupustrial.capture.store import Page, Place


def somebody(site: CaptureSite, role: str, *, sites: frozenset[str] | None = None) -> Acting:
    """Return somebody in a role, at every site or at some."""
    from lupustrial.capture.access import Acting

    return Acting(id=role, name=role.capitalize(), role=site.trial.study.role(role), sites=sites)


def place(form: str, visit: str = "SCR", repeat: int = 1, participant: str = "01-001") -> Place:
    """Return the place of a page."""
    from lupustrial.capture.store import Place

    return Place(participant=participant, visit=visit, form=form, repeat=repeat)


def given(**values: str | tuple[str, str] | Given) -> dict[str, Given]:
    """Return answers: a text, or a pair of text and unit."""
    from lupustrial.capture.entry import Given

    answers = {}
    for item, value in values.items():
        if isinstance(value, Given):
            answers[item] = value
        elif isinstance(value, str):
            answers[item] = Given(value=value)
        else:
            answers[item] = Given(value=value[0], unit=value[1])
    return answers


def held(site: CaptureSite, where: Place) -> Page | None:
    """Return the page as it is held."""
    from lupustrial.capture.store import page_at

    with site.trial.reading() as tx:
        return page_at(tx, where)


def enter(
    site: CaptureSite,
    role: str,
    where: Place,
    answers: Mapping[str, Given],
    *,
    why: str = "",
    complete: bool = False,
    revision: int | None = None,
) -> Outcome:
    """Submit a page on top of what is held."""
    from lupustrial.capture.entry import submit

    page = held(site, where)
    seen = 0 if page is None else page.revision
    return submit(
        site.trial,
        somebody(site, role),
        where,
        answers,
        revision=seen if revision is None else revision,
        why=why,
        complete=complete,
    )


def said(outcome: Outcome, severity: str = "error") -> set[tuple[str, str]]:
    """Return item and id of the findings of a severity."""
    return {(one.item, one.id) for one in outcome.findings if one.severity == severity}
