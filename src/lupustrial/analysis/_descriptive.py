"""Methods that describe one group: numbers by mean, median and quartiles, binary outcomes by counts."""

from __future__ import annotations

import math
from collections.abc import Sequence

from lupustrial import stats
from lupustrial.analysis._ard import Result
from lupustrial.analysis._events import Values
from lupustrial.analysis._method import Method, Settings

_NOBODY = "no participant has a value"


def binary_count(values: Values) -> tuple[int, int]:
    """Return how many of the values are 1, and how many there are; other values than 0 and 1 are refused."""
    if not bool(((values == 0) | (values == 1)).all()):
        raise ValueError("a binary parameter has values other than 0 and 1")
    return int(values.sum()), len(values)


def _summary(samples: Sequence[Values], settings: Settings) -> list[Result]:
    summary = stats.summarise(samples[0], definition=settings.quantile)
    if summary.n == 0:
        return [
            Result(stat="n", value=0.0),
            *(Result(stat=name, error=_NOBODY) for name in SUMMARY.stats[1:]),
        ]
    numbers: dict[str, float | None] = {
        "n": float(summary.n),
        "mean": summary.mean,
        "sd": summary.sd,
        "se": None if summary.sd is None else summary.sd / math.sqrt(summary.n),
        "mean_lower": None,
        "mean_upper": None,
        "median": summary.median,
        "q1": summary.q1,
        "q3": summary.q3,
        "min": summary.minimum,
        "max": summary.maximum,
    }
    if summary.sd is not None and summary.sd > 0:
        interval = stats.one_sample_t(samples[0], confidence_level=settings.confidence)
        numbers |= {"mean_lower": interval.lower, "mean_upper": interval.upper}
    elif summary.sd is not None:
        numbers |= {"mean_lower": summary.mean, "mean_upper": summary.mean}
    return [
        Result(stat=name, value=value, error="needs two values" if value is None else None)
        for name, value in numbers.items()
    ]


def _count(samples: Sequence[Values], settings: Settings) -> list[Result]:
    events, size = binary_count(samples[0])
    counted = [Result(stat="n", value=float(events)), Result(stat="N", value=float(size))]
    if size == 0:
        return [*counted, *(Result(stat=name, error=_NOBODY) for name in COUNT.stats[2:])]
    interval = stats.wilson(x=events, n=size, confidence_level=settings.confidence)
    return [
        *counted,
        Result(stat="percent", value=100.0 * events / size),
        Result(stat="lower", value=100.0 * interval.lower),
        Result(stat="upper", value=100.0 * interval.upper),
    ]


SUMMARY = Method(
    id="summary",
    label="Summary",
    level="arm",
    suits="number",
    stats=("n", "mean", "sd", "se", "mean_lower", "mean_upper", "median", "q1", "q3", "min", "max"),
    definition=(
        "Number of participants with a value, mean, standard deviation (divisor n - 1), standard error of "
        "the mean and its confidence interval by Student's t, median, quartiles as the plan names them "
        "(hf6: position (n + 1)p, as in SPSS; hf7: position 1 + (n - 1)p), smallest and largest value."
    ),
    source="Hyndman and Fan, Am Stat 1996;50:361-365",
    compute=_summary,
)

COUNT = Method(
    id="count",
    label="Count and percentage",
    level="arm",
    suits="binary",
    stats=("n", "N", "percent", "lower", "upper"),
    definition=(
        "Number with the outcome, number with a value, percentage, and Wilson's score confidence interval "
        "without continuity correction."
    ),
    source="Wilson, J Am Stat Assoc 1927;22:209-212",
    compute=_count,
)
