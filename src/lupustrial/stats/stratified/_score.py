"""Stratified score intervals of Miettinen and Nurminen (docs/methods/stratified.md, eq. 20-26)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize

from lupustrial.stats._arguments import ALTERNATIVES, Floats, check_choice, refuse
from lupustrial.stats._one_proportion import normal_quantile
from lupustrial.stats._score_functions import TINY, Moments
from lupustrial.stats._t_limits import t_p_value
from lupustrial.stats.stratified._constrained import SCORES, scaled_ratio_score
from lupustrial.stats.stratified._results import StratifiedEstimate
from lupustrial.stats.stratified._strata import Counts, Strata, checked_strata

MEASURES = tuple(SCORES)
WEIGHTINGS = ("mantel-haenszel", "inverse variance of score", "inverse variance")
NEAR = 1e-12
EDGE = 1e-14
LEAST_VARIANCE = 1e-100


@dataclass(frozen=True, slots=True)
class ScoreModel:
    """The strata used and the options that turn a value of the measure into one z."""

    strata: Strata
    measure: str
    weighting: str
    corrected: bool
    skewed: bool

    @property
    def ratio(self) -> bool:
        """Whether the measure lies between 0 and infinity."""
        return self.measure != "risk difference"

    @property
    def null(self) -> float:
        """The value that means no difference."""
        return 1.0 if self.ratio else 0.0

    def scores(self, value: float) -> Moments:
        """Return score, variance and third moment of each stratum (eq. 20-22)."""
        scaled = self.measure == "risk ratio" and self.weighting != "mantel-haenszel"
        score = scaled_ratio_score if scaled else SCORES[self.measure]
        excess, variance, third = score(self.strata, value)
        if self.corrected:
            variance = variance * self.strata.total / (self.strata.total - 1)
        return excess, variance, third

    def weights(self, variance: Floats) -> Floats:
        """Return the weights of the strata (eq. 24), scaled to add up to 1."""
        weights = self.strata.mantel_haenszel
        if self.weighting != "mantel-haenszel":
            weights = 1 / np.maximum(variance, TINY)
        if self.weighting == "inverse variance" and self.corrected:
            weights = weights * self.strata.total / (self.strata.total - 1)
        return np.asarray(weights / weights.sum())

    def z(self, value: float) -> float:
        """Return the z of a value of the measure (eq. 23), with eq. 25 for skewness."""
        excess, variance, third = self.scores(value)
        weights = self.weights(variance)
        pooled = max(float((weights**2 * variance).sum()), TINY)
        z = float((weights * excess).sum()) / math.sqrt(pooled)
        if not self.skewed or pooled < LEAST_VARIANCE:
            return z
        skewness = float((weights**3 * third).sum()) / pooled**1.5 / 6
        if abs(skewness) < EDGE:
            return z
        inside = max(0.0, 1 + 4 * skewness * (z + skewness))
        return float((math.sqrt(inside) - 1) / (2 * skewness))

    def solve(self, target: float) -> float:
        """Return the value at which z falls to ``target``; ratios are searched as v / (1 + v)."""

        def distance(at: float) -> float:
            return self.z(at / (1 - at) if self.ratio else at) - target

        low, high = (EDGE, 1 - EDGE) if self.ratio else (-1.0, 1.0)
        if distance(low) <= 0:
            return 0.0 if self.ratio else low
        if distance(high) >= 0:
            return math.inf if self.ratio else high
        at = float(optimize.brentq(distance, low, high, xtol=1e-15, maxiter=400))
        if not self.ratio:
            return at
        return 0.0 if at < NEAR else math.inf if at > 1 - NEAR else at / (1 - at)


def _half_events(strata: Strata, which: Floats) -> Strata:
    """Add half a participant to each cell of the strata marked, so that their variance is not 0."""
    if not which.any():
        return strata
    listed = ", ".join(str(place + 1) for place in strata.places[which > 0])
    note = f"1/2 added to each cell of stratum {listed}, whose weight would be infinite"
    half, one = which / 2, which
    return replace(
        strata.noting(note),
        x1=strata.x1 + half,
        n1=strata.n1 + one,
        x2=strata.x2 + half,
        n2=strata.n2 + one,
    )


def _informative(strata: Strata, measure: str, weighting: str) -> Strata:
    """Leave out strata that say nothing of the measure; mend those whose weight would be infinite."""
    if measure == "odds ratio":
        strata = strata.kept(strata.varied, "all have the same outcome")
    elif measure == "risk ratio":
        strata = strata.kept(strata.events > 0, "nobody has an event")
    if not strata.places.size:
        raise refuse(
            "STAT-005", f"the {measure} is 0/0 in every stratum", "x1, x2", "report the risk difference"
        )
    if weighting == "mantel-haenszel":
        return strata
    return _half_events(strata, (~strata.varied).astype(np.float64))


def score_model(
    strata: Strata, measure: str, weighting: str, *, variance_correction: bool, skewness_correction: bool
) -> ScoreModel:
    """Check the options and return the model (STAT-005, STAT-006)."""
    check_choice("measure", measure, MEASURES)
    check_choice("weighting", weighting, WEIGHTINGS)
    if skewness_correction and measure == "odds ratio":
        hint = "use conditional_odds_ratio(mid_p=True), or leave the correction out"
        message = "the skewness correction is not offered for odds ratios"
        raise refuse("STAT-006", message, "skewness_correction", hint)
    used = _informative(strata, measure, weighting)
    return ScoreModel(used, measure, weighting, variance_correction, skewness_correction)


def _checked_null(model: ScoreModel, null_value: float | None) -> float:
    if null_value is None:
        return model.null
    if not (0 < null_value < math.inf if model.ratio else -1 < null_value < 1):
        hint = "give a ratio above 0, or a difference between -1 and 1"
        raise refuse("STAT-007", f"{null_value!r} is no {model.measure}", "null_value", hint)
    return float(null_value)


def stratified_miettinen_nurminen(
    *,
    x1: Counts,
    n1: Counts,
    x2: Counts,
    n2: Counts,
    measure: str = "risk difference",
    weighting: str = "mantel-haenszel",
    variance_correction: bool = True,
    skewness_correction: bool = False,
    null_value: float | None = None,
    alternative: str = "two-sided",
    confidence_level: float = 0.95,
) -> StratifiedEstimate:
    """Estimate a difference or ratio common to strata with the score interval of Miettinen and Nurminen.

    Test and interval are of one score (stratified.md, eq. 20-26): the interval excludes no difference exactly
    when p is below 1 - ``confidence_level``. With Mantel-Haenszel weights, differences and risk ratios give
    the `cmh` test; for odds ratios weights of ``"inverse variance"`` do.

    Args:
        x1: Events in the first group, one number a stratum.
        n1: Participants in the first group.
        x2: Events in the second group.
        n2: Participants in the second group.
        measure: ``"risk difference"``, ``"risk ratio"`` or ``"odds ratio"``, first group against second.
        weighting: ``"mantel-haenszel"``, ``"inverse variance of score"`` or ``"inverse variance"`` (the same
            without the factor N/(N-1)); the latter two change with the value tested.
        variance_correction: Multiply the variance of each stratum by N/(N-1), as Miettinen and Nurminen do.
        skewness_correction: Correct for skewness (Gart and Nam; Laud); for differences and risk ratios.
        null_value: Value tested; by default no difference. A margin gives a test of non-inferiority.
        alternative: ``"two-sided"``, ``"greater"`` (measure above ``null_value``) or ``"less"``.
        confidence_level: Nominal coverage of the two-sided interval.

    Returns:
        Estimate (where the score is 0), limits, p, and the weights at the estimate. Strata that say nothing
        are left out and noted; with weights of inverse variance, 1/2 is added to the cells of a stratum of
        events only (or of none) where its weight would be infinite, and noted.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), lists of different length or no stratum with both
            groups (STAT-003), a ratio that is 0/0 (STAT-005), unknown option, or skewness of odds ratios
            (STAT-006), level or ``null_value`` out of range (STAT-007).
    """
    check_choice("alternative", alternative, ALTERNATIVES)
    quantile = normal_quantile(confidence_level)
    strata = checked_strata(x1=x1, n1=n1, x2=x2, n2=n2)
    model = score_model(
        strata,
        measure,
        weighting,
        variance_correction=variance_correction,
        skewness_correction=skewness_correction,
    )
    null = _checked_null(model, null_value)
    lower, estimate, upper = (model.solve(target) for target in (quantile, 0.0, -quantile))
    shown = estimate if 0 < estimate < math.inf or not model.ratio else null
    return StratifiedEstimate(
        method="stratified_scas" if skewness_correction else "stratified_miettinen_nurminen",
        measure=measure,
        weighting=weighting,
        weights=model.strata.spread(model.weights(model.scores(shown)[1])),
        estimate=estimate,
        lower=lower,
        upper=upper,
        confidence_level=confidence_level,
        p_value=t_p_value(model.z(null), alternative=alternative),
        strata=model.strata.places.size,
        n=int(strata.total[np.isin(strata.places, model.strata.places)].sum()),
        note=model.strata.note,
    )
