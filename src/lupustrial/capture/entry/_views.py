"""The page of a form: shown, checked while it is filled in, saved; drafts; repeats struck and restored."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, cast

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from lupustrial.capture.access import CaptureRequest, held_seen, items_seen, may_enter, refuse
from lupustrial.capture.entry._clashes import Merged, merge
from lupustrial.capture.entry._drafts import browser_key, draft_of, drop_draft, keep_draft
from lupustrial.capture.entry._given import Finding
from lupustrial.capture.entry._judge import judge
from lupustrial.capture.entry._list import records_of_list
from lupustrial.capture.entry._place import MOST_REPEATS, Where, where_is
from lupustrial.capture.entry._post import Posted, is_short, read_post
from lupustrial.capture.entry._sheet import Sheet, next_place, sheet_of
from lupustrial.capture.entry._stale import without_unasked
from lupustrial.capture.entry._strike import strike
from lupustrial.capture.entry._submit import submit
from lupustrial.capture.models import Account
from lupustrial.capture.scores import score_panel
from lupustrial.capture.store import Place, page_at
from lupustrial.errors import CaptureError, Fault
from lupustrial.ledger import Transaction
from lupustrial.study import Item

_REFUSED, _CLASH, _TOO_LARGE = 422, 409, 413


@never_cache
def page_view(request: CaptureRequest, participant: str, visit: str, form: str, repeat: int) -> HttpResponse:
    """Show a page, or save it."""
    place = Place(participant=participant, visit=visit, form=form, repeat=repeat)
    where = _where(request, place)
    if request.method != "POST":
        return _show(request, where, place)
    if not may_enter(where.study, request.acting, form):
        return refuse(request, _not_entered(request))
    posted = read_post(request.POST, _items(request, where, place))
    with request.trial.reading() as tx:
        merged = _merged(tx, request, where, place, posted)
        given = without_unasked(tx, where, place, page_at(tx, place), merged.given, posted.cleared)
    if merged.late or merged.unsettled:
        return _again(request, where, place, posted, (), status=_CLASH)
    try:
        outcome = submit(
            request.trial, request.acting, place, given,
            revision=posted.revision, why=posted.why, complete=posted.action != "gaps",
        )  # fmt: skip
    except CaptureError as error:
        return _again(request, where, place, posted, _findings(error.faults), status=_CLASH)
    if outcome.refused:
        return _again(request, where, place, posted, outcome.findings, status=_REFUSED)
    drop_draft(_account(request), place)
    asked = sum(1 for finding in outcome.findings if finding.severity == "query")
    text = _("Saved.") if outcome.entry is not None else _("Nothing was different: nothing was saved.")
    if asked:
        text += " " + _("Checks that raise a query: {0}.").format(asked)
    messages.success(request, text)
    return _onward(request, where, place, posted)


@never_cache
@require_POST
def check_view(request: CaptureRequest, participant: str, visit: str, form: str, repeat: int) -> HttpResponse:
    """Say what the checks say of what is typed, and which items are asked; nothing is saved."""
    place = Place(participant=participant, visit=visit, form=form, repeat=repeat)
    where = _where(request, place)
    if not may_enter(where.study, request.acting, form):
        return refuse(request, _not_entered(request))
    posted = read_post(request.POST, _items(request, where, place))
    with request.trial.reading() as tx:
        page = page_at(tx, place)
        given = without_unasked(tx, where, place, page, posted.given, posted.cleared)
        judged = judge(
            tx, where.study, request.acting, place, page, given, why=posted.why, complete=False,
            day=dt.datetime.now(dt.UTC).date(),
        )  # fmt: skip
        findings = [one for one in judged.findings if one.id != "RECORD-041"]
        sheet = sheet_of(
            tx,
            request.acting,
            where,
            place,
            typed=posted.given,
            why=posted.why,
            findings=findings,
        )
    scores = score_panel(request, place, given) if where.form.instrument else ""
    response = render(request, "entry/checked.html", {"sheet": sheet, "scores": scores})
    slots = sheet.slots.values()
    response["HX-Trigger"] = json.dumps(
        {
            "entry:asked": {
                "shown": [slot.item.id for slot in slots if slot.shown],
                "stale": [slot.item.id for slot in slots if slot.stale],
                "required": [slot.item.id for slot in slots if slot.required],
            }
        }
    )
    return response


@never_cache
@require_POST
def draft_view(request: CaptureRequest, participant: str, visit: str, form: str, repeat: int) -> HttpResponse:
    """Keep what is typed as a draft, or drop what is kept."""
    place = Place(participant=participant, visit=visit, form=form, repeat=repeat)
    where = _where(request, place)
    if not may_enter(where.study, request.acting, form):
        return refuse(request, _not_entered(request))
    if request.POST.get("action") == "drop":
        drop_draft(_account(request), place)
        return redirect("page", participant, visit, form, repeat)
    if request.POST.get("action") == "ping":
        return JsonResponse({"saved": ""})
    posted = read_post(request.POST, _items(request, where, place))
    if not is_short(posted):
        return JsonResponse(
            {"fault": _("This is too much to be kept as a draft: shorten it.")}, status=_TOO_LARGE
        )
    try:
        saved = keep_draft(request.trial, _account(request), place, posted)
    except CaptureError as error:
        return JsonResponse({"fault": error.faults[0].message}, status=_TOO_LARGE)
    return JsonResponse({"saved": f"{saved:%H:%M}"})


@never_cache
@require_POST
def strike_view(
    request: CaptureRequest, participant: str, visit: str, form: str, repeat: int
) -> HttpResponse:
    """Strike out a repeat, or restore it."""
    place = Place(participant=participant, visit=visit, form=form, repeat=repeat)
    where = _where(request, place)
    if not may_enter(where.study, request.acting, form):
        return refuse(request, _not_entered(request))
    what: Literal["strike", "restore"] = "restore" if request.POST.get("action") == "restore" else "strike"
    revision = read_post(request.POST, ()).revision
    try:
        strike(
            request.trial, request.acting, place,
            what=what, revision=revision, why=request.POST.get("why") or "",
        )  # fmt: skip
    except CaptureError as error:
        messages.error(request, " ".join(_said(fault) for fault in error.faults))
    else:
        text = _("Struck out; its values are kept.") if what == "strike" else _("Restored.")
        messages.success(request, text)
    return redirect("page", participant, visit, form, repeat)


def _show(request: CaptureRequest, where: Where, place: Place) -> HttpResponse:
    account = _account(request)
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


def _again(
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
        merged = _merged(tx, request, where, place, posted)
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
    address = (*own, place.repeat)
    context = {
        **about,
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
        "draft_key": browser_key(request.trial, _account(request)) if sheet.enters else "",
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


def _room(sheet: Sheet) -> bool:
    """Whether another record can be added: the page at hand was saved, and the list is not full."""
    return sheet.page is not None and sheet.next_repeat <= MOST_REPEATS


def _address(name: str, *args: str | int) -> str:
    """Return the address of a page of another part; empty where that part is not there."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _onward(request: CaptureRequest, where: Where, place: Place, posted: Posted) -> HttpResponseRedirect:
    to: Place | None = place
    if posted.action in ("form", "visit"):
        to = next_place(request.acting, where, place, visit=posted.action == "visit")
    if to is None:
        return redirect("visit", place.participant, place.visit)
    return redirect("page", to.participant, to.visit, to.form, to.repeat)


def _merged(tx: Transaction, request: CaptureRequest, where: Where, place: Place, posted: Posted) -> Merged:
    page = page_at(tx, place)
    held = {} if page is None else held_seen(where.study, request.acting, page, at=place.visit)
    return merge(where.study, _items(request, where, place), page, held, posted)


def _where(request: CaptureRequest, place: Place) -> Where:
    try:
        with request.trial.reading() as tx:
            return where_is(tx, request.trial, place)
    except CaptureError as error:
        raise Http404 from error


def _items(request: CaptureRequest, where: Where, place: Place) -> list[Item]:
    return items_seen(where.study, request.acting, place.form, visit=place.visit, at=place.visit)


def _account(request: CaptureRequest) -> Account:
    return cast("Account", request.user)


def _findings(faults: Iterable[Fault]) -> list[Finding]:
    return [Finding(item="", severity="error", id=one.id, message=_said(one)) for one in faults]


def _said(fault: Fault) -> str:
    text = f"{fault.message[:1].upper()}{fault.message[1:]}"
    return f"{text}: {fault.hint}." if fault.hint else f"{text}."


def _not_entered(request: CaptureRequest) -> str:
    return _("The role {0} does not enter this form.").format(request.acting.role.name)
