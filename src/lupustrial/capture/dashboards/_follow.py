"""Values of the pages of one form, kept up to date: only what was saved since the last look is read."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from lupustrial.capture._trial import Trial
from lupustrial.capture.store import Place, pages_since
from lupustrial.ledger import Transaction

#: What is kept of a page: its site, and the value of each item that was asked for (None without one).
Row = tuple[str, tuple[str | None, ...]]


@dataclass(kw_only=True)
class Follower:
    """The pages of a form, as far as `items` go. Nothing is kept of struck pages."""

    form: str
    items: tuple[str, ...]
    _rows: dict[Place, Row] = field(default_factory=dict)
    _revision: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def rows(self, tx: Transaction) -> Mapping[Place, Row]:
        """Return the pages as they are in a transaction, or newer where somebody else looked meanwhile."""
        with self._lock:
            for page in pages_since(tx, self.form, self._revision):
                self._revision = max(self._revision, page.revision)
                if page.removed:
                    self._rows.pop(page.place, None)
                    continue
                held = (page.items.get(item) for item in self.items)
                self._rows[page.place] = page.site, tuple(None if one is None else one.value for one in held)
            return dict(self._rows)


_FOLLOWERS: dict[tuple[str, str, tuple[str, ...]], Follower] = {}


def follower(trial: Trial, form: str, items: tuple[str, ...]) -> Follower:
    """Return the follower of a form of this process."""
    key = (trial.config.database, form, items)
    return _FOLLOWERS.setdefault(key, Follower(form=form, items=items))
