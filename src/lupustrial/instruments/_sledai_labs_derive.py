"""Proposals for the descriptors of one SLEDAI instrument, under the settings of that instrument."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments._frame import checked, in_given_order, in_order
from lupustrial.instruments._registry import find
from lupustrial.instruments._settings import Scalar, resolve
from lupustrial.instruments._sledai_labs import read_results
from lupustrial.instruments._sledai_labs_frame import with_proposals
from lupustrial.instruments._sledai_labs_inputs import INPUTS, PROPOSED
from lupustrial.instruments._sledai_labs_reasons import with_reasons
from lupustrial.instruments._sledai_labs_rules import LabRules, lab_rules

_VERSIONS = {"selena_sledai": "selena", "sledai_1992": "1992", "sledai_2k": "sledai2k"}


def derive_sledai_labs(
    frame: pl.DataFrame, *, instrument: str = "selena_sledai", settings: Mapping[str, Scalar] | None = None
) -> pl.DataFrame:
    """Propose the descriptors that laboratory values decide.

    Args:
        frame: One row a participant and visit, keys as for ``score``; any of the columns ``urine_rbc`` and
            ``urine_wbc`` (/hpf), or ``urine_rbc_ul`` and ``urine_wbc_ul`` (/uL) with the laboratory's factor
            ``hpf_per_ul``; ``casts`` (Y/N); ``protein24`` (g/24 h), ``upcr`` (g/g) or ``upcr_mgmmol``;
            ``c3`` ``c4`` ``ch50`` with ``…_lln``; ``dsdna`` with ``dsdna_uln``, ``farr`` (percent),
            ``dsdna_positive`` (Y/N); ``temperature`` (C) or ``temperature_f``; ``platelets``,
            ``leukocytes`` (10^9/L); ``joints``. A result may be text: ``>50``, ``<0.5``, ``5-10``.
            ``not_due_to_lupus_<ITEM>`` and ``excluded_<column>`` (Y: not due to lupus); ``<column>_date``
            where a result is dated (then ADT is needed): dated outside the window of
            ``sledai_window_days`` ending on the visit, it counts as not done.
        instrument: ``selena_sledai``, ``sledai_1992`` or ``sledai_2k``.
        settings: Settings of that instrument.

    Returns:
        The keys, a column for each of ARTH CAST HAEM PROT PYUR COMP DNA FEVR PLT WBC with ``Y`` (proposed),
        ``N``, ``adjudicate`` (there is a result that the rule cannot judge: ask) or null (not done), and
        ``reasons``.

    Raises:
        InstrumentError: As ``score``; INSTR-011 where dated results come without ADT.
    """
    rules = rules_of(instrument, settings)
    rows = with_proposals(in_order(checked(read_results(frame), INPUTS)), rules)
    return proposals(with_reasons(rows, rules))


def rules_of(instrument: str, settings: Mapping[str, Scalar] | None) -> LabRules:
    """Return the rules of a SLEDAI instrument; INSTR-001 where it is not one of the three versions."""
    chosen = find(instrument)
    if chosen.id not in _VERSIONS:
        raise InstrumentError(
            Fault(
                id="INSTR-001",
                message=f"{instrument!r} has no laboratory descriptors",
                place="instrument",
                hint=f"known: {', '.join(_VERSIONS)}",
            )
        )
    return lab_rules(_VERSIONS[chosen.id], resolve(chosen, settings))


def proposals(rows: pl.DataFrame) -> pl.DataFrame:
    """Return keys, proposals by descriptor, and reasons, in the order of the caller."""
    found = rows.rename({f"{item}_proposed": item for item in PROPOSED})
    return in_given_order(found, [*PROPOSED, "reasons"])
