"""Shares against Shamir's polynomial worked out by hand over GF(2^128)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial.allocation.sealing import Share, combine_shares, make_key, parse_share, split_key
from lupustrial.errors import AllocationError

_POLYNOMIAL = (1 << 128) | 0b10000111  # x^128 + x^7 + x^2 + x + 1


def times(a: int, b: int) -> int:
    """Multiply, bit by bit."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a, b = a << 1, b >> 1
        if a >> 128:
            a ^= _POLYNOMIAL
    return product


def inverse(a: int) -> int:
    """Return a^(2^128 - 2)."""
    result, power = 1, 2**128 - 2
    while power:
        if power & 1:
            result = times(result, a)
        a, power = times(a, a), power >> 1
    return result


def at_zero(points: Sequence[tuple[int, int]]) -> int:
    """Interpolate (Lagrange); in this field a sum is a difference."""
    total = 0
    for i, (x, y) in enumerate(points):
        for j, (other, _) in enumerate(points):
            if i != j:
                y = times(y, times(other, inverse(other ^ x)))  # noqa: PLW2901 - the term grows
        total ^= y
    return total


def blocks(share: Share) -> list[int]:
    return [int.from_bytes(share.data[start : start + 16], "big") for start in range(0, len(share.data), 16)]


def key_of(shares: Sequence[Share]) -> bytes:
    numbers = [share.number for share in shares]
    return b"".join(
        at_zero(list(zip(numbers, block, strict=True))).to_bytes(16, "big")
        for block in zip(*map(blocks, shares), strict=True)
    ).rstrip()


def test_the_field() -> None:
    a = 0x0123456789ABCDEF0123456789ABCDEF
    assert times(a, inverse(a)) == 1
    assert times(2, 1 << 127) == 0b10000111


@pytest.mark.parametrize(("needed", "of"), [(2, 2), (2, 3), (3, 5), (4, 5)])
def test_as_many_as_are_needed_give_the_key(needed: int, of: int) -> None:
    key = make_key()
    shares = split_key(key, needed=needed, of=of)
    assert [share.number for share in shares] == list(range(1, of + 1))
    for some in combinations(shares, needed):
        assert key_of(some) == key.text.encode()
        assert combine_shares(some[::-1]) == key
    assert combine_shares(shares) == key
    for few in combinations(shares, needed - 1):
        assert key_of(few) != key.text.encode()
        with pytest.raises(AllocationError) as raised:
            combine_shares(few)
        assert [fault.id for fault in raised.value.faults] == ["ALLOC-018"]


@settings(max_examples=25, deadline=None)
@given(other=st.binary(min_size=16, max_size=16))
def test_a_share_too_few_goes_with_every_secret(other: bytes) -> None:
    """Two of three: whatever the secret, there is a second share that goes with the one that is known."""
    first = blocks(SHARES[0])[1]
    slope = times(first ^ int.from_bytes(other, "big"), inverse(1))
    second = int.from_bytes(other, "big") ^ times(slope, 2)
    assert at_zero([(1, first), (2, second)]).to_bytes(16, "big") == other


SHARES = split_key(make_key(), needed=2, of=3)


def test_bits_of_a_share_are_like_tossed_coins() -> None:
    """The key begins the same each time; no share shows that. False alarms: one in a million runs."""
    key = make_key()
    data = np.array([list(split_key(key, needed=2, of=2)[0].data) for _ in range(400)], dtype=np.uint8)
    ones = np.unpackbits(data, axis=1).astype(int).sum(axis=0)
    assert np.abs(ones - 200).max() / 10 < 6.5  # 640 bits, standard deviation 10


def test_each_letter_of_a_printed_share_is_checked() -> None:
    text = str(SHARES[0])
    assert parse_share(text, "share") == SHARES[0]
    start = text.index("data: ") + 6
    for place in range(start, text.index("\ncheck")):
        if text[place] != "-":
            wrong = "A" if text[place] != "A" else "B"
            with pytest.raises(AllocationError) as raised:
                parse_share(text[:place] + wrong + text[place + 1 :], "share 1")
            assert [(fault.id, fault.place) for fault in raised.value.faults] == [("ALLOC-017", "share 1")]


def test_a_share_of_another_key_and_a_share_twice_are_refused() -> None:
    others = split_key(make_key(), needed=2, of=3)
    for wrong in ([SHARES[0], others[1]], [SHARES[0], SHARES[0]], []):
        with pytest.raises(AllocationError) as raised:
            combine_shares(wrong)
        assert [fault.id for fault in raised.value.faults] == ["ALLOC-018"]
    forged = replace(others[1], public_key=SHARES[0].public_key)
    with pytest.raises(AllocationError) as raised:
        combine_shares([SHARES[0], forged])
    assert [fault.id for fault in raised.value.faults] == ["ALLOC-019"]


@pytest.mark.parametrize(("needed", "of"), [(1, 3), (0, 3), (4, 3), (2, 256), (2, 1)])
def test_what_is_no_quorum(needed: int, of: int) -> None:
    with pytest.raises(AllocationError) as raised:
        split_key(make_key(), needed=needed, of=of)
    assert [fault.id for fault in raised.value.faults] == ["ALLOC-016"]
