"""What tells that the values of a file are compensated or unmixed already: names, keywords, the values."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry.fcs import FcsFile, Spill
from lupustrial.cytometry.panel._channels import COMPENSATED

#: Detectors of spectral instruments, raw: ``V1-A``, ``UV7-A``, ``YG3-A``.
_RAW_SPECTRAL = re.compile(r"^(UV|V|B|YG|R|G|Y)[0-9]{1,2}-[AHW]$")
_SPECTRAL = ("spectroflo", "aurora", "northern lights", "id7000")
_MARKED_KEYWORDS = ("GUID", "FIL", "COM", "FJ_FCS_VERSION")
#: Spill that is looked for, the brightest share of events, the fewest events, the fewest pairs.
_LEAST_SPILL, _BRIGHT, _FEWEST_EVENTS, FEWEST_PAIRS = 0.05, 0.98, 1_000, 3
#: Pairs that are looked at, the strongest first; a panel of 40 dyes has about 200.
_MOST_PAIRS = 400
#: Events that are looked at, every n-th of a larger file.
_MOST_EVENTS = 50_000
#: Bright spill must stand this many times above the width of the other detector's dim quarter.
_ABOVE_NOISE = 3.0
#: Share of the stated spill below which values are compensated, above which they are raw. Of five shared raw
#: files, each as it is and compensated, the first showed 0.90 to 1.24, the second -0.10 to 0.13.
_LEAST_SHARE, RAW_SHARE = 0.25, 0.5


def signs_of_compensation(file: FcsFile) -> tuple[str, ...]:
    """Return what in names and keywords tells that values are compensated already; one sentence each."""
    signs = []
    marked = [each.name for each in file.channels if COMPENSATED.match(each.name)]
    if marked:
        signs.append(f"channels are called {', '.join(marked[:2])}" + (" and so on" if marked[2:] else ""))
    if any("unmixed" in file.keywords.get(key, "").casefold() for key in _MARKED_KEYWORDS):
        signs.append("a keyword says that the file is unmixed")
    maker = f"{file.keywords.get('CREATOR', '')} {file.keywords.get('CYT', '')}".casefold()
    if any(word in maker for word in _SPECTRAL) and not any(
        _RAW_SPECTRAL.match(c.name) for c in file.channels
    ):
        signs.append("a spectral cytometer wrote it, without its raw detectors: values are unmixed")
    return tuple(signs)


def spill_shown(file: FcsFile, spill: Spill) -> tuple[float, int]:
    """Return how much of the stated spill the values show, and over how many pairs of channels.

    For a dye i that spills the share s into detector j, every event has at least s of its light of i in j.
    Of the 2 % of events that are brightest in i, the tenth percentile of ``x_j / (s x_i)`` is about 1 where
    values are raw, about 0 where the spill was subtracted. Counted are pairs with s of 0.05 or more whose
    spill stands clear of the width of detector j (of its dimmest quarter). The median over pairs is returned,
    1 where fewer than three pairs or 1,000 events can be judged.
    """
    usable = np.flatnonzero(~file.off_scale)
    if usable.size < _FEWEST_EVENTS:
        return 1.0, 0
    usable = usable[:: 1 + usable.size // _MOST_EVENTS]
    values = {name: file.values(name)[usable].astype(np.float64) for name in spill.channels}
    widths = {name: float(np.quantile(each, 0.25) - np.quantile(each, 0.05)) for name, each in values.items()}
    bright = {name: each >= np.quantile(each, _BRIGHT) for name, each in values.items()}
    shares = []
    for dye, detector, share in _strongest(spill):
        light: NDArray[np.float64] = share * values[dye][bright[dye]]
        if np.median(light) > _ABOVE_NOISE * widths[detector] and light.min() > 0:
            shares.append(float(np.quantile(values[detector][bright[dye]] / light, 0.1)))
    if len(shares) < FEWEST_PAIRS:
        return 1.0, len(shares)
    return float(np.median(shares)), len(shares)


def _strongest(spill: Spill) -> Iterator[tuple[str, str, float]]:
    """Yield dye, detector and share of the strongest spill, in falling order."""
    off = spill.matrix - np.diag(np.diag(spill.matrix))
    for entry in np.argsort(-off, axis=None, kind="stable")[:_MOST_PAIRS]:
        row, column = divmod(int(entry), len(off))
        if off[row, column] < _LEAST_SPILL:
            return
        yield spill.channels[row], spill.channels[column], float(off[row, column])


def signs_in_values(file: FcsFile, spill: Spill) -> tuple[str, ...]:
    """Return one sentence where the values show less than a quarter of the stated spill."""
    share, pairs = spill_shown(file, spill)
    if share >= _LEAST_SHARE:
        return ()
    return (f"over {pairs} pairs of channels the values show {share:.0%} of the spill of {spill.source}",)
