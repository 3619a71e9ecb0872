"""Source-data verification: what is to be compared with source, what was, and what has to be again.

The plan is a percentage of the participants for each form or item (``study.yaml``, ``verification``). Who is
drawn follows from a secret of the server, of which every comparison on the ledger carries the hash: the site
cannot foresee who is drawn, and nobody can draw again.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lupustrial.capture._keys import secret
from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting, held_seen
from lupustrial.capture.queries._sight import at_hand
from lupustrial.capture.store import (
    Held,
    Page,
    Place,
    Verification,
    page_at,
    pages_of,
    participant_of,
    verifications_of,
    write,
)
from lupustrial.errors import CaptureError, Fault
from lupustrial.ledger import Transaction
from lupustrial.study import Study, VerificationPlan

#: ``"verified"``: the value that stands there was compared; ``"lost"``: it changed since; ``"left"``: not yet
#: compared, and drawn; ``"spared"``: not drawn.
State = Literal["verified", "lost", "left", "spared"]

_SHARES = 10_000  # a draw is a whole number of hundredths of a percent
_NAME = "verification"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A value with the state of its verification."""

    place: Place
    item: str
    held: Held
    state: State
    by: str = ""
    at: str = ""

    @property
    def key(self) -> str:
        """The value as a page names it: visit, form, repeat, item, and the ledger position that was seen."""
        place = self.place
        return f"{place.visit}|{place.form}|{place.repeat}|{self.item}|{self.held.position}"


def drawn(trial: Trial, participant: str, form: str, item: str) -> bool:
    """Whether an item of a participant is to be verified, by the plan; all are where the study has none."""
    percent = (trial.study.verification or VerificationPlan()).percent(form, item)
    key = secret(trial.config.keys, _NAME)
    draw = int.from_bytes(hmac.new(key, participant.encode(), hashlib.sha256).digest()[:8], "big") % _SHARES
    return draw < percent * (_SHARES // 100)


def sampling(trial: Trial) -> str:
    """Return the commitment to the secret by which participants are drawn: its SHA-256."""
    return hashlib.sha256(secret(trial.config.keys, _NAME)).hexdigest()


def checked_of(tx: Transaction, trial: Trial, acting: Acting, participant: str) -> list[Checked]:
    """Return every value of a participant that a role sees, with the state of its verification."""
    known = {(one.place, one.item): one for one in verifications_of(tx, participant)}
    at = at_hand(tx, trial.study, participant)
    forms = {form.id for form in trial.study.forms}
    return [
        _state(trial, page, item, held, known.get((page.place, item)))
        for page in pages_of(tx, participant)
        if page.place.form in forms
        for item, held in held_seen(trial.study, acting, page, at=at).items()
    ]


def verify(trial: Trial, acting: Acting, participant: str, keys: Sequence[str]) -> int:
    """Record that values were compared with source; return how many. All or none.

    Args:
        trial: The trial.
        acting: Who compared.
        participant: Of whom.
        keys: The values as `Checked.key` names them, i.e. with the ledger position that was seen.

    Raises:
        CaptureError: CAPT-040, a value is not (any more) the one that was compared, or cannot be seen.
    """
    with trial.writing() as tx:
        site, items = _items(tx, trial, acting, participant, keys, exact=True)
        data = {"participant": participant, "site": site, "items": items, "sampling": sampling(trial)}
        write(tx, study=trial.study.id, kind="verified", by=acting.actor, data=data)
    return len(items)


def withdraw_verification(
    trial: Trial, acting: Acting, participant: str, keys: Sequence[str], *, why: str
) -> int:
    """Take back that values were compared; return how many.

    Raises:
        CaptureError: CAPT-040, as `verify`, or no reason is given.
    """
    if not why.strip():
        raise _wrong("a reason is needed", f"participant {participant}", "say why it does not hold")
    with trial.writing() as tx:
        site, items = _items(tx, trial, acting, participant, keys, exact=False)
        data = {"participant": participant, "site": site, "items": [item[:4] for item in items]}
        write(
            tx,
            study=trial.study.id,
            kind="verification withdrawn",
            by=acting.actor,
            data=data,
            why=why.strip(),
        )
    return len(items)


def _items(
    tx: Transaction, trial: Trial, acting: Acting, participant: str, keys: Sequence[str], *, exact: bool
) -> tuple[str, list[list[str | int]]]:
    who = participant_of(tx, participant)
    if who is None or not acting.at_site(who.site) or not acting.may("verify"):
        raise _wrong("there is nothing to verify", f"participant {participant}", "choose a participant")
    at = at_hand(tx, trial.study, participant)
    pages: dict[Place, Mapping[str, Held]] = {}
    found: list[list[str | int]] = []
    faults = []
    for key in dict.fromkeys(keys):
        place, item, position = _read(participant, key)
        if place not in pages:
            pages[place] = _seen(trial.study, acting, page_at(tx, place), at)
        held = pages[place].get(item)
        if held is None:
            faults.append(_fault("the value is not there", f"{place}, item {item}"))
        elif exact and held.position != position:
            faults.append(_fault("the value was changed after it was shown to you", f"{place}, item {item}"))
        else:
            found.append([place.visit, place.form, place.repeat, item, held.position])
    if faults:
        raise CaptureError(faults)
    if not found:
        raise _wrong("no value was chosen", f"participant {participant}", "choose at least one")
    return who.site, found


def _seen(study: Study, acting: Acting, page: Page | None, at: str | None) -> Mapping[str, Held]:
    known = page is not None and page.place.form in {form.id for form in study.forms}
    return held_seen(study, acting, page, at=at) if page is not None and known and not page.removed else {}


def _state(trial: Trial, page: Page, item: str, held: Held, known: Verification | None) -> Checked:
    if known is not None and known.lost is None:
        return Checked(place=page.place, item=item, held=held, state="verified", by=known.by, at=known.at)
    if known is not None:
        return Checked(place=page.place, item=item, held=held, state="lost", by=known.by, at=known.at)
    due = drawn(trial, page.place.participant, page.place.form, item)
    return Checked(place=page.place, item=item, held=held, state="left" if due else "spared")


def _read(participant: str, key: str) -> tuple[Place, str, int]:
    parts = key.split("|")
    if len(parts) != 5 or not (parts[2] + parts[4]).isdecimal() or not key.isascii() or len(key) > 400:  # noqa: PLR2004 - as `Checked.key` writes it
        raise _wrong("this names no value", f"participant {participant}", "open the page again")
    place = Place(participant=participant, visit=parts[0], form=parts[1], repeat=_small(parts[2]))
    return place, parts[3], _small(parts[4])


def _small(text: str) -> int:
    return int(text) if text and len(text) < 19 else 0  # noqa: PLR2004 - a BIGINT


def _wrong(message: str, place: str, hint: str) -> CaptureError:
    return CaptureError(Fault(id="CAPT-040", message=message, place=place, hint=hint))


def _fault(message: str, place: str) -> Fault:
    return Fault(id="CAPT-040", message=message, place=place, hint="compare what stands there now")
