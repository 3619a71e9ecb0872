"""Every check of one tube."""

from __future__ import annotations

import numpy as np

from lupustrial.cytometry._finding import Finding
from lupustrial.cytometry._tube import Tube
from lupustrial.cytometry.fcs import FcsFile
from lupustrial.cytometry.panel import Panel
from lupustrial.cytometry.quality._detectors import check_events, check_margin, check_saturation
from lupustrial.cytometry.quality._flow import check_flow
from lupustrial.cytometry.quality._labels import check_labels, evidence_of
from lupustrial.cytometry.quality._markers import is_stain
from lupustrial.cytometry.quality._reference import Reference, shape_of
from lupustrial.cytometry.quality._spill import check_spill
from lupustrial.cytometry.quality._stain import check_gain, check_stain
from lupustrial.cytometry.quality._time import check_time, time_column

#: Fewer events show neither labels nor stains.
_FEWEST = 100


def check_tube(
    file: FcsFile | None, tube: Tube, panel: Panel | None = None, *,
    specimen: str = "", reference: Reference | None = None,
) -> tuple[Finding, ...]:  # fmt: skip
    """Look at one tube in every way; a check that cannot be made passes and says why.

    Args:
        file: The file it was made of; None for a tube made of columns.
        tube: Compensated, in display scale.
        panel: Tells specimen and expectations.
        specimen: In place of the panel's.
        reference: Earlier good tubes of the same panel (:func:`reference_of`).
    """
    kind = specimen or (panel.specimen if panel is not None else "")
    declared = (
        () if panel is None else (*panel.expected, *(e for stain in panel.stains for e in stain.expected))
    )
    lacking = () if reference is None else tuple(n for n in reference.labels if n not in tube.names)
    known = None if lacking else reference
    enough = len(tube) >= _FEWEST
    shape = shape_of(tube, known.labels) if known is not None and enough else None
    stains = [name for name in tube.names if is_stain(name)]
    time = time_column(tube)
    findings = [
        check_events(tube),
        check_time(tube),
        check_flow(tube, time),
        check_margin(tube),
        check_saturation(tube, file),
        check_spill(tube, known, shape),
        check_gain(known, shape, lacking),
    ]
    if enough and np.isfinite(tube.values).any():
        findings.append(check_stain(tube, stains, kind, known, shape))
        findings.append(check_labels(evidence_of(tube, kind, declared, reference=known, shape=shape)))
    else:
        findings += [
            Finding(check=c, verdict="pass", message="Not looked at: too few events.")
            for c in ("QC-STAIN", "QC-LABELS")
        ]
    return tuple(findings)
