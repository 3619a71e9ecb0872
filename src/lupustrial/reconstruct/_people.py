"""Who is in an arm: participants with their traits, the sets they count in, and when they left."""

from __future__ import annotations

from dataclasses import dataclass

from lupustrial.reconstruct._schema import Withdrawal
from lupustrial.reconstruct._targets import Targets
from lupustrial.study import Study

STAYED = 10_000  # "last week" of those who did not leave


@dataclass(frozen=True, kw_only=True)
class Member:
    """A randomised participant, before any record exists.

    Attributes:
        index: Running number in the arm.
        arm: Arm id.
        traits: Traits such as lupus nephritis.
        last_week: Week of the last visit attended; `STAYED` where all were.
        withdrawal: How he or she left.
        sets: Analysis sets and subgroups counted in.
    """

    index: int
    arm: str
    traits: frozenset[str]
    last_week: int
    withdrawal: Withdrawal | None
    sets: frozenset[str]

    def attended(self, week: int) -> bool:
        """Whether the participant came to the visit of a week."""
        return week <= self.last_week


def members_of(study: Study, targets: Targets, arm: str) -> list[Member]:
    """Lay out an arm: those with the first trait come first, those who left come last.

    A trait is given to as many participants as the set that asks for it counts; nobody who left has one, so
    that no imputed outcome depends on it.
    """
    size = max(spec.size.get(arm, 0) for spec in targets.sets.values())
    left = [each for each in targets.drawing.withdrawals if each.arm == arm]
    members = []
    for index in range(size):
        place = index - (size - len(left))
        withdrawal = left[place] if place >= 0 else None
        traits = frozenset(
            spec.trait
            for spec in targets.sets.values()
            if spec.trait is not None and index < spec.size.get(arm, 0)
        )
        last_week = STAYED if withdrawal is None else study.visit(withdrawal.last).week
        sets = frozenset(
            name
            for name, spec in targets.sets.items()
            if last_week >= spec.stays and (spec.trait is None or spec.trait in traits)
        )
        members.append(
            Member(index=index, arm=arm, traits=traits, last_week=last_week, withdrawal=withdrawal, sets=sets)
        )
    return members
