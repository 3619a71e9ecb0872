"""The rows of a parameter as one table of participants and visits, for methods that model them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lupustrial.analysis._condition import to_sql
from lupustrial.analysis._events import Values, after_events, happened, told
from lupustrial.analysis._selection import BETWEEN, LINE, Selection, digest, with_lines
from lupustrial.study import Analysis, Estimand, Parameter, Study


@dataclass(frozen=True, kw_only=True)
class ModelRows:
    """What an arm and the reference have, participants in the order of ADSL.

    Attributes:
        participants: Who they are.
        treated: Whether he or she is in the arm and not in the reference.
        weeks: The weeks that are modelled, rising, without baseline.
        values: Shape participants x weeks, after the strategies for intercurrent events; missing as NaN.
        base: The value at baseline; NaN where there is none, or the parameter has none.
        imputed_from: Place of the first week that is missing for a hypothetical strategy.
        strata: Shape participants x strata of the analysis: whether he or she has it at baseline.
        strata_names: The strata.
        components: Values of further parameters by name, shaped as `values`, as observed.
        component_bases: Their baselines.
        binary: Whether the values are 1 and 0.
        query: The ADaM rows, as one statement a dataset, joined by ``"; "``.
        inputs: Their fingerprint.
        notes: What happened to whom, in words.
    """

    participants: tuple[str, ...]
    treated: NDArray[np.bool_]
    weeks: tuple[int, ...]
    values: Values
    base: Values
    imputed_from: NDArray[np.int64]
    strata: NDArray[np.bool_]
    strata_names: tuple[str, ...]
    components: Mapping[str, Values]
    component_bases: Mapping[str, Values]
    binary: bool
    query: str
    inputs: str
    notes: tuple[str, ...]

    @cached_property
    def stratum(self) -> NDArray[np.int64]:
        """A number for each combination of strata that occurs, from 0; all 0 without strata."""
        if not self.strata_names:
            return np.zeros(len(self.participants), np.int64)
        codes: NDArray[np.int64] = np.unique(self.strata, axis=0, return_inverse=True)[1].ravel()
        return codes.astype(np.int64)

    def used(self, place: int) -> int:
        """Return how many participants have a value in a week."""
        return int((~np.isnan(self.values[:, place])).sum())


@dataclass(frozen=True, kw_only=True)
class ModelTable:
    """Makes `ModelRows` from the ADaM datasets of a study."""

    study: Study
    datasets: Mapping[str, pl.DataFrame]

    def rows(self, parameter: Parameter, analysis: Analysis, arms: tuple[str, str]) -> ModelRows:
        """Return the rows of a parameter of an analysis in an arm and in the reference.

        Raises:
            ValueError: A stratum is not known of somebody, or a strategy cannot be applied to this parameter.
        """
        members = self._members(analysis, arms)
        participants = tuple(members["USUBJID"].to_list())
        weeks = tuple(sorted(week for week in analysis.weeks if week != self.study.baseline_visit.week))
        events = happened(self.study, self.datasets, self._estimand(analysis))
        parts = [self._part(parameter, analysis, arms, weeks)]
        values, base = self._table(parts[0][1], participants, weeks)
        values, imputed_from = after_events(
            values,
            binary=parameter.type == "binary",
            weeks=weeks,
            participants=participants,
            events=events,
        )
        strata, more = self._strata(analysis, arms, participants)
        parts += more
        components = {}
        for component in analysis.model.components:
            other = self.study.plan.parameter(component.parameter)
            parts.append(self._part(other, analysis, arms, weeks, observed=True))
            components[other.id] = self._table(parts[-1][1], participants, weeks)
        lines = [line for _, frame in parts for line in frame[LINE].to_list()]
        return ModelRows(
            participants=participants,
            treated=(members["TRT01P"] == arms[0]).to_numpy(),
            weeks=weeks,
            values=values,
            base=base,
            imputed_from=imputed_from,
            strata=strata,
            strata_names=analysis.strata,
            components={name: pair[0] for name, pair in components.items()},
            component_bases={name: pair[1] for name, pair in components.items()},
            binary=parameter.type == "binary",
            query=BETWEEN.join(query for query, _ in parts),
            inputs=digest(lines),
            notes=tuple(told(events, participants, weeks)) if weeks else (),
        )

    def _estimand(self, analysis: Analysis) -> Estimand | None:
        found = [one for one in self.study.plan.estimands if one.id == analysis.estimand]
        return found[0] if found else None

    def _members(self, analysis: Analysis, arms: tuple[str, str]) -> pl.DataFrame:
        flag = self._flag(analysis)
        members = self.datasets["ADSL"].filter(pl.col(flag) == "Y", pl.col("TRT01P").is_in(arms))
        if analysis.where is None:
            return members
        return members.sql(f"SELECT * FROM self WHERE {to_sql(analysis.where)}")  # noqa: S608 - a frame in memory

    def _flag(self, analysis: Analysis) -> str:
        return next(one.flag for one in self.study.populations if one.id == analysis.population)

    def _part(
        self,
        parameter: Parameter,
        analysis: Analysis,
        arms: tuple[str, str],
        weeks: Sequence[int],
        *,
        observed: bool = False,
    ) -> tuple[str, pl.DataFrame]:
        """Return the query of the rows of a parameter, and the rows with their canonical lines."""
        selection = Selection(
            dataset=parameter.dataset,
            paramcd=parameter.id,
            weeks=tuple(weeks),
            flags=("ANL01FL", self._flag(analysis)),
            arms=arms,
            where=to_sql(analysis.where) if analysis.where else None,
            observed=observed or analysis.observed,
        )
        frame = self.datasets[parameter.dataset]
        used = {parameter.dataset: frame, "ADSL": self.datasets["ADSL"]}
        rows = pl.SQLContext(used, eager=True).execute(selection.query)
        return selection.query, with_lines(rows)

    def _table(
        self, rows: pl.DataFrame, participants: Sequence[str], weeks: Sequence[int]
    ) -> tuple[Values, Values]:
        """Lay rows out by participant and week; and their baseline."""
        place = {name: number for number, name in enumerate(participants)}
        column = {week: number for number, week in enumerate(weeks)}
        values = np.full((len(participants), len(weeks)), np.nan)
        base = np.full(len(participants), np.nan)
        for name, week, aval, before in rows.select("USUBJID", "AVISITN", "AVAL", "BASE").iter_rows():
            if week in column and aval is not None:
                values[place[name], column[week]] = aval
            if before is not None:
                base[place[name]] = before
        return values, base

    def _strata(
        self, analysis: Analysis, arms: tuple[str, str], participants: Sequence[str]
    ) -> tuple[NDArray[np.bool_], list[tuple[str, pl.DataFrame]]]:
        """Return who has which stratum at baseline, and the rows that say so."""
        first = self.study.baseline_visit.week
        parts: list[tuple[str, pl.DataFrame]] = []
        columns = []
        for stratum in (one for name in analysis.strata for one in self.study.plan.strata if one.id == name):
            known = np.zeros((len(participants), len(stratum.any_of)))
            for place, name in enumerate(stratum.any_of):
                parts.append(self._part(self.study.plan.parameter(name), analysis, arms, (first,)))
                known[:, place] = self._table(parts[-1][1], participants, (first,))[0][:, 0]
            has = (known == 1).any(axis=1)
            open_ = ~has & np.isnan(known).any(axis=1)
            if open_.any():
                names = ", ".join(name for name, missing in zip(participants, open_, strict=True) if missing)
                message = f"stratum {stratum.id} is not known of {names}"
                raise ValueError(message)
            columns.append(has)
        strata = np.stack(columns, axis=1) if columns else np.zeros((len(participants), 0), np.bool_)
        return strata, parts
