"""The headline results against p values computed elsewhere from the printed counts (R, SPSS formulas)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

#: ../shared/reference/published/he2020_claims.csv (C001, C002, C010), columns p_pearson, p_nminus1, p_lr,
#: p_fisher, and the difference with Newcombe's interval from its notes.
CLAIMS = [
    ("A-SRI4|SRI4|12", 0.05045, 0.05244, 0.04917, 0.06728, (25.2, 0.1, 46.3)),
    ("A-SRI4-VISITS|SRI4|24", 0.02669, 0.02801, 0.02561, 0.03789, (28.9, 3.4, 49.6)),
    ("A-PRED50|PRED50|24", 0.36546, 0.36956, 0.36494, 0.42957, (11.5, -12.8, 34.1)),
]


@pytest.mark.parametrize(("result", "pearson", "n_minus_1", "likelihood_ratio", "fisher", "newcombe"), CLAIMS)
def test_each_test_of_the_printed_counts_gives_the_p_value_computed_elsewhere(
    number: Callable[[str], float],
    result: str,
    pearson: float,
    n_minus_1: float,
    likelihood_ratio: float,
    fisher: float,
    newcombe: tuple[float, float, float],
) -> None:
    expected = {
        "pearson": pearson,
        "n_minus_1": n_minus_1,
        "likelihood_ratio": likelihood_ratio,
        "fisher": fisher,
    }
    for method, p_value in expected.items():
        assert number(f"{result}|IL-2 - placebo|{method}|p_value") == pytest.approx(p_value, abs=6e-6), method
    for stat, value in zip(("estimate", "lower", "upper"), newcombe, strict=True):
        assert number(f"{result}|IL-2 - placebo|newcombe|{stat}") == pytest.approx(value, abs=0.05), stat


def test_counts_and_percentages_are_those_that_the_paper_prints(number: Callable[[str], float]) -> None:
    assert number("A-SRI4|SRI4|12|IL-2|count|n") == 16
    assert number("A-SRI4|SRI4|12|IL-2|count|N") == 29
    assert number("A-SRI4|SRI4|12|IL-2|count|percent") == pytest.approx(55.17, abs=0.005)
    assert number("A-SRI4-VISITS|SRI4|24|IL-2|count|percent") == pytest.approx(65.52, abs=0.005)
    assert number("A-SRI4-VISITS|SRI4|24|placebo|count|percent") == pytest.approx(36.67, abs=0.005)
    assert number("A-AE|INFECT|overall|IL-2|count|percent") == pytest.approx(6.9, abs=0.05)


def test_all_randomised_with_the_one_left_out_as_no_response(number: Callable[[str], float]) -> None:
    # ../shared/reference/published/README.md: "week 12 Pearson 0.067, week 24 Pearson 0.039 and Fisher 0.070"
    assert number("A-SRI4-RAND|SRI4|12|IL-2|count|N") == 30
    assert number("A-SRI4-RAND|SRI4|12|IL-2 - placebo|pearson|p_value") == pytest.approx(0.067, abs=5e-4)
    assert number("A-SRI4-RAND|SRI4|24|IL-2 - placebo|pearson|p_value") == pytest.approx(0.039, abs=5e-4)
    assert number("A-SRI4-RAND|SRI4|24|IL-2 - placebo|fisher|p_value") == pytest.approx(0.070, abs=5e-4)
