"""Wilson's score interval of a proportion, as the counts of gates need it.

Wilson, J Am Stat Assoc 1927;22:209. The room is apart from `stats`; tests compare the two.
"""

from __future__ import annotations

import math

#: The 97.5 % point of the standard normal distribution.
NORMAL_975 = 1.959963984540054


def wilson(count: int, total: int, quantile: float = NORMAL_975) -> tuple[float, float] | None:
    """Return the limits of count/total as shares of 1; None where `total` is 0.

    They are exactly 0 at a count of 0 and exactly 1 at a full count.
    """
    if total == 0:
        return None
    squared = quantile * quantile
    spread = quantile * math.sqrt(squared / 4 + count * (total - count) / total)
    low = 0.0 if count == 0 else (count + squared / 2 - spread) / (total + squared)
    high = 1.0 if count == total else (count + squared / 2 + spread) / (total + squared)
    return low, high
