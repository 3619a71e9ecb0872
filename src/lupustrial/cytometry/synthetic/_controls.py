"""Control tubes: fluorescence minus one, and a stimulated tube with its unstimulated one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry.synthetic._file import make_file
from lupustrial.cytometry.synthetic._fractions import shares_of


def make_fmo(path: Path, *, panel: str, seed: int, marker: str, **tube: Any) -> NDArray[np.str_]:
    """Write the tube of a panel without one stain; arguments as for `make_file`.

    Raises:
        CytometryError: CYTO-064 the panel does not stain that marker; else as for `make_file`.
    """
    return make_file(path, panel=panel, seed=seed, without=(marker,), **tube)


def make_pair(
    folder: Path,
    *,
    seed: int,
    responders: float,
    background: float = 0.0002,
    fractions: Mapping[str, float] | None = None,
    **tube: Any,
) -> tuple[Path, Path]:
    """Write `unstimulated.fcs` and `stimulated.fcs` of the functional panel, of one donor.

    Args:
        folder: Where to.
        seed: Of the pair.
        responders: Share (0 to 1) of the CD8 T cells that answer the stimulus with interferon gamma.
        background: Share that makes it without a stimulus, in both tubes.
        fractions: As for `make_events`.
        tube: Further arguments of `make_file`: events, donor, gain, …

    Returns:
        The paths of the unstimulated and the stimulated tube.
    """
    shares = shares_of(fractions)
    cd8 = sum(share for name, share in shares.items() if name.startswith("cd8_"))
    unstimulated, stimulated = folder / "unstimulated.fcs", folder / "stimulated.fcs"
    for path, extra, number in ((unstimulated, 0.0, 0), (stimulated, responders, 1)):
        asked = {**(fractions or {}), "cd8": cd8, "cd8_responder": cd8 * (background + extra)}
        make_file(
            path,
            panel="functional",
            seed=2 * seed + number,
            fractions=asked,
            stimulated=path == stimulated,
            **tube,
        )
    return unstimulated, stimulated
