"""The deterministic generator: HMAC-SHA-256 in counter mode, words of 64 bits, no modulo bias.

``docs/allocation/algorithm.md`` states it for whoever wants to check a list without this code.
"""

from __future__ import annotations

import hmac
import struct
from collections.abc import Sequence

from lupustrial.errors import AllocationError, Fault

SEED_BYTES = 32
_WORDS = 4  # in a block of HMAC-SHA-256
_RANGE = 1 << 64  # values of a word


class Stream:
    """Words drawn one after another from a seed, under a label; the same pair gives the same words.

    A stream never shows its seed, neither printed nor in an error.
    """

    __slots__ = ("_label", "_position", "_seed", "_words")

    def __init__(self, seed: bytes, label: str, *, position: int = 0) -> None:
        """Begin, or go on after the ``position`` words that were taken before.

        Args:
            seed: 32 bytes from a source of cryptographic quality.
            label: What the words are for, e.g. ``"list/LN"``; without the character NUL.
            position: Words taken earlier under this label.

        Raises:
            AllocationError: ALLOC-003, the seed, label or position cannot be used.
        """
        if len(seed) != SEED_BYTES:
            raise _unusable("the seed is not 32 bytes", "take 32 bytes from secrets.token_bytes")
        if "\0" in label:
            raise _unusable("a label holds the character NUL", "use printed characters only")
        if position < 0:
            raise _unusable("a stream cannot begin before its first word", "count words from 0")
        self._seed = seed
        self._label = label.encode() + b"\0"
        self._position = position
        self._words: tuple[int, ...] = ()
        if position % _WORDS:
            self._fill(position // _WORDS)

    def __repr__(self) -> str:
        """Name the class only."""
        return "<Stream>"

    @property
    def position(self) -> int:
        """Words taken so far."""
        return self._position

    def word(self) -> int:
        """Take the next word, 0 to 2**64 - 1."""
        place = self._position % _WORDS
        if place == 0:
            self._fill(self._position // _WORDS)
        self._position += 1
        return self._words[place]

    def below(self, n: int) -> int:
        """Draw a whole number from 0 to ``n`` - 1, each as likely as another.

        Args:
            n: 1 to 2**64. A word is taken even for 1.

        Raises:
            AllocationError: ALLOC-002, ``n`` is none of these.
        """
        if not 1 <= n <= _RANGE:
            raise AllocationError(
                Fault(
                    id="ALLOC-002",
                    message="weights sum to nothing, or to more than 2**64",
                    place="random stream",
                    hint="give at least one positive weight",
                )
            )
        limit = _RANGE - _RANGE % n
        word = self.word()
        while word >= limit:
            word = self.word()
        return word % n

    def pick(self, weights: Sequence[int]) -> int:
        """Draw a position with probabilities proportional to whole, non-negative weights.

        Raises:
            AllocationError: ALLOC-002, a weight is negative, or all are 0.
        """
        if min(weights, default=0) < 0:
            hint = "weights are whole numbers from 0"
            raise AllocationError(
                Fault(id="ALLOC-002", message="a weight is negative", place="random stream", hint=hint)
            )
        drawn = self.below(sum(weights))
        reached = 0
        for position, weight in enumerate(weights):
            reached += weight
            if drawn < reached:
                return position
        raise AssertionError  # below(sum) is smaller than the sum

    def _fill(self, block: int) -> None:
        message = self._label + block.to_bytes(8, "big")
        self._words = struct.unpack(">4Q", hmac.digest(self._seed, message, "sha256"))


def _unusable(message: str, hint: str) -> AllocationError:
    return AllocationError(Fault(id="ALLOC-003", message=message, place="random stream", hint=hint))
