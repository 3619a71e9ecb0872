"""A repeat that should not be there is struck out, with a reason; its values stay, and it can be restored."""

from __future__ import annotations

from typing import Literal

from django.utils.translation import gettext as _

from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting
from lupustrial.capture.entry._elsewhere import ask_anew, ask_elsewhere
from lupustrial.capture.entry._place import check_may_enter, where_is
from lupustrial.capture.entry._values import too_long
from lupustrial.capture.store import Place, page_at, raised_on, write
from lupustrial.errors import CaptureError, Fault

#: What the ledger says of the queries of a page that was struck out.
STRUCK = "The page was struck out."


def strike(
    trial: Trial,
    acting: Acting,
    place: Place,
    *,
    what: Literal["strike", "restore"],
    revision: int,
    why: str,
    at: str | None = None,
) -> None:
    """Strike out a repeat of a form, or restore it.

    Args:
        trial: The trial.
        acting: Who does it.
        place: The page.
        what: Which of the two.
        revision: Revision of the page that was seen.
        why: The reason.
        at: When; now, unless records of the past are laid down.

    Raises:
        CaptureError: CAPT-010 or CAPT-011, as `submit` tells; CAPT-002, it is frozen or locked; CAPT-018,
            the form does not repeat, nothing was saved, it is so already, or the reason is lacking.
    """
    why = why.strip()
    with trial.writing() as tx:
        where = where_is(tx, trial, place)
        check_may_enter(tx, where, acting, place)
        page = page_at(tx, place)
        if not (where.form.repeating or where.form.log):
            raise _refused(place, _("only a record of a list can be struck out; clear its values instead"))
        if page is None or page.removed == (what == "strike"):
            raise _refused(place, _("there is nothing to strike out or to restore"))
        if page.revision != revision:
            raise _refused(place, _("somebody changed it meanwhile: look at it again"))
        if not why or list(too_long("", why)):
            raise _refused(place, _("say why, in at most 2,000 characters"))
        kind = "page struck" if what == "strike" else "page restored"
        data = {
            "participant": place.participant,
            "visit": place.visit,
            "form": place.form,
            "repeat": place.repeat,
        }
        write(tx, study=where.study.id, kind=kind, by=acting.actor, data=data, why=why, at=at)
        if what == "strike":
            for raised in raised_on(tx, place):
                if raised.state != "closed":
                    said = {"number": raised.number, "text": STRUCK, "mended": True}
                    write(tx, study=where.study.id, kind="query closed", by=acting.actor, data=said, at=at)
        else:
            ask_anew(tx, where, acting, page, at=at)
        ask_elsewhere(tx, where, acting, page, frozenset(page.items), at=at)


def _refused(place: Place, message: str) -> CaptureError:
    hint = _("open the record and try again")
    return CaptureError(Fault(id="CAPT-018", message=message, place=str(place), hint=hint))
