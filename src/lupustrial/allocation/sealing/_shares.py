"""A key split among n people, of whom m together have it again (Shamir 1979).

The arithmetic is that of PyCryptodome, over GF(2^128), on blocks of 16 bytes of the key's text. A share that
was mistyped is found by its check; shares of different keys, or too few, are found since the key that comes
out does not belong to the public key that they name.
"""

from __future__ import annotations

import base64
import hashlib
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field

from lupustrial.allocation.sealing._keys import SecretKey
from lupustrial.errors import AllocationError, Fault

_BLOCK = 16
_MOST = 255
_TITLE = "lupustrial key share"
_LINE = re.compile(r"^(public key|share|needed|data|check):\s*(.+)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """One share of a key.

    Attributes:
        public_key: Of the key that was split.
        number: Which share, from 1.
        needed: How many shares give the key.
        of: How many there are.
        data: What is secret.
    """

    public_key: str
    number: int
    needed: int
    of: int
    data: bytes = field(repr=False)

    def __str__(self) -> str:
        """Return the share as lines to be printed and kept by one person."""
        code = base64.b32encode(self.data).decode().rstrip("=")
        data = "-".join(textwrap.wrap(code, 4))
        return (
            f"{_TITLE}\npublic key: {self.public_key}\nshare: {self.number}\n"
            f"needed: {self.needed} of {self.of}\ndata: {data}\ncheck: {self._check()}\n"
        )

    def _check(self) -> str:
        text = f"{self.public_key} {self.number} {self.needed} {self.of} ".encode()
        return hashlib.sha256(text + self.data).hexdigest()[:8]


def split_key(key: SecretKey, *, needed: int, of: int) -> tuple[Share, ...]:
    """Split a key so that any `needed` of the shares give it, and fewer tell nothing about it.

    Raises:
        AllocationError: ALLOC-016, the numbers make no sense.
    """
    from Crypto.Protocol.SecretSharing import Shamir

    if not 2 <= needed <= of <= _MOST:  # noqa: PLR2004 - one person alone is no quorum
        raise AllocationError(
            Fault(
                id="ALLOC-016",
                message=f"{needed} of {of} is no quorum",
                place="--needed, --of",
                hint=f"ask for at least 2 of at most {_MOST}, e.g. 2 of 3",
            )
        )
    secret = key.text.encode()
    secret += b" " * (-len(secret) % _BLOCK)
    parts: dict[int, bytes] = dict.fromkeys(range(1, of + 1), b"")
    for start in range(0, len(secret), _BLOCK):
        for number, part in Shamir.split(needed, of, secret[start : start + _BLOCK]):
            parts[number] += bytes(part)
    public_key = key.public_key
    return tuple(
        Share(public_key=public_key, number=number, needed=needed, of=of, data=data)
        for number, data in parts.items()
    )


def parse_share(text: str, place: str) -> Share:
    """Read a share as it was printed; blanks and the case of its letters do not matter.

    Raises:
        AllocationError: ALLOC-017, it is no share, or was mistyped.
    """
    found = dict(_LINE.findall(text))
    try:
        code = re.sub(r"[\s-]", "", found["data"]).upper()
        needed, of = (int(part) for part in found["needed"].split(" of "))
        share = Share(
            public_key=found["public key"].strip(),
            number=int(found["share"]),
            needed=needed,
            of=of,
            data=base64.b32decode(code + "=" * (-len(code) % 8)),
        )
    except (KeyError, ValueError):
        raise _bad(place, "this is no key share") from None
    if found.get("check", "").strip() != share._check():  # noqa: SLF001 - its own class
        raise _bad(place, "the share does not agree with its check")
    return share


def combine_shares(shares: Sequence[Share]) -> SecretKey:
    """Put a key together again.

    Raises:
        AllocationError: ALLOC-018, shares of different keys, the same share twice, or too few; ALLOC-019,
            what comes out is not the key.
    """
    kinds = {(share.public_key, share.needed, share.of) for share in shares}
    numbers = {share.number for share in shares}
    if len(kinds) != 1 or len(numbers) != len(shares):
        message = (
            "the shares belong to different keys" if len(kinds) > 1 else "a share is given twice, or none"
        )
        raise AllocationError(
            Fault(id="ALLOC-018", message=message, place="shares", hint="give different shares of one key")
        )
    ((_, needed, of),) = kinds
    if len(shares) < needed:
        message = f"{needed} of {of} shares are needed, {len(shares)} are given"
        hint = "ask further holders for theirs"
        raise AllocationError(Fault(id="ALLOC-018", message=message, place="shares", hint=hint))
    key = _combined(sorted(shares, key=lambda share: share.number)[:needed])
    if key is None:
        raise AllocationError(
            Fault(
                id="ALLOC-019",
                message="the shares do not give the key that they name",
                place="shares",
                hint="a share was changed; try others",
            )
        )
    return key


def _combined(shares: Sequence[Share]) -> SecretKey | None:
    """Return the key of as many shares as are needed; None where it is not the one that they name."""
    from Crypto.Protocol.SecretSharing import Shamir

    try:
        secret = b"".join(
            Shamir.combine([(share.number, share.data[start : start + _BLOCK]) for share in shares])
            for start in range(0, len(shares[0].data), _BLOCK)
        )
        key = SecretKey(secret.decode("ascii").rstrip())
        return key if key.public_key == shares[0].public_key else None
    except (ValueError, AllocationError):
        return None


def _bad(place: str, message: str) -> AllocationError:
    return AllocationError(
        Fault(id="ALLOC-017", message=message, place=place, hint="copy it again from the printed share")
    )
