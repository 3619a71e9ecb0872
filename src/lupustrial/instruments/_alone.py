"""A visit scored from itself alone: what is certain of it whatever stood at other visits.

Somebody who sees one visit only can be shown no score that an unseen visit may have changed. SLEDAI is the
sum of the visit's own descriptors. A BILAG-2004 grade of A, B or C is made of the visit's own items, but for
the renal domain, which compares with the visit before; D and E differ by what was ever involved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from lupustrial.instruments._registry import find
from lupustrial.instruments._score import score
from lupustrial.instruments._settings import Scalar, resolve
from lupustrial.instruments._spec import DOMAINS, Instrument

#: Domains of BILAG-2004 whose grade compares with the visit before.
_COMPARED = ("renal",)
_INACTIVE = ("D", "E")


def score_alone(
    name: str, frame: pl.DataFrame, *, settings: Mapping[str, Scalar] | None = None
) -> pl.DataFrame | None:
    """Score visits, each from its own row alone.

    Args:
        name: Id of the instrument.
        frame: As for ``score``, one row.
        settings: As for ``score``.

    Returns:
        As ``score``, with null in every output that another visit could change; where such an output has
        bounds, they hold whatever stood there. None where no output of the instrument is certain.

    Raises:
        InstrumentError: As ``score``.
    """
    instrument = find(name)
    masked = _MASKS.get(instrument.id)
    chosen = resolve(instrument, settings)
    if masked is None or chosen.get("sledai_missing") == "locf_item":
        return None
    return masked(score(name, frame, settings=settings), instrument)


def _sledai(scored: pl.DataFrame, instrument: Instrument) -> pl.DataFrame:
    del instrument
    return scored


def _bilag(scored: pl.DataFrame, instrument: Instrument) -> pl.DataFrame:
    """Keep grades of A to C outside the compared domains; leave D and E open between each other."""
    kept = []
    for domain in DOMAINS:
        if domain in _COMPARED:
            continue
        grade, lower, upper = (pl.col(f"{which}_{domain}") for which in ("grade", "lower", "upper"))
        kept += [
            pl.when(~grade.is_in(_INACTIVE)).then(grade).alias(f"grade_{domain}"),
            pl.when(lower == "D").then(pl.lit("E")).otherwise(lower).alias(f"lower_{domain}"),
            pl.when(upper == "E").then(pl.lit("D")).otherwise(upper).alias(f"upper_{domain}"),
            f"completeness_{domain}",
        ]
    known = scored.with_columns(kept).with_columns(
        pl.col("reasons")
        .str.replace_all(rf"(?:^|; )(?:{'|'.join(_COMPARED)}) [^;]*", "")
        .str.strip_prefix("; ")
    )
    names = {f"{part}_{one}" for one in DOMAINS if one not in _COMPARED for part in _PARTS}
    return known.with_columns(
        pl.lit(None, dtype=dtype).alias(output)
        for output, dtype in instrument.outputs.items()
        if output not in {*names, "reasons", "scored_by"}
    )


_PARTS = ("grade", "lower", "upper", "completeness")
_MASKS: Mapping[str, Callable[[pl.DataFrame, Instrument], pl.DataFrame]] = {
    "selena_sledai": _sledai,
    "sledai_1992": _sledai,
    "sledai_2k": _sledai,
    "bilag2004": _bilag,
}
