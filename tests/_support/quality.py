"""Pages, queries and signatures put into a trial by the gateway, for tests of the quality of its data."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from capture_site import CaptureSite

from lupustrial.capture.store import Answer, Place, Saved, Visited, page_at, save_page, write
from lupustrial.ledger import Actor

if TYPE_CHECKING:
    from lupustrial.capture.access import Acting


def _late(part: str, name: str) -> Callable[..., Any]:
    """Return a function of a part, found when it is called: Django is set up by the fixture `site`."""

    def call(*given: Any, **named: Any) -> Any:
        return getattr(importlib.import_module(f"lupustrial.capture.{part}"), name)(*given, **named)

    return call


open_query = _late("queries", "open_query")
answer_query = _late("queries", "answer_query")
close_query = _late("queries", "close_query")
close_queries = _late("queries", "close_queries")
reopen_query = _late("queries", "reopen_query")
hold = _late("queries", "hold")
lift = _late("queries", "lift")
lock_database = _late("queries", "lock_database")
checklist = _late("queries", "checklist")
verify = _late("queries", "verify")
withdraw_verification = _late("queries", "withdraw_verification")
checked_of = _late("queries", "checked_of")
drawn = _late("queries", "drawn")
scope = _late("queries", "Scope")
sign = _late("signing", "sign")
content_of = _late("signing", "content_of")
standing_of = _late("signing", "standing_of")

VITALS = {"HEIGHT": "164", "WEIGHT": "58.2", "SYSBP": "118", "DIABP": "74", "TEMP": "36.6"}
ENTERER = Actor(id="coordinator", role="coordinator")


def place(form: str = "vitals", *, visit: str = "SCR", participant: str = "01-001", repeat: int = 1) -> Place:
    """Return a page of the first participant."""
    return Place(participant=participant, visit=visit, form=form, repeat=repeat)


def put(site: CaptureSite, where: Place, values: dict[str, str | None], **given: Any) -> Saved:
    """Save values on a page, whatever it held; None clears. Options are those of `save_page`."""
    with site.trial.writing() as tx:
        held = page_at(tx, where)
        return save_page(
            tx,
            study=site.trial.study.id,
            place=where,
            site=given.pop("at_site", "01"),
            version=site.trial.study.version,
            state=given.pop("state", "complete"),
            answers={item: None if value is None else Answer(value=value) for item, value in values.items()},
            by=given.pop("by", ENTERER),
            revision=0 if held is None else held.revision,
            **given,
        )


def visited(site: CaptureSite, visit: str, date: str, *, number: str = "1", **given: Any) -> Saved:
    """Save the date of a visit."""
    where = place("visit", visit=visit, participant=given.pop("participant", "01-001"))
    moment = Visited(date=date, number=number, baseline=visit == "W0")
    return put(site, where, {"VISDAT": date}, visited=moment, **given)


def ask(
    site: CaptureSite, where: Place, item: str, *, origin: str = "", text: str = "Please confirm."
) -> int:
    """Open a query by the gateway; `origin` is the edit check that raises it."""
    with site.trial.writing() as tx:
        data = {
            "participant": where.participant, "visit": where.visit, "form": where.form,
            "repeat": where.repeat, "item": item, "site": "01", "origin": origin, "text": text,
        }  # fmt: skip
        by = Actor(id="data_manager", role="data_manager")
        return write(tx, study=site.trial.study.id, kind="query opened", by=by, data=data).position


def acting(site: CaptureSite, role: str, *, person: str = "", sites: tuple[str, ...] = ()) -> Acting:
    """Return somebody at work in a role, without a request."""
    from lupustrial.capture.access import Acting

    return Acting(
        id=person or role,
        name=(person or role).replace("_", " ").capitalize(),
        role=site.trial.study.role(role),
        sites=frozenset(sites) or None,
    )
