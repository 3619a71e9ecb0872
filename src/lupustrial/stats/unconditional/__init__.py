"""Exact unconditional tests and intervals of two proportions (docs/methods/unconditional.md).

The tables at least as extreme as the one seen are a *region*; its probability is maximised over the nuisance
proportion with a bound on what the search can have missed; limits are where that maximum meets the level.
"""

from __future__ import annotations

from lupustrial.stats.unconditional._interval import exact_unconditional_interval
from lupustrial.stats.unconditional._test import exact_unconditional_test

__all__ = ["exact_unconditional_interval", "exact_unconditional_test"]
