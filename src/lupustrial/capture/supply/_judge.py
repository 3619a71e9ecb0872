"""Can somebody be randomised now? Eligibility, consent and stratum, judged by what was entered."""

from __future__ import annotations

from dataclasses import dataclass

from lupustrial.allocation.methods import levels_of
from lupustrial.allocation.store import Candidate, ListState, digest_of_facts, list_state
from lupustrial.capture.access import Acting
from lupustrial.capture.store import Participant, pages_of, participant_of
from lupustrial.capture.supply import _seams as seams
from lupustrial.errors import AllocationError, CaptureError, Fault
from lupustrial.ledger import Transaction
from lupustrial.study import Expression, Factor, Study, visible


@dataclass(frozen=True, kw_only=True)
class Stratum:
    """A factor of the randomisation, as somebody may know it.

    Attributes:
        factor: Its name.
        level: Name of the level; None: an item on which it rests is hidden from the role.
    """

    factor: str
    level: str | None


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Whether somebody can be randomised.

    Attributes:
        candidate: What the allocation is told.
        verdicts: Each criterion.
        faults: What stands in the way; empty where nothing does.
        levels: Level of each factor by id; empty while undecided.
    """

    candidate: Candidate
    verdicts: tuple[seams.Verdict, ...]
    faults: tuple[Fault, ...]
    levels: dict[str, str]

    @property
    def unmet(self) -> tuple[seams.Verdict, ...]:
        """The criteria that are not met, or undecided."""
        return tuple(one for one in self.verdicts if one.verdict != "met")


def judge(tx: Transaction, study: Study, participant: str) -> Judged:
    """Judge a registered participant by the pages that are saved now.

    Args:
        tx: A transaction.
        study: The study.
        participant: Participant number; somebody is registered with it.

    Returns:
        The candidate, eligible only if every criterion is met, consented only if an informed consent is dated
        (an item annotated RFICDTC) and the participant is in screening; and all that speaks against it:
        ALLOC-005, ALLOC-036, ALLOC-037, ALLOC-039, ALLOC-040 and CAPT-055.
    """
    who = participant_of(tx, participant)
    if who is None:
        raise KeyError(participant)
    verdicts = seams.eligibility_of(tx, study, participant)
    eligible = all(one.verdict == "met" for one in verdicts)
    consented = _consented(tx, study, participant) and who.state == "screening"
    levels, undecided = _levels(tx, study, participant)
    faults = [*_list_faults(study, list_state(tx, study)), *_state_faults(who)]
    if not consented and who.state == "screening":
        faults.append(_against("ALLOC-039", participant, "no informed consent is dated", "fill in the consent"))
    if not eligible:
        hint = "the eligibility page names each criterion with its facts"
        faults.append(_against("ALLOC-040", participant, "not eligible, or it is undecided", hint))
    facts = [[one.criterion, one.verdict] for one in verdicts]
    candidate = Candidate(
        participant=participant,
        site=who.site,
        consented=consented,
        eligible=eligible and not undecided,
        levels={} if undecided else levels,
        facts=digest_of_facts(facts),
    )
    return Judged(
        candidate=candidate, verdicts=tuple(verdicts), faults=(*faults, *undecided), levels=levels
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
        visible(study, acting.role.id, form, item, visit=at, at=at)
        for level in factor.levels
        for form, item in Expression.compile(level.when).references
        if form in forms
    )


def _consented(tx: Transaction, study: Study, participant: str) -> bool:
    """Whether an informed consent is dated; who withdraws it is in screening no longer."""
    for form in study.forms:
        items = [item.id for item in form.items if item.sdtm is not None and item.sdtm.variable == "RFICDTC"]
        for page in pages_of(tx, participant, form=form.id) if items else ():
            if any(item in page.items and page.items[item].status == "entered" for item in items):
                return True
    return False


def _levels(tx: Transaction, study: Study, participant: str) -> tuple[dict[str, str], tuple[Fault, ...]]:
    if not study.randomisation.strata:
        return {}, ()
    facts = seams.facts_of(tx, study, participant, visit=study.eligibility.at)
    try:
        return levels_of(study, facts, participant=participant), ()
    except (AllocationError, CaptureError) as error:
        return {}, error.faults


def _list_faults(study: Study, state: ListState | None) -> list[Fault]:
    if state is None:
        hint = "the holder of the list makes it with `lupustrial randomise init`"
        return [Fault(id="ALLOC-036", message="there is no sealed list yet", place=study.id, hint=hint)]
    if state.locked is not None:
        hint = "after the lock nobody is allocated"
        return [Fault(id="ALLOC-037", message="the database is locked", place=study.id, hint=hint)]
    return []


def _state_faults(who: Participant) -> list[Fault]:
    if who.state == "screening":
        return []
    message = f"participant {who.participant} is not in screening but: {who.state}"
    hint = "only somebody in screening can be randomised"
    return [Fault(id="CAPT-055", message=message, place=f"participant {who.participant}", hint=hint)]


def _against(number: str, participant: str, message: str, hint: str) -> Fault:
    return Fault(id=number, message=message, place=f"participant {participant}", hint=hint)
