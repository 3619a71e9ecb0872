"""The tree of the commitment against the roots that the reference log of Certificate Transparency prints."""

from __future__ import annotations

import hashlib

import pytest

from lupustrial.allocation.sealing import root_of

LEAVES = tuple(
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
)
#: Roots over the first 0, 1, 2, … leaves, RFC 6962, SHA-256.
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


@pytest.mark.parametrize("count", range(len(ROOTS)))
def test_the_roots_are_those_of_the_reference(count: int) -> None:
    leaves = [hashlib.sha256(b"\0" + leaf).digest() for leaf in LEAVES[:count]]
    assert root_of(leaves).hex() == ROOTS[count]


def split(leaves: list[bytes]) -> bytes:
    """Section 2.1 of RFC 6962: the left part is the largest power of two below the number of leaves."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + split(leaves[:k]) + split(leaves[k:])).digest()


@pytest.mark.parametrize("count", [*range(1, 40), 127, 128, 129, 1000])
def test_roots_as_the_recursive_definition_gives_them(count: int) -> None:
    leaves = [hashlib.sha256(place.to_bytes(2, "big")).digest() for place in range(count)]
    assert root_of(leaves) == split(leaves)
