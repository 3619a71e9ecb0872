"""Why a composite came out as it did: the least set of facts that decides, and the nearest change.

Nothing is judged twice: every question ("is it still decided without this fact?") is put to ``score``
itself, on a frame in which the other facts are unknown. What there is to ask the instrument declares.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import polars as pl

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments._ask import Questions
from lupustrial.instruments._compose import composed
from lupustrial.instruments._explains import Criterion, Explains
from lupustrial.instruments._frame import checked, in_order
from lupustrial.instruments._known import Key, Known, known_of, read_by
from lupustrial.instruments._nearest import Change, nearest_change
from lupustrial.instruments._registry import INSTRUMENTS, find
from lupustrial.instruments._score import score
from lupustrial.instruments._settings import Scalar, resolve
from lupustrial.instruments._smallest import smallest

_PLACES = {"baseline": "at baseline", "previous": "at the previous assessment", "visit": "at the visit"}


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One known fact: column name, ``baseline``, ``previous`` or ``visit``, and value as text.

    `label` is what prose calls it.
    """

    name: str
    at: str
    value: str
    label: str

    def __str__(self) -> str:
        """Render as ``SLEDAI 12 at baseline``."""
        return f"{self.label} {self.value} {_PLACES[self.at]}"


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why a composite came out as it did.

    Attributes:
        instrument: Id of the instrument.
        participant: USUBJID.
        visit: The visit as it was asked for.
        verdict: ``Y``, ``N`` or a state; None when undecided or not evaluable.
        state: As scored, e.g. responder, non-responder, undecided, not evaluable.
        facts: The least set of facts that decides the verdict: known alone, they give it; without any one of
            them, and nothing else known, it is open or another.
        failing: Criteria that are not met, all of them.
        change: The nearest change of the visit's facts that turns the verdict; empty where none does, None
            where there is no verdict or a fact that the criteria read is not known exactly.
        missing: Facts whose absence leaves a criterion open.
        settings: The settings in force.
        smallest: Whether `facts` is proven smallest by number. Where it is not (the search has an end), no
            fact of it can be left out all the same.
        title: What prose calls the verdict.
        otherwise: What prose calls a participant with the verdict after `change`.
        not_evaluable: The sentence for a visit that is not evaluable.
        labels: What prose calls the columns in `missing`.
    """

    instrument: str
    participant: str
    visit: str
    verdict: str | None
    state: str
    facts: tuple[Fact, ...]
    failing: tuple[str, ...]
    change: tuple[Change, ...] | None
    missing: tuple[Key, ...]
    settings: Mapping[str, str]
    smallest: bool = True
    title: str = ""
    otherwise: str = ""
    not_evaluable: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    def prose(self) -> str:
        """Return the explanation as plain sentences."""
        head = f"{self.participant}, visit {self.visit}, {self.title}: {self.state}."
        if self.state == "not evaluable":
            return f"{head} {self.not_evaluable}"
        if self.verdict is None:
            absent = ", ".join(f"{self.labels[name]} ({at})" for name, at in self.missing)
            return f"{head} It cannot be decided: not known {absent}."
        parts = [head, f"What decides: {'; '.join(_told(self.facts))}."]
        if len(self.failing) > 1:
            parts.append(f"Not met: {', '.join(self.failing)}.")
        if self.change:
            steps = "; ".join(f"{each.label} {each.to} instead of {each.value}" for each in self.change)
            parts.append(f"Nearest change that makes {self.otherwise}: {steps}.")
        elif self.change is None:
            parts.append("The nearest change cannot be given: not every component is known.")
        else:
            parts.append(f"No change at this visit makes {self.otherwise}.")
        return " ".join(parts)


def _told(facts: Sequence[Fact]) -> Iterator[str]:
    """Return the facts as text, answers that are alike under one: ``CAST, HAEM N at the visit``."""
    for (at, value), group in groupby(facts, key=lambda fact: (fact.at, fact.value)):
        alike = list(group)
        if value in ("Y", "N"):
            yield f"{', '.join(fact.label for fact in alike)} {value} {_PLACES[at]}"
        else:
            yield from map(str, alike)


def explain(
    name: str, frame: pl.DataFrame, *, visit: float | str, settings: Mapping[str, Scalar] | None = None
) -> Explanation:
    """Explain a participant's verdict at a visit.

    Args:
        name: Id of an instrument that can be explained: one whose ``INSTRUMENTS[name].explains`` is there.
        frame: The rows of one participant, as for ``score``. Where a component comes as items, the facts are
            components, with the bounds that the items leave.
        visit: VISITNUM of the row to explain, or its ADT (ISO 8601) where the frame has no VISITNUM.
        settings: As for ``score``.

    Raises:
        InstrumentError: As ``score``; INSTR-014 for another instrument, several participants or an absent
            visit.
    """
    instrument = find(name)
    explains = instrument.explains
    if explains is None:
        others = ", ".join(one for one, each in INSTRUMENTS.items() if each.explains is not None)
        raise _refused(
            f"{name!r} cannot be explained", "instrument", f"its reasons say why; explain takes {others}"
        )
    whole = composed(instrument, frame, settings or {})
    chosen = resolve(instrument, whole.settings)
    rows = in_order(checked(whole.frame, instrument.inputs))
    at = _row_of(rows, visit)
    result = score(name, frame, settings=settings, reasons=False).row(at, named=True)
    known = known_of(rows, at, explains, {each.code: each for each in instrument.inputs}, chosen)
    questions = Questions(instrument, explains, known, chosen)
    criteria = [one for one in explains.criteria if one.is_asked(chosen)]
    evaluable = result["state"] != "not evaluable"
    facts, is_smallest = _least(questions, explains)
    turnable = questions.verdict is not None and not known.gaps
    change, verdict = nearest_change(questions, explains) if turnable else (None, None)
    return Explanation(
        instrument=instrument.id,
        participant=str(result["USUBJID"]),
        visit=str(visit),
        verdict=questions.verdict,
        state=str(result["state"]),
        facts=facts,
        failing=tuple(_failing(criteria, known, result)) if evaluable else (),
        change=change,
        missing=_missing(criteria, known, result) if evaluable else (),
        settings=chosen,
        smallest=is_smallest,
        title=explains.title.format_map(chosen),
        otherwise=_otherwise(explains, questions.verdict, verdict),
        not_evaluable=explains.not_evaluable,
        labels={column: explains.name_of(column) for column, _ in known.gaps},
    )


def _least(questions: Questions, explains: Explains) -> tuple[tuple[Fact, ...], bool]:
    """Return the least set of facts that decides, none without a verdict, and whether it is proven."""
    if questions.verdict is None:
        return (), True
    numbers, proven = smallest(len(questions.keys), questions.decided_by)
    facts = [(*questions.keys[number], questions.held[number].text) for number in numbers]
    told = (
        Fact(name=column, at=place, value=text, label=explains.name_of(column))
        for column, place, text in facts
    )
    return tuple(told), proven


def _failing(criteria: Sequence[Criterion], known: Known, result: Mapping[str, object]) -> Iterator[str]:
    """Return the criteria that are not met, each once."""
    for name, group in groupby(criteria, key=lambda one: one.name):
        if any(_fails(one, known, result) for one in group):
            yield name


def _fails(criterion: Criterion, known: Known, result: Mapping[str, object]) -> bool:
    if criterion.flag:
        return result[criterion.flag] == "N"
    held = known.facts.get((criterion.columns[0], "visit"))
    return held is not None and held.value == 1


def _missing(criteria: Sequence[Criterion], known: Known, result: Mapping[str, object]) -> tuple[Key, ...]:
    """Return the gaps of the criteria that are open; all gaps where only the verdict is (who counts)."""
    read = read_by(one for one in criteria if not one.flag or result[one.flag] is None)
    found = tuple(key for key in known.gaps if key in read)
    return known.gaps if result["completeness"] == "incomplete" and not found else found


def _otherwise(explains: Explains, verdict: str | None, turned: str | None) -> str:
    """Return what prose calls the other verdict."""
    if turned is not None:
        return explains.outcome(turned)
    others = [outcome for one, outcome in explains.outcomes.items() if one != verdict]
    return others[0] if len(others) == 1 else "another state"


def _row_of(rows: pl.DataFrame, visit: float | str) -> int:
    """Return ``_row`` of the visit in a checked frame, which must be of one participant."""
    if rows["USUBJID"].n_unique() != 1:
        raise _refused("needs the rows of exactly one participant", "frame", "filter by USUBJID")
    key = "VISITNUM" if "VISITNUM" in rows.columns else "ADT"
    given = rows.sort("_row")[key].to_list()
    at = [row for row, value in enumerate(given) if _is_visit(value, visit)]
    if len(at) != 1:
        held = ", ".join(map(str, given))
        raise _refused(f"{visit!r} is not a visit of the frame", key, f"it has {held}")
    return at[0]


def _refused(message: str, place: str, hint: str) -> InstrumentError:
    return InstrumentError(Fault(id="INSTR-014", message=message, place=place, hint=hint))


def _is_visit(value: object, visit: float | str) -> bool:
    if isinstance(value, int | float) and not isinstance(visit, str):
        return value == visit
    return str(value) == str(visit)
