"""The heavy libraries of the extra `cytometry`, imported where they are used."""

from __future__ import annotations

import importlib
from types import ModuleType

from lupustrial.errors import CytometryError, Fault


def need(module: str, *, extra: str = "cytometry") -> ModuleType:
    """Import a module of an extra, e.g. ``need("flowkit")``.

    Args:
        module: The module's full name.
        extra: The extra of the package that installs it.

    Raises:
        CytometryError: CYTO-002 the extra is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise CytometryError(
            Fault(
                id="CYTO-002",
                message=f"{module} is not installed",
                place="cytometry",
                hint=f'install it with: pip install "lupustrial[{extra}]"',
            )
        ) from error
