"""What is answered about the sample size of a study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lupustrial.design._answers import Question, SizeRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Assumption:
    """One thing that the sample size rests on.

    Attributes:
        what: What is assumed.
        value: Its value in words.
        source: Where it comes from.
    """

    what: str
    value: str
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ScenarioPower:
    """Power of the planned trial where other rates hold.

    Attributes:
        name: Name of the scenario.
        rates: The rates in words.
        source: Where they come from.
        rows: Power of the planned trial, by test.
        needed: What the size would have to be for the power asked for, by the test of the protocol.
    """

    name: str
    rates: str
    source: str
    rows: tuple[SizeRow, ...]
    needed: SizeRow


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyPower:
    """Everything that is answered about the sample size of a study.

    Attributes:
        study: Id of the study.
        endpoint: The endpoint.
        question: The comparison with everything assumed, what was derived included.
        assumptions: What it rests on.
        derived: How a rate that is not stated was derived; empty where all are stated.
        planned: Participants of the two arms, as planned.
        stated: Participants of an arm as protocol or paper state; None where they do not.
        at_planned: Power of the planned trial under the assumptions.
        at_stated: Power of the stated size; empty where none is stated.
        scenarios: Power of the planned trial elsewhere.
        because: The assumptions as a sentence.
        others: The comparison in the scenarios, by their rates.
    """

    study: str
    endpoint: str
    question: Question
    assumptions: tuple[Assumption, ...]
    derived: str
    planned: tuple[int, int]
    stated: int | None
    at_planned: tuple[SizeRow, ...]
    at_stated: tuple[SizeRow, ...]
    scenarios: tuple[ScenarioPower, ...]
    because: str
    others: Mapping[str, Question] = field(default_factory=dict)

    @property
    def paragraph(self) -> str:
        """The paragraph for the protocol."""
        return self.question.paragraph(self.endpoint, self.because)

    @property
    def marked(self) -> dict[str, tuple[int, int]]:
        """Sizes to mark on a curve."""
        sizes = {"planned": self.planned}
        if self.stated is None or self.planned == (self.stated, self.stated):
            return sizes
        return {"stated": (self.stated, self.stated), **sizes}
