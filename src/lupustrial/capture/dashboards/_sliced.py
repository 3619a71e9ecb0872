"""What takes a while to work out of each participant: in slices, and anew only where something was saved.

A look works for a moment and gives what is known so far, with how many participants are left; the page asks
again until none is.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from lupustrial.ledger import Transaction, entries, head

_T = TypeVar("_T")

#: Seconds of work a look.
BUDGET = 0.2

_CHANGES = frozenset(
    {"page saved", "page struck", "page restored", "participant registered", "participant state"}
)


@dataclass(kw_only=True)
class Sliced(Generic[_T]):
    """A value of each participant, worked out by `make`."""

    make: Callable[[Transaction, str], _T]
    _known: dict[str, _T] = field(default_factory=dict)
    _position: int = -1
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def look(
        self, tx: Transaction, wanted: Iterable[str], *, budget: float = BUDGET
    ) -> tuple[Mapping[str, _T], int]:
        """Return the value of each participant who is wanted, as far as known, and how many are left."""
        with self._lock:
            self._forget(tx)
            names = list(wanted)
            until = time.monotonic() + budget
            left = [name for name in names if name not in self._known]
            while left and time.monotonic() < until:
                name = left.pop(0)
                self._known[name] = self.make(tx, name)
            return {name: self._known[name] for name in names if name in self._known}, len(left)

    def _forget(self, tx: Transaction) -> None:
        """Drop what was worked out before something of the participant was saved."""
        position, _hash = head(tx)
        if self._known:
            for entry in entries(tx, after=self._position, kinds=_CHANGES):
                self._known.pop(entry.data["participant"], None)
        self._position = max(position, self._position)
