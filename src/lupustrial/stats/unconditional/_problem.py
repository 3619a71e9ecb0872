"""What is asked of an exact unconditional method: the table, the measure, how tables are ordered."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from lupustrial.stats._arguments import Table, check_choice, checked_table, refuse
from lupustrial.stats._one_proportion import clopper_pearson
from lupustrial.stats._score_functions import MEASURES

STATISTICS = ("score", "unstandardised")
TWO_SIDED = ("central", "square")
LARGEST = 2000


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
