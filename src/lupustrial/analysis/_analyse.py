"""``analysis.yaml`` applied to the ADaM datasets: every planned statistic as one row of the ARD."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from lupustrial.analysis._ard import Cell, Result, results_frame
from lupustrial.analysis._check import check_plan
from lupustrial.analysis._disposition import steps
from lupustrial.analysis._event_counts import EVENTS, event_counts
from lupustrial.analysis._events import Values
from lupustrial.analysis._groups import Group, contrasts, groups
from lupustrial.analysis._individuals import INDIVIDUALS, individual_values
from lupustrial.analysis._method import Method, Settings, attempt, attempt_model, failed
from lupustrial.analysis._model_rows import ModelRows, model_rows
from lupustrial.analysis._registry import DISPOSITION, METHODS
from lupustrial.analysis._rows import AnalysisRows, Block
from lupustrial.analysis._selection import fingerprint
from lupustrial.errors import Fault, StudyError, UsageError
from lupustrial.study import Analysis, Parameter, Stamp, Study

BLINDED = "blinded: no arm is known; all arms together"
NOT_WHILE_BLINDED = "not computed: the data are blinded (no arm is known)"

_Cells = Iterator[tuple[Cell, Sequence[Result]]]

NOT_PUBLISHED = "not published"


def analyse(study: Study, datasets: Mapping[str, pl.DataFrame], stamp: Stamp) -> pl.DataFrame:
    """Compute every analysis of the plan.

    Args:
        study: The study; its ``plan`` says what is analysed and how.
        datasets: ADaM datasets by name: ADSL and the datasets that the plan's parameters name.
        stamp: Where the records come from; decides the column PROVENANCE.

    Returns:
        The ARD (`ARD_SCHEMA`), in the order of the plan. While the data are blinded (``TRT01P`` null for
        everybody) descriptive results are given for all arms together with a WARNING, and each planned
        comparison is present with an ERROR. What cannot be computed is a row with ERROR, never an exception.

    Raises:
        StudyError: The plan is at fault (`check_plan`).
        UsageError: ANALYSIS-102: ADSL is missing.
    """
    faults = [fault for fault in check_plan(study) if fault.severity == "error"]
    if faults:
        raise StudyError(faults)
    if "ADSL" not in datasets:
        raise UsageError(
            Fault(
                id="ANALYSIS-102",
                message="there is no ADSL among the datasets",
                place=f"datasets {', '.join(sorted(datasets)) or '(none)'}",
                hint="derive the ADaM datasets first",
            )
        )
    worker = _Worker(study=study, rows=AnalysisRows(study=study, datasets=datasets), stamp=stamp)
    cells = [*worker.disposition()]
    for analysis in study.plan.analyses:
        cells += worker.analysis(analysis)
    for name in study.further_plans:
        other = study.under(name)
        rows = AnalysisRows(study=other, datasets=datasets)
        worker = _Worker(study=other, rows=rows, stamp=stamp, sap=f"analysis-{name}")
        for analysis in other.plan.analyses:
            cells += worker.analysis(analysis)
    return results_frame(cells)


@dataclass(frozen=True, kw_only=True)
class _Worker:
    study: Study
    rows: AnalysisRows
    stamp: Stamp
    sap: str = "analysis"

    def analysis(self, analysis: Analysis) -> _Cells:
        methods = [METHODS[name] for name in analysis.methods]
        for name in analysis.parameters:
            parameter = self.study.plan.parameter(name)
            suited = [method for method in methods if method.suits in ("any", parameter.type)]
            for week in analysis.weeks or (None,):
                for group in self._groups(analysis, suited):
                    yield from self._group(analysis, parameter, week, group, suited)
                if week is not None:
                    yield from self._events(analysis, parameter, week)
            models = [method for method in suited if method.level == "model"]
            pairs = [
                (group, self._rows_of(analysis, parameter, group))
                for group in (contrasts(self.study) if models else ())
            ]
            for method in models:
                for group, rows in pairs:
                    yield from self._model(analysis, parameter, group, method, rows)

    def _groups(self, analysis: Analysis, methods: Sequence[Method]) -> Iterator[Group]:
        alone = self.rows.blinded or analysis.by == "none"
        return groups(self.study, {method.level for method in methods}, alone=alone)

    def _rows_of(self, analysis: Analysis, parameter: Parameter, group: Group) -> ModelRows | str:
        """Return the rows of all weeks of an arm and the reference, or the reason why there are none."""
        if self.rows.blinded:
            return NOT_WHILE_BLINDED
        reason = self.rows.fault(parameter, analysis)
        if reason is not None:
            return reason
        try:
            return model_rows(self.rows, parameter, analysis, (str(group.arm), str(group.reference)))
        except ValueError as error:
            return str(error)

    def _model(
        self, analysis: Analysis, parameter: Parameter, group: Group, method: Method, rows: ModelRows | str
    ) -> _Cells:
        """Fit a model of all weeks; its results stand at each of them."""
        fitted = {} if isinstance(rows, str) else attempt_model(method, rows, analysis.model, self._settings)
        for week in analysis.weeks:
            if week == self.study.baseline_visit.week:
                continue
            cell = self._cell(analysis, parameter, week, group, method, Block())
            if isinstance(rows, str):
                yield cell, failed(method, rows)
            elif week in fitted:
                size, known = len(rows.participants), rows.used(rows.weeks.index(week))
                without = None if known == size else f"{size - known} of {size} participants have no value"
                cell = replace(cell, query=rows.query, inputs=rows.inputs)
                yield _with_n(cell, size if method.imputes else known, without), fitted[week]

    def _events(self, analysis: Analysis, parameter: Parameter, week: int) -> _Cells:
        """Count who had which intercurrent event by a week, arm by arm."""
        if week <= self.study.baseline_visit.week or self.rows.fault(parameter, analysis) is not None:
            return
        for group in self._groups(analysis, [EVENTS]):
            cell = self._cell(analysis, parameter, week, group, EVENTS, Block())
            for one in event_counts(self.rows, parameter, analysis, week, group.arms):
                own = replace(cell, dataset=one.dataset, query=one.query, inputs=one.inputs, n=one.size)
                yield own, [Result(stat=f"n:{one.event}", value=float(one.number), text=one.strategy)]

    def _group(
        self,
        analysis: Analysis,
        parameter: Parameter,
        week: int | None,
        group: Group,
        methods: Sequence[Method],
    ) -> _Cells:
        level = {"arm": "arm", "overall": "arm", "within": "within", "contrast": "between"}[group.type]
        wanted = [method for method in methods if method.level == level]
        if level == "within" and week == self.study.baseline_visit.week:
            return  # there is no change at baseline itself
        reason = self.rows.fault(parameter, analysis)
        block = Block() if reason else self.rows.at(parameter, analysis, week, group.arms)
        if block.repeated:
            reason = "a participant has more than one row to analyse (ANL01FL) at this visit"
        if self.rows.blinded and group.type == "contrast":
            reason = NOT_WHILE_BLINDED
        for method in wanted:
            cell = self._cell(analysis, parameter, week, group, method, block)
            if reason:
                yield cell, failed(method, reason)
                continue
            used, values = self._values(parameter, analysis, week, group, method, block)
            cell = _with_n(cell, used, self._incomplete(analysis, parameter, group, used))
            if method is INDIVIDUALS:
                yield cell, individual_values(block)
            else:
                yield cell, attempt(method, values, self._settings)

    @property
    def _settings(self) -> Settings:
        plan = self.study.plan
        return Settings(confidence=float(plan.confidence), alpha=float(plan.alpha), quantile=plan.quantile)

    def _values(
        self,
        parameter: Parameter,
        analysis: Analysis,
        week: int | None,
        group: Group,
        method: Method,
        block: Block,
    ) -> tuple[int, list[Values]]:
        """Return how many rows a method uses, and its arrays; a missing value takes no part."""
        if method.level == "within":
            paired = ~(np.isnan(block.aval) | np.isnan(block.base))
            return int(paired.sum()), [block.base[paired], block.aval[paired]]
        arms = group.arms or ()
        blocks = (
            [self.rows.at(parameter, analysis, week, (arm,)) for arm in arms]
            if method.level == "between"
            else [block]
        )
        values = [one.aval[~np.isnan(one.aval)] for one in blocks]
        return sum(map(len, values)), values

    def _cell(
        self,
        analysis: Analysis,
        parameter: Parameter,
        week: int | None,
        group: Group,
        method: Method,
        block: Block,
    ) -> Cell:
        planned = method.level in {"arm", "trial"} or method.id == analysis.plan
        return Cell(
            sap=self.sap,
            analysis=analysis.id,
            estimand=analysis.estimand,
            population=analysis.population,
            dataset=parameter.dataset,
            paramcd=parameter.id,
            param=parameter.label,
            avisitn=week,
            group=group.label,
            grouptype=group.type,
            method=method.id,
            n=0,
            query=self.rows.selection(parameter, analysis, (week,), group.arms).query,
            inputs=block.inputs,
            plan=planned,
            primary=analysis.primary and planned,
            provenance=_provenance(
                self.stamp, parameter.id, week, derivable=analysis.published and not method.joint
            ),
            warning=BLINDED if self.rows.blinded else None,
        )

    def _incomplete(self, analysis: Analysis, parameter: Parameter, group: Group, used: int) -> str | None:
        """Say how many of the population have no value, where all of them should have one."""
        if parameter.restrict is not None:
            return None
        size = self.rows.size(analysis, group.arms)
        return f"{size - used} of {size} in the population have no value" if used < size else None

    def disposition(self) -> _Cells:
        """Count the flow of participants; every trial has it, so no plan needs to ask for it."""
        for step in steps(self.study, self.rows.datasets["ADSL"], blinded=self.rows.blinded):
            cell = Cell(
                sap=self.sap,
                analysis=DISPOSITION.id.upper(),
                estimand=None,
                population="all screened",
                dataset="ADSL",
                paramcd=step.paramcd,
                param=step.param,
                avisitn=None,
                group=step.group,
                grouptype="overall" if step.group == "all" else "arm",
                method=DISPOSITION.id,
                n=step.rows.height,
                query=step.query,
                inputs=fingerprint(step.rows),
                plan=True,
                primary=False,
                provenance=_provenance(self.stamp, step.paramcd, None),
                warning=BLINDED if self.rows.blinded else None,
            )
            yield cell, [Result(stat=step.stat, value=float(step.rows.height), text=step.text)]


def _with_n(cell: Cell, used: int, incomplete: str | None) -> Cell:
    warning = "; ".join(text for text in (cell.warning, incomplete) if text) or None
    return replace(cell, n=used, warning=warning)


def _provenance(stamp: Stamp, paramcd: str, week: int | None, *, derivable: bool = True) -> str:
    """Return the provenance; a result over the whole period is published when any of its parameter is.

    Of synthetic records a result that does not follow from printed figures alone (not ``derivable``) is not.
    """
    if stamp.synthetic and not derivable:
        return NOT_PUBLISHED
    if week is not None:
        return stamp.provenance(paramcd, week)
    known = [number for name, number in stamp.published if name == paramcd]
    return stamp.provenance(paramcd, min(known, default=0))
