"""Does the signal stay the same from the first event to the last?

Events are laid in bins of equal count, in order of time. In each bin the mean rank of a column is compared
with that of the whole tube: with ranks from 0 to 1 it is the chance that an event of the bin lies above an
event of the tube (0.5 where nothing changes), whatever the scale; its error is 1/sqrt(12 n). The same is
done for the brightest quarter alone, since a laser that fades moves the bright events first.
The idea of bins and of removing those that stand out is that of flowAI (Monaco 2016) and PeacoQC
(Emmaneel 2022); the measure and the code are our own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry._finding import Finding, Verdict
from lupustrial.cytometry._tube import Tube
from lupustrial.cytometry.quality._flow import slow_spells
from lupustrial.cytometry.quality._markers import is_scatter, is_stain, is_time

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]

_PER_BIN = 250
_FEWEST_BINS, _MOST_BINS = 8, 200
#: A bin stands out when its mean rank is so far from 0.5 and so many standard errors away.
_EFFECT, _ERRORS = 0.12, 6.0
#: Change of the mean rank from the first to the last third of the tube.
_DRIFT_WARN, _DRIFT_FAIL = 0.06, 0.12
#: Share of events in bins that stand out.
_LOST_WARN, _LOST_FAIL = 0.05, 0.25
_BRIGHT = 0.75


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """The course of a tube.

    Attributes:
        columns: What was looked at.
        bin_of: (events,) the bin of each event; bins are numbered in order of time.
        middle: (bins,) median time of the bin, in seconds.
        ranks: (bins, columns) mean rank.
        bright: (bins, columns) mean rank within the brightest quarter.
        removed: (bins,) whether the bin stands out.
    """

    columns: tuple[str, ...]
    bin_of: NDArray[np.intp]
    middle: Numbers
    ranks: Numbers
    bright: Numbers
    removed: Mask


def time_column(tube: Tube) -> str | None:
    """Return the time column of a tube that holds more than one time; None where there is none."""
    name = next((name for name in tube.names if is_time(name)), None)
    if name is None or len(tube) == 0:
        return None
    seconds = tube.column(name)
    return name if np.isfinite(seconds).all() and seconds.max() > seconds.min() else None


def course_of(tube: Tube) -> Course | None:
    """Return the course of a tube; None without time or with too few events for eight bins."""
    name = time_column(tube)
    bins = min(len(tube) // _PER_BIN, _MOST_BINS)
    if name is None or bins < _FEWEST_BINS:
        return None
    seconds = tube.column(name).astype(np.float64)
    order = np.argsort(seconds, kind="stable")
    bin_of = np.empty(len(tube), dtype=np.intp)
    bin_of[order] = np.arange(len(tube)) * bins // len(tube)
    columns = tuple(each for each in tube.names if is_stain(each) or is_scatter(each))
    ranks = np.empty((bins, len(columns)))
    bright = np.empty_like(ranks)
    stands_out = np.zeros(bins, dtype=np.bool_)
    for at, column in enumerate(columns):
        rank = _ranks(tube.column(column))
        for into, kept in ((ranks, np.ones(len(tube), dtype=np.bool_)), (bright, rank >= _BRIGHT)):
            lowest = 0.0 if into is ranks else _BRIGHT
            scaled = (rank[kept] - lowest) / (1 - lowest)
            count = np.bincount(bin_of[kept], minlength=bins)
            mean = np.bincount(bin_of[kept], weights=scaled, minlength=bins) / np.maximum(count, 1)
            into[:, at] = np.where(count > 0, mean, 0.5)
            away = np.abs(into[:, at] - np.median(into[:, at]))
            stands_out |= (away > _EFFECT) & (away * np.sqrt(12 * count) > _ERRORS)
    middle = np.asarray([np.median(seconds[bin_of == each]) for each in range(bins)])
    return Course(
        columns=columns, bin_of=bin_of, middle=middle, ranks=ranks, bright=bright, removed=stands_out
    )


def clean_time(tube: Tube) -> Mask:
    """Return for each event whether it was acquired while signal and flow were stable.

    Events of bins that stand out, and of spells in which the flow stood nearly still, are left out. A tube
    without time, or with fewer than 2,000 events, keeps all.
    """
    stable = np.ones(len(tube), dtype=np.bool_)
    course = course_of(tube)
    if course is not None:
        stable &= ~course.removed[course.bin_of]
    name = time_column(tube)
    if name is not None:
        seconds = tube.column(name).astype(np.float64)
        for start, end in slow_spells(seconds):
            stable &= ~((seconds >= start) & (seconds < end))
    return stable


def check_time(tube: Tube) -> Finding:
    """QC-TIME: drift from the first to the last third, and the share of events in bins that stand out."""
    if time_column(tube) is None:
        return Finding(check="QC-TIME", verdict="pass", message="Not looked at: no time channel.")
    course = course_of(tube)
    if course is None:
        return Finding(check="QC-TIME", verdict="pass", message="Not looked at: too few events for a course.")
    third = len(course.middle) // 3
    drift = np.maximum(
        *(np.abs(m[-third:].mean(axis=0) - m[:third].mean(axis=0)) for m in (course.ranks, course.bright))
    )
    worst = int(drift.argmax())
    lost = float(course.removed[course.bin_of].mean())
    verdict: Verdict = "pass"
    if drift[worst] >= _DRIFT_WARN or lost >= _LOST_WARN:
        verdict = "warn"
    if drift[worst] >= _DRIFT_FAIL or lost >= _LOST_FAIL:
        verdict = "fail"
    moved = tuple(column for column, each in zip(course.columns, drift, strict=True) if each >= _DRIFT_WARN)
    return Finding(
        check="QC-TIME",
        verdict=verdict,
        message=f"{course.columns[worst]} moves most: mean rank {drift[worst]:.2f} from first to last "
        f"third of the tube; {100 * lost:.1f} % of events lie in bins that stand out.",
        columns=moved,
        numbers={"drift": round(float(drift[worst]), 4), "removed": round(lost, 4)},
    )


def _ranks(values: NDArray[np.float32]) -> Numbers:
    """Return ranks from 0 to 1, ties in the middle; a value that is no number stands in the middle."""
    seen = np.isfinite(values)
    _, inverse, counts = np.unique(values[seen], return_inverse=True, return_counts=True)
    below = np.cumsum(counts) - counts
    ranks = np.full(values.size, 0.5)
    ranks[seen] = ((below + counts / 2) / max(counts.sum(), 1))[inverse]
    return ranks
