"""Published figures as a flat list of targets, and all that is known about how to draw the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from lupustrial.reconstruct._printed import Statistic
from lupustrial.reconstruct._schema import DrawingFile, ModelFile, RateSpec, SetSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """One printed figure.

    Attributes:
        id: ``Table 1|AGE|IL2|0|randomised|mean``.
        where: Where it is printed.
        parameter: PARAMCD.
        arm: Arm id.
        week: Week, ``None`` for the whole treatment.
        set: Analysis set or subgroup counted.
        size: Number of participants in it.
        statistic: What is printed.
        printed: The figure, with its digits as printed.
        assumed: Not printed anywhere: a drawing assumption that is treated alike.
    """

    where: str
    parameter: str
    arm: str
    week: int | None
    set: str
    size: int
    statistic: Statistic
    printed: Decimal
    assumed: bool = False

    @property
    def id(self) -> str:
        """Stable id."""
        week = "" if self.week is None else self.week
        return f"{self.where}|{self.parameter}|{self.arm}|{week}|{self.set}|{self.statistic}"

    @property
    def count(self) -> int:
        """The printed number of participants."""
        return int(self.printed)


@dataclass(frozen=True, kw_only=True)
class Targets:
    """All that a study's folder ``published/`` says.

    Attributes:
        source: The publication, as a reference.
        short: Its short name.
        contacted: Number of people contacted.
        flow: Steps of the participant flow whose numbers are printed.
        baseline: Week of the baseline visit.
        sets: Analysis sets and subgroups.
        targets: Every printed figure, in the order of the file.
        assumed: Counts that are assumed and treated like targets.
        rates: Printed comparisons without counts.
        model: Clinical links and grids.
        drawing: What is drawn.
    """

    source: str
    short: str
    contacted: int
    flow: tuple[str, ...]
    baseline: int
    sets: Mapping[str, SetSpec]
    targets: tuple[Target, ...]
    assumed: tuple[Target, ...]
    rates: tuple[RateSpec, ...]
    model: ModelFile
    drawing: DrawingFile

    @property
    def weeks(self) -> list[int]:
        """Baseline and every week with a figure in any arm, ascending."""
        weeks = {t.week for t in (*self.targets, *self.assumed) if t.week is not None}
        return sorted({self.baseline, *weeks})
