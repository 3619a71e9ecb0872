"""What good tubes of each panel look like, from the reference and control files of the folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from lupustrial.cytometry._tube import Tube
from lupustrial.cytometry.fcs import read_fcs
from lupustrial.cytometry.panel import Panel
from lupustrial.cytometry.prepare import prepare
from lupustrial.cytometry.quality import Reference, reference_of
from lupustrial.cytometry.run._find import FoundFile
from lupustrial.cytometry.run._samples import Sample
from lupustrial.errors import CytometryError

_GOOD = ("reference", "control")
#: Events of a tube that its summary looks at.
_EVENTS = 20_000


def references(
    files: Sequence[FoundFile], samples: Mapping[str, Sample], panels: Mapping[str, Panel]
) -> dict[str, Reference]:
    """Return the summary of the reference and control tubes of each panel, by its id.

    Args:
        files: The files of the folder.
        samples: What each is, by hash.
        panels: The panel of each, by hash.

    A panel without such a tube has none; a file that cannot be used is passed over here and told by its job.
    """
    tubes: dict[str, list[Tube]] = {}
    for file in sorted(files, key=lambda one: one.sha256):
        if samples[file.sha256].role in _GOOD:
            panel = panels[file.sha256]
            try:
                tube = prepare(read_fcs(file.path, **panel.reading.model_dump()), panel)
            except CytometryError:
                continue
            if len(tube):
                tubes.setdefault(panel.id, []).append(_thin(tube))
    return {panel: reference_of(found) for panel, found in sorted(tubes.items())}


def _thin(tube: Tube) -> Tube:
    """Return the events that the summary looks at, so that only one tube is whole in memory."""
    step = max(1, -(-len(tube) // _EVENTS))
    empty = np.empty((0, 0), dtype=np.float32)
    return replace(tube, values=np.array(tube.values[::step]), linear=empty, off_scale=tube.off_scale[::step])
