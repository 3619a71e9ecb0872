"""From a file and its panel to a tube: compensated once, on frozen scales."""

from __future__ import annotations

from lupustrial.cytometry.prepare._prepare import prepare

__all__ = ["prepare"]
