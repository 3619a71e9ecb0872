"""Every instrument of the room by id, with the function that scores it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import polars as pl

from lupustrial.errors import Fault, InstrumentError, closest
from lupustrial.instruments import (
    _acr1997,
    _bicla,
    _bilag,
    _he2020_renal,
    _pga,
    _sledai,
    _sri,
    _sri50,
    _steroids,
)
from lupustrial.instruments._bilag_deciding import BILAG2004_DECIDING
from lupustrial.instruments._bilag_deciding import score_frame as score_deciding
from lupustrial.instruments._bilag_flare import BILAG2004_FLARE
from lupustrial.instruments._bilag_flare import score_frame as score_bilag_flare
from lupustrial.instruments._bilag_letters import score_frame as score_letters
from lupustrial.instruments._bilag_letters_inputs import BILAG2004_NUMERIC, BILAG_CLASSIC
from lupustrial.instruments._bilag_tally import BILAG2004_TALLY
from lupustrial.instruments._bilag_tally import score_frame as score_tally
from lupustrial.instruments._by_block import BlockScorer
from lupustrial.instruments._clasi import CLASI
from lupustrial.instruments._clasi import score_frame as score_clasi
from lupustrial.instruments._clasi50 import CLASI50
from lupustrial.instruments._clasi50 import score_frame as score_clasi50
from lupustrial.instruments._cross import CROSS
from lupustrial.instruments._cross import score_frame as score_cross
from lupustrial.instruments._ctcae5 import score_frame as score_ctcae5
from lupustrial.instruments._ctcae5_inputs import CTCAE5
from lupustrial.instruments._doris2017 import DORIS2017
from lupustrial.instruments._doris2017 import score_frame as score_doris2017
from lupustrial.instruments._doris2021 import DORIS2021
from lupustrial.instruments._doris2021 import score_frame as score_doris2021
from lupustrial.instruments._egfr_instrument import EGFR
from lupustrial.instruments._egfr_instrument import score_frame as score_egfr
from lupustrial.instruments._eular_acr2019 import EULAR_ACR2019
from lupustrial.instruments._eular_acr2019 import score_frame as score_eular_acr2019
from lupustrial.instruments._joints28 import JOINTS28
from lupustrial.instruments._joints28 import score_frame as score_joints28
from lupustrial.instruments._lldas import LLDAS
from lupustrial.instruments._lldas import score_frame as score_lldas
from lupustrial.instruments._ln_response import LN_RESPONSE, OF_DEFINITIONS
from lupustrial.instruments._ln_response import score_frame as score_ln_response
from lupustrial.instruments._s2k_ri50 import S2K_RI50
from lupustrial.instruments._s2k_ri50 import score_frame as score_s2k_ri50
from lupustrial.instruments._sdi import SDI
from lupustrial.instruments._sdi import score_frame as score_sdi
from lupustrial.instruments._sfi import score_frame as score_sfi
from lupustrial.instruments._sfi_inputs import SFI, SFI_MODIFIED
from lupustrial.instruments._sfi_revised import SFI_REVISED
from lupustrial.instruments._sfi_revised import score_frame as score_sfi_revised
from lupustrial.instruments._sledai_change import SLEDAI_CHANGE
from lupustrial.instruments._sledai_change import score_frame as score_sledai_change
from lupustrial.instruments._sledai_family import CLINICAL, M_SLEDAI
from lupustrial.instruments._sledai_family import score_frame as score_family
from lupustrial.instruments._sledai_labs import SLEDAI_LABS
from lupustrial.instruments._sledai_labs import score_frame as score_sledai_labs
from lupustrial.instruments._sledas import SLEDAS
from lupustrial.instruments._sledas import score_frame as score_sledas
from lupustrial.instruments._slicc2012 import SLICC2012
from lupustrial.instruments._slicc2012 import score_frame as score_slicc2012
from lupustrial.instruments._spec import Instrument
from lupustrial.instruments._steroid_course import (
    STEROID_ANY_INCREASE,
    STEROID_CUMULATIVE,
    score_cumulative,
    score_increase,
)
from lupustrial.instruments._steroid_equivalent import STEROID_EQUIVALENT
from lupustrial.instruments._steroid_equivalent import score_frame as score_equivalent
from lupustrial.instruments._steroid_taper import (
    STEROID_TAPER_40_52,
    STEROID_TAPER_TABALUMAB,
    score_40_52,
    score_tabalumab,
)

Scorer = Callable[..., pl.DataFrame]

_SCORERS: tuple[tuple[Instrument, Scorer], ...] = (
    (_sledai.SELENA, _sledai.score_frame),
    (_sledai.ORIGINAL, _sledai.score_frame),
    (_sledai.SLEDAI_2K, _sledai.score_frame),
    (CLINICAL, score_family),
    (M_SLEDAI, score_family),
    (S2K_RI50, score_s2k_ri50),
    (SLEDAI_CHANGE, score_sledai_change),
    (SLEDAI_LABS, score_sledai_labs),
    (_bilag.BILAG2004, _bilag.score_frame),
    (_pga.PGA, _pga.score_frame),
    (_sri.SRI, _sri.score_frame),
    *((one, _sri.score_frame) for one in _sri.OF_POINTS),
    (_sri.SRI_CLASSIC, _sri.score_frame),
    (_sri50.SRI50, _sri50.score_frame),
    (_bicla.BICLA, _bicla.score_frame),
    (SFI, score_sfi),
    (SFI_MODIFIED, score_sfi),
    (SFI_REVISED, score_sfi_revised),
    (BILAG2004_DECIDING, score_deciding),
    (BILAG2004_FLARE, score_bilag_flare),
    (BILAG_CLASSIC, score_letters),
    (BILAG2004_NUMERIC, score_letters),
    (BILAG2004_TALLY, score_tally),
    (LLDAS, score_lldas),
    (DORIS2021, score_doris2021),
    (DORIS2017, score_doris2017),
    (SLEDAS, score_sledas),
    (_he2020_renal.HE2020_RENAL, _he2020_renal.score_frame),
    *((one, score_ln_response) for one in (*OF_DEFINITIONS, LN_RESPONSE)),
    (EGFR, score_egfr),
    (STEROID_EQUIVALENT, score_equivalent),
    (STEROID_TAPER_TABALUMAB, score_tabalumab),
    (STEROID_TAPER_40_52, score_40_52),
    (STEROID_ANY_INCREASE, score_increase),
    (STEROID_CUMULATIVE, score_cumulative),
    (_steroids.STEROID_REDUCTION, _steroids.score_frame),
    (CLASI, score_clasi),
    (CLASI50, score_clasi50),
    (JOINTS28, score_joints28),
    (SDI, score_sdi),
    (_acr1997.ACR1997, _acr1997.score_frame),
    (SLICC2012, score_slicc2012),
    (EULAR_ACR2019, score_eular_acr2019),
    (CTCAE5, score_ctcae5),
    (CROSS, score_cross),
)

#: The instruments by id.
INSTRUMENTS: Mapping[str, Instrument] = MappingProxyType({each.id: each for each, _ in _SCORERS})

#: Instruments that are scored in blocks.
BLOCK_SCORERS: Mapping[str, BlockScorer] = MappingProxyType(
    {each.id: _sledai.BY_BLOCK for each in (_sledai.SELENA, _sledai.ORIGINAL, _sledai.SLEDAI_2K)}
    | {_bilag.BILAG2004.id: _bilag.BY_BLOCK}
)

SCORERS: Mapping[str, Scorer] = MappingProxyType({each.id: scorer for each, scorer in _SCORERS})


#: Usual short names, in small letters without anything but letters and digits.
_SHORT: Mapping[str, str] = MappingProxyType({"csledai": "clinicalsledai", "csfi": "sfi"})


def find(name: str) -> Instrument:
    """Return an instrument by id; capitals, dashes, blanks and underscores make no difference.

    Raises:
        InstrumentError: INSTR-001, there is none; ids that are near are suggested.
    """
    if name in INSTRUMENTS:
        return INSTRUMENTS[name]
    wanted = _bare(name)
    wanted = _SHORT.get(wanted, wanted)
    for one, instrument in INSTRUMENTS.items():
        if _bare(one) == wanted:
            return instrument
    near = [one for one in INSTRUMENTS if wanted and wanted in _bare(one)]
    hint = f"did you mean {' or '.join(near)}?" if near else closest(name.casefold(), list(INSTRUMENTS))
    hint = hint or f"known: {', '.join(INSTRUMENTS)}"
    raise InstrumentError(
        Fault(id="INSTR-001", message=f"{name!r} is not an instrument", place="instrument", hint=hint)
    )


def _bare(name: str) -> str:
    """Return a name in small letters without anything but letters and digits."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())
