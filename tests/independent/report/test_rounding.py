"""Rounding against exact arithmetic, and the forms of numbers that journals use."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lupustrial.report._format import decimal_text, fill, interval_text, p_text, placeholders


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (13.85, 1, "13.9"),  # the binary number lies below 13.85; Python's round gives 13.8
        (2.675, 2, "2.68"),
        (0.5, 0, "1"),
        (1.5, 0, "2"),
        (2.5, 0, "3"),
        (-2.5, 0, "\N{MINUS SIGN}3"),
        (-0.04, 1, "0.0"),
        (55.17241379310345, 2, "55.17"),
        (1e-9, 3, "0.000"),
        (1783.15, 2, "1783.15"),
    ],
)
def test_rounding_is_half_up_on_the_decimal_digits(value: float, decimals: int, text: str) -> None:
    assert decimal_text(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(13.75, "13.75"), (12.0, "12"), (41.725, "41.73"), (10.5, "10.5"), (0.0, "0"), (100.0, "100")],
)
def test_zeros_at_the_end_are_dropped_where_asked(value: float, text: str) -> None:
    assert decimal_text(value, 2, trim=True) == text


@given(st.decimals(-10_000, 10_000, places=6), st.integers(0, 4))
def test_rounding_is_that_of_exact_arithmetic(number: Decimal, decimals: int) -> None:
    scaled = abs(Fraction(number)) * 10**decimals
    whole = (scaled + Fraction(1, 2)).__floor__()
    text = decimal_text(float(number), decimals).replace("\N{MINUS SIGN}", "-")
    assert abs(Fraction(Decimal(text))) == Fraction(whole, 10**decimals)
    assert text.startswith("-") == (number < 0 and whole > 0)


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0523, "0.052"),
        (0.05045, "0.0505"),  # three decimals would not tell on which side of 0.05 it lies
        (0.0496, "0.0496"),
        (0.0494, "0.049"),
        (0.0009999, "<0.001"),
        (0.001, "0.001"),
        (1.0, "1.000"),
        (0.0, "<0.001"),
    ],
)
def test_p_values_are_written_as_journals_write_them(p: float, text: str) -> None:
    assert p_text(p) == text


def test_intervals_have_a_minus_sign_and_no_dash() -> None:
    assert interval_text(-3.04, -10.96, 4.0, 1) == "\N{MINUS SIGN}3.0 (\N{MINUS SIGN}11.0 to 4.0)"


def test_templates_are_filled_with_their_own_decimals() -> None:
    values = {"n": 16.0, "percent": 55.172413, "median": 2.25, "q1": 1.0, "q3": 13.75}
    assert fill("{n} ({percent:1})", values, decimals=0) == "16 (55.2)"
    assert fill("{median:~2} ({q1:~2}–{q3:~2})", values, decimals=0) == "2.25 (1–13.75)"
    assert fill("{median}", values, decimals=1) == "2.3"
    assert placeholders("{median:~2} ({q1:~2}–{q3:~2})") == ("median", "q1", "q3")
