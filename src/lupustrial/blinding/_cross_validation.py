"""Held-out scores for many labellings at once, and the area under the ROC curve within folds.

Equations are those of docs/allocation/blinding.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Scores of held-out participants, learnt from all others: codes of the arms (labellings x participants),
#: members of a fold (labellings x size) -> scores (targets x labellings x size), higher for the target.
Learner = Callable[[Integers, Integers], Floats]

_BATCH = 4_000_000  # numbers in one batch
_DIGITS = 10  # scores that agree so far are tied


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """Areas of every labelling, and how often each participant of the first one was put in order.

    Attributes:
        auc: Labellings x targets: share of pairs within a fold that the scores put in order, over all folds
            and repeats; ties count half (equation 6).
        placements: Targets x participants, of the first labelling: the same share for one participant.
    """

    auc: Floats
    placements: Floats


def draw_folds(codes: Integers, rng: np.random.Generator) -> Integers:
    """Deal the participants of every labelling like cards, arm after arm (stratified folds).

    Args:
        codes: Labellings x participants, the number of the arm.
        rng: Source of chance.

    Returns:
        Labellings x participants: the participants in the order in which they are dealt; with k folds every
        k-th goes to the same fold.
    """
    return np.argsort(codes + rng.random(codes.shape), axis=1)


def held_out(
    learner: Learner, codes: Integers, orders: Sequence[Integers], *, folds: int, targets: int, columns: int
) -> HeldOut:
    """Score each participant from the others, for each labelling, repeat and fold.

    Args:
        learner: What scores the members of a fold.
        codes: Labellings x participants, the number of the arm.
        orders: Of `draw_folds`, one a repeat.
        folds: How many folds.
        targets: Arms that are told from the rest: the first so many.
        columns: Numbers that the learner holds for each labelling; they decide the size of a batch.
    """
    count, n = codes.shape
    wins, pairs = np.zeros((targets, count)), np.zeros((targets, count))
    own_wins, own_pairs = np.zeros((targets, n)), np.zeros((targets, n))
    size = -(-n // folds)
    step = max(1, _BATCH // max(size * size, columns))
    for order in orders:
        for fold in range(folds):
            members = order[:, fold::folds]
            for start in range(0, count, step):
                part = slice(start, start + step)
                score = np.round(learner(codes[part], members[part]), _DIGITS)
                won, met = _pairs(score, codes[part], members[part], targets)
                wins[:, part] += won.sum(axis=(2, 3))
                pairs[:, part] += met.sum(axis=(2, 3))
                if start == 0:
                    own_wins[:, members[0]] += won[:, 0].sum(axis=2) + won[:, 0].sum(axis=1)
                    own_pairs[:, members[0]] += met[:, 0].sum(axis=2) + met[:, 0].sum(axis=1)
    return HeldOut(auc=(wins / pairs).T, placements=own_wins / own_pairs)


def _pairs(score: Floats, codes: Integers, members: Integers, targets: int) -> tuple[Floats, Floats]:
    """Return which pairs of a fold are in order, and which there are: targets x labellings x size x size."""
    own = np.take_along_axis(codes, members, axis=1)
    positive = own == np.arange(targets)[:, None, None]
    met = (positive[:, :, :, None] & ~positive[:, :, None, :]).astype(float)
    one, other = score[:, :, :, None], score[:, :, None, :]
    return met * ((one > other) + 0.5 * (one == other)), met
