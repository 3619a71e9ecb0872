"""From light to numbers: spillover, autofluorescence, photons, electronic noise, gain, range."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry.synthetic._panel import SCATTER, SyntheticPanel
from lupustrial.cytometry.synthetic._random import stream
from lupustrial.errors import CytometryError, Fault, closest

#: Top of the range of every detector, as on a FACSAria II.
RANGE = 262144
#: Standard deviation (log10) of autofluorescence between cells: of the whole cell, and of one detector.
_GLOW, _GLOW_OWN = 0.13, 0.06
#: Relative standard deviation of a laser's and its delay's effect on one event in one detector.
_OPTICS = 0.02


def detect(
    panel: SyntheticPanel, light: NDArray[np.float64], glow: NDArray[np.float64], *, seed: int
) -> NDArray[np.float64]:
    """Return (events, detectors) what the detectors measure at gain 1.

    The signal of detector d is the sum over the dyes f of ``light_f * spill_fd``, plus autofluorescence.
    Its variance is ``photons_d * signal + noise_d ** 2``: photoelectrons are counted (Poisson, taken as
    normal), and the electronics add a constant noise, so that compensated negatives spread around zero.
    """
    random = stream(seed, "detectors")
    common = _GLOW * random.standard_normal(glow.size)
    signal = light @ panel.spill
    for column, stain in enumerate(panel.stains):
        own = common + _GLOW_OWN * random.standard_normal(glow.size)
        signal[:, column] += stain.glow * glow * 10.0**own
        signal[:, column] *= 1 + _OPTICS * random.standard_normal(glow.size)
        spread = np.sqrt(stain.photons * np.maximum(signal[:, column], 0) + stain.noise**2)
        signal[:, column] += spread * random.standard_normal(glow.size)
    return np.asarray(signal)


def written_spill(panel: SyntheticPanel, gain: Mapping[str, float], *, seed: int) -> NDArray[np.float64]:
    """Return the spillover matrix as a laboratory would measure it at this gain, with a small error.

    With gains g, dye f spills ``spill_fd * g_d / g_f`` into detector d. Each entry off the diagonal has a
    relative error of 2 % (standard deviation), as single stained controls of some thousand events give.
    """
    gains = np.asarray([gain.get(name, 1.0) for name in panel.detectors])
    matrix = panel.spill * gains[None, :] / gains[:, None]
    matrix *= 1 + 0.02 * stream(seed, "spill").standard_normal(matrix.shape)
    np.fill_diagonal(matrix, 1.0)
    return np.asarray(matrix)


def gains_of(panel: SyntheticPanel, gain: float | Mapping[str, float]) -> dict[str, float]:
    """Return the gain of every scatter and fluorescence channel; a number is that of every fluorescence one.

    Raises:
        CytometryError: CYTO-064 a gain is named for a channel that the panel has not.
    """
    if not isinstance(gain, Mapping):
        return dict.fromkeys(panel.detectors, float(gain))
    known = (*SCATTER, *panel.detectors)
    faults = [
        Fault(
            id="CYTO-064",
            message=f"there is no channel {name!r}",
            place=f"panel {panel.id}",
            hint=closest(name, known) or f"the panel has {', '.join(known)}",
        )
        for name in gain
        if name not in known
    ]
    if faults:
        raise CytometryError(faults)
    return {name: float(value) for name, value in gain.items()}


def batch_gain(panel: SyntheticPanel, batch: int, *, spread: float = 0.3) -> dict[str, float]:
    """Return a batch's gains: each fluorescence channel uniform in 1 ± spread, scatter in 1 ± spread / 6."""
    random = stream(batch, "batch gain")
    gains = {name: 1 + spread * float(random.uniform(-1, 1)) for name in panel.detectors}
    forward, side = (1 + spread / 6 * float(random.uniform(-1, 1)) for _ in range(2))
    return {**gains, "FSC-A": forward, "FSC-H": forward, "SSC-A": side}
