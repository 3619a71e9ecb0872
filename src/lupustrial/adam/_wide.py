"""The frames that instruments read, built from items and from parameters that are already derived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from lupustrial.adam._items import LONG, Pair
from lupustrial.adam._simple import sex_limits
from lupustrial.adam._sources import compress
from lupustrial.adam._workshop import Workshop
from lupustrial.errors import Fault, StudyError, closest
from lupustrial.instruments import INSTRUMENTS, Input, Instrument
from lupustrial.study import InstrumentUse, component_inputs, implied_limits, is_limit, item_inputs, pair_of

#: Columns that identify a row of a frame.
KEYS = ["USUBJID", "VISITNUM"]


@dataclass(frozen=True, kw_only=True)
class Wide:
    """The frame that an instrument reads, and where its values came from.

    `rows`: USUBJID, VISITNUM, ADT, ABLFL and the inputs. `sources`: USUBJID, VISITNUM, SRCDOM, SRCVAR,
    SRCSEQ. `weeks`: weeks after baseline at which a score is planned.
    """

    rows: pl.DataFrame
    sources: pl.DataFrame
    weeks: tuple[int, ...]


def components_of(workshop: Workshop, use: InstrumentUse) -> Mapping[str, str]:
    """Return which parameter stands for which input of a responder index (``study.component_inputs``)."""
    return component_inputs(
        workshop.study, use, [one.code for one in instrument_of(use, f"use {use.id}").inputs]
    )


def wide_frame(workshop: Workshop, use: InstrumentUse, components: Mapping[str, str], *, place: str) -> Wide:
    """Return the frame that an instrument reads.

    An input comes from `components` (a parameter, or ``PARAMETER.high`` and ``PARAMETER.low`` for the
    reference limits of the item behind it), from the use's `items` (``form.ITEM``, with the same endings), or
    from the item of that code on the use's form. Inputs ``X_uln`` and ``X_lln`` that nothing names are the
    reference limits of what stands for ``X``. Items of forms that are filled in only before baseline, and
    those that are known of the participant as a whole, stand at every visit.
    """
    instrument = instrument_of(use, place)
    inputs = {one.code: one for one in instrument.inputs}
    pairs = _pairs(workshop, use, inputs, place)
    _check_names(use, inputs, components, place)
    limits = {code: pair for code, pair in pairs.items() if is_limit(pair[1])}
    limits |= _implied_limits(workshop, inputs, pairs, components, place)
    items = {code: pair for code, pair in pairs.items() if code not in limits}
    once = {code for code, pair in items.items() if _is_once(workshop, pair, place)}
    parts: list[pl.DataFrame] = []
    sources: list[pl.DataFrame] = []
    weeks: set[int] | None = None
    if set(items) - once:
        wide, origin = _item_columns(
            workshop, {code: items[code] for code in items if code not in once}, inputs, place
        )
        parts.append(wide)
        sources.append(origin)
        weeks = set(workshop.weeks_of_forms({items[code][0] for code in items if code not in once}))
    for code, name in components.items():
        if is_limit(name):
            limits[code] = _pair_of_limit(workshop, name, place)
            continue
        column, origin = _component(workshop, code, name, inputs[code], place)
        parts.append(column)
        sources.append(origin)
        own = set(workshop.weeks(name, place=place))
        weeks = own if weeks is None else weeks & own
    rows = _joined(parts)
    for code in sorted(once):
        column, origin = _constant(workshop, items[code], inputs[code], place)
        rows = rows.join(column.rename({"value": code}), on="USUBJID", how="left", maintain_order="left")
        sources.append(rows.select(KEYS).join(origin, on="USUBJID", how="inner"))
    for code, (form, name) in sorted(limits.items()):
        item, _, side = name.rpartition(".")
        table = sex_limits(workshop, workshop.items.item((form, item), place=place))
        rows = rows.join(
            table.select("USUBJID", pl.col(side).alias(code)), on="USUBJID", how="left", maintain_order="left"
        )
    order = [code for code in inputs if code in rows.columns]
    rows = _with_visit(workshop, rows, composite=bool(components)).select(*KEYS, "ADT", "ABLFL", *order)
    used = pl.concat(sources).join(rows.select(KEYS), on=KEYS, how="semi")
    chosen = tuple(
        week
        for week in workshop.weeks_of_forms({form.id for form in workshop.study.forms})
        if week in (weeks or ())
    )
    return Wide(rows=rows, sources=compress(used, KEYS), weeks=chosen)


def instrument_of(use: InstrumentUse, place: str) -> Instrument:
    """Return the instrument of a use; StudyError ADAM-008 where there is none of that name."""
    if use.instrument in INSTRUMENTS:
        return INSTRUMENTS[use.instrument]
    hint = closest(use.instrument, list(INSTRUMENTS)) or f"there are {', '.join(INSTRUMENTS)}"
    message = f"{use.instrument!r} is not an instrument"
    raise StudyError(Fault(id="ADAM-008", message=message, place=f"{place}, use {use.id}", hint=hint))


def _check_names(
    use: InstrumentUse, inputs: Mapping[str, Input], components: Mapping[str, str], place: str
) -> None:
    faults = [
        Fault(
            id="ADAM-009",
            message=f"{use.instrument} has no input {name!r}",
            place=f"{place}, use {use.id}",
            hint=closest(name, list(inputs)) or f"inputs: {', '.join(list(inputs)[:12])} …",
        )
        for name in [*use.items, *components]
        if name not in inputs
    ]
    if faults:
        raise StudyError(faults)


def _pairs(
    workshop: Workshop, use: InstrumentUse, inputs: Mapping[str, Input], place: str
) -> dict[str, Pair]:
    """Return the item that each input comes from, as (form, ITEM), where it comes from an item."""
    for name in use.items.values():
        form, item = pair_of(name)
        bare = item.removesuffix(".high").removesuffix(".low")
        workshop.items.annotation((form, bare), place=f"{place}, use {use.id}")
    return item_inputs(use, list(inputs), workshop.items.annotations)


def _implied_limits(
    workshop: Workshop,
    inputs: Mapping[str, Input],
    pairs: Mapping[str, Pair],
    components: Mapping[str, str],
    place: str,
) -> dict[str, Pair]:
    """Return the reference limits that inputs ``X_uln`` and ``X_lln`` mean, where nothing else names them."""
    implied = implied_limits(list(inputs), pairs, components)
    return {
        code: _pair_of_limit(workshop, limit, place) if isinstance(limit, str) else limit
        for code, limit in implied.items()
    }


def _pair_of_limit(workshop: Workshop, name: str, place: str) -> Pair:
    parameter_id, _, side = name.rpartition(".")
    source = workshop.parameter(parameter_id, place=place)
    if source.derive.kind != "item":
        message = f"{parameter_id} is not an item, so it has no reference limits"
        raise StudyError(
            Fault(id="ADAM-007", message=message, place=place, hint="name a parameter of kind item")
        )
    return (source.derive.form or "", f"{source.derive.item}.{side}")


def _is_once(workshop: Workshop, pair: Pair, place: str) -> bool:
    """Return whether an item is known once a participant: from a form before baseline, or no finding."""
    annotation = workshop.items.annotation(pair, place=place)
    first = workshop.study.baseline_visit.number
    numbers = [workshop.study.visit(visit).number for visit in annotation.form.visits]
    return annotation.kind != "finding" or all(number < first for number in numbers)


def _cast(column: pl.Expr, number: pl.Expr, one: Input) -> pl.Expr:
    return number if one.kind in ("ord", "num") else column.cast(pl.String)


def _item_columns(
    workshop: Workshop, items: Mapping[str, Pair], inputs: Mapping[str, Input], place: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the items that are recorded by visit as columns, and their source rows."""
    codes: dict[str, list[str]] = {}
    for code, (form, item) in items.items():
        codes.setdefault(f"{form}.{item}", []).append(code)
    rows = workshop.items.findings(items.values(), place=place)
    visits = rows.select("USUBJID", "VISITNUM").unique().sort(KEYS).with_row_index("k")
    rows = rows.join(visits, on=KEYS, how="left", maintain_order="left")
    wide = visits
    for kind in ("number", "value"):
        names = [
            name
            for name, own in codes.items()
            if (inputs[own[0]].kind in ("ord", "num")) == (kind == "number")
        ]
        if not names:
            continue
        pivoted = rows.filter(pl.col("name").is_in(names)).pivot(
            on="name", index="k", values=kind, aggregate_function="last"
        )
        wide = wide.join(pivoted, on="k", how="left", maintain_order="left")
    empty = [name for name in codes if name not in wide.columns]  # no value in any record
    wide = wide.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in empty)
    columns = [
        _cast(pl.col(name), pl.col(name).cast(pl.Float64), inputs[code]).alias(code)
        for name, own in codes.items()
        for code in own
    ]
    sources = rows.select(pl.col("USUBJID").cast(pl.String), "VISITNUM", "SRCDOM", "SRCVAR", "SEQ")
    return wide.select(pl.col("USUBJID").cast(pl.String), "VISITNUM", *columns), sources


