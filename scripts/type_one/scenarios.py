"""What is simulated: trials, and the analyses of the plans that they go through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

import numpy as np

from lupustrial.analysis._model_rows import ModelRows  # an analysis is fed as `analyse` feeds it
from type_one import trials

Kind = Literal["cheap", "model", "imputed"]


class Key(NamedTuple):
    """A line of the results."""

    analysis: str
    method: str
    remark: str


@dataclass(frozen=True, kw_only=True)
class Use:
    """A method of an analysis, and the weeks of which its results are counted.

    Attributes:
        analysis: Id of the analysis.
        method: Id of the method.
        weeks: The weeks.
        cut: What the analysis sees of a trial; all where None.
        reference: Strategy in place of the plan's.
        covariance: Covariance in place of the plan's and of its fallbacks.
    """

    analysis: str
    method: str
    weeks: tuple[int, ...] = (12,)
    cut: Callable[[ModelRows], ModelRows] | None = None
    reference: str | None = None
    covariance: str | None = None

    def key(self, week: int) -> Key:
        """Return the line on which the results of a week are counted."""
        settings = filter(None, (self.reference, self.covariance, f"week {week}"))
        return Key(self.analysis, self.method, ", ".join(settings))


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Trials in which the arms do not differ.

    Attributes:
        id: Name; the streams of random numbers depend on it.
        told: The trials in words.
        kind: How dear a trial is, which decides how many there are.
        make: A trial from a stream.
        uses: What is applied to it.
        batch: Trials that one process does in a row.
    """

    id: str
    told: str
    kind: Kind
    make: Callable[[np.random.Generator], ModelRows]
    uses: tuple[Use, ...]
    batch: int


_PAPER = tuple(
    Use(analysis="A-SRI4", method=name)
    for name in ("pearson", "n_minus_1", "likelihood_ratio", "fisher", "newcombe", "miettinen_nurminen")
)
_STRATIFIED = tuple(
    Use(analysis="M-SRI4-STRAT", method=name)
    for name in ("stratified_miettinen_nurminen", "cmh", "stratified_newcombe", "g_computation")
)
_RENAL = tuple(Use(analysis="M-RENAL-EXACT", method=name) for name in ("fisher", "miettinen_nurminen"))
_AT_12 = partial(trials.only, week=12)
_ONE_WEEK = tuple(
    Use(analysis="M-SLEDAI-MMRM", method=name, cut=_AT_12) for name in ("ancova", "van_elteren")
)
_MIXED = (Use(analysis="M-SLEDAI-MMRM", method="mmrm", weeks=(12, 24)),)
_FALLBACKS = tuple(
    Use(analysis="M-SLEDAI-MMRM", method="mmrm", covariance=name) for name in ("toeph", "arh1", "csh", "ar1")
)
_REFERENCES = tuple(
    Use(analysis="M-SLEDAI-REF", method="mi_ancova", cut=partial(trials.upto, week=12), reference=name)
    for name in ("J2R", "MAR")
)
_COMPOSITE = (Use(analysis="M-SRI4-MISSING", method="mi_composite"),)


def even(rate: float) -> Mapping[tuple[bool, bool], float]:
    """Return one rate for every stratum (CNI, LN)."""
    return {(cni, ln): rate for cni in (False, True) for ln in (False, True)}


UNEVEN = {(False, False): 0.50, (False, True): 0.30, (True, False): 0.20, (True, True): 0.10}

FEW = trials.Course(leave=(-4.1, -4.1))
MANY = trials.Course(leave=(-2.9, -3.8))
NORMAL = trials.Course(leave=(-99.0, -99.0), skipped=0.0, whole=False)
_FEW = "SLEDAI in whole points, about 13 % leave by week 24 in either arm"
_MANY = "SLEDAI in whole points, about 37 % leave by week 24 with IL-2 and 18 % with placebo"
_NORMAL = "SLEDAI normal, nobody leaves"

_ALL = (
    Scenario(
        id="paper 0.30",
        told="29 v 30, response 30 % (as with placebo)",
        kind="cheap",
        make=partial(trials.responses, rates=even(0.30), sizes=(29, 30)),
        uses=_PAPER,
        batch=1000,
    ),
    Scenario(
        id="paper 0.42",
        told="29 v 30, response 42 % (both arms together: 25/59)",
        kind="cheap",
        make=partial(trials.responses, rates=even(25 / 59), sizes=(29, 30)),
        uses=_PAPER,
        batch=1000,
    ),
    Scenario(
        id="strata even",
        told="30 v 30 in four strata, response 30 % in each",
        kind="cheap",
        make=partial(trials.responses, rates=even(0.30)),
        uses=_STRATIFIED,
        batch=500,
    ),
    Scenario(
        id="strata uneven",
        told="30 v 30 in four strata, response 50 % with neither, 30 % LN, 20 % CNI, 10 % both",
        kind="cheap",
        make=partial(trials.responses, rates=UNEVEN),
        uses=_STRATIFIED,
        batch=500,
    ),
    Scenario(
        id="renal",
        told="the participants with LN (about 25 of 60), complete remission 32 % (both arms together: 8/25)",
        kind="cheap",
        make=partial(trials.renal_responses, rate=8 / 25),
        uses=_RENAL,
        batch=1000,
    ),
    Scenario(
        id="one week few",
        told=_FEW,
        kind="cheap",
        make=partial(trials.sledai, course=FEW),
        uses=_ONE_WEEK,
        batch=500,
    ),
    Scenario(
        id="one week many",
        told=_MANY,
        kind="cheap",
        make=partial(trials.sledai, course=MANY),
        uses=_ONE_WEEK,
        batch=500,
    ),
    Scenario(
        id="all weeks normal",
        told=_NORMAL,
        kind="model",
        make=partial(trials.sledai, course=NORMAL),
        uses=_MIXED,
        batch=100,
    ),
    Scenario(
        id="all weeks few",
        told=_FEW,
        kind="model",
        make=partial(trials.sledai, course=FEW),
        uses=_MIXED,
        batch=100,
    ),
    Scenario(
        id="all weeks many",
        told=_MANY,
        kind="model",
        make=partial(trials.sledai, course=MANY),
        uses=_MIXED,
        batch=100,
    ),
    Scenario(
        id="fallbacks",
        told=f"had the unstructured covariance failed: {_MANY}",
        kind="model",
        make=partial(trials.sledai, course=MANY),
        uses=_FALLBACKS,
        batch=100,
    ),
    Scenario(
        id="imputed few",
        told=_FEW,
        kind="imputed",
        make=partial(trials.sledai, course=FEW),
        uses=_REFERENCES,
        batch=10,
    ),
    Scenario(
        id="imputed many",
        told=_MANY,
        kind="imputed",
        make=partial(trials.sledai, course=MANY),
        uses=_REFERENCES,
        batch=10,
    ),
    Scenario(
        id="components",
        told=f"components of SRI-4; {_MANY}; 10 % take more glucocorticoid between weeks 8 and 12",
        kind="imputed",
        make=partial(trials.components, course=MANY),
        uses=_COMPOSITE,
        batch=10,
    ),
)
SCENARIOS = {scenario.id: scenario for scenario in _ALL}
