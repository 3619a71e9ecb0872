"""Westgard's rules on series written by hand: which point breaks which rule (Clin Chem 1981;27:493-501)."""

from __future__ import annotations

import pytest

from lupustrial.cytometry.review import ControlPoint, control_chart


def rules(*z: float) -> list[tuple[str, ...]]:
    """Judge points at given deviations from a mean of 50 with an SD of 2."""
    points = [ControlPoint(batch=str(at), value=50 + 2 * one) for at, one in enumerate(z)]
    return [judged.broken for judged in control_chart(points, name="NK", target=(50.0, 2.0)).points]


def test_within_two_sd_nothing_is_broken() -> None:
    assert rules(0, 1.5, -2, 2) == [(), (), (), ()]


def test_one_beyond_two_sd_warns_and_does_not_reject() -> None:
    points = [ControlPoint(batch="1", value=54.2)]
    judged = control_chart(points, name="NK", target=(50.0, 2.0)).points[0]
    assert judged.z == pytest.approx(2.1)
    assert judged.broken == ("1-2s",)
    assert not judged.rejected


def test_one_beyond_three_sd_rejects() -> None:
    assert rules(0, -3.1) == [(), ("1-2s", "1-3s")]
    assert rules(3) == [("1-2s",)]


def test_two_running_beyond_two_sd_on_one_side_reject() -> None:
    assert rules(2.1, 2.2)[1] == ("1-2s", "2-2s")
    assert rules(-2.1, -2.5)[1] == ("1-2s", "2-2s")
    assert rules(2.1, 0, 2.1)[2] == ("1-2s",)


def test_two_running_on_both_sides_beyond_two_sd_reject() -> None:
    assert rules(2.1, -2.1)[1] == ("1-2s", "R-4s")
    assert rules(2.1, -1.9)[1] == ()


def test_ten_running_on_one_side_of_the_mean_reject() -> None:
    assert rules(*[0.1] * 9)[-1] == ()
    assert rules(*[0.1] * 10)[-1] == ("10x",)
    assert rules(-0.1, *[0.1] * 9)[-1] == ()
    assert rules(*[-0.3] * 11)[-2:] == [("10x",), ("10x",)]
    assert rules(*[0.1] * 9, 0)[-1] == ()


def test_mean_and_sd_are_those_of_the_first_twenty() -> None:
    values = [10.0, 12.0] * 10 + [40.0]
    points = [ControlPoint(batch=str(at), value=value) for at, value in enumerate(values)]
    chart = control_chart(points, name="NK")
    # 20 values, each 1 from the mean: variance 20 / 19.
    assert chart.mean == 11.0
    assert chart.sd == pytest.approx((20 / 19) ** 0.5)
    assert chart.points[-1].rejected


@pytest.mark.parametrize("values", [[10.0, 11.0, 12.0, 11.0], [10.0] * 6])
def test_of_too_few_or_equal_measurements_no_limit_is_made_and_none_is_judged(values: list[float]) -> None:
    points = [ControlPoint(batch=str(at), value=value) for at, value in enumerate(values)]
    chart = control_chart(points, name="NK")
    assert (chart.mean, chart.sd) == (None, None)
    assert chart.source.startswith("none")
    assert all(judged.z is None and not judged.broken for judged in chart.points)
