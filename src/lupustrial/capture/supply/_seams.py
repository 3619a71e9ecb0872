"""What other parts do for this one."""
# TEMPORARY while the parts are built at the same time: becomes plain imports.

from __future__ import annotations

from typing import Any


def _late(part: str, name: str) -> Any:
    import importlib

    return getattr(importlib.import_module(f"lupustrial.capture.{part}"), name)


Verdict = Any
Outcome = Any


def Given(**kw: Any) -> Any:
    return _late("entry", "Given")(**kw)


def submit(*a: Any, **k: Any) -> Any:
    return _late("entry", "submit")(*a, **k)


def facts_of(*a: Any, **k: Any) -> Any:
    return _late("entry", "facts_of")(*a, **k)


def eligibility_of(*a: Any, **k: Any) -> Any:
    return _late("participants", "eligibility_of")(*a, **k)


def verify_password(*a: Any, **k: Any) -> Any:
    return _late("accounts", "verify_password")(*a, **k)
