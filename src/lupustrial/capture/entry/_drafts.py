"""Drafts: what somebody typed and has not saved, kept on the server, encrypted, for him or her alone."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lupustrial.capture._encryption import derived_keys, open_text, seal_text
from lupustrial.capture._trial import Trial
from lupustrial.capture.entry._given import Given
from lupustrial.capture.entry._post import Posted
from lupustrial.capture.models import Account, Draft
from lupustrial.capture.store import Place
from lupustrial.errors import CaptureError, Fault

#: Characters of a draft; a page of a hundred items takes a tenth of it.
LARGEST = 200_000


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A draft that is kept.

    Attributes:
        saved: When.
        revision: Revision of the page on which it was typed.
        given: What was typed, by item.
        base: What each item held when the page was opened.
        why: The reason of the page as a whole.
    """

    saved: dt.datetime
    revision: int
    given: Mapping[str, Given]
    base: Mapping[str, str]
    why: str


def keep_draft(trial: Trial, account: Account, place: Place, posted: Posted) -> dt.datetime:
    """Keep what was typed, over what was kept before; return when.

    Raises:
        CaptureError: CAPT-017, it is too large.
    """
    text = json.dumps(
        {
            "why": posted.why,
            "items": {
                item: [given.value, given.unit, given.status, given.why, posted.base.get(item, "")]
                for item, given in posted.given.items()
            },
        }
    )
    if len(text) > LARGEST:
        raise CaptureError(
            Fault(
                id="CAPT-017",
                message=_("this is too much to be kept as a draft"),
                place=str(place),
                hint=_("shorten what you typed, and save it"),
            )
        )
    sealed = seal_text(trial.config.keys, text, place=_bound_to(account, place))
    draft, _made = Draft.objects.update_or_create(
        account=account, place=_key(place), defaults={"revision": posted.revision, "body": sealed.encode()}
    )
    return draft.saved


def draft_of(trial: Trial, account: Account, place: Place) -> Kept | None:
    """Return what is kept of a page; None where nothing is, or it cannot be read (its key was lost)."""
    draft = Draft.objects.filter(account=account, place=_key(place)).first()
    if draft is None:
        return None
    try:
        text = open_text(trial.config.keys, bytes(draft.body).decode(), place=_bound_to(account, place))
    except CaptureError:
        return None
    kept = json.loads(text)
    return Kept(
        saved=draft.saved,
        revision=draft.revision,
        given={
            item: Given(value=one[0], unit=one[1], status=one[2], why=one[3])
            for item, one in kept["items"].items()
        },
        base={item: one[4] for item, one in kept["items"].items()},
        why=kept["why"],
    )


def drop_draft(account: Account, place: Place) -> None:
    """Forget what is kept of a page."""
    Draft.objects.filter(account=account, place=_key(place)).delete()


def browser_key(trial: Trial, account: Account) -> str:
    """Return the key (hexadecimal) under which the browser keeps drafts of this account while it is offline.

    It is given to pages of a session of the account alone, and stays the same for the next session, so that
    a draft survives an expired one.
    """
    return derived_keys(trial.config.keys, f"drafts in the browser of {account.username}")[0].hex()


def _key(place: Place) -> str:
    return f"{place.participant}/{place.visit}/{place.form}/{place.repeat}"


def _bound_to(account: Account, place: Place) -> str:
    return f"draft of {account.username}, {_key(place)}"
