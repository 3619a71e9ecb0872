"""A page of a form, made ready for the template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from lupustrial.capture.access import CaptureRequest, held_seen, items_seen, may_enter
from lupustrial.capture.entry._clashes import Merged, merge
from lupustrial.capture.entry._drafts import browser_key, draft_of
from lupustrial.capture.entry._given import Finding
from lupustrial.capture.entry._list import records_of_list
from lupustrial.capture.entry._place import MOST_REPEATS, Where
from lupustrial.capture.entry._post import Posted
from lupustrial.capture.entry._sheet import Sheet, next_place, sheet_of
from lupustrial.capture.models import Account
from lupustrial.capture.scores import score_panel
from lupustrial.capture.store import Place, page_at, signatures_on
from lupustrial.errors import Fault
from lupustrial.ledger import Transaction
from lupustrial.study import Item


def show(request: CaptureRequest, where: Where, place: Place) -> HttpResponse:
    account = account_of(request)
    draft = (
        draft_of(request.trial, account, place)
        if may_enter(where.study, request.acting, place.form)
        else None
    )
    taken = draft is not None and request.GET.get("draft") == "take"
    with request.trial.reading() as tx:
        if draft is not None and taken:
            sheet = sheet_of(
                tx, request.acting, where, place,
                typed=draft.given, base=draft.base, revision=draft.revision, why=draft.why,
            )  # fmt: skip
        else:
            sheet = sheet_of(tx, request.acting, where, place)
    if not sheet.slots:
        raise Http404
    about = {
        "draft": draft,
        "taken": taken,
        "asks_about_draft": draft is not None and not taken and sheet.enters,
    }
    return _rendered(request, where, place, sheet, about, status=200)


def show_again(
    request: CaptureRequest,
    where: Where,
    place: Place,
    posted: Posted,
    findings: Sequence[Finding],
    *,
    status: int,
) -> HttpResponse:
    """Show a page again with everything that was typed, and why it was not saved."""
    with request.trial.reading() as tx:
        merged = merged_with(tx, request, where, place, posted)
        late = merged.late
        if late or merged.unsettled:
            findings = [*_about_clash(merged), *(one for one in findings if one.id != "CAPT-001")]
        sheet = sheet_of(
            tx, request.acting, where, place,
            typed=merged.given if late else posted.given,
            base=None if late else posted.base,
            revision=None if late else posted.revision,
            why=posted.why,
            findings=findings,
            clashes=merged.clashes,
        )  # fmt: skip
    about = {"draft": None, "taken": False, "asks_about_draft": False, "refused": True}
    return _rendered(request, where, place, sheet, about, status=status)


def _about_clash(merged: Merged) -> Iterable[Finding]:
    if merged.late:
        message = _(
            "Somebody saved this page after you opened it; nothing was overwritten. Both values stand "
            "side by side below: choose for each item, then save again."
        )
    else:
        message = _("Choose for each item below whose value stands.")
    yield Finding(item="", severity="error", id="CAPT-001", message=message)


def _rendered(
    request: CaptureRequest,
    where: Where,
    place: Place,
    sheet: Sheet,
    about: Mapping[str, object],
    *,
    status: int,
) -> HttpResponse:
    acting = request.acting
    own = (place.participant, place.visit, place.form)
    address = address_of(place)
    reads = not may_enter(where.study, acting, place.form)
    with request.trial.reading() as tx:
        signatures = signatures_on(tx, place)
    context = {
        **about,
        "signatures": signatures,
        "reads_on": next_place(acting, where, place, visit=False, reads=True) if reads else None,
        "scope": "|".join(map(str, address_of(place))),
        "may_sign": acting.may("sign") and sheet.page is not None,
        "may_verify": acting.may("verify") and sheet.page is not None,
        "sheet": sheet,
        "place": place,
        "form": where.form,
        "visit_name": where.study.visit(place.visit).name,
        "address": reverse("page", args=address),
        "check_address": reverse("page-check", args=address),
        "draft_address": reverse("draft", args=address),
        "strike_address": reverse("strike", args=address),
        "add_address": reverse("page", args=(*own, sheet.next_repeat)) if _room(sheet) else "",
        "query_open_address": _address("query-open", *address),
        "asks_queries": acting.may("query") and bool(_address("query-open", *address)),
        "draft_key": browser_key(request.trial, account_of(request)) if sheet.enters else "",
        "next_form": next_place(acting, where, place, visit=False),
        "next_visit": next_place(acting, where, place, visit=True),
        "statuses": (
            ("not done", _("Not done")),
            ("unknown", _("Unknown")),
            ("not applicable", _("Not applicable")),
        ),
        "enters_form": may_enter(where.study, acting, place.form),
        "records": records_of_list(where.study, acting, sheet.repeats, place),
        "scores": score_panel(request, place) if where.form.instrument else "",
    }
    return render(request, "entry/page.html", context, status=status)


def address_of(place: Place) -> tuple[str, str, str, int]:
    """Return what the address of a page is made from."""
    return place.participant, place.visit, place.form, place.repeat


def _room(sheet: Sheet) -> bool:
    """Whether another record can be added: the page at hand was saved, and the list is not full."""
    return sheet.page is not None and sheet.next_repeat <= MOST_REPEATS


def _address(name: str, *args: str | int) -> str:
    """Return the address of a page of another part; empty where that part is not there."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def merged_with(
    tx: Transaction, request: CaptureRequest, where: Where, place: Place, posted: Posted
) -> Merged:
    page = page_at(tx, place)
    held = {} if page is None else held_seen(where.study, request.acting, page, at=place.visit)
    return merge(where.study, items_of(request, where, place), page, held, posted)


def items_of(request: CaptureRequest, where: Where, place: Place) -> list[Item]:
    return items_seen(where.study, request.acting, place.form, visit=place.visit, at=place.visit)


def account_of(request: CaptureRequest) -> Account:
    return cast("Account", request.user)


def findings_of(faults: Iterable[Fault]) -> list[Finding]:
    return [Finding(item="", severity="error", id=one.id, message=said_of(one)) for one in faults]


def said_of(fault: Fault) -> str:
    text = f"{fault.message[:1].upper()}{fault.message[1:]}"
    return f"{text}: {fault.hint}." if fault.hint else f"{text}."
