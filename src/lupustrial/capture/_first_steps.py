"""What `lupustrial serve` does in a prepared database before it listens. Django is set up by `prepare`."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from lupustrial.capture._trial import trial


def invite_administrator(account: str, *, renew: bool = False) -> str | None:
    """Make the first administrator where there is no account; see ``capture.accounts.first_link``.

    Returns:
        The secret of the one-time link, the last part of its address; None where there is nothing to do.

    Raises:
        CaptureError: CAPT-085, CAPT-095.
    """
    from lupustrial.capture.accounts import first_link

    return first_link(trial(), account, renew=renew)


def demonstrate(
    records: Callable[[], pl.DataFrame], *, origin: str, progress: Callable[[int, int], None]
) -> bool:
    """Lay the demonstration down where the database has none; see ``capture.demo.load``.

    Args:
        records: Gives the source records of a whole trial; called only where they are needed.
        origin: Where they come from, one sentence.
        progress: Called with entries written and entries in all.

    Returns:
        Whether it was laid down now.

    Raises:
        CaptureError: CAPT-098, the database holds participants already.
    """
    from lupustrial.capture.demo import load
    from lupustrial.capture.store import demonstration_of

    running = trial()
    with running.reading() as tx:
        if demonstration_of(tx) is not None:
            return False
    load(running, records(), origin=origin, progress=progress)
    return True
