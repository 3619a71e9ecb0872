"""An output of a score at every visit of a participant, for counts over many of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lupustrial.capture.scores._answers import answers_of
from lupustrial.capture.scores._scored import Scorer
from lupustrial.capture.scores._uses import Use
from lupustrial.capture.store import pages_of, visits_of
from lupustrial.ledger import Transaction
from lupustrial.study import Study


def outputs_of(tx: Transaction, study: Study, participant: str, use: Use, output: str) -> Mapping[str, Any]:
    """Return an output of a score by visit, of all that is held; a visit without a result is absent.

    Nothing is withheld here: whoever shows a count of these asks `scores_seen` first, for every visit.
    """
    answers = answers_of(
        study, pages_of(tx, participant), visits_of(tx, participant), allowed=lambda *_: True
    )
    result = Scorer(answers=answers).result(use)
    return {
        visit: outputs[output] for visit, outputs in result.visits.items() if outputs.get(output) is not None
    }
