"""The pieces of ``scripts/type_one_error.py``."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from type_one import exact, page, plans, scenarios, simulate, tallies, trials  # noqa: E402  # path

__all__ = ["ROOT", "exact", "page", "plans", "scenarios", "simulate", "tallies", "trials"]
