"""What of a participant's course a role may know beside the items themselves."""

from __future__ import annotations

from lupustrial.capture.access import Acting
from lupustrial.study import Study, sight_of


def sees_whole(study: Study, acting: Acting, form: str) -> bool:
    """Whether a role sees every item of a form, at every visit."""
    return all(sight_of(study, acting.role.id, form, item.id) == "all" for item in study.form(form).items)


def state_seen(study: Study, acting: Acting, state: str) -> str:
    """Return the state of a participant as a role may know it.

    How participation ended is what the form of disposition tells (SDTM DS, ``DSDECOD``): from whom that is
    hidden, the end is hidden as well and shows as ``"ended"`` (no more visits come), without how.
    """
    if state not in ("completed", "withdrawn"):
        return state
    form = disposition_form(study)
    return state if form is None or sees_whole(study, acting, form) else "ended"


def disposition_form(study: Study) -> str | None:
    """Return the form that tells how participation ended (``DSDECOD`` in its annotation); None without."""
    return next(
        (
            form.id
            for form in study.forms
            for item in form.items
            if item.sdtm is not None and item.sdtm.variable == "DSDECOD"
        ),
        None,
    )
