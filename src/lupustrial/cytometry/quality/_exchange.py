"""Which labels are probably exchanged: the labelling that fits far better than the one stated.

The stated labelling is compared with all that differ from it by one exchange of two labels, and with random
ones. Where an exchange makes the misfit far smaller it is taken and the search goes on, so that two
exchanges in one file are found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

#: More exchanges are not sought.
_MOST = 3

Misfit = Callable[[tuple[str, ...]], float]


@dataclass(frozen=True, kw_only=True)
class Search:
    """What was found.

    Attributes:
        stated: Misfit of the stated labelling.
        best: Misfit after the exchanges.
        exchanges: Pairs of labels that are probably exchanged, the surest first.
        nearest: The pair whose single exchange fits best; empty labels where there is none.
        gain: By how much the best single exchange lowers the misfit; negative where each makes it worse.
        rival: Gain of the second best single exchange.
        noticed: Pairs of which an exchange would raise the misfit by at least the limit.
        pairs: All pairs.
        chance: Share of random labellings that fit as well as the stated one, with the stated one among them.
    """

    stated: float
    best: float
    exchanges: tuple[tuple[str, str], ...]
    nearest: tuple[str, str]
    gain: float
    rival: float
    noticed: tuple[tuple[str, str], ...]
    pairs: tuple[tuple[str, str], ...]
    chance: float


def search(labels: tuple[str, ...], misfit: Misfit, *, limit: float, draws: int = 199) -> Search:
    """Look for exchanged labels.

    Args:
        labels: Stated labels, one for each column, all different.
        misfit: Misfit of labels given to the same columns.
        limit: An exchange is taken when it lowers the misfit by at least this.
        draws: Random labellings.
    """
    stated = misfit(labels)
    pairs = tuple(combinations(range(len(labels)), 2))
    singles = {pair: misfit(_exchanged(labels, pair)) for pair in pairs}
    order = sorted(pairs, key=lambda pair: (singles[pair], pair))
    current, now, found = labels, stated, []
    for _ in range(min(_MOST, len(labels) // 2)):
        scored = sorted((misfit(_exchanged(current, pair)), pair) for pair in pairs)
        if not scored or now - scored[0][0] < limit:
            break
        now, pair = scored[0]
        found.append((current[pair[0]], current[pair[1]]))
        current = _exchanged(current, pair)
    random = np.random.default_rng(0)
    as_good = sum(
        misfit(tuple(labels[at] for at in random.permutation(len(labels)))) <= stated for _ in range(draws)
    )
    nearest = (labels[order[0][0]], labels[order[0][1]]) if order else ("", "")
    gains = [stated - singles[pair] for pair in order[:2]]
    return Search(
        stated=stated, best=now, exchanges=tuple(found), nearest=nearest,
        gain=gains[0] if gains else 0.0, rival=gains[1] if len(gains) > 1 else 0.0,
        noticed=tuple((labels[a], labels[b]) for a, b in pairs if singles[(a, b)] - stated >= limit),
        pairs=tuple((labels[a], labels[b]) for a, b in pairs), chance=(1 + as_good) / (1 + draws),
    )  # fmt: skip


def _exchanged(labels: tuple[str, ...], pair: tuple[int, int]) -> tuple[str, ...]:
    changed = list(labels)
    changed[pair[0]], changed[pair[1]] = changed[pair[1]], changed[pair[0]]
    return tuple(changed)
