"""What the room gives back. Nothing here names the arm of a participant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lupustrial.study import Stamp

LabelKind = Literal["allocation", "dummy"]
LearnerKind = Literal["all columns", "few columns"]


@dataclass(frozen=True, kw_only=True)
class SinglePrediction:
    """How well one item tells the arm by itself.

    Attributes:
        item: ``form.ITEM``.
        label: Its question.
        where: The best of its columns, e.g. ``"W12"`` or ``"entries: FEVER"``.
        auc: Area of that column, turned so that it is 0.5 or more.
        p_value: Adjusted for all columns, visits and arms by the largest of each permutation (max-T).
    """

    item: str
    label: str
    where: str
    auc: float
    p_value: float


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """How well the arm is told from a set of records.

    Attributes:
        at: The visit at hand, where the role sees some forms at that visit only; of several the one with the
            largest area. None: all visits together.
        arm: With three arms or more, the arm that is told best from the rest; None with two.
        learner: Which of the two learners told most.
        columns: How many columns were looked at (at that visit).
        auc: Cross-validated area under the ROC curve.
        lower: Lower 95 % limit (DeLong on held-out scores, logit scale).
        upper: Upper limit.
        p_value: Share of permutations with as large an area, the true labelling counted in.
        null: 2.5 %, 50 % and 97.5 % quantiles of the area over the permutations.
        singles: The items that tell most by themselves, best first.
    """

    at: str | None
    arm: str | None
    learner: LearnerKind
    columns: int
    auc: float
    lower: float
    upper: float
    p_value: float
    null: tuple[float, float, float]
    singles: tuple[SinglePrediction, ...]


@dataclass(frozen=True, kw_only=True)
class RolePrediction:
    """What a role sees, and how well that tells the arm.

    Attributes:
        role: Id of the role.
        name: What is printed.
        blinded: Whether the role is blinded at all.
        shown: Items that it sees at every visit.
        at_hand: Items that it sees at the visit at hand only.
        hidden: Items that it never sees.
        hidden_items: The latter, ``form.ITEM``.
        seen: From what it sees; None where that is nothing that differs between participants.
        unhidden: From all records, as if nothing were hidden from it; None where nothing differs.
    """

    role: str
    name: str
    blinded: bool
    shown: int
    at_hand: int
    hidden: int
    hidden_items: tuple[str, ...]
    seen: Prediction | None
    unhidden: Prediction | None


@dataclass(frozen=True, kw_only=True)
class BlindingReport:
    """The whole report.

    Attributes:
        study: Id of the study.
        title: Its short title.
        digest: Of the study.
        stamp: Where the records come from.
        labels: ``"dummy"``: the arms were given by lot, and the figures mean nothing.
        participants: How many there are in each arm, not telling which arm.
        permutations: How many labellings were drawn.
        folds: Folds of the cross-validation.
        repeats: How often folds were drawn.
        seed: Key of all that was drawn.
        roles: One entry a role, in order of the study.
    """

    study: str
    title: str
    digest: str
    stamp: Stamp
    labels: LabelKind
    participants: tuple[int, ...]
    permutations: int
    folds: int
    repeats: int
    seed: int
    roles: tuple[RolePrediction, ...]
