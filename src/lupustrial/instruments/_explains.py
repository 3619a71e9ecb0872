"""What an instrument declares so that ``explain`` can say why its verdict came out as it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

#: Where a fact was seen: at baseline, at the previous assessment, or at the visit that is explained.
Place = Literal["baseline", "previous", "visit"]


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One condition of the verdict.

    Attributes:
        name: How prose calls it where it is not met.
        columns: The inputs that it reads.
        at: Where it reads them.
        flag: The output that tells whether it is met; empty for a yes/no input that must be no.
        when: By setting, the options under which it is asked; all must be in force.
        blank_holds: Whether a blank answer counts as met, so that it is not a gap in what is known.
        absorbing: Whether a yes stays for all later visits.
    """

    name: str
    columns: tuple[str, ...]
    at: tuple[Place, ...] = ("visit",)
    flag: str = ""
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    blank_holds: bool = False
    absorbing: bool = False

    def is_asked(self, settings: Mapping[str, str]) -> bool:
        """Return whether the criterion is asked under these settings."""
        return all(settings[setting] in options for setting, options in self.when.items())


@dataclass(frozen=True, kw_only=True)
class PreviousVisit:
    """Which earlier row is the previous assessment, where it need not be the one before.

    Under the option `option` of `setting` it is the last row that holds any of `columns`. A question to
    ``score`` is put with the option `asked_with`, by which it is the row before, whatever that holds.
    """

    columns: tuple[str, ...]
    setting: str
    option: str
    asked_with: str


@dataclass(frozen=True, kw_only=True)
class Explains:
    """How a verdict is made of criteria, and how prose speaks of it.

    Attributes:
        title: Name of the verdict; ``{setting}`` stands for the option in force.
        criteria: The conditions, in the order of their facts.
        not_evaluable: Sentence for a visit that cannot be judged.
        verdict: The output that is explained: Y, N or null, or a state.
        outcomes: By verdict, what prose calls a participant with it; a state is called by its name.
        names: By input, what prose calls it; without an entry its code without underscores.
        bounds: By input, the inputs for its lowest and highest possible value.
        either: Pairs of sets of inputs that stand for each other: where the frame has the second, the first
            is not missed, and the other way round.
        previous: How the previous assessment is found; None for the row before.
        protocol: Answers that a protocol gives, with the one that fails (1 yes, 0 no). A change of them is
            proposed only where that is what fails.
        grain: By input, the smallest step that is proposed, in units of its last decimal.
        spans: By input, the range against which a step is measured; without an entry all that is permitted.
    """

    title: str
    criteria: tuple[Criterion, ...]
    not_evaluable: str
    verdict: str = "responder"
    outcomes: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    bounds: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    either: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    previous: PreviousVisit | None = None
    protocol: Mapping[str, int] = field(default_factory=dict)
    grain: Mapping[str, int] = field(default_factory=dict)
    spans: Mapping[str, int] = field(default_factory=dict)

    def name_of(self, column: str) -> str:
        """Return what prose calls an input."""
        return self.names.get(column, column.replace("_", " "))

    def outcome(self, verdict: str) -> str:
        """Return what prose calls a participant with a verdict."""
        return self.outcomes.get(verdict, verdict)
