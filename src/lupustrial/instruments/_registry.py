"""Every instrument of the room by id, with the function that scores it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import polars as pl

from lupustrial.errors import Fault, InstrumentError, closest
from lupustrial.instruments import _acr1997, _bilag, _he2020_renal, _pga, _sledai, _sri, _steroids
from lupustrial.instruments._spec import Instrument

Scorer = Callable[..., pl.DataFrame]

_SCORERS: tuple[tuple[Instrument, Scorer], ...] = (
    (_sledai.SELENA, _sledai.score_frame),
    (_sledai.ORIGINAL, _sledai.score_frame),
    (_sledai.SLEDAI_2K, _sledai.score_frame),
    (_bilag.BILAG2004, _bilag.score_frame),
    (_pga.PGA, _pga.score_frame),
    (_sri.SRI, _sri.score_frame),
    *((one, _sri.score_frame) for one in _sri.OF_POINTS),
    (_he2020_renal.HE2020_RENAL, _he2020_renal.score_frame),
    (_steroids.STEROID_REDUCTION, _steroids.score_frame),
    (_acr1997.ACR1997, _acr1997.score_frame),
)

#: The instruments by id.
INSTRUMENTS: Mapping[str, Instrument] = MappingProxyType({each.id: each for each, _ in _SCORERS})

SCORERS: Mapping[str, Scorer] = MappingProxyType({each.id: scorer for each, scorer in _SCORERS})


def find(name: str) -> Instrument:
    """Return an instrument by id; InstrumentError INSTR-001 where there is none."""
    if name not in INSTRUMENTS:
        hint = closest(name, list(INSTRUMENTS)) or f"known: {', '.join(INSTRUMENTS)}"
        raise InstrumentError(
            Fault(id="INSTR-001", message=f"{name!r} is not an instrument", place="instrument", hint=hint)
        )
    return INSTRUMENTS[name]
