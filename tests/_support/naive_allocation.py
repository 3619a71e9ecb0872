"""The allocation, written a second time from docs/allocation/algorithm.md alone: slow, and in fractions."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """Compute RFC 2104 with hashlib; keys here are shorter than a block."""
    padded = key + bytes(64 - len(key))
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in padded) + inner).digest()


class Words:
    """The words of a seed and a label."""

    def __init__(self, seed: bytes, label: str) -> None:
        """Begin."""
        self.seed, self.label, self.taken = seed, label, 0

    def next(self) -> int:
        """Take the next word."""
        block, place = divmod(self.taken, 4)
        self.taken += 1
        message = self.label.encode("utf-8") + b"\x00" + block.to_bytes(8, "big")
        return int.from_bytes(hmac_sha256(self.seed, message)[8 * place : 8 * place + 8], "big")

    def below(self, n: int) -> int:
        """Draw a number below n."""
        while True:
            word = self.next()
            if word < 2**64 - 2**64 % n:
                return word % n

    def pick(self, weights: Sequence[int]) -> int:
        """Draw a place."""
        u = self.below(sum(weights))
        return next(i for i in range(len(weights)) if sum(weights[: i + 1]) > u)


def coin(words: Words, r: list[int], p: Fraction, lag: list[int]) -> int:
    """Steps 1 to 3 of "The coin"."""
    total = sum(r)
    if len(lag) == len(r):
        return words.pick(r)
    if len(lag) > 1:
        lag = [words.pick([r[i] if i in lag else 0 for i in range(len(r))])]
    base = Fraction(1 - p) / (total - min(r))
    chances = [1 - base * (total - r[i]) if i == lag[0] else base * r[i] for i in range(len(r))]
    common = math.lcm(*[chance.denominator for chance in chances])
    return words.pick([int(chance * common) for chance in chances])


def naive_list(
    method: str, ratio: dict[str, int], seed: bytes, stratum: str, length: int, **keys: Any
) -> list[str]:
    """Return the list of a stratum."""
    arms, r = list(ratio), list(ratio.values())
    words = Words(seed, "list/" + stratum)
    made: list[int] = []
    left: list[int] = []
    while len(made) < length:
        n = [made.count(i) for i in range(len(r))]
        x = [Fraction(n[i], r[i]) for i in range(len(r))]
        if method == "complete":
            made.append(words.pick(r))
        elif method == "permuted_blocks":
            sizes = keys["block_sizes"]
            if sum(left) == 0:
                size = sizes[0] if len(sizes) == 1 else sizes[words.below(len(sizes))]
                left = [share * size // sum(r) for share in r]
            made.append(words.pick(left))
            left[made[-1]] -= 1
        elif method == "big_stick":
            made.append(
                words.pick([r[i] if x[i] - min(x) < keys["maximum_imbalance"] else 0 for i in range(len(r))])
            )
        elif method == "urn":
            balls = [keys["urn_start"] + keys["urn_added"] * (sum(n) - n[i]) for i in range(len(r))]
            made.append(words.pick(balls if sum(balls) else [1] * len(r)))
        else:
            made.append(
                coin(
                    words, r, Fraction(str(keys["probability"])), [i for i in range(len(r)) if x[i] == min(x)]
                )
            )
    return [arms[i] for i in made]


def naive_minimisation(
    ratio: dict[str, int],
    seed: bytes,
    participants: list[tuple[str, ...]],
    weights: list[int],
    probability: str,
    imbalance: str,
) -> list[str]:
    """Return the arms of participants who come one after another, each given by the levels of the factors."""
    arms, r = list(ratio), list(ratio.values())
    words = Words(seed, "list/all")
    made: list[int] = []
    for number, levels in enumerate(participants):
        sums = []
        for k in range(len(r)):
            total = Fraction(0)
            for f, level in enumerate(levels):
                like = [made[j] for j in range(number) if participants[j][f] == level]
                x = [Fraction(like.count(i) + (i == k), r[i]) for i in range(len(r))]
                mean = sum(x) / len(x)
                total += (
                    weights[f]
                    * {
                        "range": max(x) - min(x),
                        "variance": sum((value - mean) ** 2 for value in x) / (len(x) - 1),
                        "total": Fraction(like.count(k), r[k]),
                    }[imbalance]
                )
            sums.append(total)
        lag = [k for k in range(len(r)) if sums[k] == min(sums)]
        made.append(coin(words, r, Fraction(probability), lag))
    return [arms[i] for i in made]
