"""Constants of group sequential designs as they stand in papers and textbooks."""

from __future__ import annotations

import pytest

from lupustrial import stats


@pytest.mark.parametrize(
    ("looks", "error"),
    [(1, 0.05), (2, 0.083), (3, 0.107), (4, 0.126), (5, 0.142), (10, 0.193), (20, 0.248), (50, 0.320)],
)
def test_repeated_testing_at_five_per_cent_as_armitage_mcpherson_and_rowe_print_it(
    looks: int, error: float
) -> None:
    assert stats.repeated_testing_error(z=1.959964, stages=looks) == pytest.approx(error, abs=6e-4)


@pytest.mark.parametrize(
    ("looks", "pocock", "obrien_fleming"),
    [(2, 2.178, 1.977), (3, 2.289, 2.004), (4, 2.361, 2.024), (5, 2.413, 2.040), (10, 2.555, 2.087)],
)
def test_two_sided_constants_of_jennison_and_turnbull(
    looks: int, pocock: float, obrien_fleming: float
) -> None:
    """Jennison and Turnbull (2000), tables 2.1 and 2.3, alpha = 0.05."""
    for kind, constant in (("pocock", pocock), ("obrien_fleming", obrien_fleming)):
        design = stats.group_sequential_design(stages=looks, alpha=0.05, sided="two-sided", kind=kind)
        assert design.critical[-1] == pytest.approx(constant, abs=6e-4)


def test_lan_demets_boundaries_at_five_equal_looks() -> None:
    """Two-sided alpha = 0.05, to the three decimals of the textbooks (Lan and DeMets' functions)."""
    printed = {
        "lan_demets_obrien_fleming": [4.877, 3.357, 2.680, 2.290, 2.031],
        "lan_demets_pocock": [2.438, 2.427, 2.410, 2.397, 2.386],
    }
    for family, values in printed.items():
        design = stats.group_sequential_design(
            stages=5, alpha=0.05, sided="two-sided", kind="spending", spending=family
        )
        assert list(design.critical) == pytest.approx(values, abs=6e-4)


def test_product_of_two_stages_as_bauer_and_kohne_print_it() -> None:
    """Bauer and Köhne (1994): two p values reject at a product of 0.0087 at 5 %, 0.0038 at 2.5 %."""
    assert stats.fisher_design(stages=2, alpha=0.05, method="full_alpha").critical[1] == pytest.approx(
        0.0087, abs=6e-5
    )
    assert stats.fisher_design(stages=2, method="full_alpha").critical[1] == pytest.approx(0.0038, abs=6e-5)