def _component(
    workshop: Workshop, code: str, name: str, one: Input, place: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return a parameter as a column: its baseline at the baseline visit, and its values after that."""
    parameter = workshop.parameter(name, place=place)
    first = float(workshop.study.baseline_visit.number)
    is_base = pl.col("ABLFL") == "Y"
    rows = workshop.observed(name, place=place).filter(
        is_base.fill_null(value=False) | (pl.col("VISITNUM") > first)
    )
    at = pl.when(is_base).then(pl.lit(first)).otherwise("VISITNUM").alias("VISITNUM")
    value = pl.col("AVAL") if one.kind in ("ord", "num") else pl.col("AVALC")
    base = rows.filter(is_base).select("USUBJID", base="ASEQ")
    own = rows.select("USUBJID", at, SEQ="ASEQ")
    both = [own, own.join(base, on="USUBJID", how="inner").select("USUBJID", "VISITNUM", SEQ="base")]
    sources = pl.concat(both).select(
        "USUBJID", "VISITNUM", SRCDOM=pl.lit(parameter.dataset), SRCVAR=pl.lit("AVAL"), SEQ="SEQ"
    )
    return rows.select("USUBJID", at, value.alias(code)), sources


def _constant(workshop: Workshop, pair: Pair, one: Input, place: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the last value of an item that is known once a participant, with its source row."""
    rows = workshop.items.values(pair, place=place)
    last = (
        rows.sort("USUBJID", "VISITNUM", "SEQ", nulls_last=False)
        .group_by("USUBJID", maintain_order=True)
        .last()
    )
    value = _cast(pl.col("value"), pl.col("number"), one).alias("value")
    return last.select("USUBJID", value), last.select("USUBJID", "SRCDOM", "SRCVAR", "SEQ")


def _joined(parts: list[pl.DataFrame]) -> pl.DataFrame:
    if not parts:
        return pl.DataFrame(schema={name: LONG[name] for name in KEYS})
    keys = pl.concat([part.select(KEYS) for part in parts]).unique().sort(KEYS)
    for part in parts:
        keys = keys.join(part, on=KEYS, how="left", maintain_order="left")
    return keys


def _with_visit(workshop: Workshop, rows: pl.DataFrame, *, composite: bool) -> pl.DataFrame:
    """Add the date of each visit and flag the row that is baseline; a composite begins at baseline."""
    first = float(workshop.study.baseline_visit.number)
    visits = workshop.tables["SV"].select(
        pl.col("USUBJID").cast(pl.String),
        "VISITNUM",
        ADT=pl.col("SVSTDTC").cast(pl.String).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False),
    )
    dosed = workshop.subjects.select("USUBJID", "TRTSDT")
    rows = rows.join(visits, on=KEYS, how="left", maintain_order="left").join(
        dosed, on="USUBJID", how="left", maintain_order="left"
    )
    if composite:
        rows = rows.filter(pl.col("VISITNUM") >= first)
    before = (pl.col("ADT") <= pl.col("TRTSDT")).fill_null(pl.col("VISITNUM") <= first)
    preferred = (
        pl.when(before & (pl.col("VISITNUM") == first))
        .then(pl.lit(float("inf")))
        .when(before)
        .then("VISITNUM")
    )
    chosen = preferred.is_not_null() & (preferred == preferred.max().over("USUBJID"))
    return rows.with_columns(ABLFL=pl.when(chosen).then(pl.lit("Y")))
