"""Items that the overview counts, found by their SDTM annotation."""

from __future__ import annotations

from lupustrial.capture.access import Acting
from lupustrial.study import Form, Item, Study, sight_of


def annotated(study: Study, domain: str, variable: str) -> tuple[Form, Item] | None:
    """Return form and item that go to a variable of a domain; None where the study records no such thing."""
    return next(
        (
            (form, item)
            for form in study.forms
            for item in form.items
            if item.sdtm is not None
            and item.sdtm.variable == variable
            and (item.sdtm.domain or (form.sdtm.domain if form.sdtm else None)) == domain
        ),
        None,
    )


def seen_always(study: Study, acting: Acting, form: str, item: str) -> bool:
    """Whether a role sees an item at every visit: only then is it counted over visits."""
    return sight_of(study, acting.role.id, form, item) == "all"
