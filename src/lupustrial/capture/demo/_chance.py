"""Chance that falls the same way every time: a number from words."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

_T = TypeVar("_T")


def share(*words: object) -> float:
    """Return a number from 0 up to 1 that looks random and follows from the words alone."""
    digest = hashlib.blake2b("\x1f".join(map(str, words)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def pick(among: Sequence[_T], *words: object) -> _T:
    """Return one of some things, chosen by the words."""
    return among[int(share(*words) * len(among))]
