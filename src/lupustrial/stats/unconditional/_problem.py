"""What is asked of an exact unconditional method: the table, the measure, how tables are ordered."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lupustrial.stats._arguments import Table, check_choice, checked_table, refuse
from lupustrial.stats._miettinen_nurminen import Columns, columns
from lupustrial.stats._one_proportion import clopper_pearson
from lupustrial.stats._score_functions import MEASURES, SCORES

STATISTICS = ("score", "unstandardised")
TWO_SIDED = ("central", "square")
LARGEST = 2000
SLACK = 1e-7


@dataclass(frozen=True)
class Region:
    """Tables at least as extreme as the one seen.

    Attributes:
        upper: For each x1, the tables with x2 below this number have a first group as high or higher.
        lower: For each x1, the tables with x2 from this number on are as extreme on the other side; ``None``
            where one side counts.
    """

    upper: NDArray[np.intp]
    lower: NDArray[np.intp] | None


@dataclass(frozen=True)
class Box:
    """Where the two proportions may lie: everywhere, or within the limits of Berger and Boos."""

    low1: float = 0.0
    high1: float = 1.0
    low2: float = 0.0
    high2: float = 1.0


@dataclass(frozen=True)
class Problem:
    """A question about one table, put so that "extreme" means a first group that is high.

    Attributes:
        table: The table seen.
        measure: ``"risk difference"``, ``"risk ratio"`` or ``"odds ratio"``.
        statistic: ``"score"`` or ``"unstandardised"``.
        square: Whether tables on the other side count too.
        box: Where the proportions may lie.
    """

    table: Table
    measure: str
    statistic: str = "score"
    square: bool = False
    box: Box = Box()

    @property
    def turned(self) -> Problem:
        """The same question with the groups exchanged."""
        t, b = self.table, self.box
        return replace(
            self,
            table=Table(t.x2, t.n2, t.x1, t.n1),
            box=Box(b.low2, b.high2, b.low1, b.high1),
        )

    def turned_value(self, value: float) -> float:
        """Return a value of the measure with the groups exchanged."""
        if self.measure == "risk difference":
            return -value
        return 1 / value if value else math.inf

    @cached_property
    def _every(self) -> Columns:
        """The counts of all tables, as x1 down and x2 across."""
        _, n1, _, n2 = columns(self.table)
        return np.arange(n1[0] + 1.0)[:, None], n1, np.arange(n2[0] + 1.0)[None, :], n2

    def region(self, low: float, high: float) -> Region:
        """Return tables that are as extreme at some value of the measure from ``low`` to ``high``.

        Scores fall as the value grows. So a table that reaches the score seen anywhere does so when its own
        score is taken at ``low`` and the one seen at ``high``. The slack lets in ties that rounding would
        lose.
        """
        if self.statistic == "unstandardised":
            return Region(upper=_cuts(self._as_high), lower=None)
        score = SCORES[self.measure]
        at = float(score(*columns(self.table), np.array([high]))[0])
        seen = abs(at) if self.square else at
        slack = SLACK * (1 + abs(seen))
        scores = score(*self._every, np.array([low]))
        upper = _cuts(scores >= seen - slack)
        if not self.square:
            return Region(upper=upper, lower=None)
        if low != high:
            scores = score(*self._every, np.array([high]))
        lower = self.table.n2 + 1 - _cuts((scores <= slack - seen)[::-1, ::-1])[::-1]
        return Region(upper=upper, lower=lower)

    @cached_property
    def _as_high(self) -> NDArray[np.bool_]:
        """Tables whose sample difference or ratio is as high as the one seen, in whole numbers."""
        x1, x2 = (np.arange(n + 1, dtype=np.int64) for n in (self.table.n1, self.table.n2))
        x1, x2 = x1[:, None], x2[None, :]
        if self.measure == "risk difference":
            seen = self.table.x1 * self.table.n2 - self.table.x2 * self.table.n1
            return np.asarray(x1 * self.table.n2 - x2 * self.table.n1 >= seen)
        return np.asarray((x1 * self.table.x2 >= x2 * self.table.x1) & ((x1 > 0) | (self.table.x1 == 0)))


def _cuts(inside: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return for each x1 how many x2 from 0 on lie inside, closed under a higher x1 and a lower x2."""
    across = inside.shape[1]
    last = np.where(inside.any(axis=1), across - np.argmax(inside[:, ::-1], axis=1), 0)
    return np.maximum.accumulate(last)


def checked_problem(
    *,
    x1: int,
    n1: int,
    x2: int,
    n2: int,
    measure: str,
    statistic: str,
    two_sided: str,
    berger_boos: float,
    level: float,
) -> Problem:
    """Return the problem, or raise (STAT-001, STAT-006, STAT-007, STAT-008)."""
    check_choice("measure", measure, MEASURES)
    check_choice("statistic", statistic, STATISTICS)
    check_choice("two_sided", two_sided, TWO_SIDED)
    table = checked_table(x1=x1, n1=n1, x2=x2, n2=n2)
    if statistic == "unstandardised" and (measure == "odds ratio" or two_sided == "square"):
        message = f"tables are not ordered unstandardised for a {two_sided} {measure}"
        raise refuse("STAT-006", message, "statistic", "use statistic='score'")
    if not 0 <= berger_boos < level:
        message = f"{berger_boos!r} is not between 0 and the level of a side, {level:g}"
        raise refuse("STAT-007", message, "berger_boos", "give a small number, e.g. 0.001, or 0")
    if table.n > LARGEST:
        message = f"{table.n} participants; exact unconditional methods are offered up to {LARGEST}"
        raise refuse("STAT-008", message, "n1 + n2", "use miettinen_nurminen at this size")
    square = two_sided == "square"
    return Problem(table, measure, statistic, square=square, box=_box(table, berger_boos))


def _box(table: Table, berger_boos: float) -> Box:
    """Return the limits that hold both proportions with probability at least 1 - ``berger_boos``."""
    if berger_boos == 0:
        return Box()
    first = clopper_pearson(x=table.x1, n=table.n1, confidence_level=1 - berger_boos / 2)
    second = clopper_pearson(x=table.x2, n=table.n2, confidence_level=1 - berger_boos / 2)
    return Box(first.lower, first.upper, second.lower, second.upper)
