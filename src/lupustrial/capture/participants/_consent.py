"""Consent: versions of the document, who signed which, who has to sign again, withdrawal."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Literal

from lupustrial.capture._encryption import open_text, seal_text
from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting, may_enter
from lupustrial.capture.entry import Given, submit_in
from lupustrial.capture.store import (
    Consent,
    Participant,
    Place,
    Sealed,
    consents_of,
    keep_sealed,
    page_at,
    protocol_files,
    protocols_of,
    sealed_of,
    sealed_text,
    write,
)
from lupustrial.errors import CaptureError, Fault
from lupustrial.ledger import Transaction
from lupustrial.study import ConsentVersion, Study

#: Largest file of a signed consent, in bytes.
LARGEST = 8 * 1024 * 1024

#: How a file of each type begins, and how it is sent back.
_TYPES = (
    (b"%PDF-", "application/pdf", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentState:
    """Where a participant stands.

    Attributes:
        given: What was given and withdrawn, in the order in which it was recorded.
        withdrawn: The last withdrawal that no consent followed; None while consent stands.
        valid: The versions that can be signed today, the newest last.
        due: The version that has to be signed now: the first, or again after a new version; None where
            nothing is due.
    """

    given: tuple[Consent, ...]
    withdrawn: Consent | None
    valid: tuple[ConsentVersion, ...]
    due: ConsentVersion | None


def consent_state(tx: Transaction, study: Study, person: Participant, today: dt.date) -> ConsentState:
    """Return where a participant stands with the versions of the document.

    A version can be signed from its day on, once the site works under the protocol that it belongs to. Who
    signed an earlier version has to sign the newest one that asks for it (``again``), unless consent was
    withdrawn or participation ended.
    """
    given = tuple(consents_of(tx, person.participant))
    withdrawn = given[-1] if given and given[-1].withdrawn else None
    working = {one.version for one in protocols_of(tx) if one.in_force(person.site, today)}
    valid = tuple(
        one
        for one in sorted(study.consent, key=lambda one: one.valid)
        if one.valid <= today and (not one.protocol or one.protocol in working or not working)
    )
    order = [one.version for one in valid]
    signed = max(
        (order.index(one.version) for one in given if one.version in order and not one.withdrawn), default=-1
    )
    asking = [one for place, one in enumerate(valid) if place > signed and (signed < 0 or one.again)]
    ended = person.state in ("completed", "withdrawn", "screen failure")
    due = None if withdrawn or ended or not asking else asking[-1]
    return ConsentState(given=given, withdrawn=withdrawn, valid=valid, due=due)


def document_of(tx: Transaction, study: Study, version: ConsentVersion) -> str:
    """Return the text of a version of the document, from the protocol in the database; empty without one."""
    return protocol_files(tx, study.version).get(version.document, "")


def digest_of_document(text: str) -> str:
    """Return the SHA-256 of a text as it was shown; empty for none."""
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def record_consent(
    trial: Trial,
    acting: Acting,
    person: Participant,
    *,
    version: str,
    date: dt.date,
    mode: Literal["paper", "screen"],
    signer: str,
    witness: bool,
    signature: str,
    shown: str,
    today: dt.date,
) -> Consent:
    """Record that somebody signed a version of the document.

    Args:
        trial: The trial.
        acting: Who took the consent; the role may ``enter``.
        person: The participant.
        version: Version of the document.
        date: When it was signed.
        mode: On paper, or on the screen in front of who takes the consent.
        signer: ``"participant"`` or ``"representative"``.
        witness: Whether an impartial witness signed too.
        signature: On the screen: the name as the signer typed it. It is encrypted, apart from clinical data.
        shown: On the screen: digest of the text that was shown (`digest_of_document`).
        today: The day at the site.

    Returns:
        The consent. The date of the first one is put on the form that holds it (SDTM ``RFICDTC``), where
        that is blank and the role enters that form.

    Raises:
        CaptureError: CAPT-022, version, date, signer or signature is not right.
    """
    with trial.writing() as tx:
        study = trial.study
        state = consent_state(tx, study, person, today)
        known = next((one for one in state.valid if one.version == version), None)
        text = "" if known is None else document_of(tx, study, known)
        digest = digest_of_document(text)
        faults = _faults(person, known, date, today, signer)
        if mode == "screen" and (not signature.strip() or shown != digest or date != today):
            hint = "the signer types his or her name below the text that is in force today"
            faults.append(_fault("signature", "the signature on the screen is not complete", hint))
        if faults:
            raise CaptureError(faults)
        data = {
            "participant": person.participant,
            "version": version,
            "date": date.isoformat(),
            "mode": mode,
            "signer": signer,
            "witness": witness,
            "digest": digest,
        }
        entry = write(tx, study=study.id, kind="consent recorded", by=acting.actor, data=data)
        if mode == "screen":
            body = seal_text(
                trial.config.keys,
                f"{signature.strip()[:200]}\n{digest}\n{entry.at}",
                place=f"consent signature of {person.participant}",
            )
            about = {"consent": entry.position, "version": version}
            keep_sealed(
                tx,
                study=study.id,
                participant=person.participant,
                kind="consent signature",
                body=body,
                about=about,
                by=acting.actor,
            )
        _date_on_form(tx, trial, acting, person, date)
        return next(one for one in consents_of(tx, person.participant) if one.position == entry.position)


def withdraw_consent(
    trial: Trial, acting: Acting, person: Participant, *, date: dt.date, why: str, today: dt.date
) -> None:
    """Record that consent was withdrawn; no reason has to be given.

    What was recorded until then stays. No further visit is expected: somebody in screening becomes a screen
    failure, somebody enrolled is withdrawn.

    Raises:
        CaptureError: CAPT-022, there is no consent to withdraw, or the date is not right.
    """
    with trial.writing() as tx:
        given = consents_of(tx, person.participant)
        standing = [one for one in given if not one.withdrawn]
        faults = []
        if given and given[-1].withdrawn:
            faults.append(_fault("date", "consent was withdrawn already", "there is nothing to do"))
        if date > today or (standing and date.isoformat() < standing[0].date):
            hint = "give a day between the consent and today"
            faults.append(_fault("date", "the withdrawal cannot be on this day", hint))
        if faults:
            raise CaptureError(faults)
        data = {"participant": person.participant, "date": date.isoformat()}
        write(tx, study=trial.study.id, kind="consent withdrawn", by=acting.actor, data=data, why=why.strip())
        moved = {"screening": "screen failure", "enrolled": "withdrawn"}.get(person.state)
        if moved is not None:
            state = {"participant": person.participant, "state": moved}
            write(
                tx,
                study=trial.study.id,
                kind="participant state",
                by=acting.actor,
                data=state,
                why="consent withdrawn",
            )


def file_document(
    trial: Trial, acting: Acting, person: Participant, *, content: bytes, version: str, what: str
) -> Sealed:
    """Keep the scan of a signed consent, encrypted.

    Its type is read from its content, whatever its name says. Its name is not kept: it may hold a person's.

    Raises:
        CaptureError: CAPT-023, it is too large, empty, or no PDF, PNG or JPEG.
    """
    media = next((media for head, media, _ in _TYPES if content.startswith(head)), None)
    if media is None or len(content) > LARGEST:
        hint = f"scan it as PDF, PNG or JPEG of at most {LARGEST // 1024 // 1024} MB"
        message = "the file is too large" if media else "the file is no PDF, PNG or JPEG"
        raise CaptureError(Fault(id="CAPT-023", message=message, place="file", hint=hint))
    body = seal_text(
        trial.config.keys,
        base64.b64encode(content).decode(),
        place=f"document of {person.participant}",
    )
    about = {
        "media": media,
        "size": len(content),
        "digest": hashlib.sha256(content).hexdigest(),
        "version": version[:40],
        "what": what[:100],
    }
    with trial.writing() as tx:
        entry = keep_sealed(
            tx,
            study=trial.study.id,
            participant=person.participant,
            kind="document",
            body=body,
            about=about,
            by=acting.actor,
        )
        return next(one for one in sealed_of(tx, person.participant) if one.position == entry.position)


def open_document(trial: Trial, acting: Acting, sealed: Sealed) -> tuple[bytes, str, str]:
    """Return a document, its media type and the ending of its name; that it was opened goes on the ledger.

    Raises:
        CaptureError: CAPT-023, it was erased; CAPT-080, it was changed.
    """
    with trial.writing() as tx:
        body = sealed_text(tx, sealed.position)
        if body is None:
            raise CaptureError(
                Fault(id="CAPT-023", message="this document was erased", place="file", hint="see the ledger")
            )
        data = {"position": sealed.position, "participant": sealed.participant, "kind": sealed.kind}
        write(tx, study=trial.study.id, kind="sealed text seen", by=acting.actor, data=data)
    content = base64.b64decode(open_text(trial.config.keys, body, place=f"document of {sealed.participant}"))
    media = str(sealed.about["media"])
    return content, media, next(ending for _, one, ending in _TYPES if one == media)


def _faults(
    person: Participant, known: ConsentVersion | None, date: dt.date, today: dt.date, signer: str
) -> list[Fault]:
    faults = []
    if known is None:
        hint = "choose a version that is in force at the site"
        faults.append(_fault("version", "this version cannot be signed", hint))
    elif not known.valid <= date <= today:
        hint = f"it can be signed from {known.valid.isoformat()} until today"
        faults.append(_fault("date", "the version could not be signed on this day", hint))
    if signer not in ("participant", "representative"):
        faults.append(_fault("signer", "nobody is named who signed", "choose who signed"))
    if person.state in ("completed", "withdrawn", "screen failure"):
        faults.append(_fault("version", "participation has ended", "a consent cannot be added any more"))
    return faults


def _date_on_form(tx: Transaction, trial: Trial, acting: Acting, person: Participant, date: dt.date) -> None:
    """Put the date of the first consent on the form that holds it."""
    found = next(
        (
            (form, item.id)
            for form in trial.study.forms
            for item in form.items
            if item.sdtm is not None and item.sdtm.variable == "RFICDTC"
        ),
        None,
    )
    if found is None or not found[0].visits or not may_enter(trial.study, acting, found[0].id):
        return
    form, item = found
    place = Place(participant=person.participant, visit=form.visits[0], form=form.id)
    page = page_at(tx, place)
    if page is None:
        submit_in(tx, trial, acting, place, {item: Given(value=date.isoformat())}, revision=0, complete=False)


def _fault(place: str, message: str, hint: str) -> Fault:
    return Fault(id="CAPT-022", message=message, place=place, hint=hint)
