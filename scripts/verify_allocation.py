"""Check a revealed allocation list: verify_allocation.py commitment.json revealed.json [ledger.jsonl]."""

import hmac
import json
import math
import statistics
import sys
from collections import Counter, defaultdict
from fractions import Fraction
from hashlib import sha256
from itertools import accumulate, zip_longest
from pathlib import Path


class Trial:
    """The list that public parameters and a seed give, by docs/allocation/algorithm.md."""

    def __init__(self, p: dict, seed: bytes) -> None:
        self.p, self.seed, self.ratio, self.pool = p, seed, p["ratio"], p["method"] == "minimisation"

    def stream(self, label: str):
        texts = (f"{label}\0".encode() + i.to_bytes(8) for i in range(2**64))
        blocks = (hmac.digest(self.seed, text, "sha256") for text in texts)
        words = (int.from_bytes(block[i : i + 8]) for block in blocks for i in (0, 8, 16, 24))
        return lambda n: next(word for word in words if word < 2**64 - 2**64 % n) % n  # below(n)

    def pick(self, below, weights: list) -> int:
        whole = math.lcm(*(weight.denominator for weight in weights))
        drawn = below(int(sum(weights) * whole))
        return next(i for i, total in enumerate(accumulate(weights)) if total * whole > drawn)

    def coin(self, below, scores: list) -> int:
        lags = [r * (score == min(scores)) for r, score in zip(self.ratio, scores)]
        arm = self.pick(below, lags) if lags.count(0) < len(lags) - 1 else lags.index(max(lags))
        unit = (1 - Fraction(self.p["probability"])) / (sum(self.ratio) - min(self.ratio))
        chances = [unit * r for r in self.ratio]
        chances[arm] += 1 - sum(chances)
        return arm if all(lags) else self.pick(below, chances)

    def arms(self, below, method: str, sizes: list[int]):
        taken, end = [0] * len(self.ratio), 0
        for n in range(self.p["slots"]):
            x = [Fraction(mine, r) for mine, r in zip(taken, self.ratio)]
            limit = self.p["maximum_imbalance"] or math.inf  # only a big stick has one
            weights = [r * (one - min(x) < limit) for r, one in zip(self.ratio, x)]
            if method == "urn":
                balls = [self.p["urn_start"] + self.p["urn_added"] * (n - mine) for mine in taken]
                weights = balls if any(balls) else [1] * len(balls)
            elif method == "permuted_blocks":
                end += sizes[below(len(sizes)) if len(sizes) > 1 else 0] if n == end else 0
                weights = [r * end // sum(self.ratio) - mine for r, mine in zip(self.ratio, taken)]
            arm = self.coin(below, x) if method == "biased_coin" else self.pick(below, weights)
            taken[arm] += 1
            yield self.p["arms"][arm]

    def minimised(self, below, before: Counter, profile: list[str]) -> str:
        scores = [Fraction(0)] * len(self.ratio)
        for k, own in enumerate(self.ratio):
            for (factor, weight, _), level in zip(self.p["margins"], profile):
                x = [Fraction(before[factor, level, i] + (i == k), r) for i, r in enumerate(self.ratio)]
                d = {"range": max(x) - min(x), "variance": statistics.variance(x), "total": x[k] - Fraction(1, own)}
                scores[k] += weight * d[self.p["imbalance"]]
        return self.p["arms"][self.coin(below, scores)]

    def numbers(self, label: str, n: int) -> list[int]:
        low, checks, below = 10 ** (max(4, len(str(10 * n - 1))) - 1), {}, self.stream(label)
        while len(checks) < n:
            checks[low + below(9 * low)] = 10
        for number, digit in [(number, int(digit)) for number in checks for digit in str(number)]:
            checks[number] = ((checks[number] + digit) % 10 or 10) * 2 % 11
        return [10 * number + (11 - check) % 10 for number, check in checks.items()]

    def slots(self):
        places = [(stratum, position) for stratum in self.p["strata"] for position in range(1, self.p["slots"] + 1)]
        packed = sum(number for _, number in self.p["kits"])
        kits = iter(self.numbers("kits", packed * len(places)))
        rule = ("permuted_blocks", [p["slots"]]) if self.pool else (p["method"], p["block_sizes"])
        lists = {one: self.arms(self.stream("pool" if self.pool else f"list/{one}"), *rule) for one in p["strata"]}
        for number, (stratum, position) in zip(self.numbers("numbers", len(places)), places):
            salt = hmac.digest(self.seed, f"salt/{number}".encode() + bytes(9), "sha256").hex()
            yield [number, stratum, position, next(lists[stratum]), [next(kits) for _ in range(packed)], salt]


def root(slots)
