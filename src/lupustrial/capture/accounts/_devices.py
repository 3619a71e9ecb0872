"""The second factor: an app that shows codes, and recovery codes for the day on which it is lost."""

from __future__ import annotations

import hmac
import secrets

from django.conf import settings
from django.db import transaction
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice

from lupustrial.capture._encryption import derived_keys
from lupustrial.capture.models import Account, Authenticator

_SECRET = 20  # bytes, RFC 4226 section 4
_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no letter that is taken for another


def has_device(account: Account) -> bool:
    """Whether a second factor is set up."""
    return bool(Authenticator.objects.filter(user=account, confirmed=True).exists())


def begin_device(account: Account) -> Authenticator:
    """Return the app that is being set up; a new secret where none is under way."""
    found: Authenticator | None = Authenticator.objects.filter(user=account, confirmed=False).first()
    if found is None:
        found = Authenticator(user=account, name="app", confirmed=False)
        found.keep(secrets.token_bytes(_SECRET))
        found.save()
    return found


def confirm_device(account: Account, code: str) -> tuple[Authenticator, list[str]] | None:
    """Take the app that is being set up, if its code is right, in place of any other.

    Returns:
        The device, and recovery codes, to be shown once; None where the code is wrong.
    """
    with transaction.atomic():
        device = Authenticator.objects.select_for_update().filter(user=account, confirmed=False).first()
        if device is None or not device.verify_token(_plain(code)):
            return None
        remove_devices(account, keep=device)
        device.confirmed = True
        device.save(update_fields=["confirmed"])
        return device, _recovery_codes(account)


def match_device(account: Account, code: str) -> Device | None:
    """Return the device that accepts a code; a recovery code is used up. None where none does."""
    plain = _plain(code)
    with transaction.atomic():
        for device in Authenticator.objects.select_for_update().filter(user=account, confirmed=True):
            if plain.isdecimal() and device.verify_token(plain):
                return device
        if plain.isdecimal():
            return None
        for static in StaticDevice.objects.select_for_update().filter(user=account, confirmed=True):
            held = _digests(plain)
            used = static.token_set.filter(token__in=held).first()
            if static.verify_token(held[0] if used is None else used.token):
                return static
    return None


def remove_devices(account: Account, *, keep: Authenticator | None = None) -> None:
    """Remove the second factor, recovery codes too."""
    others = Authenticator.objects.filter(user=account)
    (others if keep is None else others.exclude(pk=keep.pk)).delete()
    StaticDevice.objects.filter(user=account).delete()


def _recovery_codes(account: Account) -> list[str]:
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(10)) for _ in range(_CODES)]
    device = StaticDevice.objects.create(user=account, name="recovery")
    for code in codes:
        device.token_set.create(token=_digests(code)[0])
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _digests(code: str) -> list[str]:
    """Return what the database holds of a recovery code, under the newest key first: 64 bits of an HMAC."""
    keys = derived_keys(settings.CONFIG.keys, "recovery code")
    return [hmac.new(key, code.encode(), "sha256").hexdigest()[:16] for key in keys]


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").lower()
