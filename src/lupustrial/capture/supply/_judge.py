"""Can somebody be randomised now? The confirmation of eligibility, consent and stratum, as they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lupustrial.allocation.methods import levels_of
from lupustrial.allocation.store import Candidate, candidate_of, list_state
from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting
from lupustrial.capture.entry import facts_of
from lupustrial.capture.participants import Verdict, digest, eligibility_of
from lupustrial.capture.store import Participant, confirmation_of, participant_of
from lupustrial.errors import AllocationError, Fault
from lupustrial.ledger import Transaction
from lupustrial.study import Context, Expression, Factor, Study, visible


@dataclass(frozen=True, kw_only=True)
class Stratum:
    """A factor of the randomisation, as somebody may know it.

    Attributes:
        factor: Its name.
        level: Name of the level, empty while undecided; None: an item on which it rests is hidden.
    """

    factor: str
    level: str | None


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Whether somebody can be randomised.

    Attributes:
        participant: Who.
        verdicts: Each criterion of eligibility, judged by what is held now.
        confirmed: Whether it was confirmed that he or she is eligible, and nothing changed since.
        consented: Whether an informed consent is dated and was not withdrawn.
        levels: Level of each factor by id; empty while undecided.
        faults: What stands in the way; empty where nothing does.
    """

    participant: Participant
    verdicts: tuple[Verdict, ...]
    confirmed: bool
    consented: bool
    levels: dict[str, str]
    faults: tuple[Fault, ...]


def judge(tx: Transaction, trial: Trial, participant: str) -> Judged:
    """Judge a registered participant by what is held now.

    Args:
        tx: A transaction.
        trial: The trial.
        participant: Participant number; somebody is registered with it.

    Returns:
        The judgement with all that speaks against randomising: ALLOC-036 (no sealed list), ALLOC-037
        (locked), ALLOC-038 (eligibility is not confirmed), ALLOC-039 (no consent), ALLOC-040 (not eligible),
        ALLOC-005 (a stratum is open), CAPT-055 (not in screening, or something changed since eligibility was
        confirmed).

    Raises:
        KeyError: Nobody has this number.
    """
    who = participant_of(tx, participant)
    if who is None:
        raise KeyError(participant)
    study = trial.study_at(tx, participant, trial.study.eligibility.at)
    facts = facts_of(tx, study, participant, visit=study.eligibility.at, forms=_forms(study))
    levels, undecided = _levels(study, facts, participant)
    verdicts, held = eligibility_of(tx, study, participant), confirmation_of(tx, participant)
    holds = held is not None and (held.version, held.digest) == (study.version, digest(verdicts))
    candidate = candidate_of(tx, trial.study, participant)
    consented = bool(facts.get("participant", {}).get("consented"))
    faults = [*_of_list(tx, trial.study), *_of_state(who), *undecided]
    if held is None or candidate is None:
        faults.append(_fault("ALLOC-038", who, "eligibility is not confirmed yet", "confirm it first"))
    elif not held.eligible:
        faults.append(_fault("ALLOC-040", who, "it was confirmed: not eligible", "see the eligibility page"))
    elif not holds or not _same(candidate, levels, consented=consented):
        hint = "look at the criteria again, and confirm them as they are now"
        faults.append(_fault("CAPT-055", who, "something changed after eligibility was confirmed", hint))
    if not consented:
        faults.append(
            _fault("ALLOC-039", who, "no informed consent is dated", "no consent, no randomisation")
        )
    return Judged(
        participant=who,
        verdicts=verdicts,
        confirmed=held is not None and held.eligible and holds,
        consented=consented,
        levels=levels,
        faults=tuple(faults),
    )


def strata_seen(study: Study, acting: Acting, levels: dict[str, str]) -> list[Stratum]:
    """Return the factors with the levels that a role may know: it sees every item on which they rest."""
    found = []
    for factor in study.randomisation.strata:
        level = next((one.name for one in factor.levels if one.id == levels.get(factor.id)), "")
        found.append(Stratum(factor=factor.name, level=level if _shown(study, acting, factor) else None))
    return found


def _shown(study: Study, acting: Acting, factor: Factor) -> bool:
    forms = {form.id for form in study.forms}
    at = study.eligibility.at
    return all(
        visible(study, acting.role.id, form, item, visit=at, at=None)
        for level in factor.levels
        for form, item in Expression.compile(level.when).references
        if form in forms
    )


def _forms(study: Study) -> set[str]:
    """Return the forms that strata and consent rest on."""
    levels = [level for factor in study.randomisation.strata for level in factor.levels]
    return {"participant"} | {form for one in levels for form, _ in Expression.compile(one.when).references}


def _levels(study: Study, facts: Context, participant: str) -> tuple[dict[str, str], tuple[Fault, ...]]:
    try:
        return levels_of(study, facts, participant=participant), ()
    except AllocationError as error:
        return {}, error.faults


def _same(candidate: Candidate, levels: dict[str, str], *, consented: bool) -> bool:
    """Whether the allocation was told what holds now."""
    return dict(candidate.levels) == levels and candidate.consented == consented


def _of_list(tx: Transaction, study: Study) -> Iterator[Fault]:
    state = list_state(tx, study)
    if state is None:
        hint = "the holder of the list makes it with `lupustrial randomise init`"
        yield Fault(id="ALLOC-036", message="there is no sealed list yet", place=study.id, hint=hint)
    elif state.locked is not None:
        hint = "after the lock nobody is allocated"
        yield Fault(id="ALLOC-037", message="the database is locked", place=study.id, hint=hint)


def _of_state(who: Participant) -> Iterator[Fault]:
    if who.state != "screening":
        message = f"participant {who.participant} is not in screening: {who.state}"
        yield _fault("CAPT-055", who, message, "only somebody in screening can be randomised")


def _fault(number: str, who: Participant, message: str, hint: str) -> Fault:
    return Fault(id=number, message=message, place=f"participant {who.participant}", hint=hint)
