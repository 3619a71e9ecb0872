"""Consistency checks of instruments at a visit, as queries that tell nobody what is hidden from him or her.

A check may compare items of several forms, or with the visit before. Its query stands on one item, and is
read by everybody who sees that item. So it is kept only where each of these roles sees everything that was
compared; a check that needs other visits is kept only where each sees these too.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from lupustrial.capture.scores._answers import Unsaved, answers_of
from lupustrial.capture.scores._scored import Frame, Scorer
from lupustrial.capture.scores._sight import role_sees
from lupustrial.capture.scores._uses import Pair, Use, uses_of
from lupustrial.capture.scores._words import in_words
from lupustrial.capture.store import pages_of, visits_of
from lupustrial.errors import InstrumentError
from lupustrial.instruments import INSTRUMENTS, queries
from lupustrial.ledger import Transaction
from lupustrial.study import InstrumentUse, Study, visible

_CROSS = "cross_checks"


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsistencyFinding:
    """Something that a check of an instrument asks to be verified.

    Attributes:
        form: Form of the item that the query stands on.
        item: The item.
        id: Id of the check, e.g. ``BILAG-Q03`` (docs/instruments/consistency.md).
        message: What to verify, with the values that were seen.
    """

    form: str
    item: str
    id: str
    message: str


def consistency_findings(
    tx: Transaction,
    study: Study,
    participant: str,
    visit: str,
    *,
    form: str,
    given: Unsaved | None = None,
) -> tuple[ConsistencyFinding, ...]:
    """Return what the checks of instruments that read a form ask at a visit, from what is held.

    Args:
        tx: A transaction; what it wrote is seen.
        study: The study.
        participant: Of whom.
        visit: The visit.
        form: The form that was, or is to be, saved.
        given: Unsaved answers of a page of it; they go before what is held.

    Returns:
        Findings on items of the form and of other forms of the visit, each once, in order of the study.
    """
    uses = [use for use in _checked(study).values() if form in _forms(use)]
    if not uses:
        return ()
    place, values = given if given is not None else (None, {})
    answers = answers_of(
        study,
        pages_of(tx, participant),
        visits_of(tx, participant),
        allowed=lambda _pair, _visit: True,
        place=place,
        given=values,
    )
    if visit not in answers.visits:
        return ()
    scorer = Scorer(answers=answers, until=answers.visits[visit].number)
    found: dict[tuple[str, str, str], ConsistencyFinding] = {}
    for use in uses:
        for one in _of_use(study, scorer, use, visit):
            found.setdefault((one.form, one.item, one.id), one)
    return tuple(found.values())


def checks_on(study: Study, form: str, *, reading: str | None = None) -> frozenset[str]:
    """Return the ids of checks that may stand on an item of `form`.

    Args:
        study: The study.
        form: The form.
        reading: Only those that are judged when this form is saved; None for all.
    """
    return frozenset(
        check.id
        for use in _checked(study).values()
        if reading is None or reading in _forms(use)
        for check in use.instrument.checks
        if use.items.get(check.item, ("", ""))[0] == form
    )


def checked_forms(study: Study, form: str) -> frozenset[str]:
    """Return the forms on whose items a query may stand that is judged when `form` is saved."""
    return frozenset(
        use.items[check.item][0]
        for use in _checked(study).values()
        if form in _forms(use)
        for check in use.instrument.checks
        if check.item in use.items
    )


def _checked(study: Study) -> Mapping[str, Use]:
    """Return the uses whose instrument has checks, and the checks across instruments."""
    found = _KNOWN.get(study.digest)
    if found is None:
        found = {name: use for name, use in uses_of(study).items() if use.instrument.checks and use.items}
        cross = _cross(study)
        if len({pair[0] for pair in cross.items.values()}) > 1:
            found[_CROSS] = cross
        _KNOWN[study.digest] = found
    return found


_KNOWN: dict[str, dict[str, Use]] = {}


def _cross(study: Study) -> Use:
    """Return the checks across instruments over the forms that declare one."""
    instrument = INSTRUMENTS[_CROSS]
    codes = {one.code for one in instrument.inputs}
    items: dict[str, Pair] = {}
    for form in study.forms:
        if form.instrument is not None:
            items |= {item.id: (form.id, item.id) for item in form.items if item.id in codes}
    declared = InstrumentUse(id=_CROSS, instrument=_CROSS)
    return Use(id=_CROSS, declared=declared, instrument=instrument, settings={}, items=items)


def _forms(use: Use) -> frozenset[str]:
    return frozenset(pair[0] for pair in (*use.items.values(), *use.once.values()))


def _of_use(study: Study, scorer: Scorer, use: Use, visit: str) -> list[ConsistencyFinding]:
    frame = scorer.frame(use)
    if visit not in frame.visits or (use.id == _CROSS and not _several(scorer, use, visit)):
        return []
    place = frame.visits.index(visit)
    alone = dataclasses.replace(frame, rows=(frame.rows[place],), visits=(visit,))
    unscheduled = [name for name in scorer.answers.visits if study.is_unscheduled(name)]
    found = _asked(study, use, alone, visit, unscheduled, history=False)
    if len(frame.visits) > 1 and _somewhere(study, use, visit, unscheduled):
        found += _asked(study, use, frame, visit, unscheduled, history=True)
    return found


def _several(scorer: Scorer, use: Use, visit: str) -> bool:
    """Whether more than one form was answered at a visit, so that there is something to compare."""
    answered = {pair[0] for pair in use.items.values() if scorer.answers.at(pair, visit) is not None}
    return len(answered) > 1


def _somewhere(study: Study, use: Use, visit: str, unscheduled: Collection[str]) -> bool:
    """Whether a query that compares visits could be kept on any item at all."""
    pairs = {use.items[check.item] for check in use.instrument.checks if check.item in use.items}
    return any(_kept(study, use, pair, visit, unscheduled, history=True) for pair in pairs)


def _asked(
    study: Study, use: Use, frame: Frame, visit: str, unscheduled: Collection[str], *, history: bool
) -> list[ConsistencyFinding]:
    number = dict(zip(frame.visits, (row[0] for row in frame.rows), strict=True))[visit]
    found = []
    for row in _queried(frame):
        pair = use.items.get(row["item"])
        if row["VISITNUM"] != number or pair is None:
            continue
        if not _kept(study, use, pair, visit, unscheduled, history=history):
            continue
        seen = f" ({in_words(study, use, row['values'])})" if row["values"] else ""
        found.append(
            ConsistencyFinding(
                form=pair[0], item=pair[1], id=row["query"], message=f"{_sentence(row['message'])}{seen}"
            )
        )
    return found


@functools.lru_cache(maxsize=1024)
def _queried(frame: Frame) -> tuple[Mapping[str, Any], ...]:
    """Return what the checks ask on a frame; the same frame is asked once, before the save and in it."""
    try:
        found = queries(frame.instrument, frame.polars(), settings=dict(frame.settings))
    except InstrumentError:
        return ()
    return tuple(found.to_dicts())


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _kept(
    study: Study, use: Use, pair: Pair, visit: str, unscheduled: Collection[str], *, history: bool
) -> bool:
    """Whether every role that sees an item at a visit sees all that a check on it compared."""
    wanted = ("all",) if history else ("all", "visit")
    return all(
        role_sees(study, role.id, use, visit=visit, at=visit, unscheduled=unscheduled) in wanted
        for role in study.roles
        if role.clinical and visible(study, role.id, *pair, visit=visit, at=visit)
    )
