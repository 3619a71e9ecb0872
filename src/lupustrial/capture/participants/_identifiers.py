"""Who a participant is: only where the study asks for it, encrypted, apart from clinical data."""

from __future__ import annotations

import json
from collections.abc import Mapping

from lupustrial.capture._encryption import open_text, seal_text
from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting
from lupustrial.capture.store import keep_sealed, sealed_of, sealed_text, write
from lupustrial.errors import CaptureError, Fault

_LONGEST = 200


def record_identifiers(
    trial: Trial, acting: Acting, participant: str, given: Mapping[str, str], *, why: str = ""
) -> None:
    """Keep the identifying data of a participant; earlier ones stay, encrypted, and count no more.

    Args:
        trial: The trial.
        acting: Who gives them; the role may ``enter`` at the site.
        participant: Of whom.
        given: Value by name of the identifier (``Study.identifiers``).
        why: The reason of a change.

    Raises:
        CaptureError: CAPT-024, the study asks for none of these, or a change has no reason.
    """
    asked = trial.study.identifiers
    clean = {name: value.strip()[:_LONGEST] for name, value in given.items() if value.strip()}
    with trial.writing() as tx:
        known = sealed_of(tx, participant, "identifiers")
        unknown = sorted(set(clean) - set(asked))
        if unknown or not clean:
            hint = f"the study asks for: {', '.join(asked) or 'nothing'}"
            message = "nothing that the study asks for is given"
            raise CaptureError(Fault(id="CAPT-024", message=message, place="identifiers", hint=hint))
        if known and not why.strip():
            hint = "say why it is changed"
            raise CaptureError(Fault(id="CAPT-024", message="the reason is lacking", place="why", hint=hint))
        body = seal_text(trial.config.keys, json.dumps(clean), place=f"identifiers of {participant}")
        about = {"given": sorted(clean)}
        keep_sealed(
            tx,
            study=trial.study.id,
            participant=participant,
            kind="identifiers",
            body=body,
            about=about,
            by=acting.actor,
            why=why.strip(),
        )


def see_identifiers(trial: Trial, acting: Acting, participant: str) -> dict[str, str]:
    """Return the identifying data of a participant, empty where none is kept; each view is recorded.

    Raises:
        CaptureError: CAPT-080, they were changed, or the key is not here.
    """
    with trial.writing() as tx:
        known = [one for one in sealed_of(tx, participant, "identifiers") if not one.erased]
        body = sealed_text(tx, known[-1].position) if known else None
        if body is None:
            return {}
        data = {"position": known[-1].position, "participant": participant, "kind": "identifiers"}
        write(tx, study=trial.study.id, kind="sealed text seen", by=acting.actor, data=data)
    found: dict[str, str] = json.loads(
        open_text(trial.config.keys, body, place=f"identifiers of {participant}")
    )
    return found
