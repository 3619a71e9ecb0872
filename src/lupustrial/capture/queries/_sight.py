"""What a role sees of queries, of values to be verified and of the audit trail: as much as of the items."""

from __future__ import annotations

from lupustrial.capture.access import Acting, at_hand, may_enter
from lupustrial.capture.store import Place, Query
from lupustrial.study import Study, visible

__all__ = ["at_hand", "item_shown", "query_shown", "seen_whole"]


def item_shown(study: Study, acting: Acting, place: Place, item: str, at: str | None) -> bool:
    """Whether a role sees an item of a page; of the page as a whole (item empty), whether it sees any.

    Items and forms that the study has no more are not shown.
    """
    forms = {form.id: form for form in study.forms}
    if place.form not in forms:
        return False
    items = [one.id for one in forms[place.form].items]
    asked = items if not item else [one for one in items if one == item]
    role = acting.role.id
    return any(visible(study, role, place.form, one, visit=place.visit, at=at) for one in asked)


def seen_whole(study: Study, acting: Acting, place: Place, at: str | None) -> bool:
    """Whether a role sees every item of a page."""
    return all(
        visible(study, acting.role.id, place.form, item.id, visit=place.visit, at=at)
        for item in study.form(place.form).items
    )


def query_shown(study: Study, acting: Acting, query: Query, at: str | None) -> bool:
    """Whether a query exists for somebody: at one of his or her sites, on an item that the role sees.

    What is asked about a page as a whole can tell of any item of it: it is shown to who sees them all. An
    open query is shown to who enters the form even where a later visit has begun: nobody else could mend the
    page.
    """
    if not acting.at_site(query.site) or not acting.role.clinical:
        return False
    if query.place.form not in {form.id for form in study.forms}:
        return False
    if query.state == "open" and may_enter(study, acting, query.place.form):
        at = query.place.visit
    if not query.item:
        return seen_whole(study, acting, query.place, at)
    return item_shown(study, acting, query.place, query.item, at)
