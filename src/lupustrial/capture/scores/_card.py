"""What is shown of a score: one card, whatever the instrument."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from lupustrial.capture.scores._dose import Converted

Shape = Literal["score", "grades", "verdict", "dose"]

#: ``"met"``, ``"not met"``, ``"open"`` of a component; ``"lacking"`` of an item; ``"plain"`` of a value.
LineState = Literal["met", "not met", "open", "lacking", "plain"]


@dataclass(frozen=True, kw_only=True)
class ScoreLine:
    """One thing that makes a score.

    Attributes:
        label: Item, domain or component.
        value: Answer or grade in words.
        points: What it adds; empty where it adds nothing.
        why: What decides it, in words.
        before: The same at the visit before; empty where that is not shown.
        state: What it is to the score.
    """

    label: str
    value: str = ""
    points: str = ""
    why: str = ""
    before: str = ""
    state: LineState = "plain"


@dataclass(frozen=True, kw_only=True)
class Signing:
    """Which rules made a score, and whether a clinician signed them.

    Attributes:
        instrument: Title of the instrument.
        version: Its version here.
        digest: First twelve digits of the hash of its settings.
        settings: Name, option, and whether the rule is uncertain.
        signed: Who signed; empty where nobody did.
        uncertain: Number of rules that wait for a signature; 0 where all are signed.
    """

    instrument: str
    version: str
    digest: str
    settings: tuple[tuple[str, str, bool], ...]
    signed: str
    uncertain: int


@dataclass(frozen=True, kw_only=True)
class ScoreCard:
    """A score at a visit, as somebody may see it.

    Attributes:
        use: Id of the score.
        title: Title of the instrument.
        visit: The visit.
        shape: How it is laid out.
        headline: The score in a word; empty where it is not known.
        span: Between which values it lies, where it is not known.
        completeness: ``"complete"``, ``"incomplete"``, ``"not evaluable"``, or ``"refused"`` (`fault` says
            why); empty where the instrument tells none.
        lines: What makes it.
        facts: Further results: name and value.
        lacking: Items without an answer, where they matter: label and, in words, why.
        before: Headline at the visit before, with the name of that visit; empty where it is not shown.
        nearest: The nearest change that turns a verdict, in words.
        records: Records of a log of drugs.
        note: Anything else that must be said.
        withheld: Why a part is not shown.
        fault: Why it cannot be scored.
        signing: The rules behind it.
        outputs: The outputs of the instrument as they are; withheld ones are absent.
    """

    use: str
    title: str
    visit: str
    shape: Shape
    signing: Signing
    headline: str = ""
    span: str = ""
    completeness: str = ""
    lines: tuple[ScoreLine, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    lacking: tuple[tuple[str, str], ...] = ()
    before: str = ""
    nearest: str = ""
    records: tuple[Converted, ...] = ()
    note: str = ""
    withheld: str = ""
    fault: str = ""
    outputs: Mapping[str, Any] = field(default_factory=dict)
