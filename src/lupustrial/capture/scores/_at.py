"""The scores of a participant at a visit, as somebody may see them."""

from __future__ import annotations

from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting, is_past, sees_by_time
from lupustrial.capture.scores._answers import Allowed, Answers, Unsaved, answers_of
from lupustrial.capture.scores._build import card_of
from lupustrial.capture.scores._card import ScoreCard
from lupustrial.capture.scores._scored import Scorer
from lupustrial.capture.scores._sight import seen_uses
from lupustrial.capture.scores._uses import Pair
from lupustrial.capture.store import pages_of, visits_of
from lupustrial.ledger import Transaction
from lupustrial.study import Study, visible


def scores_at(
    trial: Trial,
    acting: Acting,
    participant: str,
    visit: str,
    *,
    given: Unsaved | None = None,
    nearest: bool | None = None,
) -> tuple[ScoreCard, ...]:
    """Return the scores at a visit that somebody may see, in the order of the study.

    Args:
        trial: The trial.
        acting: Who looks; `visit` is the visit at hand.
        participant: Of whom.
        visit: The visit, planned or unscheduled.
        given: Unsaved answers of a page of the participant; they go before what is held.
        nearest: Whether verdicts tell their nearest change; None: where nothing is unsaved.

    Returns:
        A card for each score of which an item is answered at the visit and every input is visible
        (``scores_seen``); of the others nothing.
    """
    with trial.reading() as tx:
        return scores_in(tx, trial.study, acting, participant, visit, given=given, nearest=nearest)


def scores_in(
    tx: Transaction,
    study: Study,
    acting: Acting,
    participant: str,
    visit: str,
    *,
    given: Unsaved | None = None,
    nearest: bool | None = None,
) -> tuple[ScoreCard, ...]:
    """Do what `scores_at` does inside a transaction of somebody else."""
    if sees_by_time(study, acting) and is_past(tx, study, participant, visit):
        return ()  # of an earlier visit such a role learns no score
    answers = readable(tx, study, acting, participant, at=visit, given=given)
    return cards_of(answers, acting, visit, nearest=given is None if nearest is None else nearest)


def cards_of(answers: Answers, acting: Acting, visit: str, *, nearest: bool) -> tuple[ScoreCard, ...]:
    """Return the cards of a visit from answers that may be read (`readable`)."""
    study = answers.study
    if visit not in answers.visits:
        return ()
    scorer = Scorer(answers=answers, until=answers.visits[visit].number)
    unscheduled = [name for name in answers.visits if study.is_unscheduled(name)]
    cards = (
        card_of(scorer, use, visit, sight, nearest=nearest)
        for use, sight in seen_uses(study, acting, visit=visit, at=visit, unscheduled=unscheduled)
    )
    return tuple(card for card in cards if card is not None)


def readable(
    tx: Transaction,
    study: Study,
    acting: Acting,
    participant: str,
    *,
    at: str | None,
    given: Unsaved | None = None,
) -> Answers:
    """Return the answers of a participant whose values somebody may see; `at` is the visit at hand."""
    place, values = given if given is not None else (None, {})
    return answers_of(
        study,
        pages_of(tx, participant),
        visits_of(tx, participant),
        allowed=allowed_to(study, acting, at),
        place=place,
        given=values,
    )


def allowed_to(study: Study, acting: Acting, at: str | None) -> Allowed:
    """Return which values somebody may see; `at` is the visit at hand."""
    role = acting.role.id

    def allowed(pair: Pair, visit: str) -> bool:
        return visible(study, role, *pair, visit=visit, at=at)

    return allowed
