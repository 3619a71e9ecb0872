"""The package draws what docs/allocation/algorithm.md says: against a second program, and against OpenSSL."""

from __future__ import annotations

import hashlib
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from naive_allocation import Words, naive_list, naive_minimisation

from lupustrial.allocation.methods import Stream, allocate_list, method_of
from lupustrial.study import Factor, Level, Randomisation

SEED = bytes(range(32))
PAGE = Path(__file__).resolve().parents[3] / "docs" / "allocation" / "algorithm.md"

# printf 'list/all\0' + 8 bytes | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102...1f   (OpenSSL 3)
OPENSSL = {
    "list/all": "77a454ddbe45e45690d907ed445152158af721596fb731995155c0d99014ffae"
    "e948a88f7f39df9b7d6f5f6a8c6998161b4ba956fb18906cd30c98ab971d2f46",
    "list/LN": "b9ab6e04851527ede999fa72cd44713b90be2cb61a54e16f2927db7b6b9b451f"
    "df697a740e2bb54d65092790422aa2168694ea10bf8cb70a77726180f8adcfe1",
}
METHODS: list[dict[str, Any]] = [
    {"method": "complete", "ratio": {"A": 1, "B": 1}},
    {"method": "complete", "ratio": {"A": 5, "B": 1, "C": 3}},
    {"method": "permuted_blocks", "ratio": {"A": 1, "B": 1}, "block_sizes": (4,)},
    {"method": "permuted_blocks", "ratio": {"A": 1, "B": 1}, "block_sizes": (4, 6)},
    {"method": "permuted_blocks", "ratio": {"A": 2, "B": 1}, "block_sizes": (9, 3, 6)},
    {"method": "permuted_blocks", "ratio": {"A": 1, "B": 1, "C": 1, "D": 2}, "block_sizes": (5, 10)},
    {"method": "biased_coin", "ratio": {"A": 1, "B": 1}, "probability": Decimal("0.65")},
    {"method": "biased_coin", "ratio": {"A": 3, "B": 2, "C": 2}, "probability": Decimal("0.8")},
    {"method": "biased_coin", "ratio": {"A": 1, "B": 1, "C": 1}, "probability": Decimal(1)},
    {"method": "big_stick", "ratio": {"A": 1, "B": 1}, "maximum_imbalance": 3},
    {"method": "big_stick", "ratio": {"A": 1, "B": 2, "C": 3}, "maximum_imbalance": 1},
    {"method": "urn", "ratio": {"A": 1, "B": 1}, "urn_start": 0, "urn_added": 1},
    {"method": "urn", "ratio": {"A": 2, "B": 2, "C": 2}, "urn_start": 3, "urn_added": 2},
]


@pytest.mark.parametrize("label", OPENSSL)
def test_words_are_those_of_openssl(label: str) -> None:
    stream = Stream(SEED, label)
    words = b"".join(stream.word().to_bytes(8, "big") for _ in range(8))
    assert words.hex() == OPENSSL[label]


def test_the_page_prints_the_answers_of_openssl() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert OPENSSL["list/all"][:64] in text
    assert OPENSSL["list/all"][64:] in text
    assert OPENSSL["list/LN"][:64] in text
    assert str(int(OPENSSL["list/all"][:16], 16)) in text


@pytest.mark.parametrize("n", [1, 2, 3, 10, 2**63, 2**63 + 1, 2**64 - 1, 2**64])
def test_numbers_below_n_follow_the_page(n: int) -> None:
    stream, words = Stream(SEED, "täst/é"), Words(SEED, "täst/é")
    assert [stream.below(n) for _ in range(50)] == [words.below(n) for _ in range(50)]
    assert stream.position == words.taken  # just over half the words are refused for 2**63 + 1


@pytest.mark.parametrize("keys", METHODS, ids=lambda keys: f"{keys['method']}-{list(keys['ratio'].values())}")
@pytest.mark.parametrize("stratum", ["all", "LN/high/01"])
def test_lists_are_those_of_the_second_program(keys: dict[str, Any], stratum: str) -> None:
    seed = hashlib.sha256(stratum.encode()).digest()
    made = allocate_list(Randomisation(**keys), seed, stratum, 150)
    assert list(made) == naive_list(seed=seed, stratum=stratum, length=150, **keys)


@pytest.mark.parametrize("imbalance", ["range", "variance", "total"])
@pytest.mark.parametrize("ratio", [{"A": 1, "B": 1}, {"A": 1, "B": 2}, {"A": 2, "B": 1, "C": 3}])
@pytest.mark.parametrize("probability", ["0.8", "1"])
def test_minimisation_is_that_of_the_second_program(imbalance: Any, ratio: Any, probability: str) -> None:
    draw = random.Random(f"{imbalance}{ratio}{probability}")  # noqa: S311 - participants of a test
    seed = draw.randbytes(32)
    factors = tuple(
        Factor(
            id=name, name=name, weight=weight, levels=tuple(Level(id=k, name=k, when="true") for k in levels)
        )
        for name, weight, levels in (("sex", 1, "FM"), ("age", 3, "abc"))
    )
    rule = Randomisation(
        method="minimisation",
        ratio=ratio,
        probability=Decimal(probability),
        imbalance=imbalance,
        strata=factors,
        by_site=True,
    )
    people = [(draw.choice("FM"), draw.choice("aabc"), draw.choice(["01", "02", "03"])) for _ in range(90)]
    state, stream = method_of(rule).start(), Stream(seed, "list/all")
    made = [state.choose(stream, levels) for levels in people]
    assert made == naive_minimisation(ratio, seed, people, [1, 3, 1], probability, imbalance)
