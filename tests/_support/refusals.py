"""Calls that must be refused, each with the id of its fault."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from lupustrial.errors import StatisticsError

Refused = Sequence[tuple[str, Callable[[], object]]]


def each_of(refused: Refused) -> pytest.MarkDecorator:
    """Run a test of ``fault`` and ``call`` for every call."""
    names = [f"{place}-{fault}" for place, (fault, _) in enumerate(refused)]
    return pytest.mark.parametrize(("fault", "call"), refused, ids=names)


def check_refusal(fault: str, call: Callable[[], object]) -> None:
    """Assert that a call is refused with this one fault, which says what, where and how to mend it."""
    with pytest.raises(StatisticsError) as raised:
        call()
    assert [found.id for found in raised.value.faults] == [fault]
    assert all(found.hint and found.place and found.message for found in raised.value.faults)
