"""Computed scores are as visible as their inputs (docs/decisions/0015): decided here, for every door."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from lupustrial.capture.access import Acting
from lupustrial.capture.scores._inputs import inputs_of
from lupustrial.capture.scores._uses import Pair, Use, uses_of
from lupustrial.study import Study, visible

#: What of a score is seen: ``"all"`` of it; what the ``"visit"`` itself decides, whatever stood at others;
#: ``"none"``.
ScoreSight = Literal["all", "visit", "none"]


def scores_seen(
    study: Study,
    acting: Acting,
    use: str,
    *,
    visit: str,
    at: str | None,
    unscheduled: Collection[str] = (),
) -> ScoreSight:
    """Return what somebody sees of a score at a visit; for pages, exports, listings, plots and the interface.

    It follows from the study and the role alone, not from what was recorded: that a card is missing says
    nothing about the participant.

    Args:
        study: The study.
        acting: Who looks.
        use: Id of the score (``uses_of``).
        visit: The visit of the score.
        at: The visit at hand; None in an export, a listing or a plot.
        unscheduled: Unscheduled visits of the participant; all of them count as earlier ones.

    Returns:
        ``"all"`` where every item that goes into the score is visible at every visit at which it may have
        been recorded, up to `visit` (of a log at all visits). ``"visit"`` where the score has no history by
        its design and the items of `visit` and those known once a participant are visible; then only
        ``lupustrial.instruments.score_alone`` may be shown. Else ``"none"``.
    """
    known = uses_of(study).get(use)
    if known is None:
        return "none"
    return role_sees(study, acting.role.id, known, visit=visit, at=at, unscheduled=unscheduled)


def role_sees(
    study: Study, role: str, use: Use, *, visit: str, at: str | None, unscheduled: Collection[str]
) -> ScoreSight:
    """Do what `scores_seen` does for a role and a use at hand."""
    if not study.role(role).clinical:
        return "none"

    def sees(pair: Pair, when: str) -> bool:
        return visible(study, role, *pair, visit=when, at=at)

    visits = _visits(study, visit, unscheduled)
    if all(sees(pair, when) for pair in inputs_of(study, use) for when in _planned(study, pair, visits)):
        return "all"
    if use.components or use.log or use.limits:
        return "none"
    own = [*((pair, visit) for pair in use.items.values())]
    own += [(pair, when) for pair in use.once.values() for when in _planned(study, pair, visits)]
    return "visit" if all(sees(*each) for each in own) else "none"


def _visits(study: Study, visit: str, unscheduled: Collection[str]) -> list[str]:
    """Return the visits up to a visit; after an unscheduled one, whose place is not planned, all."""
    planned = {one.id: one.number for one in study.visits}
    last = planned.get(visit, max(planned.values()))
    return [*(name for name, number in planned.items() if number <= last), *unscheduled, visit]


def _planned(study: Study, pair: Pair, visits: Collection[str]) -> list[str]:
    """Return those of the visits at which an item may have been recorded; of a log, every visit."""
    form = study.form(pair[0])
    if form.log:
        return [*form.visits, *(visit for visit in visits if study.is_unscheduled(visit))]
    planned = {one.id for one in study.visits}
    return [visit for visit in visits if visit in form.visits or visit not in planned]


def seen_uses(
    study: Study, acting: Acting, *, visit: str, at: str | None, unscheduled: Collection[str] = ()
) -> list[tuple[Use, ScoreSight]]:
    """Return the scores of which somebody sees something at a visit, in the order of the study."""
    found: list[tuple[Use, ScoreSight]] = []
    for use in uses_of(study).values():
        sight = scores_seen(study, acting, use.id, visit=visit, at=at, unscheduled=unscheduled)
        if sight != "none":
            found.append((use, sight))
    return found
