"""The groups that results are about: arms, all together, changes within an arm, comparisons of two arms."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from lupustrial.analysis._ard import GroupType
from lupustrial.study import Study


@dataclass(frozen=True, kw_only=True)
class Group:
    """The participants that one result is about; `reference` is set for a comparison of two arms."""

    label: str
    type: GroupType
    arm: str | None
    reference: str | None = None

    @property
    def arms(self) -> tuple[str, ...] | None:
        """Labels of the arms; None for all together."""
        if self.arm is None:
            return None
        return (self.arm,) if self.reference is None else (self.arm, self.reference)


def groups(study: Study, levels: AbstractSet[str], *, alone: bool) -> Iterator[Group]:
    """Return the groups to which methods of these levels are applied; `alone`: all arms together."""
    arms = [arm.label for arm in study.arms]
    if levels & {"arm", "trial"}:
        if alone:
            yield Group(label="all", type="overall", arm=None)
        else:
            yield from (Group(label=arm, type="arm", arm=arm) for arm in arms)
    if "within" in levels:
        if alone:
            yield Group(label="all", type="within", arm=None)
        else:
            yield from (Group(label=arm, type="within", arm=arm) for arm in arms)
    if "between" in levels:
        yield from contrasts(study)


def contrasts(study: Study) -> Iterator[Group]:
    """Return each arm against the reference."""
    reference = study.reference_arm.label
    for arm in (arm.label for arm in study.arms):
        if arm != reference:
            yield Group(label=f"{arm} - {reference}", type="contrast", arm=arm, reference=reference)
