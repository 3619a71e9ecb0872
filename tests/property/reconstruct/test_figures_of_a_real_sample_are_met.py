"""Figures computed from a sample that exists can be met, and are."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from lupustrial.reconstruct import Target
from lupustrial.reconstruct._figures import Family, attain
from lupustrial.reconstruct._printed import agrees, agrees_root, quantile, variance
from lupustrial.reconstruct._rates import pearson, responders_by_week
from lupustrial.reconstruct._schema import RateSpec
from lupustrial.reconstruct._shape import sample, snapped

QUANTILES = ("min", "q1", "median", "q3", "max")
samples = st.lists(st.integers(0, 60), min_size=5, max_size=24)


def _target(statistic: str, printed: Decimal, size: int, name: str = "X") -> Target:
    return Target(
        where="Table 1",
        parameter=name,
        arm="A",
        week=0,
        set="all",
        size=size,
        statistic=statistic,
        printed=printed,
    )  # type: ignore[arg-type]


def _printed(value: Fraction, places: int) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _family(
    targets: list[Target], size: int, flags: dict[str, list[tuple[int, int]]] | None = None
) -> Family:
    return Family(
        name="X",
        unit=Fraction(1),
        allowed=list(range(61)),
        flags=flags or {},
        cells=[(frozenset({"all"}), [30] * size)],
        targets=targets,
        window=60,
        definition="hf6",
    )


@given(samples, st.sets(st.sampled_from(QUANTILES), min_size=1))
@settings(max_examples=30, deadline=None)
def test_quantiles_and_mean_of_a_sample_are_all_met(numbers: list[int], asked: set[str]) -> None:
    values, size = [Fraction(value) for value in numbers], len(numbers)
    targets = [_target(name, _printed(quantile(values, name, "hf6"), 2), size) for name in sorted(asked)]
    targets.append(_target("mean", _printed(sum(values, Fraction(0)) / size, 2), size))
    outcome = attain(_family(targets, size))
    assert outcome is not None
    assert outcome.unmet == {}
    found = [Fraction(value) for value in outcome.values[0]]
    for target in targets[:-1]:
        assert agrees(quantile(found, target.statistic, "hf6"), target.printed)
    assert agrees(sum(found, Fraction(0)) / len(found), targets[-1].printed)


@given(st.lists(st.integers(10, 50), min_size=6, max_size=20))
@settings(max_examples=15, deadline=None, phases=[Phase.generate])  # a failing case is slow to shrink
def test_a_mean_and_sd_that_are_said_to_be_met_are(numbers: list[int]) -> None:
    values = [Fraction(value) for value in numbers]
    mean, square = sum(values, Fraction(0)) / len(values), variance(values)
    targets = [
        _target("mean", _printed(mean, 1), len(numbers)),
        _target("sd", Decimal(repr(round(float(square) ** 0.5, 1))), len(numbers)),
    ]
    shape = snapped(sample(targets, len(numbers), {}, skew=False), list(range(61)), 1)
    family = replace(_family(targets, len(numbers)), cells=[(frozenset({"all"}), shape)], window=12)
    outcome = attain(family)
    assert outcome is not None
    found = [Fraction(value) for value in outcome.values[0]]
    if targets[0].id not in outcome.unmet:
        assert agrees(sum(found, Fraction(0)) / len(found), targets[0].printed)
    if not outcome.unmet:
        assert agrees_root(variance(found), targets[1].printed)


@given(st.lists(st.booleans(), min_size=6, max_size=20))
@settings(max_examples=20, deadline=None)
def test_a_count_that_excludes_a_median_is_followed_and_named(signs: list[bool]) -> None:
    """Values from 12 count; so many of them that the middle is one exclude a median of 10."""
    size, count = len(signs), sum(signs)
    pairs = [(value, int(value >= 12)) for value in range(61)]
    wish, number = _target("median", Decimal(10), size), _target("count", Decimal(count), size, "ACTIVE")
    outcome = attain(_family([wish, number], size, {"ACTIVE": pairs}))
    assert outcome is not None
    found = sorted(outcome.values[0])
    assert sum(value >= 12 for value in found) == count
    if wish.id in outcome.unmet:
        assert [each.id for each in outcome.unmet[wish.id]] == [number.id]
        assert count > size / 2 or count * 2 == size
    else:
        assert agrees(quantile([Fraction(v) for v in found], "median", "hf6"), Decimal(10))


@given(st.integers(8, 40), st.integers(8, 40), st.data())
@settings(max_examples=30, deadline=None)
def test_counts_of_unpublished_weeks_agree_with_what_is_printed(
    n1: int, n2: int, data: st.DataObject
) -> None:
    ends = {"A": data.draw(st.integers(0, n1)), "B": data.draw(st.integers(0, n2))}
    true = {"A": data.draw(st.integers(0, ends["A"])), "B": data.draw(st.integers(0, ends["B"]))}
    significant = pearson(true["A"], n1, true["B"], n2) < 0.05
    higher = "A" if true["A"] / n1 > true["B"] / n2 else "B"
    rate = RateSpec(
        where="Text", parameter="X", weeks=(4,), significant=significant, higher=higher, alpha=Decimal("0.05")
    )
    known = {arm: {0: 0, 8: ends[arm]} for arm in ends}
    limits = {arm: {4: (0, ends[arm])} for arm in ends}
    found = responders_by_week([rate], {"A": n1, "B": n2}, known, limits)
    assert found is not None  # `true` is one answer
    assert (pearson(found["A"][4], n1, found["B"][4], n2) < 0.05) == significant
    if significant:
        assert (found["A"][4] / n1 > found["B"][4] / n2) == (higher == "A")
