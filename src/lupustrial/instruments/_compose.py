"""Composites from items: a component that is not given is scored from the items of its own instrument."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments._frame import checked, in_given_order
from lupustrial.instruments._names import KEYS, with_declared_names
from lupustrial.instruments._registry import SCORERS, find
from lupustrial.instruments._settings import Scalar, resolve
from lupustrial.instruments._spec import Instrument, Part


@dataclass(frozen=True, kw_only=True)
class Composed:
    """A frame in which every component is a column, the settings left for the composite, and what scored."""

    frame: pl.DataFrame
    settings: Mapping[str, Scalar]
    scored_by: tuple[str, ...]


def composed(instrument: Instrument, frame: pl.DataFrame, settings: Mapping[str, Scalar]) -> Composed:
    """Score the parts whose items the frame has, and put their outputs in the place of the items.

    A component that its part leaves open is null; its bounds are filled, so the composite stays exact.

    Raises:
        InstrumentError: faults of all parts at once; INSTR-015 where a component comes both as itself and as
            items.
    """
    frame = instrument.prepare(frame) if instrument.prepare else frame
    own = {setting.name for setting in instrument.settings}
    left, faults, texts = dict(settings), [], []
    for part in instrument.parts:
        chosen = find(_chosen(part, instrument, settings))
        renamed = with_declared_names(frame, chosen.inputs)
        items = [each.code for each in chosen.inputs if each.code in renamed.columns]
        if not items:
            continue
        named = {setting.name for setting in chosen.settings}
        given = {**part.defaults, **{name: value for name, value in settings.items() if name in named}}
        left = {name: value for name, value in left.items() if name in own or name not in named}
        faults += [
            Fault(
                id="INSTR-015",
                message=f"stands beside items of {chosen.id}, from which it would be scored",
                place=f"column {column}",
                hint="give the component or its items",
            )
            for column in part.columns.values()
            if column in frame.columns
        ]
        try:
            resolved = resolve(chosen, given)
            keys = [key for key in renamed.columns if key in KEYS]
            rows = checked(renamed.select(*keys, *items), chosen.inputs)
            scored = SCORERS[chosen.id](rows, chosen, resolved, reasons=False)
        except InstrumentError as error:
            faults += error.faults
            continue
        found = in_given_order(scored, [*part.columns, "scored_by"])
        if found.height:
            texts.append(str(found["scored_by"][0]))
        filled = found.select(pl.col(output).alias(column) for output, column in part.columns.items())
        keep = [column for column in renamed.columns if column not in items and column not in filled.columns]
        frame = renamed.select(keep).hstack(filled)
    if faults:
        raise InstrumentError(faults)
    return Composed(frame=frame, settings=left, scored_by=tuple(texts))


def _chosen(part: Part, instrument: Instrument, settings: Mapping[str, Scalar]) -> str:
    """Return the id of the part's instrument, by the option of its setting where there is a choice."""
    if isinstance(part.instrument, str):
        return part.instrument
    own = [setting for setting in instrument.settings if setting.name == part.setting]
    option = str(settings.get(part.setting, own[0].default))
    return part.instrument.get(option, next(iter(part.instrument.values())))
