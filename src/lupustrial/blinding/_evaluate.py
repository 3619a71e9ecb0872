"""One set of records against every labelling, and several sets summed up by the best of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from lupustrial.blinding._cross_validation import HeldOut, Learner, held_out
from lupustrial.blinding._features import Features
from lupustrial.blinding._labels import Labels
from lupustrial.blinding._learners import few_learner, ridge_learner, standardised
from lupustrial.blinding._results import LearnerKind, Prediction, SinglePrediction
from lupustrial.blinding._single import Singles, single_areas

#: Ridge penalty in units of the mean variance of a participant; fixed, not chosen by the data.
PENALTY = 0.1
#: Columns of which the second learner makes do.
FEW = 5
#: Items listed with how well each tells the arm.
LISTED = 10
_TIE = 1e-9
_95 = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """A view, that is what is seen at one visit or at all, with its areas for every labelling."""

    at: str | None
    features: Features
    held: Mapping[LearnerKind, HeldOut]
    singles: Singles


def evaluate(features: Features, labels: Labels, *, at: str | None) -> Evaluation | None:
    """Return the areas of a view; None where no column differs between participants."""
    if not features.items:
        return None
    columns, targets = standardised(features.values), labels.targets
    n, width = columns.shape
    learners: dict[LearnerKind, tuple[Learner, int]] = {
        "all columns": (ridge_learner(columns, penalty=PENALTY, targets=targets), n * targets),
        "few columns": (few_learner(columns, most=FEW, targets=targets), width),
    }
    held = {
        kind: held_out(
            learner, labels.codes, labels.orders, folds=labels.folds, targets=targets, columns=size
        )
        for kind, (learner, size) in learners.items()
    }
    singles = single_areas(features.values, labels.codes, targets)
    return Evaluation(at=at, features=features, held=held, singles=singles)


def sum_up(
    evaluations: Sequence[Evaluation], labels: Labels, questions: Mapping[str, str]
) -> Prediction | None:
    """Take the view, learner and arm with the largest area; p values hold for having taken the largest.

    Args:
        evaluations: The views of a role; none: None is returned.
        labels: The labelling and its permutations.
        questions: Question of each item, ``form.ITEM``.
    """
    if not evaluations:
        return None
    tries = [(each, kind, held) for each in evaluations for kind, held in each.held.items()]
    areas = np.stack([held.auc for _, _, held in tries])  # tries x labellings x targets
    place, target = np.unravel_index(int(areas[:, 0].argmax()), areas[:, 0].shape)
    best, kind, held = tries[place]
    auc, drawn = float(areas[place, 0, target]), areas[:, 1:].max(axis=(0, 2))
    lower, upper = _limits(auc, held.placements[target], labels.codes[0] == target)
    null = np.quantile(drawn, (0.025, 0.5, 0.975))
    return Prediction(
        at=best.at,
        arm=labels.arms[int(target)] if labels.targets > 1 else None,
        learner=kind,
        columns=len(best.features.items),
        auc=auc,
        lower=lower,
        upper=upper,
        p_value=_p_value(drawn, auc),
        null=(float(null[0]), float(null[1]), float(null[2])),
        singles=_best_singles(evaluations, questions),
    )


def _p_value(drawn: NDArray[np.float64], found: float) -> float:
    """Return the share of labellings, the true one among them, that reach what was found (equation 8)."""
    return float((1 + np.count_nonzero(drawn >= found - _TIE)) / (1 + drawn.size))


def _limits(auc: float, placements: NDArray[np.float64], positive: NDArray[np.bool_]) -> tuple[float, float]:
    """95 % limits: DeLong's variance on the logit scale (9); where every pair is in order, (10)."""
    ones, others = placements[positive], placements[~positive]
    if min(auc, 1 - auc) < _TIE:
        beyond = float(0.025 ** (1 / min(ones.size, others.size)))
        return (beyond, 1.0) if auc > 1 / 2 else (0.0, 1 - beyond)
    variance = float(ones.var(ddof=1) / ones.size + others.var(ddof=1) / others.size)
    half = _95 * np.sqrt(variance) / (auc * (1 - auc))
    logit = np.log(auc / (1 - auc))
    return float(1 / (1 + np.exp(half - logit))), float(1 / (1 + np.exp(-half - logit)))


def _best_singles(
    evaluations: Sequence[Evaluation], questions: Mapping[str, str]
) -> tuple[SinglePrediction, ...]:
    """For each item its best column, over all views and arms; the best items first."""
    drawn = np.max([each.singles.largest[1:] for each in evaluations], axis=0)
    found: dict[str, tuple[float, float, str]] = {}
    for each in evaluations:
        score = np.abs(each.singles.score)
        targets = score.argmax(axis=0)
        for column, (item, where) in enumerate(zip(each.features.items, each.features.wheres, strict=True)):
            target = targets[column]
            size = round(float(score[target, column]), 9)
            if size > found.get(item, (0.0, 0.0, ""))[0]:
                at = f", seen at {each.at}" if each.at is not None and each.at not in where else ""
                found[item] = (size, float(each.singles.auc[target, column]), where + at)
    ordered = sorted(found.items(), key=lambda entry: (-entry[1][0], entry[0]))
    return tuple(
        SinglePrediction(
            item=item,
            label=questions[item],
            where=where,
            auc=max(auc, 1 - auc),
            p_value=_p_value(drawn, size),
        )
        for item, (size, auc, where) in ordered[:LISTED]
    )
