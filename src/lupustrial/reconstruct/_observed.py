"""The value of every parameter in every participant, read back from the finished records."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import polars as pl

from lupustrial.reconstruct._quantities import Quantity
from lupustrial.reconstruct._scored import KEYS, scores, wide
from lupustrial.reconstruct._targets import Targets
from lupustrial.study import Expression, Parameter, Study

_DAYS_MONTH = Fraction("30.4375")
Values = dict[tuple[str, int], Fraction]


@dataclass(frozen=True, kw_only=True)
class Observed:
    """Values by parameter, then (participant, week); weeks of visits attended, by participant."""

    values: Mapping[str, Values]
    attended: Mapping[str, list[int]]

    def at(self, parameter: str, participant: str, week: int, *, carried: bool) -> Fraction | None:
        """The value at a week; after the last visit the last one if `carried`."""
        values = self.values[parameter]
        if (participant, week) in values or not carried:
            return values.get((participant, week))
        before = [
            each for each in self.attended[participant] if each < week and (participant, each) in values
        ]
        return values[participant, before[-1]] if before else None


def observe(
    study: Study, targets: Targets, quantities: Mapping[str, Quantity], records: pl.DataFrame
) -> Observed:
    """Compute every parameter that has a target from the records alone."""
    table = wide(study, records)
    scored = scores(study, targets, table)
    weeks = {visit.number: visit.week for visit in study.visits}
    keys = [(who, weeks[number]) for who, number in table.select(KEYS).iter_rows()]
    attended: dict[str, list[int]] = {}
    for who, week in keys:
        attended.setdefault(who, []).append(week)
    reader = _Reader(study, targets, table, scored, keys, records)
    values: dict[str, Values] = {}
    for name, quantity in sorted(
        quantities.items(), key=lambda pair: pair[1].kind in {"resolved", "reduction", "decreased"}
    ):
        if quantity.parameter in {parameter.id for parameter in study.plan.parameters}:
            values[name] = reader.parameter(study.plan.parameter(name), quantity, values)
    return Observed(values=values, attended=attended)


@dataclass(frozen=True)
class _Reader:
    study: Study
    targets: Targets
    table: pl.DataFrame
    scored: Mapping[str, pl.DataFrame]
    keys: list[tuple[str, int]]
    records: pl.DataFrame

    def parameter(self, parameter: Parameter, quantity: Quantity, known: Mapping[str, Values]) -> Values:
        """Values of one parameter."""
        derive, kind = parameter.derive, quantity.kind
        first = self.study.baseline_visit.week
        if derive.kind in {"score", "composite"}:
            return self._score(str(derive.use), str(derive.output))
        if derive.kind == "item":
            early = {(who, first): value for who, value in self._everyone(parameter, first).items()}
            return {**early, **self._item(f"{derive.form}.{derive.item}")}
        if kind in {"resolved", "reduction", "decreased"}:
            return _changes(known[str(derive.parameter)], quantity, first)
        if kind in {"event", "drug"}:
            return self._happened(quantity, str(derive.form), first)
        return self._dose() if derive.kind == "daily_dose" else self._body(parameter, first)

    def _score(self, use: str, output: str) -> Values:
        signs = {"Y": Fraction(1), "N": Fraction(0)}
        column = self.scored[use][output].to_list()
        return {
            key: signs[value] if isinstance(value, str) else Fraction(value)
            for key, value in zip(self.keys, column, strict=True)
            if value is not None
        }

    def _item(self, name: str) -> Values:
        if name not in self.table.columns:
            return {}
        values = self.table[name].to_list()
        return {k: _number(v) for k, v in zip(self.keys, values, strict=True) if v is not None}

    def _dates(self, name: str) -> dict[str, date]:
        """The first date recorded for an item, by participant."""
        form, item = name.split(".")
        rows = self.records.filter(
            (pl.col("form") == form) & (pl.col("item") == item) & pl.col("value").is_not_null()
        )
        return {
            who: date.fromisoformat(value)
            for who, value in reversed(list(rows.select("participant", "value").iter_rows()))
        }

    def _visit_dates(self) -> dict[tuple[str, int], date]:
        weeks = {visit.id: visit.week for visit in self.study.visits}
        name = next(
            n
            for form, fills in self.targets.drawing.fill.items()
            for n in [form]
            for f in fills.values()
            if f.fact == "visit date"
        )
        rows = self.records.filter(pl.col("form") == name).select("participant", "visit", "value")
        return {(who, weeks[visit]): date.fromisoformat(value) for who, visit, value in rows.iter_rows()}

    def _entries(self, form: str) -> dict[tuple[str, str, int], dict[str, str]]:
        found: dict[tuple[str, str, int], dict[str, str]] = {}
        rows = self.records.filter((pl.col("form") == form) & (pl.col("status") == "entered"))
        for who, visit, repeat, item, value in rows.select(
            "participant", "visit", "repeat", "item", "value"
        ).iter_rows():
            found.setdefault((who, visit, repeat), {})[item] = value
        return found

    def _dose(self) -> Values:
        """Milligrams on the day of the visit (at baseline on the day before)."""
        spec = self.targets.drawing.logs.dose
        first = self.study.baseline_visit.week
        days = {
            k: day - timedelta(days=int(k[1] == first))
            for k, day in self._visit_dates().items()
            if k[1] >= first
        }
        found = {k: Fraction(0) for k in days}
        for (who, _, _), entry in self._entries(str(spec["form"])).items():
            start = date.fromisoformat(entry[str(spec["start"])])
            end = date.fromisoformat(entry[str(spec["end"])]) if str(spec["end"]) in entry else date.max
            for key, day in days.items():
                if key[0] == who and start <= day <= end:
                    found[key] += Fraction(entry[str(spec["amount"])])
        return found

    def _happened(self, quantity: Quantity, form: str, first: int) -> Values:
        """1 for who had an event that the condition describes, or took the drug."""
        expression = Expression.compile(quantity.where) if quantity.kind == "event" else None
        found = {(who, first): Fraction(0) for who, _ in self.keys}
        for (who, _, _), entry in self._entries(form).items():
            if expression is None:
                yes = quantity.id in entry.values()
            else:
                yes = expression.evaluate({form: entry}) is True
            if yes and (who, first) in found:
                found[who, first] = Fraction(1)
        return found

    def _body(self, parameter: Parameter, first: int) -> Values:
        """Age, sex, body surface, disease duration."""
        fills = {
            fill.fact: f"{form}.{item}"
            for form, items in self.targets.drawing.fill.items()
            for item, fill in items.items()
            if fill.fact
        }
        starts = {who: day for (who, week), day in self._visit_dates().items() if week == first}
        derive = parameter.derive
        if derive.kind == "months_since":
            begun = self._dates(f"{derive.form}.{derive.item}")
            return {
                (who, first): Fraction((day - begun[who]).days) / _DAYS_MONTH for who, day in starts.items()
            }
        if derive.kind == "body_surface":
            height, weight = (
                self._everyone(self.study.plan.parameter(derive.components[each]), first)
                for each in ("height", "weight")
            )
            return {
                (who, first): Fraction(repr(math.sqrt(float(height[who] * weight[who]) / 3600)))
                for who in starts
                if who in height
            }
        if derive.variable == "SEX":
            form, item = fills["sex"].split(".")
            sexes = {who: entry[item] for (who, _, _), entry in self._entries(form).items()}
            return {(who, first): Fraction(int(sexes[who] == "F")) for who in starts}
        born, consent = self._dates(fills["birth date"]), self._dates(fills["consent date"])
        return {(who, first): Fraction(_age(born[who], consent[who])) for who in starts}

    def _everyone(self, parameter: Parameter, first: int) -> dict[str, Fraction]:
        """Last value of an item on or before baseline, by participant."""
        weeks = {visit.id: visit.week for visit in self.study.visits}
        rows = self.records.filter(
            (pl.col("form") == parameter.derive.form) & (pl.col("item") == parameter.derive.item)
        )
        return {
            who: _number(value)
            for who, visit, value in rows.select("participant", "visit", "value").iter_rows()
            if weeks[visit] <= first and value is not None
        }


def _number(value: str) -> Fraction:
    return Fraction({"Y": "1", "N": "0"}.get(value, value))


def _changes(values: Values, quantity: Quantity, first: int) -> Values:
    found: Values = {}
    for (who, week), value in values.items():
        base = values.get((who, first))
        if week == first or base is None:
            continue
        if quantity.kind == "resolved":
            if base == 1:
                found[who, week] = Fraction(int(value == 0))
        elif quantity.kind == "decreased":
            found[who, week] = Fraction(int(value < base))
        else:
            found[who, week] = Fraction(int(base > 0 and 100 * value <= (100 - quantity.percent) * base))
    return found


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
