"""Freezing, locking and opening again, from a page up to the whole database."""

from __future__ import annotations

from dataclasses import dataclass

from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting
from lupustrial.capture.store import Hold, holds, participant_of, write
from lupustrial.errors import CaptureError, Fault
from lupustrial.ledger import Transaction
from lupustrial.study import Study


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What is to be held; what is empty (repeat 0) stands for all."""

    site: str = ""
    participant: str = ""
    visit: str = ""
    form: str = ""
    repeat: int = 0

    def __str__(self) -> str:
        """Render for a message."""
        parts = (
            ("site", self.site),
            ("participant", self.participant),
            ("visit", self.visit),
            ("form", self.form),
        )
        named = [f"{word} {value}" for word, value in parts if value]
        return ", ".join([*named, *([f"no. {self.repeat}"] if self.repeat else [])]) or "the whole database"


def hold(trial: Trial, acting: Acting, scope: Scope, *, lock: bool, why: str) -> int:
    """Freeze or lock a scope; return the number of the hold.

    The whole database is locked by `lock_database` alone.

    Raises:
        CaptureError: CAPT-041, the scope does not exist, is held so already, or no reason is given; CAPT-042,
            the whole database would be locked without its checklist.
    """
    kind, task = ("locked", "lock") if lock else ("frozen", "freeze")
    if not acting.may("lock" if lock else "freeze"):
        raise _wrong(f"the role {acting.role.name} may not {task}", scope, "ask the data manager")
    if not why.strip():
        raise _wrong("a reason is needed", scope, "say why, in a sentence")
    if lock and scope == Scope():
        message, hint = "the whole database is locked after its checklist", "use the lock of the database"
        raise CaptureError(Fault(id="CAPT-042", message=message, place=str(scope), hint=hint))
    with trial.writing() as tx:
        _exists(tx, trial.study, acting, scope)
        if any(_scope(one) == scope and one.kind == kind for one in holds(tx)):
            raise _wrong(f"this is {kind} already", scope, "open it first, or leave it")
        data = {
            "hold": kind,
            "site": scope.site,
            "participant": scope.participant,
            "visit": scope.visit,
            "form": scope.form,
            "repeat": scope.repeat,
        }
        return write(
            tx, study=trial.study.id, kind="hold set", by=acting.actor, data=data, why=why.strip()
        ).position


def lift(trial: Trial, acting: Acting, number: int, *, why: str) -> Hold:
    """Lift a hold and return it. Whoever lifts a lock has given the password again: the page asks for it.

    Raises:
        CaptureError: CAPT-041, there is no such hold (any more), the role may not, or no reason is given.
    """
    place = Scope()
    if not why.strip():
        raise _wrong("a reason is needed", place, "say why, in a sentence")
    with trial.writing() as tx:
        found = next((one for one in holds(tx) if one.position == number), None)
        if found is None or not in_sight(tx, acting, found):
            raise _wrong("there is no such hold, or it was lifted meanwhile", place, "see the list")
        if not acting.may("lock" if found.kind == "locked" else "freeze"):
            raise _wrong(f"the role {acting.role.name} may not open this", _scope(found), "ask who may")
        write(
            tx,
            study=trial.study.id,
            kind="hold lifted",
            by=acting.actor,
            data={"position": number},
            why=why.strip(),
        )
    return found


def in_sight(tx: Transaction, acting: Acting, one: Hold) -> bool:
    """Whether a hold concerns a site of somebody."""
    if acting.sites is None:
        return True
    site = one.site
    if one.participant:
        who = participant_of(tx, one.participant)
        site = who.site if who is not None else ""
    return site in acting.sites


def _scope(one: Hold) -> Scope:
    return Scope(
        site=one.site, participant=one.participant, visit=one.visit, form=one.form, repeat=one.repeat
    )


def _exists(tx: Transaction, study: Study, acting: Acting, scope: Scope) -> None:
    who = participant_of(tx, scope.participant) if scope.participant else None
    if scope.participant and (who is None or not acting.at_site(who.site)):
        raise _wrong("there is no such participant", scope, "write the number of a participant")
    if scope.site and (scope.site not in {site.id for site in study.sites} or not acting.at_site(scope.site)):
        raise _wrong("there is no such site", scope, "choose a site")
    if who is not None and scope.site not in ("", who.site):
        raise _wrong("the participant belongs to another site", scope, "leave the site empty")
    if not scope.site and not scope.participant and acting.sites is not None:
        raise _wrong("your role is held at single sites alone", scope, "choose a site or a participant")
    known = tx.one("SELECT 1 FROM capture_visit WHERE visit = ?", scope.visit) if scope.visit else None
    if scope.visit and known is None and scope.visit not in {visit.id for visit in study.visits}:
        raise _wrong("there is no such visit", scope, "choose a visit")
    if scope.form and scope.form not in {form.id for form in study.forms}:
        raise _wrong("there is no such form", scope, "choose a form")
    if scope.repeat and not scope.form:
        raise _wrong("a number without its form", scope, "choose the form too")


def _wrong(message: str, scope: Scope, hint: str) -> CaptureError:
    return CaptureError(Fault(id="CAPT-041", message=message, place=str(scope), hint=hint))
