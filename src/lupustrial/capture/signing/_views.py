"""Pages of signatures: what waits, the act of signing, a signature with everything that it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from lupustrial.capture.access import CaptureRequest, sees_form
from lupustrial.capture.queries import at_hand, item_shown, seen_whole
from lupustrial.capture.signing._content import Content, content_of, write_scope
from lupustrial.capture.signing._state import Standing, standing_of
from lupustrial.capture.store import (
    Change,
    Place,
    Signature,
    Wanted,
    changes_of,
    pages_signed,
    participant_of,
    participants_of,
    proof_text,
    signature_of,
    signatures_of,
    signatures_on,
)
from lupustrial.ledger import Transaction

_AT_ONCE = 25  # participants on a page of what waits
TABS = ("waiting", "broken", "given")


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A visit with pages that nobody has signed in this role, and what stands in the way."""

    content: Content
    unsigned: int

    @property
    def key(self) -> str:
        """The scope as the page of signing reads it."""
        return write_scope(self.content.scope)


def signing_view(request: CaptureRequest) -> HttpResponse:
    """Show what waits for the role's signature, what was broken, and what was signed."""
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else ("waiting" if request.acting.may("sign") else "given")
    sought = request.GET.get("participant", "").strip()
    with request.trial.reading() as tx:
        people = participants_of(tx, request.acting.sites)
        people = [who for who in people if sought in ("", who.participant)]
        context: dict[str, Any] = {"tab": tab, "sought": sought, "may_sign": request.acting.may("sign")}
        if tab == "waiting":
            page = Paginator(people, _AT_ONCE).get_page(request.GET.get("page"))
            waiting = [one for who in page for one in _waiting(request, tx, who.participant)]
            ready = any(not one.content.faults for one in waiting)
            context |= {"page": page, "waiting": waiting, "any_ready": ready}
        else:
            given = [
                (one, standing_of(tx, one))
                for who in people
                for one in signatures_of(tx, who.participant)
                if _shown(request, tx, one)
            ]
            wanted = [pair for pair in given if tab == "given" or pair[1].state != "holds"]
            context["page"] = Paginator(wanted[::-1], _AT_ONCE * 2).get_page(request.GET.get("page"))
    return render(request, "signing/list.html", context)


def signature_view(request: CaptureRequest, number: int) -> HttpResponse:
    """Show a signature: printed name, time, meaning, what it covers, whether it holds, what broke it."""
    with request.trial.reading() as tx:
        signature = _found(request, tx, number)
        context = {
            "signature": signature,
            "standing": standing_of(tx, signature),
            "pages": list(_pages(request, tx, number)),
            "since": _since(request, tx, signature),
            "may_prove": request.acting.may("sign", "review", "export") and _sees_all(request, tx, number),
            "titles": {form.id: form.title for form in request.trial.study.forms},
        }
    return render(request, "signing/signature.html", context)


def proof_view(request: CaptureRequest, number: int) -> HttpResponse:
    """Give the proof of a signature as a file, to who sees every value that it holds."""
    with request.trial.reading() as tx:
        signature = _found(request, tx, number)
        if not _sees_all(request, tx, number):
            raise Http404
        text = proof_text(tx, signature)
    response = HttpResponse(text, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="signature-{number}.json"'
    return response


def _waiting(request: CaptureRequest, tx: Transaction, participant: str) -> Iterator[Waiting]:
    """Give the visits of a participant on which the role's signature is lacking."""
    study, acting = request.trial.study, request.acting
    saved = tx.all(
        "SELECT DISTINCT visit FROM capture_page WHERE participant = ? AND removed = 0", participant
    )
    known = [visit.id for visit in study.visits]
    visits = sorted((str(row[0]) for row in saved), key=lambda v: (known.index(v) if v in known else 99, v))
    for visit in visits:
        scope = Place(participant=participant, visit=visit, form="", repeat=0)
        content = content_of(tx, request.trial, acting, scope)
        unsigned = [page for page in content.pages if not _signed_by(tx, page.place, acting.role.id)]
        if unsigned:
            yield Waiting(content=content, unsigned=len(unsigned))


def _signed_by(tx: Transaction, place: Place, role: str) -> bool:
    return any(one.broken is None and one.role == role for one in signatures_on(tx, place))


def _found(request: CaptureRequest, tx: Transaction, number: int) -> Signature:
    signature = signature_of(tx, number)
    if signature is None or not _shown(request, tx, signature):
        raise Http404
    return signature


def _shown(request: CaptureRequest, tx: Transaction, signature: Signature) -> bool:
    """Whether a signature exists for somebody: at one of his or her sites, on a page that it sees."""
    who = participant_of(tx, signature.place.participant)
    if who is None or not request.acting.at_site(who.site):
        return False
    return any(True for _place in _pages(request, tx, signature.number))


def _pages(request: CaptureRequest, tx: Transaction, number: int) -> Iterator[Place]:
    study, acting = request.trial.study, request.acting
    for place in pages_signed(tx, number):
        if item_shown(study, acting, place, "", at_hand(tx, study, place.participant)):
            yield place


def _sees_all(request: CaptureRequest, tx: Transaction, number: int) -> bool:
    study, acting = request.trial.study, request.acting
    forms = {form.id for form in study.forms}
    pages = pages_signed(tx, number)
    return all(
        place.form in forms
        and sees_form(study, acting.role.id, place.form)
        and seen_whole(study, acting, place, at_hand(tx, study, place.participant))
        for place in pages
    )


def _since(request: CaptureRequest, tx: Transaction, signature: Signature) -> Sequence[Change]:
    """Return the changes of signed pages since the signature, as far as the role sees them."""
    if signature.broken is None:
        return ()
    study, acting = request.trial.study, request.acting
    wanted = Wanted(participant=signature.place.participant)
    rows = changes_of(tx, wanted, before=(signature.number, 1 << 30), limit=2000, oldest_first=True)
    covered = set(pages_signed(tx, signature.number))
    at = at_hand(tx, study, signature.place.participant)
    return [
        row
        for row in rows
        if row.kind in ("page saved", "page struck", "page restored")
        and (row.place in covered or row.position == signature.broken)
        and item_shown(study, acting, row.place, row.item, at)
    ]


def scope_title(request: CaptureRequest, place: Place) -> str:
    """Return the words for what is signed, for a page."""
    if place.form:
        title = next((f.title for f in request.trial.study.forms if f.id == place.form), place.form)
        repeat = f" {place.repeat}" if place.repeat > 1 else ""
        return _("%(title)s%(repeat)s, visit %(visit)s, participant %(participant)s") % {
            "title": title,
            "repeat": repeat,
            "visit": place.visit,
            "participant": place.participant,
        }
    if place.visit:
        return _("Visit %(visit)s of participant %(participant)s") % {
            "visit": place.visit,
            "participant": place.participant,
        }
    return _("All data of participant %(participant)s") % {"participant": place.participant}


__all__ = ["Standing", "proof_view", "scope_title", "signature_view", "signing_view"]
