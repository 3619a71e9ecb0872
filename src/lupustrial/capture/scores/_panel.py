"""The panel of scores beside a page and on a visit."""

from __future__ import annotations

from collections.abc import Mapping

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from lupustrial.capture.access import CaptureRequest
from lupustrial.capture.scores._answers import Answered
from lupustrial.capture.scores._at import scores_at
from lupustrial.capture.scores._card import ScoreCard
from lupustrial.capture.scores._inputs import inputs_of
from lupustrial.capture.scores._uses import uses_of
from lupustrial.capture.store import Place
from lupustrial.study import Study


def score_panel(
    request: CaptureRequest, place: Place, given: Mapping[str, Answered] | None = None
) -> SafeString:
    """Return the scores at the visit of a page that the role may see, those of the form first.

    Args:
        request: A request that the gate let through.
        place: The page at hand.
        given: Its unsaved answers; None where it is as it was saved.

    Returns:
        HTML for an ``aside``; headings from the second level on. Nearest changes, which take longest, are
        left to the page of the visit.
    """
    unsaved = None if given is None else (place, given)
    cards = scores_at(
        request.trial, request.acting, place.participant, place.visit, given=unsaved, nearest=False
    )
    return panel(request, cards, request.trial.study, form=place.form, heading=True)


def panel(
    request: CaptureRequest,
    cards: tuple[ScoreCard, ...],
    study: Study,
    *,
    form: str = "",
    heading: bool = False,
) -> SafeString:
    """Return cards as they stand on a page; with `form` its own first, the others folded."""
    context = {**sorted_cards(cards, study, form), "heading": heading}
    return render_to_string("scores/panel.html", context, request=request)


def sorted_cards(cards: tuple[ScoreCard, ...], study: Study, form: str) -> dict[str, list[ScoreCard]]:
    """Return the cards that a form goes into (all, without a form) as `first`, and the `others`."""
    uses = uses_of(study)
    first = [
        card
        for card in cards
        if not form or any(pair[0] == form for pair in inputs_of(study, uses[card.use]))
    ]
    return {"first": first, "others": [card for card in cards if card not in first]}
