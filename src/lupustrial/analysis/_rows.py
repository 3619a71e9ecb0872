"""ADaM rows laid out for analysis: per parameter, population, visit and arm, in one pass a dataset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl

from lupustrial.analysis._condition import to_sql
from lupustrial.analysis._events import Happened, Values, after_events, happened, lacking
from lupustrial.analysis._selection import LINE, Selection, digest, with_lines
from lupustrial.study import Analysis, Parameter, Study

_NEEDED = ("USUBJID", "PARAMCD", "AVISITN", "AVAL", "BASE", "ANL01FL", "TRT01P")


@dataclass(frozen=True, kw_only=True)
class Block:
    """Rows of one parameter, visit and group as arrays (missing = NaN, never outside this room)."""

    participants: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    aval: Values = field(default_factory=lambda: np.empty(0))
    base: Values = field(default_factory=lambda: np.empty(0))
    doubtful: bool = False  # made of rows of which a participant had more than one

    @classmethod
    def of(cls, rows: pl.DataFrame) -> Block:
        """Take the columns that analyses need out of a frame."""
        return cls(
            participants=tuple(rows["USUBJID"].to_list()),
            lines=tuple(rows[LINE].to_list()),
            aval=rows["AVAL"].cast(pl.Float64).to_numpy(),
            base=rows["BASE"].cast(pl.Float64).to_numpy(),
        )

    @classmethod
    def joined(cls, blocks: Iterable[Block]) -> Block:
        """Put groups together."""
        parts = tuple(blocks)
        if len(parts) == 1:
            return parts[0]
        return cls(
            participants=tuple(name for part in parts for name in part.participants),
            lines=tuple(line for part in parts for line in part.lines),
            aval=np.concatenate([np.empty(0), *(part.aval for part in parts)]),
            base=np.concatenate([np.empty(0), *(part.base for part in parts)]),
            doubtful=any(part.doubtful for part in parts),
        )

    @cached_property
    def inputs(self) -> str:
        """The fingerprint of the rows."""
        return digest(self.lines)

    @property
    def repeated(self) -> bool:
        """Whether a participant has more than one row."""
        return self.doubtful or len(set(self.participants)) < len(self.participants)


_Visits = dict[int | None, dict[str | None, Block]]
_Key = tuple[str, str, str | None, str | None, bool]


def laid_out(blocks: Sequence[Block], participants: Sequence[str]) -> tuple[Values, Values]:
    """Return values (participants x blocks) and baselines (the first known), missing as NaN."""
    place = {name: number for number, name in enumerate(participants)}
    values = np.full((len(participants), len(blocks)), np.nan)
    bases = np.full(len(participants), np.nan)
    for column, block in enumerate(blocks):
        rows = [place[name] for name in block.participants]
        values[rows, column] = block.aval
        bases[rows] = np.where(np.isnan(bases[rows]), block.base, bases[rows])
    return values, bases


@dataclass(kw_only=True)
class AnalysisRows:
    """Looks rows up by parameter, population, visit and arm without scanning a dataset twice."""

    study: Study
    datasets: Mapping[str, pl.DataFrame]
    _parameters: dict[str, dict[str, pl.DataFrame]] = field(default_factory=dict)
    _visits: dict[_Key, _Visits] = field(default_factory=dict)
    _sizes: dict[tuple[str, str | None], dict[str | None, int]] = field(default_factory=dict)
    _events: dict[str | None, list[Happened]] = field(default_factory=dict)

    @cached_property
    def blinded(self) -> bool:
        """True when no participant has an arm."""
        arms = self.datasets["ADSL"]["TRT01P"]
        return arms.null_count() == arms.len()

    def fault(self, parameter: Parameter, analysis: Analysis) -> str | None:
        """Return why a parameter cannot be analysed, or None when all rows that it takes are there."""
        frame = self.datasets.get(parameter.dataset)
        if frame is None:
            return f"there is no dataset {parameter.dataset}"
        missing = [name for name in _NEEDED if name not in frame.columns]
        if missing:
            return f"{parameter.dataset} has no column {', '.join(missing)}"
        return lacking(self.study, self.datasets, self.study.plan.estimand(analysis.estimand))

    def at(
        self, parameter: Parameter, analysis: Analysis, week: int | None, arms: tuple[str, ...] | None
    ) -> Block:
        """Return the rows of a parameter at a week, of an analysis' population, condition and arms.

        Values are those that the estimand of the analysis defines (`after_events`).
        """
        key = (parameter.id, analysis.population, analysis.where, analysis.estimand, analysis.observed)
        if key not in self._visits:
            self._visits[key] = self._split(parameter, analysis)
        blocks = self._visits[key].get(week, {})
        if arms is None:
            return Block.joined(blocks.values())
        return Block.joined(blocks.get(arm, Block()) for arm in arms)

    def size(self, analysis: Analysis, arms: tuple[str, ...] | None) -> int:
        """Return how many participants the population of an analysis has (in these arms)."""
        key = (analysis.population, analysis.where)
        if key not in self._sizes:
            counts = self.members(analysis)["TRT01P"].value_counts()
            self._sizes[key] = dict(counts.iter_rows())
        sizes = self._sizes[key]
        return sum(sizes.values()) if arms is None else sum(sizes.get(arm, 0) for arm in arms)

    def flag(self, analysis: Analysis) -> str:
        """Return the flag variable of the population of an analysis."""
        return next(one.flag for one in self.study.populations if one.id == analysis.population)

    def _split(self, parameter: Parameter, analysis: Analysis) -> _Visits:
        rows = self._parameter(parameter).filter(pl.col(self.flag(analysis)) == "Y")
        if analysis.where is not None:
            rows = rows.join(self.members(analysis).select("USUBJID"), on="USUBJID", how="semi")
        if analysis.observed and "DTYPE" in rows.columns:
            rows = rows.filter(pl.col("DTYPE").is_null())
        visits: _Visits = {}
        parts = rows.partition_by("AVISITN", "TRT01P", as_dict=True, maintain_order=True)
        for (week, arm), part in parts.items():
            number = None if week is None else int(str(week))
            visits.setdefault(number, {})[None if arm is None else str(arm)] = Block.of(part)
        events = self.events(analysis)
        return self._defined(parameter, analysis, visits, events) if events else visits

    def events(self, analysis: Analysis) -> list[Happened]:
        """Return what happened of the intercurrent events of the estimand of an analysis."""
        if analysis.estimand not in self._events:
            estimand = self.study.plan.estimand(analysis.estimand)
            self._events[analysis.estimand] = happened(self.study, self.datasets, estimand)
        return self._events[analysis.estimand]

    def selection(
        self,
        parameter: Parameter,
        analysis: Analysis,
        weeks: tuple[int | None, ...],
        arms: tuple[str, ...] | None,
    ) -> Selection:
        """Return the selection of what `at` takes at these weeks."""
        return Selection(
            dataset=parameter.dataset,
            paramcd=parameter.id,
            weeks=weeks,
            flags=("ANL01FL", self.flag(analysis)),
            arms=arms,
            where=to_sql(analysis.where) if analysis.where else None,
            observed=analysis.observed,
        )

    def _defined(
        self, parameter: Parameter, analysis: Analysis, visits: _Visits, events: list[Happened]
    ) -> _Visits:
        """Return the visits after baseline with the values that the strategies define."""
        first = self.study.baseline_visit.week
        weeks = sorted(week for week in visits if week is not None and week > first)
        concerned = self.concerned(parameter, analysis)
        for arm, members in concerned.partition_by("TRT01P", as_dict=True).items():
            label = None if arm[0] is None else str(arm[0])
            names = members["USUBJID"].to_list()
            blocks = [visits[week].get(label, Block()) for week in weeks]
            values, bases = laid_out(blocks, names)
            found = after_events(
                values,
                binary=parameter.type == "binary",
                weeks=weeks,
                participants=names,
                events=events,
            )
            for place, week in enumerate(weeks):
                known = ~np.isnan(found.values[:, place])
                visits[week][label] = Block(
                    participants=tuple(name for name, has in zip(names, known, strict=True) if has),
                    lines=blocks[place].lines,
                    aval=found.values[known, place],
                    base=bases[known],
                    doubtful=any(block.repeated for block in blocks[: place + 1]),
                )
        return visits

    def concerned(self, parameter: Parameter, analysis: Analysis) -> pl.DataFrame:
        """Return the members of an analysis whom a parameter is about; of a restricted one, who has rows."""
        members = self.members(analysis)
        if parameter.restrict is None:
            return members
        return members.join(self._parameter(parameter).select("USUBJID"), on="USUBJID", how="semi")

    def members(self, analysis: Analysis) -> pl.DataFrame:
        """Return ADSL of the population of an analysis, and of its condition."""
        adsl = self.datasets["ADSL"].filter(pl.col(self.flag(analysis)) == "Y")
        if analysis.where is None:
            return adsl
        return adsl.sql(f"SELECT * FROM self WHERE {to_sql(analysis.where)}")  # noqa: S608 - a frame in memory

    def _parameter(self, parameter: Parameter) -> pl.DataFrame:
        if parameter.dataset not in self._parameters:
            frame = with_lines(self.datasets[parameter.dataset].filter(pl.col("ANL01FL") == "Y"))
            parts = frame.partition_by("PARAMCD", as_dict=True, maintain_order=True)
            self._parameters[parameter.dataset] = {str(name[0]): rows for name, rows in parts.items()}
        empty = self.datasets[parameter.dataset].clear().with_columns(pl.lit("").alias(LINE))
        return self._parameters[parameter.dataset].get(parameter.id, empty)
