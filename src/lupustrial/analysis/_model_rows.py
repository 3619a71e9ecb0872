"""The rows of a parameter as one table of participants and visits, for methods that model them together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lupustrial.analysis._events import Values, after_events
from lupustrial.analysis._rows import AnalysisRows, Block, laid_out
from lupustrial.analysis._selection import BETWEEN, digest
from lupustrial.study import Analysis, Parameter

_Part = tuple[str, list[str]]

#: What models call the two groups.
ARM, REFERENCE = "arm", "reference"


@dataclass(frozen=True, kw_only=True, eq=False)
class ModelRows:
    """What an arm and the reference have, participants in the order of ADSL.

    Attributes:
        participants: Who they are.
        treated: Whether he or she is in the arm and not in the reference.
        weeks: The weeks that are modelled, rising, without baseline.
        values: Shape participants x weeks, after the strategies for intercurrent events; missing as NaN.
        base: The value at baseline; NaN where there is none, or the parameter has none.
        missing_from: Place of the first week that is missing for a hypothetical strategy (`Defined`).
        failed_from: Place of the first week that is a failure for a composite strategy.
        strata: Shape participants x strata of the analysis: whether he or she has it at baseline.
        strata_names: The strata.
        components: Values of further parameters by name, shaped as `values`, as observed and after all
            strategies but the composite one (`failed_from`).
        component_bases: Their baselines.
        binary: Whether the values are 1 and 0.
        query: The ADaM rows, as one statement a dataset, joined by ``"; "``.
        inputs: Their fingerprint.
    """

    participants: tuple[str, ...]
    treated: NDArray[np.bool_]
    weeks: tuple[int, ...]
    values: Values
    base: Values
    missing_from: NDArray[np.int64]
    failed_from: NDArray[np.int64]
    strata: NDArray[np.bool_]
    strata_names: tuple[str, ...]
    components: Mapping[str, Values]
    component_bases: Mapping[str, Values]
    binary: bool
    query: str
    inputs: str

    @cached_property
    def stratum(self) -> NDArray[np.int64]:
        """A number for each combination of strata that occurs, from 0; all 0 without strata."""
        if not self.strata_names:
            return np.zeros(len(self.participants), np.int64)
        codes: NDArray[np.int64] = np.unique(self.strata, axis=0, return_inverse=True)[1].ravel()
        return codes.astype(np.int64)

    @cached_property
    def labels(self) -> NDArray[np.str_]:
        """`ARM` or `REFERENCE` for each participant."""
        return np.where(self.treated, ARM, REFERENCE)

    def varying(self, who: NDArray[np.int64] | None = None) -> list[int]:
        """Return the numbers of the strata in which some participants (of those given) are and others not."""
        chosen = self.strata if who is None else self.strata[who]
        return np.flatnonzero(chosen.any(axis=0) & ~chosen.all(axis=0)).tolist()

    def used(self, place: int) -> int:
        """Return how many participants have a value in a week."""
        return int((~np.isnan(self.values[:, place])).sum())


def model_rows(
    rows: AnalysisRows, parameter: Parameter, analysis: Analysis, arms: tuple[str, str]
) -> ModelRows:
    """Return the rows of a parameter of an analysis in an arm and in the reference.

    Raises:
        ValueError: A stratum is not known of somebody, or a strategy cannot be applied to this parameter.
    """
    return _Table(rows=rows, parameter=parameter, analysis=analysis, arms=arms).made()


@dataclass(frozen=True, kw_only=True)
class _Table:
    rows: AnalysisRows
    parameter: Parameter
    analysis: Analysis
    arms: tuple[str, str]

    def made(self) -> ModelRows:
        parameter = self.parameter
        study, model = self.rows.study, self.analysis.model
        weeks = tuple(sorted(week for week in self.analysis.weeks if week != study.baseline_visit.week))
        values, base, parts = self._values(parameter, self.analysis, weeks)
        events = self.rows.events(self.analysis)
        binary = parameter.type == "binary"
        starts = after_events(
            values, binary=binary, weeks=weeks, participants=self.participants, events=events
        )
        strata, more = self._strata()
        parts += more
        components, component_bases = {}, {}
        not_failures = [event for event in events if event.strategy != "composite"]
        for name in (component.parameter for component in model.components):
            plain = replace(self.analysis, estimand=None, observed=True)
            seen, component_bases[name], more = self._values(study.plan.parameter(name), plain, weeks)
            after = after_events(
                seen, binary=False, weeks=weeks, participants=self.participants, events=not_failures
            )
            components[name] = after.values
            parts += more
        return ModelRows(
            participants=self.participants,
            treated=(self.members["TRT01P"] == self.arms[0]).to_numpy(),
            weeks=weeks,
            values=values,
            base=base,
            missing_from=starts.missing_from,
            failed_from=starts.failed_from,
            strata=strata,
            strata_names=self.analysis.strata,
            components=components,
            component_bases=component_bases,
            binary=binary,
            query=BETWEEN.join(query for query, _ in parts),
            inputs=digest(line for _, lines in parts for line in lines),
        )

    @cached_property
    def members(self) -> pl.DataFrame:
        concerned = self.rows.concerned(self.parameter, self.analysis)
        return concerned.filter(pl.col("TRT01P").is_in(self.arms))

    @cached_property
    def participants(self) -> tuple[str, ...]:
        return tuple(self.members["USUBJID"].to_list())

    def _values(
        self, parameter: Parameter, analysis: Analysis, weeks: tuple[int, ...]
    ) -> tuple[Values, Values, list[_Part]]:
        """Return values, baselines, and the query with the lines of its rows, baseline among them."""
        first = self.rows.study.baseline_visit.week
        asked = tuple(dict.fromkeys((first, *weeks)))
        blocks = [self._block(parameter, analysis, week) for week in asked]
        every, base = laid_out(blocks, self.participants)
        values = every[:, [asked.index(week) for week in weeks]]
        selection = self.rows.selection(parameter, analysis, asked, self.arms)
        return values, base, [(selection.query, [line for block in blocks for line in block.lines])]

    def _block(self, parameter: Parameter, analysis: Analysis, week: int) -> Block:
        """Return the rows at a week of those whom the parameter of the analysis is about."""
        block = self.rows.at(parameter, analysis, week, self.arms)
        if block.repeated:
            message = f"{parameter.id}: a participant has more than one row (ANL01FL) at week {week}"
            raise ValueError(message)
        concerned = set(self.participants)
        kept = [place for place, name in enumerate(block.participants) if name in concerned]
        if len(kept) == len(block.participants):
            return block
        return replace(
            block,
            participants=tuple(block.participants[place] for place in kept),
            aval=block.aval[kept],
            base=block.base[kept],
        )

    def _strata(self) -> tuple[NDArray[np.bool_], list[_Part]]:
        """Return who has which stratum at baseline, and the rows that say so."""
        study = self.rows.study
        first = (study.baseline_visit.week,)
        plain = replace(self.analysis, estimand=None, observed=False)
        strata = np.zeros((len(self.participants), len(self.analysis.strata)), np.bool_)
        parts: list[_Part] = []
        for number, name in enumerate(self.analysis.strata):
            stratum = next(one for one in study.plan.strata if one.id == name)
            columns = []
            for parameter in stratum.any_of:
                values, _, part = self._values(study.plan.parameter(parameter), plain, first)
                columns.append(values[:, 0])
                parts += part
            known = np.stack(columns, axis=1)
            strata[:, number] = (known == 1).any(axis=1)
            undecided = ~strata[:, number] & np.isnan(known).any(axis=1)
            if undecided.any():
                names = ", ".join(self.participants[row] for row in np.flatnonzero(undecided))
                message = f"stratum {stratum.id} is not known of {names}"
                raise ValueError(message)
        return strata, parts
