"""A file between its dry run and its confirmation: encrypted, one a person, gone after an hour."""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils import timezone

from lupustrial.capture._encryption import derived_keys
from lupustrial.capture._trial import Trial
from lupustrial.capture.models import Account, Draft
from lupustrial.errors import CaptureError, Fault

_PLACE = "import"
_KEPT = dt.timedelta(hours=1)
_NONCE = 12  # bytes


@dataclass(frozen=True, kw_only=True)
class Staged:
    """A file, its name, and how it is to be read (options and, of a laboratory, the text of the map)."""

    name: str
    content: bytes
    options: dict[str, Any]
    map: str


def stage(trial: Trial, account: Account, staged: Staged) -> None:
    """Keep a file of somebody; it replaces an earlier one."""
    head = json.dumps({"name": staged.name, "options": staged.options, "map": staged.map}).encode()
    plain = len(head).to_bytes(4) + head + staged.content
    nonce = os.urandom(_NONCE)
    key = derived_keys(trial.config.keys, _PLACE)[0]
    body = nonce + AESGCM(key).encrypt(nonce, plain, account.username.encode())
    Draft.objects.update_or_create(account=account, place=_PLACE, defaults={"revision": 0, "body": body})


def staged_of(trial: Trial, account: Account) -> Staged:
    """Return the file of somebody.

    Raises:
        CaptureError: CAPT-075, there is none, or not any more.
    """
    draft = Draft.objects.filter(account=account, place=_PLACE, saved__gte=timezone.now() - _KEPT).first()
    if draft is None:
        raise _gone()
    plain = _opened(trial, bytes(draft.body), account.username.encode())
    length = int.from_bytes(plain[:4])
    head = json.loads(plain[4 : 4 + length])
    return Staged(name=head["name"], options=head["options"], map=head["map"], content=plain[4 + length :])


def unstage(account: Account) -> None:
    """Forget the file of somebody, and every file that is too old."""
    Draft.objects.filter(account=account, place=_PLACE).delete()
    Draft.objects.filter(place=_PLACE, saved__lt=timezone.now() - _KEPT).delete()


def _opened(trial: Trial, body: bytes, owner: bytes) -> bytes:
    for key in derived_keys(trial.config.keys, _PLACE):
        try:
            return AESGCM(key).decrypt(body[:_NONCE], body[_NONCE:], owner)
        except InvalidTag:
            continue
    raise _gone()


def _gone() -> CaptureError:
    hint = "choose the file again"
    return CaptureError(
        Fault(id="CAPT-075", message="the file is not kept any more", place="import", hint=hint)
    )
