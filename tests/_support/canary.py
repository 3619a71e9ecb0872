"""A trial whose secrets cannot be mistaken for anything else, and a search for them in any bytes."""

from __future__ import annotations

import base64
import re
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from sealed_trial import SealedTrial, template_study

from lupustrial.allocation.sealing import PURPOSES, Recipient, Share, make_key, make_list, seal
from lupustrial.study import KitType

ARMS = ("KANARIENVOGEL-AKTIV", "KANARIENVOGEL-LEER")
PRODUCTS = ("ZEISIGWIRKSTOFF", "ZEISIGPLACEBO")
SEED = bytes.fromhex("c0ffee11223344556677889900aabbccddeeff0123456789abcdef5eed5eed5e")

#: The set of arms is public: the commitment names it, so that anybody can repeat the algorithm.
_PUBLIC = re.compile(
    rb"""\\*["']arms\\*["']: ?\[\\*["']%s\\*["'], ?\\*["']%s\\*["']\]""" % tuple(arm.encode() for arm in ARMS)
)


def canary_trial(slots: int) -> SealedTrial:
    """Seal the trial."""
    study = template_study()
    arms = [
        replace(
            arm,
            id=name,
            label=f"{name}-LABEL",
            name=f"{name}-NAME",
            dosing=None if arm.dosing is None else replace(arm.dosing, product=product),
        )
        for arm, name, product in zip(study.arms, ARMS, PRODUCTS, strict=True)
    ]
    products = [replace(one, id=name) for one, name in zip(study.products, PRODUCTS, strict=True)]
    rule = replace(study.randomisation, ratio=dict.fromkeys(ARMS, 1), slots=slots)
    kit = KitType(id="VIAL", name="Vial", units=1, dispensed=("W0", "W4"), spare=1)
    study = replace(study, arms=tuple(arms), products=tuple(products), randomisation=rule, kits=(kit,))
    keys = {purpose: make_key() for purpose in PURPOSES}
    recipients = [Recipient(name=name, purpose=name, public_key=key.public_key) for name, key in keys.items()]
    made = make_list(study, SEED)
    return SealedTrial(study=study, made=made, sealed=seal(study, made, recipients), keys=keys)


@dataclass(frozen=True)
class Search:
    """Looks for the secrets of a trial."""

    trial: SealedTrial = field(repr=False)
    shares: tuple[Share, ...] = field(repr=False)

    def found(self, content: bytes) -> list[str]:
        """Return which secrets are in some bytes; the list of arms and the protocol are no secret."""
        rest = _PUBLIC.sub(b"", content)
        study = self.trial.study
        for public in (study, study.arms, *study.arms, study.randomisation, study.randomisation.ratio):
            rest = rest.replace(repr(public).encode(), b"")
        return sorted({name for name, form in self._forms() if form in rest})

    def _forms(self) -> Iterator[tuple[str, bytes]]:
        for name, text in (
            *(("arm", arm.encode()) for arm in ARMS),
            *(("product", product.encode()) for product in PRODUCTS),
            *((f"{purpose} key", key.text.encode()) for purpose, key in self.trial.keys.items()),
        ):
            yield from ((name, form) for form in (text, text.lower(), *_written(text)))
            yield name, text.decode().encode("utf-16-le")
        for name, secret in (
            ("seed", SEED),
            ("half a seed", SEED[:16]),
            ("half a seed", SEED[16:]),
            *(("salt", slot.salt) for slot in self.trial.made.slots),
            *(("share", share.data) for share in self.shares),
        ):
            yield name, secret
            yield from ((name, form) for form in _written(secret))
        for share in self.shares:
            yield "share", base64.b32encode(share.data)[:40]


def _written(secret: bytes) -> Iterable[bytes]:
    """Give ways to write bytes as text; base64 begins at any of three places."""
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    yield repr(secret)[2:-1].encode()
    for before in range(3):
        code = base64.b64encode(bytes(before) + secret)
        yield code[-(-before * 8 // 6) : len(code) - 4]


def crash_report(error: BaseException) -> bytes:
    """Return what a reporter of crashes may send: every frame with its variables, and all errors before."""
    parts: list[str] = []
    seen: BaseException | None = error
    while seen is not None:
        parts += traceback.TracebackException.from_exception(seen, capture_locals=True).format(chain=True)
        parts += [repr(seen), str(seen), repr(vars(seen))]
        seen = seen.__cause__ or seen.__context__  # also where `from None` hides it
    return "".join(parts).encode()
