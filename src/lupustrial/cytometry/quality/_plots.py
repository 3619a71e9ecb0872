"""Plots of quality control, as SVG text for the review pages."""

from __future__ import annotations

from typing import Any

import numpy as np

from lupustrial.cytometry._tube import Tube
from lupustrial.cytometry.quality._flow import flow_rate, slow_spells, usual_rate
from lupustrial.cytometry.quality._labelled import numbers_of
from lupustrial.cytometry.quality._labels import Evidence
from lupustrial.cytometry.quality._spill import PASSES, gravity, pairs_of
from lupustrial.cytometry.quality._svg import ACCENT, BAD, INK, QUIET, svg
from lupustrial.cytometry.quality._time import clean_time, course_of, time_column

_COLUMNS = 3
_POINTS = 4_000
_BINS = 64
_RULES = 12


def draw_time(tube: Tube) -> str | None:
    """Return signal against time: median and quartiles of each column in bins, removed bins shaded.

    None without time or with too few events for a course.
    """
    course, name = course_of(tube), time_column(tube)
    if course is None or name is None:
        return None
    seconds = tube.column(name)
    stable = clean_time(tube)
    bins = len(course.middle)
    lost = np.asarray([not stable[course.bin_of == at].any() or course.removed[at] for at in range(bins)])
    spans = [
        (float(seconds[course.bin_of == first].min()), float(seconds[course.bin_of == last].max()))
        for first, last in _runs(lost)
    ]
    rows = -(-len(course.columns) // _COLUMNS)

    def draw(axes: Any) -> None:
        for place, panel in enumerate(axes.flat):
            if place >= len(course.columns):
                panel.set_visible(False)
                continue
            values = numbers_of(tube.column(course.columns[place])[:, None])[:, 0]
            low, middle, high = (
                np.asarray([np.quantile(values[course.bin_of == at], share) for at in range(bins)])
                for share in (0.25, 0.5, 0.75)
            )
            for start, end in spans:
                panel.axvspan(start, end, color=BAD, alpha=0.18, linewidth=0)
            panel.fill_between(course.middle, low, high, color=ACCENT, alpha=0.25, linewidth=0)
            panel.plot(course.middle, middle, color=ACCENT, linewidth=1)
            panel.set_title(course.columns[place])
            panel.locator_params(axis="y", nbins=3)
            panel.margins(x=0)
        for panel in axes[-1]:
            panel.set_xlabel("time (s)")

    return svg(draw, width=7.2, height=0.5 + 1.05 * rows, rows=rows, columns=_COLUMNS, share=True)


def draw_flow(tube: Tube) -> str | None:
    """Return events per second against time, slow spells shaded; None without time."""
    name = time_column(tube)
    seconds = None if name is None else tube.column(name).astype(np.float64)
    flow = None if seconds is None else flow_rate(seconds)
    if seconds is None or flow is None:
        return None
    edges, rate = flow
    usual = usual_rate(rate)

    def draw(axes: Any) -> None:
        panel = axes[0, 0]
        for start, end in slow_spells(seconds):
            panel.axvspan(start, end, color=BAD, alpha=0.18, linewidth=0)
        panel.stairs(rate, edges, color=ACCENT)
        panel.axhline(usual, color=QUIET, linewidth=0.8, linestyle=(0, (4, 2)))
        panel.axhline(usual / 3, color=BAD, linewidth=0.8, linestyle=(0, (1, 2)))
        panel.annotate(
            "a third of the usual rate",
            (edges[0], usual / 3),
            xytext=(3, 3),
            textcoords="offset points",
            color=BAD,
            fontsize=7,
        )
        panel.set_ylim(0, None)
        panel.margins(x=0)
        panel.set_xlabel("time (s)")
        panel.set_ylabel("events/s")

    return svg(draw, width=7.2, height=1.9)


def draw_spill(tube: Tube, *, most: int = 6) -> str | None:
    """Return the pairs of stains in which bright events are pulled lowest; None where there is none."""
    pairs = sorted(pairs_of(tube), key=lambda pair: (pair.pull, pair.bright, pair.seen))[:most]
    if not pairs:
        return None
    rows = -(-len(pairs) // _COLUMNS)

    def draw(axes: Any) -> None:
        for place, panel in enumerate(axes.flat):
            if place >= len(pairs):
                panel.set_visible(False)
                continue
            pair = pairs[place]
            x, y = (_inner(tube.column(name)) for name in (pair.bright, pair.seen))
            counts, across, up = np.histogram2d(x, y, _BINS)
            panel.imshow(
                np.log1p(counts.T), origin="lower", aspect="auto", cmap="Greys", interpolation="nearest",
                extent=(across[0], across[-1], up[0], up[-1]),
            )  # fmt: skip
            panel.set_xlabel(pair.bright)
            panel.set_ylabel(pair.seen)
            panel.set_title(f"pull {pair.pull:+.1f}", color=INK if gravity(pair) == PASSES else BAD)

    return svg(draw, width=7.2, height=0.2 + 2.2 * rows, rows=rows, columns=_COLUMNS)


def draw_labels(evidence: Evidence) -> str | None:
    """Return the expectations that fit worst: range expected and share found; None where none was asked."""
    asked = [each for each in evidence.looked if each.share is not None]
    worst = sorted(asked, key=lambda each: (-each.misfit, -_room(each), str(each.expectation)))[:_RULES]
    if not worst:
        return None

    def draw(axes: Any) -> None:
        panel = axes[0, 0]
        for place, each in enumerate(worst):
            rule = each.expectation
            at = len(worst) - 1 - place
            found = 100 * (each.share or 0.0)
            panel.barh(at, 100 * (rule.high - rule.low), left=100 * rule.low, height=0.55, color="#d6e6f4")
            colour, marker = (BAD, "X") if each.misfit > 0 else (INK, "o")
            panel.plot([found], [at], marker=marker, color=colour, markersize=5, clip_on=False)
        panel.set_yticks(range(len(worst)), [_told(each.expectation) for each in reversed(worst)])
        panel.set_xlim(0, 100)
        panel.set_xlabel("share found (mark) and expected (bar), %")
        panel.tick_params(axis="y", length=0)

    return svg(draw, width=7.2, height=0.7 + 0.24 * len(worst))


def _runs(lost: Any) -> list[tuple[int, int]]:
    """Return first and last bin of every run of removed bins."""
    steps = np.flatnonzero(np.diff(np.concatenate([[False], lost, [False]])))
    return [(int(first), int(last) - 1) for first, last in zip(steps[::2], steps[1::2], strict=True)]


def _room(each: Any) -> float:
    """How near the share stands to a bound: the nearer, the more telling."""
    rule, share = each.expectation, each.share or 0.0
    ends = [abs(share - end) for end in (rule.low, rule.high) if 0 < end < 1]
    return -min(ends, default=1.0)


def _told(rule: Any) -> str:
    then, _, given = str(rule).rpartition(" ")[0].rpartition(" -> ")[::-1]
    return f"{then} of {given}" if given else f"{then} of all"


def _inner(column: Any) -> Any:
    values = numbers_of(column[:, None])[:, 0]
    step = max(1, values.size // _POINTS)
    low, high = np.quantile(values, [0.002, 0.998])
    return np.clip(values[::step], low, high)
