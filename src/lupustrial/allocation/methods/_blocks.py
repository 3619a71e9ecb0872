"""Permuted blocks, of one size or of sizes that are drawn."""

from __future__ import annotations

from dataclasses import dataclass

from lupustrial.allocation.methods._method import Method, Profile, State, impossible, unfit
from lupustrial.allocation.methods._stream import Stream


@dataclass(frozen=True, kw_only=True)
class PermutedBlocks(Method):
    """Blocks that each hold the ratio exactly; with several `block_sizes` the size of each is drawn."""

    block_sizes: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse sizes that cannot hold the ratio (ALLOC-006)."""
        super().__post_init__()
        total = sum(self.ratio)
        if not self.block_sizes or any(size < 1 or size % total for size in self.block_sizes):
            raise unfit("a block size cannot hold the ratio", f"use multiples of {total}")

    def start(self) -> BlocksState:
        """Return the state before anybody is allocated."""
        return BlocksState(self)


class BlocksState(State):
    """The present block. `size` is that of the block in which the last participant was, 0 before any."""

    def __init__(self, method: PermutedBlocks) -> None:
        """Begin before the first block."""
        super().__init__(method)
        self._sizes = method.block_sizes
        self._total = sum(method.ratio)
        self._left = [0] * len(method.ratio)
        self.size = 0

    @property
    def place(self) -> int:
        """Place of the next participant in the block, from 0; where a block ended, 0 of the next."""
        return self.size - sum(self._left) if any(self._left) else 0

    def weights(self, profile: Profile = ()) -> tuple[int, ...]:  # noqa: ARG002 - not needed here
        """Return what is left of each arm in the block; before a block the ratio, whatever its size."""
        return tuple(self._left) if any(self._left) else self.ratio

    def draw(self, stream: Stream, profile: Profile = ()) -> int:  # noqa: ARG002 - not needed here
        """Draw the size of a block that begins, if there are several, and then an arm."""
        if not any(self._left):
            several = len(self._sizes) > 1
            self._begin(self._sizes[stream.below(len(self._sizes)) if several else 0])
        return stream.pick(self._left)

    def record(self, place: int, profile: Profile = ()) -> None:
        """Add a participant.

        Raises:
            AllocationError: ALLOC-007, a block begins whose size was drawn elsewhere, or the block has no
                such arm left.
        """
        if not any(self._left):
            if len(self._sizes) > 1:
                raise impossible(sum(self.counts) + 1, "begins a block of unknown size")
            self._begin(self._sizes[0])
        if not self._left[place]:
            raise impossible(sum(self.counts) + 1, "has an arm that its block no longer holds")
        self._left[place] -= 1
        super().record(place, profile)

    def _begin(self, size: int) -> None:
        self.size = size
        self._left = [share * size // self._total for share in self.ratio]
