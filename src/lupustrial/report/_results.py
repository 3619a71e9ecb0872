"""The ARD opened for reading: results by analysis, parameter, week, group and method."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from lupustrial.study import Analysis, AnalysisPlan, Population, Study

NOT_PUBLISHED = "not published"
DAGGER = "\N{DAGGER}"
_SLUG = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, order=True)
class Key:
    """What the statistics of one method on one group have in common."""

    analysis: str
    paramcd: str
    week: int | None
    group: str
    method: str

    @property
    def name(self) -> str:
        """The common part of the results' ids."""
        week = "overall" if self.week is None else str(self.week)
        return f"{self.analysis}|{self.paramcd}|{week}|{self.group}|{self.method}"

    @property
    def anchor(self) -> str:
        """An id for HTML made from the results' ids."""
        return "r-" + _SLUG.sub("-", self.name)


@dataclass(frozen=True)
class Outcome:
    """All statistics of one key, with their ARD rows."""

    key: Key
    rows: tuple[Mapping[str, Any], ...]

    @property
    def values(self) -> dict[str, float]:
        """The numbers that could be computed, by statistic."""
        return {row["STAT"]: row["VALUE"] for row in self.rows if row["VALUE"] is not None}

    @property
    def errors(self) -> dict[str, str]:
        """Why a statistic is missing, by statistic."""
        return {row["STAT"]: row["ERROR"] for row in self.rows if row["ERROR"] is not None}

    @property
    def texts(self) -> tuple[str, ...]:
        """What the results say of how they came about, e.g. weights or the covariance used."""
        said = (row["TEXT"] for row in self.rows if row["TEXT"] and row["TEXT"] not in row["STAT"])
        return tuple(dict.fromkeys(said))

    @property
    def published(self) -> bool:
        """Whether the numbers may be read as observed or published ones."""
        return bool(self.rows[0]["PROVENANCE"] != NOT_PUBLISHED)


@dataclass(frozen=True)
class Results:
    """The ARD of a study, looked up by key; remembers nothing and computes nothing."""

    study: Study
    outcomes: Mapping[Key, Outcome] = field(default_factory=dict)
    main: AnalysisPlan | None = None  # the plan of ``analysis.yaml``, where the study is under a further one

    def under(self, name: str) -> Results:
        """Return the same results, read by a further plan."""
        return Results(self.study.under(name), self.outcomes, main=self.study.plan)

    def planned(self, analysis_id: str | None) -> tuple[Analysis, AnalysisPlan] | None:
        """Return an analysis and the plan in which it stands: that of the study, or the first one."""
        plans = [self.study.plan] if self.main is None else [self.study.plan, self.main]
        for plan in plans:
            for analysis in plan.analyses:
                if analysis.id == analysis_id:
                    return analysis, plan
        return None

    @classmethod
    def of(cls, study: Study, ard: pl.DataFrame) -> Results:
        """Open an ARD."""
        found: dict[Key, list[Mapping[str, Any]]] = {}
        for row in ard.iter_rows(named=True):
            key = Key(row["ANALYSIS"], row["PARAMCD"], row["AVISITN"], row["GROUP"], row["METHOD"])
            found.setdefault(key, []).append(row)
        return cls(study, {key: Outcome(key, tuple(rows)) for key, rows in found.items()})

    def get(
        self, analysis: str | None, paramcd: str | None, week: int | None, group: str, method: str | None
    ) -> Outcome | None:
        """Return the statistics of a key, or None where the ARD has none."""
        if analysis is None or paramcd is None or method is None:
            return None
        return self.outcomes.get(Key(analysis, paramcd, week, group, method))

    @property
    def blinded(self) -> bool:
        """Whether the ARD knows no arms."""
        return not any(row.rows[0]["GROUPTYPE"] == "arm" for row in self.outcomes.values())

    @property
    def groups(self) -> tuple[str, ...]:
        """Labels of the groups that are described, in the order of the study's arms."""
        return ("all",) if self.blinded else tuple(arm.label for arm in self.study.arms)

    @property
    def contrasts(self) -> tuple[str, ...]:
        """Labels of the comparisons, arm minus reference."""
        reference = [arm.label for arm in self.study.arms if arm.reference]
        others = [arm.label for arm in self.study.arms if not arm.reference]
        return tuple(f"{arm} - {reference[0]}" for arm in others) if reference else ()

    def size(self, population: str | None, group: str) -> int | None:
        """Return how many participants a population has in a group, as counted in the flow."""
        found = self.get("DISPOSITION", f"POP-{population}", None, group, "disposition")
        return None if found is None else int(found.values["n"])

    def population(self, population_id: str) -> Population:
        """Return a population of the study."""
        return next(one for one in self.study.populations if one.id == population_id)
