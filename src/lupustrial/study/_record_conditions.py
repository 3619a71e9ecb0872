"""Conditions on records: items asked only when something holds, and edit checks.

A condition sees the values of the same participant. A form that is planned at the visit is read at the visit,
any other at the last visit before it. Conditions are decided once for each distinct set of facts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from lupustrial.study._expression import Expression
from lupustrial.study._model import Check, Study
from lupustrial.study._record_faults import LISTED, RecordFaults, Row
from lupustrial.study._record_frame import ItemEntry
from lupustrial.study._record_twice import add_lacking
from lupustrial.study._record_values import numbers_of

Reference = tuple[str, str]

_FACT = "fact {}"  # column of the facts that a condition saw, by their place in its references


@dataclass(frozen=True, kw_only=True)
class _Rule:
    """A condition of an item: its edit check, or when it is asked (`check` is ``None``)."""

    entry: ItemEntry
    expression: Expression
    check: Check | None


def check_conditions_met(
    study: Study, coded: pl.DataFrame, entries: tuple[ItemEntry, ...], faults: RecordFaults
) -> None:
    """RECORD-040 and RECORD-041 (warnings), RECORD-042 (an error where the check is hard)."""
    rules: dict[int, list[_Rule]] = {}
    for rule in _rules(entries):
        rules.setdefault(rule.entry.form_index, []).append(rule)
    by_item = {int(key[0]): frame for key, frame in coded.partition_by("i", as_dict=True).items()}
    for form, mine in sorted(rules.items()):
        groups = coded.lazy().filter(pl.col("f") == form)
        filled = (
            groups.group_by("group").agg(pl.col("p", "v", "r").first(), pl.col("__index").min()).collect()
        )
        if filled.is_empty():
            continue
        facts = _Facts(study=study, by_item=by_item, entries=entries, filled=filled, form=form)
        for rule in mine:
            _apply(rule, facts, faults)


def _rules(entries: tuple[ItemEntry, ...]) -> Iterator[_Rule]:
    for entry in entries:
        if entry.item.when is not None:
            yield _Rule(entry=entry, expression=Expression.compile(entry.item.when), check=None)
        for check in entry.item.checks:
            yield _Rule(entry=entry, expression=Expression.compile(check.expression), check=check)


def _apply(rule: _Rule, facts: _Facts, faults: RecordFaults) -> None:
    mine = facts.recorded(rule.entry)
    answered = mine.filter(pl.col("value").is_not_null()).select("__index", "group")
    rows = answered.join(facts.groups_where(rule.expression, answered["group"], outcome=False), on="group")
    check = rule.check
    if check is not None:
        faults.add_rows(
            "RECORD-043" if check.hard else "RECORD-042",
            rows,
            lambda row: _seen(check.message, rule.expression, row),
            f"edit check {check.id}: {check.expression}",
            severity="error" if check.hard else "warning",
        )
        return
    faults.add_rows(
        "RECORD-040",
        rows,
        lambda row: _seen(f"`{row['value']}` is recorded though the item is not asked", rule.expression, row),
        f"it is asked when {rule.expression.text}",
        severity="warning",
    )
    if rule.entry.item.required:
        _check_lacking(rule, mine, facts, faults)


def _check_lacking(rule: _Rule, mine: pl.DataFrame, facts: _Facts, faults: RecordFaults) -> None:
    lacking = facts.filled.join(mine, on="group", how="anti")
    asked = facts.groups_where(rule.expression, lacking["group"], outcome=True)
    rows = lacking.join(asked, on="group").sort("__index")
    for index in rows["__index"].head(LISTED):
        add_lacking(rule.entry, faults.records.row(index, named=True), faults)
    faults.count("RECORD-041", max(0, rows.height - LISTED))


def _seen(message: str, expression: Expression, row: Row) -> str:
    """Add the facts that the condition saw to a message."""
    facts = enumerate(expression.references)
    listed = ", ".join(f"{form}.{item} = {_shown(row[_FACT.format(place)])}" for place, (form, item) in facts)
    return f"{message.rstrip('.')} ({listed})"


def _shown(value: Any) -> str:
    if value is None:
        return "missing"
    return f"{Decimal(repr(value)).normalize():f}" if isinstance(value, float) else str(value)


@dataclass(kw_only=True)
class _Facts:
    """The facts that conditions of one form refer to.

    `filled` has a row for each time the form was filled in, and gets a column for each fact when it is first
    needed.
    """

    study: Study
    by_item: dict[int, pl.DataFrame]
    entries: tuple[ItemEntry, ...]
    filled: pl.DataFrame
    form: int

    def recorded(self, entry: ItemEntry) -> pl.DataFrame:
        """Return the records of an item."""
        found = self.by_item.get(entry.index)
        return next(iter(self.by_item.values())).clear() if found is None else found

    def groups_where(self, expression: Expression, groups: pl.Series, *, outcome: bool) -> pl.DataFrame:
        """Return the groups among `groups` in which the condition is decided as `outcome`.

        Returns:
            Column ``group``, and the facts seen in order of the expression's references.
        """
        if not expression.references or groups.is_empty():
            return self.filled.clear().select("group")
        for form, item in expression.references:
            if f"{form}.{item}" not in self.filled.columns:
                self.filled = self._with_fact(self.filled, (form, item), f"{form}.{item}")
        names = [_FACT.format(place) for place in range(len(expression.references))]
        columns = {
            name: f"{form}.{item}" for name, (form, item) in zip(names, expression.references, strict=True)
        }
        wanted = groups.unique().alias("group").to_frame()
        distinct = (
            self.filled.lazy()
            .select("group", **columns)
            .join(wanted.lazy(), on="group", how="semi")
            .group_by(names)
            .agg("group")
            .collect()
        )
        decided = [
            expression.evaluate(_context(expression, row)) is outcome
            for row in distinct.select(names).iter_rows()
        ]
        found = distinct.filter(pl.Series(decided, dtype=pl.Boolean))
        return found.explode("group")

    def _with_fact(self, frame: pl.DataFrame, reference: Reference, name: str) -> pl.DataFrame:
        form, item = reference
        if form == "planned":
            return frame.with_columns(self._planned(item).alias(name))
        entry = next(entry for entry in self.entries if entry.name == f"{form}.{item}")
        value = numbers_of(entry) if entry.item.type in ("integer", "decimal") else pl.col("value")
        recorded = self.recorded(entry).select("group", "p", "v", value.alias(name)).drop_nulls(name)
        if entry.form_index == self.form:
            values = recorded.unique("group", keep="first", maintain_order=True).select("group", name)
            return frame.join(values, on="group", how="left")
        values = recorded.unique(["p", "v"], keep="first", maintain_order=True).drop("group")
        planned = [place for place, visit in enumerate(self.study.visits) if visit.id in entry.form.visits]
        here = frame.filter(pl.col("v").is_in(planned)).join(values, on=["p", "v"], how="left")
        away = frame.filter(~pl.col("v").is_in(planned)).sort("v")
        return pl.concat([here, away.join_asof(values.sort("v"), on="v", by="p", check_sortedness=False)])

    def _planned(self, fact: str) -> pl.Expr:
        visits = self.study.visits
        if fact == "visit":
            names = {place: visit.id for place, visit in enumerate(visits)}
            return pl.col("v").replace_strict(names, return_dtype=pl.String)
        numbers = {place: getattr(visit, fact) for place, visit in enumerate(visits)}
        return pl.col("v").replace_strict(numbers, return_dtype=pl.Float64)


def _context(expression: Expression, values: tuple[Any, ...]) -> dict[str, dict[str, Any]]:
    context: dict[str, dict[str, Any]] = {}
    for (form, item), value in zip(expression.references, values, strict=True):
        context.setdefault(form, {})[item] = value
    return context
