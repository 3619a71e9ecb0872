"""Scores of one participant at every visit, computed once for the same values.

The frames are those that ADaM builds (docs/adam.md): the same baseline, the same values once a participant,
the same components. ``tests/independent/capture/scores`` compares the two.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from lupustrial.capture.scores._answers import Answers, Value
from lupustrial.capture.scores._inputs import annotated
from lupustrial.capture.scores._uses import Component, Limit, Use, uses_of
from lupustrial.errors import InstrumentError
from lupustrial.instruments import INSTRUMENTS, Explanation, explain, score, score_alone
from lupustrial.study import Scalar, limits_for

#: One row of a frame: visit, whether it is baseline, and the inputs in the order of the columns.
Row = tuple[float, dt.date | None, bool, tuple[Value | None, ...]]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The frame that an instrument reads, as plain values, so that the same one is scored once."""

    instrument: str
    settings: tuple[tuple[str, Scalar], ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    visits: tuple[str, ...]

    def polars(self) -> pl.DataFrame:
        """Return it as ``lupustrial.instruments.score`` takes it."""
        kinds = {one.code: one.kind for one in INSTRUMENTS[self.instrument].inputs}
        columns: dict[str, Sequence[Any]] = {
            "USUBJID": ["participant"] * len(self.rows),
            "VISITNUM": [row[0] for row in self.rows],
            "ADT": [row[1] for row in self.rows],
            "ABLFL": ["Y" if row[2] else None for row in self.rows],
        }
        schema: dict[str, pl.DataType] = {
            "USUBJID": pl.String(), "VISITNUM": pl.Float64(), "ADT": pl.Date(), "ABLFL": pl.String()
        }  # fmt: skip
        for place, code in enumerate(self.columns):
            number = kinds[code] in ("ord", "num")
            values = [row[3][place] for row in self.rows]
            columns[code] = [_number(value) if number else value for value in values]
            schema[code] = pl.Float64() if number else pl.String()
        return pl.DataFrame(columns, schema=schema, strict=False)


def _number(value: Value | None) -> float | None:
    try:
        return None if value is None else float(value)
    except ValueError:
        return None


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a frame scored: by visit the outputs; or why it could not be scored."""

    visits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Value | None]] = field(default_factory=dict)
    baseline: str = ""
    fault: str = ""


@functools.lru_cache(maxsize=2048)
def _result(frame: Frame, *, alone: bool = False) -> Result:
    """Score a frame; `alone`, its one row from itself."""
    values = {
        visit: dict(zip(frame.columns, row[3], strict=True))
        for visit, row in zip(frame.visits, frame.rows, strict=True)
    }
    baseline = next((visit for visit, row in zip(frame.visits, frame.rows, strict=True) if row[2]), "")
    try:
        scored = (score_alone if alone else score)(
            frame.instrument, frame.polars(), settings=dict(frame.settings)
        )
    except InstrumentError as error:
        told = "; ".join(
            dict.fromkeys(f"{_item(one.place)}{one.message} ({one.hint})" for one in error.faults)
        )
        return Result(values=values, baseline=baseline, fault=told)
    if scored is None:
        return Result(values=values, baseline=baseline)
    rows = scored.to_dicts()
    return Result(visits=dict(zip(frame.visits, rows, strict=True)), values=values, baseline=baseline)


def _item(place: str) -> str:
    """Return ``CREAT: `` of the place of a fault; never the participant."""
    found = [part.removeprefix("item ") for part in place.split(", ") if part.startswith("item ")]
    return f"{found[0]}: " if found else ""


@functools.lru_cache(maxsize=512)
def _explained(frame: Frame, visit: str) -> Explanation | None:
    number = dict(zip(frame.visits, (row[0] for row in frame.rows), strict=True))[visit]
    try:
        return explain(frame.instrument, frame.polars(), visit=number, settings=dict(frame.settings))
    except InstrumentError:
        return None


@dataclass(kw_only=True)
class Scorer:
    """Scores the uses of a study for one participant, each once.

    Attributes:
        answers: What may be read.
        until: Number of the last visit that is looked at; None for all.
    """

    answers: Answers
    until: float | None = None
    _results: dict[str, Result] = field(default_factory=dict)
    _frames: dict[str, Frame] = field(default_factory=dict)

    def result(self, use: Use) -> Result:
        """Return the score of a use at every visit that has a row."""
        if use.id not in self._results:
            frame = self.frame(use)
            self._results[use.id] = _result(frame) if frame.rows else Result()
        return self._results[use.id]

    def alone(self, use: Use, visit: str) -> Result:
        """Return what a visit by itself tells of a score."""
        frame = self.frame(use)
        kept = [place for place, name in enumerate(frame.visits) if name == visit]
        if not kept:
            return Result()
        one = Frame(
            instrument=frame.instrument,
            settings=frame.settings,
            columns=frame.columns,
            rows=tuple(frame.rows[place] for place in kept),
            visits=(visit,),
        )
        return _result(one, alone=True)

    def explained(self, use: Use, visit: str) -> Explanation | None:
        """Return why a verdict is what it is, and the nearest change; None where that is not told."""
        frame = self.frame(use)
        if use.instrument.explains is None or visit not in frame.visits:
            return None
        return _explained(frame, visit)

    def frame(self, use: Use) -> Frame:
        """Return the frame that the instrument of a use reads."""
        if use.id not in self._frames:
            self._frames[use.id] = self._composite(use) if use.components else self._plain(use)
        return self._frames[use.id]

    def _within(self, visit: str) -> bool:
        return self.until is None or self.answers.visits[visit].number <= self.until

    def _plain(self, use: Use) -> Frame:
        """Return a row for each visit at which an item of the use has a value; a log makes one a date."""
        order = sorted(self.answers.visits.values(), key=lambda visit: visit.number)
        doses = self._doses(use)
        rows: dict[str, dict[str, Value | None]] = {}
        for visit in order:
            if not self._within(visit.id):
                continue
            own = {code: self.answers.at(pair, visit.id) for code, pair in use.items.items()}
            if visit.id in doses:
                own["dose"] = doses[visit.id]
            if any(value is not None for value in own.values()) or visit.id in doses:
                rows[visit.id] = own
        return self._framed(use, rows)

    def _composite(self, use: Use) -> Frame:
        """Return a row from baseline on; baseline holds what each component was at its own baseline."""
        first = self.answers.study.baseline_visit
        rows: dict[str, dict[str, Value | None]] = {}
        for code, component in use.components.items():
            for visit, value in self._component(component).items():
                number = self.answers.visits[visit].number
                if number >= first.number and self._within(visit):
                    rows.setdefault(visit, {})[code] = value
        for visit, own in rows.items():
            for code, pair in use.items.items():
                own[code] = self.answers.at(pair, visit)
        return self._framed(use, rows)

    def _component(self, component: Component) -> dict[str, Value | None]:
        """Return a component by visit: its baseline at the baseline visit, and its values after that."""
        first = self.answers.study.baseline_visit
        if component.pair is not None:
            found: dict[str, Value | None] = {
                visit: self.answers.at(component.pair, visit)
                for visit in self.answers.visits
                if self._within(visit)
            }
            found = {visit: value for visit, value in found.items() if value is not None}
            baseline = self._baseline(found)
        else:
            use = uses_of(self.answers.study).get(component.use)
            if use is None or use.components:  # a composite of composites is not scored
                return {}
            result = self.result(use)
            baseline = result.baseline
            source = result.values if component.output == "dose" else result.visits
            found = {visit: outputs.get(component.output) for visit, outputs in source.items()}
        later = {
            visit: value for visit, value in found.items() if self.answers.visits[visit].number > first.number
        }
        return ({first.id: found[baseline]} if baseline else {}) | later

    def _framed(self, use: Use, rows: Mapping[str, dict[str, Value | None]]) -> Frame:
        constant: dict[str, Value | None] = {code: self.answers.last(pair) for code, pair in use.once.items()}
        constant |= {code: self._limit(limit) for code, limit in use.limits.items()}
        names = [one.code for one in use.instrument.inputs]
        mapped = {*use.items, *use.components, *constant, *(["dose"] if use.log else [])}
        columns = tuple(name for name in names if name in mapped)
        order = sorted(rows, key=lambda visit: self.answers.visits[visit].number)
        baseline = self._baseline(order)
        return Frame(
            instrument=use.instrument.id,
            settings=tuple(use.settings.items()),
            columns=columns,
            rows=tuple(
                (
                    self.answers.visits[visit].number,
                    self.answers.visits[visit].date,
                    visit == baseline,
                    tuple(constant.get(name, rows[visit].get(name)) for name in columns),
                )
                for visit in order
            ),
            visits=tuple(order),
        )

    def _baseline(self, visits: Sequence[str] | Mapping[str, Any]) -> str:
        """Return the baseline among visits: the planned one, else the last not after the first dose."""
        dosed, planned = self.answers.first_dose(), self.answers.study.baseline_visit
        before = []
        for name in visits:
            visit = self.answers.visits[name]
            dated = visit.date is not None and dosed is not None
            early = visit.date <= dosed if dated else visit.number <= planned.number  # type: ignore[operator]  # both are dates
            if early:
                before.append(visit)
        if any(visit.id == planned.id for visit in before):
            return planned.id
        return max(before, key=lambda visit: visit.number).id if before else ""

    def _limit(self, limit: Limit) -> float | None:
        sex = annotated(self.answers.study, "DM", "SEX")
        known = self.answers.last(sex) if sex is not None else None
        item = self.answers.study.form(limit.pair[0]).item(limit.pair[1])
        limits = limits_for(item, None if known is None else str(known))
        value = limits.high if limit.side == "high" else limits.low
        return None if value is None else float(value)

    def _doses(self, use: Use) -> Mapping[str, float | None]:
        """Return the dose at each dated visit, where the use has a log."""
        if not use.log:
            return {}
        from lupustrial.capture.scores._dose import doses_of

        return {visit: dose.mg for visit, dose in doses_of(self.answers, use).items()}
