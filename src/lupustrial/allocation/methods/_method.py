"""What every method is: weights given the history, then one pick."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from lupustrial.allocation.methods._stream import Stream
from lupustrial.errors import AllocationError, Fault

#: The level of each factor that a participant has, in the order of the factors; the site last.
Profile = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Method(ABC):
    """A way to allocate with its parameters; nothing about it changes during a trial.

    Attributes:
        arms: Ids of the arms, in the order of the ratio.
        ratio: Share of each arm, whole numbers from 1.
    """

    arms: tuple[str, ...]
    ratio: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse what cannot be meant (ALLOC-006)."""
        if not self.arms or len(set(self.arms)) != len(self.arms) or len(self.arms) != len(self.ratio):
            raise unfit("the arms and their shares do not match", "give each arm one share")
        if any(share < 1 for share in self.ratio):
            raise unfit("an arm has a share below 1", "write whole numbers from 1")

    @abstractmethod
    def start(self) -> State:
        """Return the state before anybody is allocated."""

    def resume(self, history: Iterable[tuple[Profile, str]]) -> State:
        """Return the state after earlier allocations.

        Args:
            history: Profile and arm of each, in order. Methods that make lists ignore the profile, so
                give them the history of one stratum.

        Raises:
            AllocationError: ALLOC-007, an arm is not one of the arms, or the method does not allow that
                arm there; ALLOC-004, a profile does not fit. The arm itself is never named.
        """
        state = self.start()
        places = {arm: place for place, arm in enumerate(self.arms)}
        for number, (profile, arm) in enumerate(history, start=1):
            if arm not in places:
                raise impossible(number, "has an arm that the ratio does not know")
            if not state.weights(profile)[places[arm]]:
                raise impossible(number, "cannot have been made by this method")
            state.record(places[arm], profile)
        return state


class State(ABC):
    """What a method knows after some allocations. `counts` are the participants in each arm so far."""

    def __init__(self, method: Method) -> None:
        """Begin with nobody."""
        self.arms = method.arms
        self.ratio = method.ratio
        self.counts = [0] * len(method.arms)

    @abstractmethod
    def weights(self, profile: Profile = ()) -> tuple[int, ...]:
        """Return whole numbers proportional to the probability of each arm for the next participant.

        They are conditional on all that the state holds, e.g. the size of the present block.
        """

    def chances(self, profile: Profile = ()) -> tuple[Fraction, ...]:
        """Return the exact probability of each arm for the next participant, given the history."""
        weights = self.weights(profile)
        total = sum(weights)
        return tuple(Fraction(weight, total) for weight in weights)

    def draw(self, stream: Stream, profile: Profile = ()) -> int:
        """Draw the place of an arm in the ratio; nothing is recorded."""
        return stream.pick(self.weights(profile))

    def record(self, place: int, profile: Profile = ()) -> None:  # noqa: ARG002 - minimisation needs it
        """Add a participant to the arm at a place of the ratio."""
        self.counts[place] += 1

    def step(self, stream: Stream, profile: Profile = ()) -> int:
        """Draw, record and return the place of the arm in the ratio."""
        place = self.draw(stream, profile)
        self.record(place, profile)
        return place

    def choose(self, stream: Stream, profile: Profile = ()) -> str:
        """Allocate the next participant: draw and record an arm, and return its id."""
        return self.arms[self.step(stream, profile)]


def unfit(message: str, hint: str) -> AllocationError:
    """Return the error of a method whose parameters cannot be used (ALLOC-006)."""
    return AllocationError(Fault(id="ALLOC-006", message=message, place="randomisation", hint=hint))


def impossible(number: int, message: str) -> AllocationError:
    """Return the error of a history that a method cannot have made (ALLOC-007)."""
    return AllocationError(
        Fault(
            id="ALLOC-007",
            message=f"allocation {number} {message}",
            place="earlier allocations",
            hint="check that history and study belong together, and that nothing is missing",
        )
    )
