"""A gating strategy as data, and the gating of a tube by it."""

from __future__ import annotations

from lupustrial.cytometry.strategy._gate_tube import gate_tube
from lupustrial.cytometry.strategy._read import (
    read_strategy,
    ready_strategies,
    ready_strategy,
    strategy_from,
)
from lupustrial.cytometry.strategy._strategy import Population, Step, Strategy

__all__ = [
    "Population", "Step", "Strategy", "gate_tube", "read_strategy", "ready_strategies", "ready_strategy",
    "strategy_from",
]  # fmt: skip
