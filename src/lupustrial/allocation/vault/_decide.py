"""Deciding: the arm by minimisation, then one of its free slots by chance; all from the seed."""

from __future__ import annotations

from dataclasses import dataclass

from lupustrial.allocation.methods import Minimisation, Profile, Stream, list_label, method_of
from lupustrial.allocation.sealing import AllocationList
from lupustrial.errors import AllocationError, Fault
from lupustrial.study import Study

#: Label of the stream from which slots are drawn.
SLOTS = "vault"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """One answer of the vault.

    Attributes:
        participant: Who.
        profile: Levels of the factors, in their order, the site last where it is one.
        number: The randomisation number; None: no slot was left for the arm that was drawn.
    """

    participant: str
    profile: Profile
    number: int | None


class Decider:
    """Decides for one participant after another. It knows every arm and never tells one.

    The slot is drawn among all free slots of the arm: had it been the first of them, those that it passed
    over would be known to have another arm.
    """

    def __init__(self, study: Study, made: AllocationList) -> None:
        """Begin before the first participant.

        Args:
            study: The study.
            made: Its list, opened and checked.

        Raises:
            AllocationError: ALLOC-092, the study does not minimise.
        """
        method = method_of(study.randomisation, [site.id for site in study.sites])
        if not isinstance(method, Minimisation):
            raise AllocationError(
                Fault(
                    id="ALLOC-092",
                    message=f"{study.id} allocates from lists that need no vault",
                    place="study.yaml, randomisation.method",
                    hint="start the vault for code breaks only: without --key, with --code-break-key",
                )
            )
        places = {arm: place for place, arm in enumerate(method.arms)}
        self._method = method
        self._seed = made.seed
        self._pool = tuple((slot.number, places[slot.arm]) for slot in made.slots)
        (self._stratum,) = {slot.stratum for slot in made.slots}
        self.restart()

    @property
    def pool(self) -> tuple[int, ...]:
        """All randomisation numbers, in the order of the list."""
        return tuple(number for number, _ in self._pool)

    def restart(self) -> None:
        """Go back before the first participant."""
        self._state = self._method.start()
        self._arms = Stream(self._seed, list_label(self._stratum))
        self._slots = Stream(self._seed, SLOTS)
        arms = range(len(self._method.arms))
        self._free = [[number for number, arm in self._pool if arm == place] for place in arms]

    def decide(self, profile: Profile) -> int | None:
        """Return the slot of the next participant; None where the arm that was drawn has none left.

        Raises:
            AllocationError: ALLOC-004, the profile does not fit the factors; nothing was drawn.
        """
        place = self._state.draw(self._arms, profile)
        free = self._free[place]
        if not free:
            return None
        number = free.pop(self._slots.below(len(free)))
        self._state.record(place, profile)
        return number
