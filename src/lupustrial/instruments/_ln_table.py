"""The definitions of renal response, read from their table; a cell ``=name`` is what a setting says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from lupustrial.instruments._tables import read_table, scale
from lupustrial.instruments._units import exact_factor

#: Decimals to which proteins, creatinine and albumin are compared, and those of eGFR.
DECIMALS, EGFR_DECIMALS = 4, 6

#: Proteins of every kind are compared as whole numbers of a millionth of a mg/mmol, so that a limit written
#: in g/g and one written in mg/mmol are both met exactly. A gram in 24 h is held as a gram a gram.
_PER_MG_MMOL = 10**6
PER_G_G = int(exact_factor("upcr", "g/g", "mg/mmol") * _PER_MG_MMOL)
_PER_UNIT: Mapping[str, int] = {"g/g": PER_G_G, "g/24 h": PER_G_G, "mg/mmol": _PER_MG_MMOL}


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One definition of renal response; blank fields are conditions that it does not have.

    Attributes:
        id: Id of its instrument.
        title: What it is called.
        family: Definitions of one source, one complete and one partial; blank where it stands alone.
        tier: ``complete``, ``partial`` or ``primary``.
        measure: ``upcr`` or ``protein24``, in which its limit is written.
        operator: ``<`` or ``<=`` before the limit.
        limit: Highest protein.
        unit: Unit of the limit.
        high_baseline: Baseline protein above which `high_limit` stands in place of `limit`.
        high_limit: See `high_baseline`.
        fall_percent: By how much protein must have fallen from baseline.
        not_below: Lowest protein: below it the response is complete.
        kidney: ``limit_or_fall``, ``fall`` or ``near_normal``.
        egfr_limit: Lowest eGFR.
        egfr_fall: By how many percent eGFR may lie below its reference (or, near normal, below the limit).
        reference: ``preflare`` or ``baseline``.
        confirmable: Whether the source speaks of a confirmed fall of eGFR.
        creatinine: ``normal``, or ``normal_or_risen`` by at most `creatinine_rise` percent.
        creatinine_rise: See `creatinine`.
        albumin: Lowest albumin, g/L.
        sediment: ``inactive`` where it must be.
        steroid: ``from_week_24`` or ``weeks_44_52``.
        failure_stated: Whether the source names treatment failure or rescue.
        timing: When it is judged.
        source: Where it was read.
        trust: Trust tag.
    """

    id: str
    title: str
    family: str
    tier: str
    measure: str
    operator: str
    limit: str
    unit: str
    high_baseline: str
    high_limit: str
    fall_percent: str
    not_below: str
    kidney: str
    egfr_limit: str
    egfr_fall: str
    reference: str
    confirmable: str
    creatinine: str
    creatinine_rise: str
    albumin: str
    sediment: str
    steroid: str
    failure_stated: str
    timing: str
    source: str
    trust: str

    def protein(self, field: str, settings: Mapping[str, str]) -> int:
        """Return a protein limit in millionths of a mg/mmol."""
        return int(Decimal(self.value(field, settings)) * _PER_UNIT[self.unit])

    def egfr(self, settings: Mapping[str, str]) -> int:
        """Return the lowest eGFR in units of its last decimal."""
        return scale(self.value("egfr_limit", settings), EGFR_DECIMALS)

    def percent(self, field: str, settings: Mapping[str, str]) -> int:
        """Return a whole percentage."""
        return int(self.value(field, settings))

    def value(self, field: str, settings: Mapping[str, str]) -> str:
        """Return a field as text; ``=name`` is what the setting of that name says."""
        text = str(getattr(self, field))
        return settings[text.removeprefix("=")] if text.startswith("=") else text


#: The definitions by id, in table order.
DEFINITIONS: Mapping[str, Definition] = {row["id"]: Definition(**row) for row in read_table("ln_responses")}


def family_of(one: Definition) -> tuple[Definition, Definition] | None:
    """Return the complete and the partial definition of the family; None where it stands alone."""
    tiers = {each.tier: each for each in DEFINITIONS.values() if one.family and each.family == one.family}
    return (tiers["complete"], tiers["partial"]) if tiers else None
