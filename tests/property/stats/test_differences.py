"""Order statistics of many differences are those of the sorted differences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial import stats
from lupustrial.stats import _differences, _hodges_lehmann

NUMBERS = st.one_of(
    st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=25),
    st.lists(st.floats(-1e6, 1e6, allow_nan=False, width=32), min_size=1, max_size=25),
)


@given(x=NUMBERS, y=NUMBERS, data=st.data())
@settings(max_examples=200)
def test_the_difference_of_any_rank_is_that_of_the_sorted_differences(
    x: list[float], y: list[float], data: st.DataObject
) -> None:
    every = sorted(a - b for a in x for b in y)
    rank = data.draw(st.integers(1, len(every)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_differences, "_FEW", 3)
        found = _differences.difference_at(np.array(x), np.array(y), rank)
    largest = max(map(abs, [*x, *y, 1.0]))
    assert found == pytest.approx(every[rank - 1], abs=1e-12 * largest)


@pytest.mark.parametrize("decimals", [0, 1, 8])
def test_large_samples_agree_with_sorting_every_difference(decimals: int) -> None:
    generator = np.random.default_rng(11)
    x = np.round(generator.normal(1, 3, 1300), decimals)
    y = np.round(generator.normal(0, 3, 1101), decimals)
    assert len(x) * len(y) > _hodges_lehmann.SORTED_WHOLE
    ours = stats.hodges_lehmann(x, y)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_hodges_lehmann, "SORTED_WHOLE", len(x) * len(y))
        sorted_whole = stats.hodges_lehmann(x, y)
    assert (ours.estimate, ours.lower, ours.upper) == pytest.approx(
        (sorted_whole.estimate, sorted_whole.lower, sorted_whole.upper)
    )
