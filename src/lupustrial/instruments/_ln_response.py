"""Renal responses of lupus nephritis: one engine over the table of definitions, three-valued.

Each definition is an instrument; ``ln_response`` takes its definition by a setting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from lupustrial.instruments._ln_frame import corner, prepared
from lupustrial.instruments._ln_inputs import checks_of, inputs_of
from lupustrial.instruments._ln_reasons import reasons_of
from lupustrial.instruments._ln_rules import is_response, response_parts
from lupustrial.instruments._ln_table import DEFINITIONS, Definition, family_of
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._spec import Instrument, Open, Part
from lupustrial.instruments._verdict import scored_by, yes_no

_TEXT = pl.String()

#: The eGFR may come as sex, age and creatinine.
_EGFR = Part(instrument="egfr", columns={"score": "egfr"})

_OPEN: Mapping[str, tuple[Open, ...]] = {
    "acr2024": (
        Open(
            rule="acr2024_stable",
            tag="X?",
            question="Does a stable kidney function of ACR 2024, partial, mean within 20 % as for complete?",
        ),
    ),
    "kdigo2024": (
        Open(
            rule="kdigo2024_wording",
            tag="S24",
            question="KDIGO 2024 was read in a secondary source: are limits and operators as printed there?",
        ),
    ),
}


def _parts_of(one: Definition | None) -> tuple[str, ...]:
    """Return the names of the conditions that are answered, of one definition or of any."""
    if one is None:
        return ("protein", "kidney", "albumin", "sediment", "treatment")
    has = {
        "protein": True,
        "kidney": bool(one.kidney or one.creatinine),
        "albumin": bool(one.albumin),
        "sediment": bool(one.sediment),
        "treatment": True,
    }
    return tuple(name for name, there in has.items() if there)


def _instrument(one: Definition | None) -> Instrument:
    """Return the instrument of a definition, or the one whose definition is a setting."""
    name = one.id if one else "ln_response"
    texts = ("responder", "state", "completeness", "reasons", "scored_by")
    family = one.family if one else "acr2024"
    return Instrument(
        id=name,
        title=one.title if one else "Renal response of lupus nephritis, by definition",
        version="1.0",
        summary=f"Renal response ({one.timing or 'no time stated'})." if one else "Renal response.",
        inputs=inputs_of(one),
        settings=settings_of(name),
        outputs=dict.fromkeys((*(f"{part}_ok" for part in _parts_of(one)), *texts), _TEXT),
        sources=(one.source,) if one else tuple(dict.fromkeys(each.source for each in DEFINITIONS.values())),
        open=_OPEN.get(family, ()),
        parts=() if one and one.creatinine else (_EGFR,),
        checks=checks_of(one),
    )


#: ``ln_response``, whose definition is a setting.
LN_RESPONSE = _instrument(None)

#: Every definition as an instrument of its own.
OF_DEFINITIONS: tuple[Instrument, ...] = tuple(_instrument(one) for one in DEFINITIONS.values())


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; at baseline and before it nothing is evaluable."""
    one = DEFINITIONS[settings.get("ln_definition", instrument.id)]
    settings = {**_NOT_ASKED, **settings}
    absent = [each for each in LN_RESPONSE.inputs if each.code not in frame.columns]
    frame = frame.with_columns(pl.lit(None, dtype=pl.Int64).alias(each.code) for each in absent)
    frame = prepared(frame, one, settings)
    visit = pl.col("_visit")
    worst = response_parts(one, corner(one, settings, best=False), settings)
    best = response_parts(one, corner(one, settings, best=True), settings)
    answered = [name.removesuffix("_ok") for name in instrument.outputs if name.endswith("_ok")]
    flags = {
        f"{name}_ok": pl.when(visit).then(yes_no(worst[name], best[name]))
        if name in worst
        else pl.lit(None, dtype=_TEXT)
        for name in answered
    }
    scored = frame.with_columns(**flags, responder=pl.when(visit).then(yes_no(*_response(one, settings))))
    return scored.with_columns(
        state=pl.when(visit).then(_state(one, settings)).otherwise(pl.lit("not evaluable")),
        completeness=pl.when(~visit)
        .then(pl.lit("not evaluable"))
        .when(pl.col("responder").is_null())
        .then(pl.lit("incomplete"))
        .otherwise(pl.lit("complete")),
        reasons=reasons_of(one, settings) if reasons else pl.lit(None, dtype=_TEXT),
        scored_by=scored_by(
            instrument, settings, digest(instrument, _own(instrument, settings)), shown=_shown(instrument)
        ),
    )


def _own(instrument: Instrument, settings: Mapping[str, str]) -> dict[str, str]:
    return {each.name: settings[each.name] for each in instrument.settings}


def _shown(instrument: Instrument) -> tuple[str, ...]:
    return ("ln_definition",) if instrument.id == "ln_response" else ()


#: What a setting is for an instrument that does not have it: nothing that it reads depends on it.
_NOT_ASKED: Mapping[str, str] = {each.name: each.default for each in LN_RESPONSE.settings}


def _response(one: Definition, settings: Mapping[str, str]) -> tuple[pl.Expr, pl.Expr]:
    """Return where the response surely holds, and where it can hold."""
    worst = is_response(one, corner(one, settings, best=False), settings)
    best = is_response(one, corner(one, settings, best=True), settings)
    if settings["ln_confirmation"] == "previous_visit":
        return worst & _held_before(worst), best & _held_before(best)
    return worst, best


def _held_before(holds: pl.Expr) -> pl.Expr:
    """Return where it held at the visit before; the baseline row is no such visit."""
    return (pl.col("_visit") & holds).shift(1).over("USUBJID").fill_null(value=False)


def _state(one: Definition, settings: Mapping[str, str]) -> pl.Expr:
    """Return complete, partial or none where the family has both, else responder or non-responder."""
    family = family_of(one)
    if family is None:
        word = pl.col("responder").replace_strict({"Y": "responder", "N": "non-responder"}, default=None)
        return word.fill_null("undecided")
    complete, can_complete = _response(family[0], settings)
    partial, can_partial = _response(replace(family[1], not_below=""), settings)
    return (
        pl.when(complete).then(pl.lit("complete"))
        .when(partial & ~can_complete).then(pl.lit("partial"))
        .when(~can_complete & ~can_partial).then(pl.lit("none"))
        .when(~can_complete).then(pl.lit("partial or none"))
        .when(partial).then(pl.lit("complete or partial"))
        .otherwise(pl.lit("undecided"))
    )  # fmt: skip
