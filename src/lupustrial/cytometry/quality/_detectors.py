"""Are there enough events, and do they lie within the range of the detectors?"""

from __future__ import annotations

import numpy as np

from lupustrial.cytometry._finding import Finding, Verdict
from lupustrial.cytometry._tube import Tube, Values
from lupustrial.cytometry.fcs import Channel, FcsFile
from lupustrial.cytometry.quality._markers import is_scatter, is_stain

_EVENTS_FAIL, _EVENTS_WARN = 1_000, 10_000
#: Share of events at the end of the range of any detector, and of one stain.
_MARGIN_WARN, _MARGIN_FAIL = 0.10, 0.30
_TOP_WARN, _TOP_FAIL = 0.01, 0.05
#: Fewer equal values at the top are no pile.
_PILE = 5
#: Part of the range that counts as its end.
_NEARLY = 0.999


def check_events(tube: Tube) -> Finding:
    """QC-EVENTS: below 1,000 events no percentage of a subset means anything; 10,000 are the plan's least."""
    count = len(tube)
    verdict: Verdict = "fail" if count < _EVENTS_FAIL else "warn" if count < _EVENTS_WARN else "pass"
    few = {"fail": "fewer than 1,000", "warn": "fewer than 10,000", "pass": "enough"}[verdict]
    return Finding(
        check="QC-EVENTS", verdict=verdict, message=f"{count:,} events, {few}.", numbers={"events": count}
    )


def at_top(values: Values) -> float:
    """Return the share of events piled up at the largest value of a column; 0 where there is no pile."""
    numbers = values[np.isfinite(values)]
    if not numbers.size:
        return 0.0
    piled = int(np.count_nonzero(values == numbers.max()))
    return piled / values.size if piled >= _PILE else 0.0


def check_margin(tube: Tube) -> Finding:
    """QC-MARGIN: share of events at the end of the range of any detector, scatter included."""
    if tube.off_scale.size == len(tube) > 0:
        share = float(tube.off_scale.mean())
    else:
        columns = [name for name in tube.names if is_scatter(name) or is_stain(name)]
        piles = np.zeros(len(tube), dtype=np.bool_)
        for name in columns:
            values = tube.column(name)
            if at_top(values):
                piles |= values == values[np.isfinite(values)].max()
        share = float(piles.mean()) if len(tube) else 0.0
    verdict: Verdict = "fail" if share >= _MARGIN_FAIL else "warn" if share >= _MARGIN_WARN else "pass"
    return Finding(
        check="QC-MARGIN",
        verdict=verdict,
        message=f"{100 * share:.1f} % of events stand at the end of the range of a detector.",
        numbers={"share": round(share, 4)},
    )


def check_saturation(tube: Tube, file: FcsFile | None = None) -> Finding:
    """QC-SATURATION: share of events at the top of a stain's detector.

    Of the file where it is given, before compensation smears the pile; else of equal values at the top of
    the tube's columns.
    """
    if file is not None and len(file):
        shares = {
            each.marker or each.name: _at_range(file, each)
            for each in file.channels
            if not each.is_scatter and is_stain(each.name)
        }
    else:
        shares = {name: at_top(tube.column(name)) for name in tube.names if is_stain(name)}
    if not shares:
        return Finding(check="QC-SATURATION", verdict="pass", message="Not looked at: no stains.")
    worst = max(shares, key=lambda name: (shares[name], name))
    share = shares[worst]
    verdict: Verdict = "fail" if share >= _TOP_FAIL else "warn" if share >= _TOP_WARN else "pass"
    return Finding(
        check="QC-SATURATION",
        verdict=verdict,
        message=f"{worst} has most events at the top of its detector: {100 * share:.1f} %.",
        columns=tuple(name for name, each in shares.items() if each >= _TOP_WARN),
        numbers={"share": round(share, 4)},
    )


def _at_range(file: FcsFile, channel: Channel) -> float:
    values = file.events[:, channel.number - 1]
    return float(np.mean(values >= _NEARLY * channel.range / channel.gain))
