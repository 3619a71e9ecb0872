"""Does the sample flow evenly, or did it clog, stand still or run dry?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry._finding import Finding, Verdict
from lupustrial.cytometry._tube import Tube

Numbers = NDArray[np.float64]

#: Events that a spell holds at the usual rate: its Poisson error is a fifth.
_PER_SPELL = 40
_FEWEST_SPELLS, _MOST_SPELLS = 20, 200
#: A spell is slow below this share of the usual rate, a surge above this multiple.
_SLOW, _SURGE = 1 / 3, 3.0
#: Share of the time in slow spells or surges.
_WARN, _FAIL = 0.02, 0.08


def flow_rate(seconds: Numbers) -> tuple[Numbers, Numbers] | None:
    """Return the edges (s) of equal spells of time and the events per second in each; None if too few."""
    spells = min(seconds.size // _PER_SPELL, _MOST_SPELLS)
    if spells < _FEWEST_SPELLS or not seconds.max() > seconds.min():
        return None
    counts, edges = np.histogram(seconds, spells)
    return edges, counts / np.diff(edges)


def slow_spells(seconds: Numbers) -> tuple[tuple[float, float], ...]:
    """Return start and end of every spell in which fewer than a third of the usual events passed."""
    flow = flow_rate(seconds)
    if flow is None:
        return ()
    edges, rate = flow
    slow = np.flatnonzero(rate < _SLOW * usual_rate(rate))
    return tuple((float(edges[at]), float(np.nextafter(edges[at + 1], np.inf))) for at in slow)


def check_flow(tube: Tube, time: str | None) -> Finding:
    """QC-FLOW: share of the time in which the flow is below a third or above three times the usual rate.

    The usual rate is the median over the spells in which events pass at all.
    """
    flow = None if time is None else flow_rate(tube.column(time).astype(np.float64))
    if flow is None:
        why = "no time channel" if time is None else "too few events for a flow rate"
        return Finding(check="QC-FLOW", verdict="pass", message=f"Not looked at: {why}.")
    _, rate = flow
    usual = usual_rate(rate)
    slow = float(np.mean(rate < _SLOW * usual))
    surge = float(np.mean(rate > _SURGE * usual))
    verdict: Verdict = "pass"
    if slow + surge >= _WARN:
        verdict = "warn"
    if slow + surge >= _FAIL:
        verdict = "fail"
    return Finding(
        check="QC-FLOW",
        verdict=verdict,
        message=f"The flow is below a third of its usual {usual:.0f} events/s for {100 * slow:.1f} % of the "
        f"time and above three times for {100 * surge:.1f} %.",
        numbers={"rate": round(usual, 2), "slow": round(slow, 4), "surge": round(surge, 4)},
    )


def usual_rate(rate: Numbers) -> float:
    """Return the median rate over the spells in which events pass at all."""
    return float(np.median(rate[rate > 0]))
