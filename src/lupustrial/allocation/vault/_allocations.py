"""What the vault decided so far, and whether a question may be answered.

After k allocations the vault answers one question, once and for all. Whoever could ask what it *would* decide
for another history, another participant or other levels would learn from the answers which slots have the
same arm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lupustrial.allocation.methods import Profile
from lupustrial.allocation.vault._decide import Decider, Decision
from lupustrial.allocation.vault._journal import Journal
from lupustrial.errors import AllocationError, Fault

_RECOVER = "restart the vault with --recover and the exported ledger"


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A request to allocate.

    Attributes:
        participant: Who is next.
        profile: Levels of the factors.
        history: ``[number, [level, …]]`` of each allocation so far, in the order of the ledger.
        free: Numbers of the slots that nobody has, in the order of the list.
    """

    participant: str
    profile: Profile
    history: list[Any]
    free: list[Any]


class Allocations:
    """The decisions of the vault, in memory and in its journal.

    The state of the minimisation is kept, so that a question costs one decision and not all of them again.
    """

    def __init__(self, decider: Decider, journal: Journal) -> None:
        """Decide again what the journal tells, and check that the same comes out.

        Raises:
            AllocationError: ALLOC-097, it does not.
        """
        self._decider, self._journal = decider, journal
        self._pool = decider.pool
        self._restore(_standing(journal.records))

    def answer(self, question: Question) -> int:
        """Return the slot of the next participant; the same question gets the same answer.

        Raises:
            AllocationError: ALLOC-004, the profile does not fit; ALLOC-035, the participant has a slot;
                ALLOC-093, the history is not what was decided; ALLOC-094, `free` is not the pool without it;
                ALLOC-095, another allocation was begun and not finished; ALLOC-096, the pool is finished.
            JournalLostError: ALLOC-097, the answer could not be written down, so it is not given.
        """
        count = len(question.history)
        if question.history != self._told[:count]:
            raise self._forged(question.history)
        if question.free != self._free_after(count):
            raise _refused("ALLOC-094", "the free slots are not those of the pool", "free", _TOGETHER)
        if count < len(self._decisions):
            return self._again(question, self._decisions[count])
        if self._finished:
            raise _finished(question.participant)
        if any(one.participant == question.participant for one in self._decisions):
            message = f"participant {question.participant} is allocated already"
            raise _refused(
                "ALLOC-035", message, f"participant {question.participant}", "use the number given"
            )
        decision = Decision(
            participant=question.participant,
            profile=question.profile,
            number=self._decider.decide(question.profile),
        )
        self._journal.append(_record(decision))
        self._learn(decision)
        if decision.number is None:
            raise _finished(question.participant)
        return decision.number

    def recover(self, ledger: Sequence[Decision]) -> None:
        """Take the ledger for what was decided: the journal was lost, or an allocation cannot be finished.

        The holder of the key asks for this, not a client. What the ledger has beyond the journal is decided
        again and has to come out the same; what the journal has beyond the ledger does not stand any more.

        Raises:
            AllocationError: ALLOC-093, the vault decided otherwise.
        """
        common = min(len(ledger), len(self._decisions))
        if list(ledger[:common]) != self._decisions[:common]:
            raise self._forged([_told(one) for one in ledger])
        if len(self._decisions) > common or self._finished:
            self._journal.append({"first": common, "kind": "kept"})
            self._restore(self._decisions[:common])
        for decision in ledger[common:]:
            if decision.number is None or self._decider.decide(decision.profile) != decision.number:
                raise self._forged([_told(one) for one in ledger])
            self._journal.append(_record(decision))
            self._learn(decision)

    def _restore(self, decisions: Sequence[Decision]) -> None:
        self._decider.restart()
        self._decisions: list[Decision] = []
        self._told: list[Any] = []  # the decisions as a history tells them
        self._free = dict.fromkeys(self._pool)
        self._finished = False
        for number, decision in enumerate(decisions, start=1):
            if self._finished or self._decider.decide(decision.profile) != decision.number:
                message = f"allocation {number} is not what this list gives"
                raise _refused("ALLOC-097", message, "journal", _RECOVER)
            self._learn(decision)

    def _learn(self, decision: Decision) -> None:
        if decision.number is None:
            self._finished = True
            return
        self._decisions.append(decision)
        self._told.append(_told(decision))
        del self._free[decision.number]

    def _free_after(self, count: int) -> list[int]:
        if count == len(self._decisions):
            return list(self._free)
        taken = {one.number for one in self._decisions[:count]}
        return [number for number in self._pool if number not in taken]

    def _again(self, question: Question, begun: Decision) -> int:
        if begun.number is not None and (question.participant, question.profile) == (
            begun.participant,
            begun.profile,
        ):
            return begun.number
        message = f"an allocation was begun for {begun.participant} and not finished"
        hint = f"allocate {begun.participant} first, with the same levels; where that cannot be, {_RECOVER}"
        raise _refused("ALLOC-095", message, f"participant {question.participant}", hint)

    def _forged(self, history: Sequence[Any]) -> AllocationError:
        pairs = zip(history, self._told, strict=False)
        common = next((n for n, (one, two) in enumerate(pairs) if one != two), len(self._told))
        message = f"allocation {common + 1} of the history is not what the vault decided"
        return _refused(
            "ALLOC-093", message, "history", f"{_TOGETHER}; where the journal was lost, {_RECOVER}"
        )


_TOGETHER = "see that study, database and vault belong together, and verify the ledger"


def _standing(records: Sequence[Mapping[str, Any]]) -> list[Decision]:
    """Return the decisions that stand after all records."""
    decisions: list[Decision] = []
    try:
        for record in records:
            if record["kind"] == "decided":
                decisions.append(
                    Decision(
                        participant=record["participant"],
                        profile=tuple(record["profile"]),
                        number=record["number"],
                    )
                )
            elif record["kind"] == "kept":
                del decisions[record["first"] :]
    except (KeyError, TypeError):
        raise _refused("ALLOC-097", "a record is none of the vault's", "journal", _RECOVER) from None
    return decisions


def _record(decision: Decision) -> dict[str, Any]:
    return {
        "kind": "decided",
        "number": decision.number,
        "participant": decision.participant,
        "profile": list(decision.profile),
    }


def _told(decision: Decision) -> list[Any]:
    return [decision.number, list(decision.profile)]


def _finished(participant: str) -> AllocationError:
    # Which arm has no slot left is not said, and no further question is answered: answers for several
    # profiles would tell.
    return _refused(
        "ALLOC-096",
        "the pool is finished, and nobody is allocated any more",
        f"participant {participant}",
        "ask the holder of the list for an extension by amendment",
    )


def _refused(fault_id: str, message: str, place: str, hint: str) -> AllocationError:
    return AllocationError(Fault(id=fault_id, message=message, place=place, hint=hint))
