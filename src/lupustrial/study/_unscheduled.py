"""Where an unscheduled visit stands among the planned ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

_STEPS = 99  # 4.01 to 4.99; after them 4.9901, and so on


def unscheduled_number(
    date: dt.date, planned: Iterable[tuple[int, dt.date]], earlier: Sequence[dt.date] = ()
) -> Decimal:
    """Return VISITNUM of an unscheduled visit: that of the planned visit before it, and a fraction.

    Args:
        date: When it took place.
        planned: VISITNUM and date of each planned visit that took place; one on the same day counts as
            before.
        earlier: Dates of the unscheduled visits with a lower ordinal number (UNS1 before UNS2).

    Returns:
        E.g. 4.01 for the first and 4.02 for the second after visit 4; 0.01 for one before every planned
        visit. The numbers stay below 5 and in order: SDTM asks that VISITNUM orders all visits, planned or
        not. ``lupustrial.sdtm`` numbers by the same rule, from the dates as they are in the end.
    """
    known = sorted((on, number) for number, on in planned)
    before = max((number for on, number in known if on <= date), default=0)
    since = max((on for on, number in known if number == before), default=dt.date.min)
    until = min((on for on, number in known if number > before and on > date), default=dt.date.max)
    nth = 1 + sum(since <= on < until for on in earlier)
    whole, rest = divmod(nth - 1, _STEPS)
    return Decimal(before) + Decimal(f"0.{'99' * whole}{rest + 1:02d}")
