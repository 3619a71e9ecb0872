"""Eligibility: each criterion judged live by what is held, and what an investigator confirmed."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Literal

from lupustrial.allocation.methods import levels_of
from lupustrial.allocation.store import Candidate, digest_of_facts, screen
from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting
from lupustrial.capture.entry import facts_of
from lupustrial.capture.store import (
    Confirmation,
    confirmation_of,
    consents_of,
    hold_on_participant,
    participant_of,
    write,
)
from lupustrial.errors import CaptureError, Fault
from lupustrial.ledger import Transaction
from lupustrial.study import Context, Criterion, Expression, Study, visible

#: Whether a criterion speaks for enrolment: an inclusion criterion that is true, an exclusion criterion that
#: is false. ``"not decided"``: what is missing leaves it open.
Judgement = Literal["met", "not met", "not decided"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """A fact that a criterion saw.

    Attributes:
        form: Its form; ``"participant"`` for what is known of the participant as a whole.
        item: Its item.
        value: Its value as text; None where it is missing.
    """

    form: str
    item: str
    value: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """A criterion and how it is judged.

    Attributes:
        criterion: Its id.
        kind: Of which list it is.
        text: Its text.
        verdict: See `Judgement`.
        facts: The facts that it refers to, each once, in order.
        missing: Those whose absence leaves it open; empty where it is decided.
    """

    criterion: str
    kind: Literal["inclusion", "exclusion"]
    text: str
    verdict: Judgement
    facts: tuple[Fact, ...]
    missing: tuple[Fact, ...]


def eligibility_of(tx: Transaction, study: Study, participant: str) -> tuple[Verdict, ...]:
    """Judge every criterion by what is held now, inclusion first.

    Facts are those of `lupustrial.capture.entry.facts_of` at the visit at which eligibility is judged.
    Missing ones leave a criterion open only where they could decide it (three-valued logic of
    ``lupustrial.study.Expression``, the same that fills SDTM IE). A consent that is not dated yet is missing;
    one that was withdrawn is not given.

    Args:
        tx: A transaction.
        study: The version of the protocol whose criteria count.
        participant: Of whom.
    """
    criteria = [("inclusion", one) for one in study.eligibility.inclusion]
    criteria += [("exclusion", one) for one in study.eligibility.exclusion]
    forms = {form for _, one in criteria for form, _ in _compiled(one.expression).references}
    context = dict(facts_of(tx, study, participant, visit=study.eligibility.at, forms=forms))
    whole = dict(context.get("participant", {}))
    given = consents_of(tx, participant)
    if given and given[-1].withdrawn:
        whole["consented"] = False
    elif whole.get("consented") is False and not given:
        whole["consented"] = None  # not asked yet is not refused
    context["participant"] = whole
    return tuple(_judge(kind == "inclusion", one, context) for kind, one in criteria)


def overall(verdicts: tuple[Verdict, ...]) -> bool | None:
    """Return whether somebody is eligible: False as soon as one criterion is not met, None while open."""
    if any(one.verdict == "not met" for one in verdicts):
        return False
    return None if any(one.verdict == "not decided" for one in verdicts) else True


def shown(study: Study, acting: Acting, verdict: Verdict) -> bool:
    """Whether a role may know a verdict: it sees every item on which the criterion rests."""
    forms = {form.id: {item.id for item in form.items} for form in study.forms}
    at = study.eligibility.at
    return all(
        visible(study, acting.role.id, fact.form, fact.item, visit=at, at=None)
        for fact in verdict.facts
        if fact.item in forms.get(fact.form, ())
    )


def digest(verdicts: tuple[Verdict, ...]) -> str:
    """Return the SHA-256 of facts and verdicts, by which a confirmation is held to what was seen."""
    seen = {
        one.criterion: [one.verdict, {f"{fact.form}.{fact.item}": fact.value for fact in one.facts}]
        for one in verdicts
    }
    return digest_of_facts(seen)


def confirmed(tx: Transaction, study: Study, participant: str) -> tuple[Confirmation | None, bool]:
    """Return the confirmation of a participant's eligibility, and whether it still holds.

    It holds while version, facts and verdicts are those that were confirmed.
    """
    held = confirmation_of(tx, participant)
    if held is None:
        return None, False
    now = digest(eligibility_of(tx, study, participant))
    return held, held.version == study.version and held.digest == now


def confirm(trial: Trial, acting: Acting, participant: str, *, seen: str, why: str = "") -> Confirmation:
    """Confirm the eligibility of a participant as it is judged now, and tell the allocation.

    Args:
        trial: The trial.
        acting: Who confirms; the role may ``screen``.
        participant: Of whom.
        seen: Digest of what was shown when it was decided: a fact that changed meanwhile refuses it.
        why: A remark.

    Returns:
        The confirmation. Who is not eligible stays in screening until the screen failure is recorded.

    Raises:
        CaptureError: CAPT-021, a criterion is not decided, a fact changed meanwhile, or the participant is
            not in screening; CAPT-002, the participant is frozen or locked.
        AllocationError: ALLOC-…, the allocation refuses; nothing is confirmed.
    """
    with trial.reading() as tx:
        study = trial.study_at(tx, participant, trial.study.eligibility.at)
        verdicts = _check(tx, study, participant, seen)
        candidate = _candidate(tx, study, participant, verdicts)
    if study.design.randomised:
        screen(trial.db, trial.study, candidate, acting.actor, why=why)
    with trial.writing() as tx:
        _check(tx, study, participant, seen)
        data = {
            "participant": participant,
            "eligible": bool(overall(verdicts)),
            "version": study.version,
            "digest": seen,
            "verdicts": {one.criterion: one.verdict for one in verdicts},
        }
        write(tx, study=study.id, kind="eligibility confirmed", by=acting.actor, data=data, why=why)
        found = confirmation_of(tx, participant)
    if found is None:  # it was written in this very transaction
        raise AssertionError(participant)
    return found


def _check(tx: Transaction, study: Study, participant: str, seen: str) -> tuple[Verdict, ...]:
    person = participant_of(tx, participant)
    verdicts = eligibility_of(tx, study, participant)
    open_ones = [one.criterion for one in verdicts if one.verdict == "not decided"]
    hold = None if person is None else hold_on_participant(tx, participant, person.site)
    faults = []
    if hold is not None:
        hint = "ask the data manager to open it, and say why"
        message = f"the data of this participant are {hold.kind}"
        raise CaptureError(Fault(id="CAPT-002", message=message, place=participant, hint=hint))
    if person is None or person.state != "screening":
        faults.append(("this participant is not in screening", "eligibility is confirmed before enrolment"))
    if overall(verdicts) is None:
        faults.append((f"not decided yet: {', '.join(open_ones)}", "fill in what is missing"))
    if not faults and digest(verdicts) != seen:
        faults.append(("a fact changed after you opened this page", "look at the criteria again"))
    if faults:
        place = f"participant {participant}, eligibility"
        raise CaptureError(
            [Fault(id="CAPT-021", message=message, place=place, hint=hint) for message, hint in faults]
        )
    return verdicts


def _candidate(tx: Transaction, study: Study, participant: str, verdicts: tuple[Verdict, ...]) -> Candidate:
    person = participant_of(tx, participant)
    facts = facts_of(tx, study, participant, visit=study.eligibility.at)
    eligible = bool(overall(verdicts))
    return Candidate(
        participant=participant,
        site="" if person is None else person.site,
        consented=bool(facts.get("participant", {}).get("consented")),
        eligible=eligible,
        levels=levels_of(study, facts, participant=participant) if eligible else {},
        facts=digest(verdicts),
    )


def _judge(included: bool, criterion: Criterion, context: Context) -> Verdict:  # noqa: FBT001 - which list
    expression = _compiled(criterion.expression)
    holds = expression.evaluate(context)
    verdict: Judgement = "not decided" if holds is None else "met" if holds is included else "not met"
    return Verdict(
        criterion=criterion.id,
        kind="inclusion" if included else "exclusion",
        text=criterion.text,
        verdict=verdict,
        facts=tuple(_fact(context, *name) for name in expression.references),
        missing=tuple(_fact(context, *name) for name in expression.missing(context)),
    )


def _fact(context: Context, form: str, item: str) -> Fact:
    value = context.get(form, {}).get(item)
    if value is None:
        told = None
    elif isinstance(value, bool):
        told = "yes" if value else "no"
    elif isinstance(value, float) and value.is_integer():
        told = str(int(value))
    else:
        told = str(value)
    return Fact(form=form, item=item, value=told)


@functools.lru_cache(maxsize=1024)
def _compiled(text: str) -> Expression:
    return Expression.compile(text)
