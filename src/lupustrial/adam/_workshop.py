"""What the derivations share: study, tables, participants, and every parameter already derived."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from lupustrial.adam._bds import Frame, finish, single
from lupustrial.adam._items import Items
from lupustrial.errors import Fault, StudyError, closest
from lupustrial.sdtm import judge
from lupustrial.study import Expression, InstrumentUse, Parameter, Study


@dataclass(kw_only=True)
class Workshop:
    """Derives parameters on demand, each once.

    Attributes:
        study: The study.
        items: The items in the SDTM tables.
        subjects: ADSL with the facts ``participant.…``.
        derive: Turns a parameter into its `Frame`, or into rows of one a participant with ``overall``.
        done: Finished parameters by id.
        frames: What each was finished from; None for one row a participant.
        scores: Scored frames by instrument use and components; `score_weeks` the weeks planned for them.
        open: Parameters being derived, outermost first.
    """

    study: Study
    items: Items
    subjects: pl.DataFrame
    derive: Callable[[Workshop, Parameter], Frame | tuple[pl.DataFrame, bool]]
    done: dict[str, pl.DataFrame] = field(default_factory=dict)
    frames: dict[str, Frame | None] = field(default_factory=dict)
    scores: dict[str, pl.DataFrame] = field(default_factory=dict)
    score_weeks: dict[str, tuple[int, ...]] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The SDTM tables."""
        return self.items.tables

    def parameter(self, parameter_id: str, *, place: str) -> Parameter:
        """Return a parameter of the plan.

        Raises:
            StudyError: ADAM-004, there is none of this id.
        """
        known = [one.id for one in self.study.plan.parameters]
        if parameter_id in known:
            return self.study.plan.parameter(parameter_id)
        hint = closest(parameter_id, known) or "name a parameter of the analysis plan"
        message = f"the plan has no parameter {parameter_id}"
        raise StudyError(Fault(id="ADAM-004", message=message, place=place, hint=hint))

    def use(self, use_id: str | None, *, place: str) -> InstrumentUse:
        """Return an instrument use of the study.

        Raises:
            StudyError: ADAM-005, there is none of this id.
        """
        for use in self.study.instruments:
            if use.id == use_id:
                return use
        known = [one.id for one in self.study.instruments]
        hint = closest(use_id or "", known) or f"there are {', '.join(known)}"
        message = f"no instrument use is called {use_id}"
        raise StudyError(Fault(id="ADAM-005", message=message, place=place, hint=hint))

    def finished(self, parameter_id: str, *, place: str = "analysis plan") -> pl.DataFrame:
        """Return the finished rows of a parameter, deriving it first where need be.

        Raises:
            StudyError: ADAM-006, parameters that are derived from each other in a circle.
        """
        if parameter_id in self.done:
            return self.done[parameter_id]
        parameter = self.parameter(parameter_id, place=place)
        if parameter_id in self.open:
            chain = " → ".join([*self.open, parameter_id])
            raise StudyError(
                Fault(
                    id="ADAM-006",
                    message=f"parameters depend on each other: {chain}",
                    place=place,
                    hint="break the circle",
                )
            )
        self.open.append(parameter_id)
        made = self.derive(self, parameter)
        self.open.pop()
        subjects = self.subjects_of(parameter)
        block = self.block(parameter)
        if isinstance(made, Frame):
            self.frames[parameter_id] = made
            self.done[parameter_id] = finish(self.study, parameter, made, subjects, block=block)
        else:
            rows, overall = made
            self.frames[parameter_id] = None
            self.done[parameter_id] = single(
                self.study, parameter, rows, subjects, block=block, overall=overall
            )
        return self.done[parameter_id]

    def observed(self, parameter_id: str, *, place: str) -> pl.DataFrame:
        """Return the finished rows that were observed and are analysed, not imputed."""
        rows = self.finished(parameter_id, place=place)
        return rows.filter(pl.col("DTYPE").is_null(), pl.col("ANL01FL") == "Y")

    def weeks(self, parameter_id: str, *, place: str) -> tuple[int, ...]:
        """Return the weeks after baseline at which a value of a parameter is planned."""
        self.finished(parameter_id, place=place)
        frame = self.frames[parameter_id]
        return frame.weeks if frame is not None else ()

    def weeks_of_forms(self, forms: set[str]) -> tuple[int, ...]:
        """Return the weeks after baseline at which any of the forms is filled in."""
        visits = {visit for form in self.study.forms if form.id in forms for visit in form.visits}
        first = self.study.baseline_visit.number
        return tuple(visit.week for visit in self.study.visits if visit.id in visits and visit.number > first)

    def block(self, parameter: Parameter) -> int:
        """Return the ordinal of a parameter in its dataset."""
        return [one.id for one in self.study.plan.parameters if one.dataset == parameter.dataset].index(
            parameter.id
        )

    def subjects_of(self, parameter: Parameter) -> pl.DataFrame:
        """Return the participants for whom a parameter is defined, with ``counted`` (values may be imputed).

        A restriction that cannot be decided for want of a fact does not hold.
        """
        randomised = (
            pl.col("RANDFL") == "Y" if self.study.design.randomised else pl.col("TRTSDT").is_not_null()
        )
        subjects = self.subjects.with_columns(counted=randomised)
        if parameter.restrict is not None:
            place = f"parameter {parameter.id}, restrict"
            holds = judge(
                Expression.compile(parameter.restrict, place=place),
                self.facts(parameter.restrict, place=place),
            )
            subjects = subjects.filter(holds.fill_null(value=False))
        return subjects.select("USUBJID", "TRTSDT", "EOSSTT", "LSTWEEK", "counted")

    def facts(self, text: str, *, place: str) -> pl.DataFrame:
        """Return the facts of a condition, one row a participant in the order of ADSL.

        An item counts with its last value up to the baseline visit.
        """
        facts = self.subjects
        last = float(self.study.baseline_visit.number)
        for form, item in Expression.compile(text, place=place).references:
            name = f"{form}.{item}"
            if form == "participant":
                continue
            numeric = self.items.item((form, item), place=place).type in ("integer", "decimal")
            values = (
                self.items.values((form, item), place=place)
                .filter(pl.col("VISITNUM").is_null() | (pl.col("VISITNUM") <= last))
                .sort("USUBJID", "VISITNUM", "SEQ", nulls_last=False)
                .group_by("USUBJID")
                .agg(pl.col("number" if numeric else "value").last().alias(name))
            )
            facts = facts.join(values, on="USUBJID", how="left", maintain_order="left")
        return facts
