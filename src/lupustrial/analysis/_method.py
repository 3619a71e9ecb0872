"""What a statistical method is to the analysis: a name, a definition in words and a function."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lupustrial.analysis._ard import Result
from lupustrial.analysis._events import Values
from lupustrial.analysis._model_rows import ModelRows
from lupustrial.errors import StatisticsError
from lupustrial.study import Model


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Choices of the analysis plan that methods need."""

    confidence: float = 0.95
    alpha: float = 0.05
    quantile: Literal["hf6", "hf7"] = "hf6"


@dataclass(frozen=True, kw_only=True)
class Method:
    """A method that an analysis plan may name.

    Attributes:
        id: Name in ``analysis.yaml`` and in the ARD column METHOD.
        label: Name in prose.
        level: What it is applied to: one ``arm``; a comparison ``between`` an arm and the reference; the
            change ``within`` an arm since baseline; a ``model`` of an arm and the reference over all weeks of
            the analysis, with its strata; the whole ``trial`` (ADSL).
        suits: Type of parameter that it is defined for.
        stats: The statistics that it gives, in order.
        definition: What is computed, in words that a statistician can check.
        source: Where the formula is from.
        compute: The function. It takes one or two arrays without missing values: an arm's values; an arm's
            and the reference's; baseline and later values of the same participants. None for the level
            ``trial``, which is counted from ADSL, and for ``model``.
        fit: The function of a ``model`` of all weeks: from the rows of an arm and the reference to results by
            week.
        each_week: The function of a ``model`` of one week, told by its place; instead of `fit`.
        joint: Whether the result rests on more than the counts or summaries that a publication prints for
            the groups, e.g. on ranks or on pairs. Of synthetic records such a result follows how values were
            drawn, so it is marked "not published" even where the summaries are printed.
        imputes: Whether who has no value takes part too, his or her values being imputed.
    """

    id: str
    label: str
    level: Literal["arm", "between", "within", "model", "trial"]
    suits: Literal["number", "binary", "any"]
    stats: tuple[str, ...]
    definition: str
    source: str
    compute: Callable[[Sequence[Values], Settings], Sequence[Result]] | None = None
    fit: Callable[[ModelRows, Model, Settings], Mapping[int, Sequence[Result]]] | None = None
    each_week: Callable[[ModelRows, int, Settings], Sequence[Result]] | None = None
    joint: bool = False
    imputes: bool = False


def attempt(method: Method, samples: Sequence[Values], settings: Settings) -> list[Result]:
    """Apply a method; where it is not defined for these data, return its statistics with the reason."""
    if method.compute is None:
        return failed(method, f"{method.id} is counted from ADSL and not from a parameter")
    try:
        results = list(method.compute(samples, settings))
    except _NOT_DEFINED as error:
        return failed(method, _reason(error))
    return [_finite(result) for result in results]


def attempt_model(
    method: Method, rows: ModelRows, model: Model, settings: Settings
) -> dict[int, list[Result]]:
    """Fit a model; where it is not defined for these data, return its statistics with the reason."""
    try:
        if method.fit is not None:
            results = method.fit(rows, model, settings)
        else:
            results = {week: _of_week(method, rows, place, settings) for place, week in enumerate(rows.weeks)}
    except _NOT_DEFINED as error:
        return {week: failed(method, _reason(error)) for week in rows.weeks}
    return {week: [_finite(result) for result in of_week] for week, of_week in results.items()}


def _of_week(method: Method, rows: ModelRows, place: int, settings: Settings) -> Sequence[Result]:
    """Apply a method to one week; where it is not defined there, other weeks stand all the same."""
    if method.each_week is None:
        return failed(method, f"{method.id} is no model")
    try:
        return method.each_week(rows, place, settings)
    except StatisticsError as error:
        return failed(method, _reason(error))


_NOT_DEFINED = (StatisticsError, ArithmeticError, ValueError)


def _reason(error: Exception) -> str:
    if isinstance(error, StatisticsError):
        return " ".join(fault.message for fault in error.faults)
    return str(error)


def failed(method: Method, reason: str) -> list[Result]:
    """Return every statistic of a method as not computed, with the reason."""
    return [Result(stat=stat, error=reason) for stat in method.stats]


def _finite(result: Result) -> Result:
    if result.value is None or math.isfinite(result.value):
        return result
    return Result(stat=result.stat, text=result.text, error=result.error or "not defined for these data")
