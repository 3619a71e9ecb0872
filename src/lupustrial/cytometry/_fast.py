"""The extra `fast`: compiled loops that give the same bits as the plain ones, sooner.

They do the same arithmetic in the same order and precision, without fused operations; so a result does not
tell whether they were used, and a test holds them to it.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Literal

Use = Literal["auto", "always", "never"]

#: Loading Numba and the compiled loops takes a process as long as the plain loops need for this many values
#: (some 2 million events of 18 channels). Waiting that long before loading costs at most twice the optimum.
PAYS_AFTER = 50_000_000
#: Fewest values of one call that are handed to a compiled loop.
FEWEST = 4_096


class _State:
    use: Use = "auto"
    values = 0


def use_loops(use: Use) -> None:
    """Use the compiled loops where they pay (``auto``), wherever Numba is installed, or never."""
    _State.use = use


def loops(values: int) -> ModuleType | None:
    """Return the module of compiled loops for a call of so many values; None: use the plain ones."""
    if _State.use == "never" or values < FEWEST:
        return None
    _State.values += values
    return _loaded() if _State.use == "always" or _State.values >= PAYS_AFTER else None


@cache
def _loaded() -> ModuleType | None:
    if find_spec("numba") is None:
        return None
    return import_module("lupustrial.cytometry._loops")
