"""Signing: one scope or a series of them, all or none, each bound to its content."""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting
from lupustrial.capture.signing._content import Content, content_of, meanings_for, scope_text
from lupustrial.capture.store import Place, payload_of, signed_with, values_of, write
from lupustrial.errors import CaptureError, Fault
from lupustrial.ledger import Transaction, now


def sign(
    trial: Trial, acting: Acting, shown: Mapping[Place, str], *, meaning: str, key: Ed25519PrivateKey
) -> list[int]:
    """Sign one scope or several, and return the numbers of the signatures. All or none.

    Args:
        trial: The trial.
        acting: Who signs; the name as printed is the account's.
        shown: What was shown to the signer: each scope with the digest of its values (`Content.digest`).
        meaning: Id of the meaning, one of `meanings_for`.
        key: The signer's key, opened with the password that was given for this signing (21 CFR 11.200(a)).

    Raises:
        CaptureError: CAPT-045, not ready to be signed, or changed after it was shown; CAPT-046, the role does
            not see it whole; CAPT-049, the role cannot sign, or not in this meaning.
    """
    meanings = meanings_for(trial, acting)
    if not acting.may("sign") or meaning not in meanings:
        hint = "choose one of the meanings that are offered"
        message = f"the role {acting.role.name} cannot sign in this meaning"
        raise CaptureError(Fault(id="CAPT-049", message=message, place="signature", hint=hint))
    if not shown:
        message, hint = "nothing was chosen to be signed", "choose at least one"
        raise CaptureError(Fault(id="CAPT-045", message=message, place="signature", hint=hint))
    with trial.writing() as tx:
        contents = [content_of(tx, trial, acting, scope) for scope in shown]
        faults = [fault for content in contents for fault in content.faults]
        faults += [
            Fault(
                id="CAPT-045",
                message="it was changed after it was shown to you; nothing was signed",
                place=scope_text(content.scope),
                hint="look at it again",
            )
            for content in contents
            if not content.faults and content.digest != shown[content.scope]
        ]
        if faults:
            raise CaptureError(faults)
        return [_sign(tx, trial, acting, content, meanings[meaning], key) for content in contents]


def _sign(
    tx: Transaction, trial: Trial, acting: Acting, content: Content, meaning: str, key: Ed25519PrivateKey
) -> int:
    at, scope, study = now(), content.scope, trial.study
    payload = payload_of(
        study=study.id,
        version=study.version,
        digest=study.digest,
        who=acting.id,
        name=acting.name,
        role=acting.role.id,
        meaning=meaning,
        at=at,
        scope=scope,
        pages=[page.place for page in content.pages],
        left_out=content.left_out,
        values=values_of(content.pages),
    )
    data = {
        "participant": scope.participant,
        "site": content.site,
        "visit": scope.visit,
        "form": scope.form,
        "repeat": scope.repeat,
        **signed_with(payload, key),
    }
    return write(tx, study=study.id, kind="signed", by=acting.actor, data=data, at=at).position
