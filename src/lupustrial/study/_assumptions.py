"""What the sample size of a study rests on, as declared under ``sample_size`` of study.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class AssumedRate:
    """The rate of an arm: `rate`, or `events` among `of` participants; neither where it is not known."""

    arm: str
    rate: Decimal | None = None
    events: int | None = None
    of: int | None = None
    source: str = ""

    @property
    def value(self) -> float | None:
        """The rate as a number, or None where it is not known."""
        if self.rate is not None:
            return float(self.rate)
        return float(Fraction(self.events, self.of)) if self.events is not None and self.of else None


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Rates other than those assumed, at which the power is shown too."""

    name: str
    rates: tuple[AssumedRate, ...]
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class SampleSizePlan:
    """The assumptions of the sample size.

    Which keys are needed depends on `test`: `rates` of the two arms for a test of proportions; `difference`
    and `sd` for ``t``, with `correlation` of outcome and baseline for ``ancova``; `win_probability` for
    ``mann_whitney``. `stated` is the number of participants in each arm that a protocol or paper gives; with
    it, the rate of one arm may be left open and is derived. `dropout` is the share that is expected to leave
    without an outcome; `margin` the difference under the null hypothesis, for ``farrington_manning``.
    """

    endpoint: str
    test: Literal[
        "pearson",
        "n_minus_1",
        "yates",
        "fisher",
        "boschloo",
        "unconditional_score",
        "farrington_manning",
        "t",
        "ancova",
        "mann_whitney",
    ]
    power: Decimal
    alpha: Decimal = Decimal("0.05")
    sides: Literal[1, 2] = 2
    dropout: Decimal = Decimal(0)
    margin: Decimal = Decimal(0)
    stated: int | None = None
    rates: tuple[AssumedRate, ...] = ()
    difference: Decimal | None = None
    sd: Decimal | None = None
    correlation: Decimal | None = None
    win_probability: Decimal | None = None
    scenarios: tuple[Scenario, ...] = ()
    source: str = ""
