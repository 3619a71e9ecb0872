"""Sample sizes by enumeration: exact power is a saw, so two sizes are found (power.md, eq. 11)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import count, takewhile
from typing import Any

from lupustrial.stats._arguments import check_probabilities, refuse
from lupustrial.stats.power._checks import check_direction, check_plan, inflate_for_dropout
from lupustrial.stats.power._enumerated import power_two_proportions
from lupustrial.stats.power._normal import sample_size_two_proportions
from lupustrial.stats.power._results import ExactSampleSize, GroupSizes, SampleSize
from lupustrial.stats.power._tables import LARGEST_FISHER, SIGNED

AHEAD_LEAST = 12
AHEAD_PART = 8
LARGEST_SEARCH = 600  # participants in the larger group
ALL_UP_TO = 60  # participants in the smaller group, by the normal approximation
LOWEST_PART = 0.7  # where it is larger; the saw is far too small there to reach the power
_SLACK = 1e-9

Power = Callable[[int, int], float]
Sizes = Iterator[tuple[int, int]]
Found = tuple[int, int, float]


def sizes(ratio: float, least: int = 1) -> Sizes:
    """Give ever larger sizes in an allocation ratio: the smaller group grows by one participant."""
    ends = ((k, math.ceil(k * max(ratio, 1 / ratio) - _SLACK)) for k in count(least))
    return ((more, less) if ratio >= 1 else (less, more) for less, more in ends)


def search(candidates: Sizes, power_of: Power, wanted: float) -> tuple[Found, Found, Found] | None:
    """Return the smallest size with the power, the lasting one, and the last looked at; None if none lasts.

    The search goes on until an eighth more sizes (at least 12) than the last one without the power have it.
    """
    smallest: Found | None = None
    lasting: Found | None = None
    last: Found | None = None
    since = 0
    for step, (n1, n2) in enumerate(candidates, 1):
        last = (n1, n2, power_of(n1, n2))
        if last[2] < wanted:
            lasting, since = None, step
            continue
        smallest, lasting = smallest or last, lasting or last
        if step - since > max(AHEAD_LEAST, min(n1, n2) // AHEAD_PART):
            break
    return None if smallest is None or lasting is None or last is None else (smallest, lasting, last)


def design(found: Found, dropout: float) -> GroupSizes:
    """Make the record of a size that was found."""
    n1, n2, power = found
    return GroupSizes(
        n1=n1,
        n2=n2,
        power=power,
        n1_enrolled=inflate_for_dropout(n=n1, dropout=dropout),
        n2_enrolled=inflate_for_dropout(n=n2, dropout=dropout) if n2 else 0,
    )


def _least(about: SampleSize) -> int:
    """Return where the search starts: at 1, or where no test can have the power yet."""
    smaller = min(about.n1, about.n2)
    return 1 if smaller <= ALL_UP_TO else int(LOWEST_PART * smaller)


def exact_sample_size_two_proportions(
    *,
    p1: float,
    p2: float,
    power: float = 0.8,
    alpha: float = 0.05,
    ratio: float = 1.0,
    test: str = "pearson",
    alternative: str = "two-sided",
    margin: float = 0.0,
    dropout: float = 0.0,
) -> ExactSampleSize:
    """Return the sizes at which a test has the power exactly, by enumeration (power.md, eq. 11).

    Exact power is not monotone in n. ``smallest`` is the smallest design that has the power; ``lasting`` the
    smallest from which every larger one has it, as far as ``searched_to``: an eighth, and at least 12 sizes,
    beyond the last one that fell short.

    Args:
        p1: Assumed rate in the first group.
        p2: Assumed rate in the second group.
        power: Power wanted, above alpha.
        alpha: Level, two-sided where ``alternative`` is.
        ratio: Participants in the first group for each in the second.
        test: As for `power_two_proportions`.
        alternative: ``"two-sided"``, ``"greater"`` (first group higher) or ``"less"``.
        margin: Difference p1 - p2 under the null hypothesis; other than 0 for ``"farrington_manning"`` only.
        dropout: Share expected to leave without an outcome.

    Raises:
        StatisticsError: As for `power_two_proportions` and `sample_size_two_proportions`; STAT-008 where the
            size lies beyond what is enumerated.
    """
    check_plan(power=power, alpha=alpha, ratio=ratio, alternative=alternative, dropout=dropout)
    check_probabilities(p1=p1, p2=p2)
    check_direction(p1 - p2 - margin, alternative, "p1, p2")
    about = sample_size_two_proportions(
        p1=p1,
        p2=p2,
        power=power,
        alpha=alpha,
        ratio=ratio,
        alternative=alternative,
        variance="farrington_manning",
        margin=margin,
    )
    largest = LARGEST_SEARCH if test in (*SIGNED, "farrington_manning") else LARGEST_FISHER // 2
    if max(about.n1, about.n2) > largest:
        message = f"about {about.n1} and {about.n2} participants; enumeration ends at {largest} a group"
        raise refuse("STAT-008", message, "p1, p2, power", "use sample_size_two_proportions at this size")
    candidates = takewhile(lambda pair: max(pair) <= largest, sizes(ratio, least=_least(about)))
    options: dict[str, Any] = {"alpha": alpha, "test": test, "alternative": alternative, "margin": margin}
    found = search(
        candidates, lambda n1, n2: power_two_proportions(p1=p1, p2=p2, n1=n1, n2=n2, **options), power
    )
    if found is None:
        message = f"{test} needs more than {largest} a group, where enumeration ends"
        raise refuse("STAT-008", message, "p1, p2, power", "use sample_size_two_proportions at this size")
    smallest, lasting, last = (design(one, dropout) for one in found)
    return ExactSampleSize(
        test=test,
        smallest=smallest,
        lasting=lasting,
        searched_to=last,
        power=power,
        alpha=alpha,
        alternative=alternative,
        ratio=ratio,
        dropout=dropout,
    )
