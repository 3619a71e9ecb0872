"""Counts that cannot be are refused."""

from __future__ import annotations

import pytest

from lupustrial.cytometry.functional import Tally
from lupustrial.errors import CytometryError


@pytest.mark.parametrize(("positive", "parent"), [(-1, 10), (11, 10), (0, -1)])
def test_more_positive_than_there_are(positive: int, parent: int) -> None:
    with pytest.raises(CytometryError, match="CYTO-066"):
        Tally(positive=positive, parent=parent)
