"""Which rules are behind a score, and whether a clinician signed for them."""

from __future__ import annotations

from lupustrial.capture.scores._card import Signing
from lupustrial.capture.scores._uses import Use
from lupustrial.instruments import settings_hash, sign_off_items

#: Digits of the hash that are shown; a signature may give as many.
_SHOWN = 12


def signing_of(use: Use) -> Signing:
    """Return version, settings and signature; one for other settings or another version does not count."""
    instrument = use.instrument
    digest = settings_hash(instrument.id, dict(use.settings))
    items = sign_off_items(instrument.id, dict(use.settings))
    uncertain = {item.setting for item in items}
    given = {name: str(value) for name, value in use.settings.items()}
    sign = use.declared.sign_off
    whole = sign.by and sign.role and sign.date and sign.settings_hash
    valid = bool(
        whole and len(sign.settings_hash or "") >= _SHOWN and digest.startswith(sign.settings_hash or "-")
    )
    return Signing(
        instrument=instrument.title,
        version=instrument.version,
        digest=digest[:_SHOWN],
        settings=tuple(
            (one.name, given.get(one.name, one.default), one.name in uncertain) for one in instrument.settings
        ),
        signed=f"{sign.by} ({sign.role}), {sign.date}" if valid else "",
        uncertain=0 if valid else len(items),
    )
