"""Facts printed in publications: how many items, which limits."""

from __future__ import annotations

from typing import Any

import pytest
from one_participant import scored

from lupustrial.instruments import INSTRUMENTS


def highest(name: str) -> dict[str, Any]:
    """Return a visit with every item at its highest value."""
    return {
        item.code: "Y" if item.kind == "yn" else (item.values or (item.high,))[-1]
        for item in INSTRUMENTS[name].items
    }


def test_clasi_runs_to_70_and_56() -> None:
    """Albrecht 2005 as read in [S28][S35]: activity 0 to 70, damage 0 to 56 (26 + 24 + 6)."""
    (row,) = scored("clasi", highest("clasi") | {"dyspigmentation_12_months": "Y"})
    assert (row["score"], row["damage"], row["state"]) == (70, 56, "severe")


@pytest.mark.parametrize(("option", "most"), [("counted", 57), ("counted_and_doubled", 58)])
def test_clasi_damage_would_pass_56_with_the_mucosa(option: str, most: int) -> None:
    """The reference (10-skin-joints-damage): with mucosal dyspigmentation the maximum would be 57."""
    items = highest("clasi") | {"dyspigmentation_12_months": "Y"}
    (row,) = scored("clasi", items, clasi_mucosal_dyspigmentation=option)
    assert row["damage"] == most


def test_28_joints() -> None:
    """14 on each side: shoulder, elbow, wrist, knee, five MCP, the thumb's IP, four PIP [S35]."""
    codes = [item.code for item in INSTRUMENTS["joints28"].items]
    assert len(codes) == 2 * 28
    assert sum("_left_" in code for code in codes) == sum("_right_" in code for code in codes) == 28


def test_the_damage_index_has_41_items_in_12_domains_and_runs_to_47() -> None:
    """[S29][S30]."""
    assert len(INSTRUMENTS["sdi"].items) == 41
    assert sum(name.startswith("domain_") for name in INSTRUMENTS["sdi"].outputs) == 12
    (row,) = scored("sdi", highest("sdi"))
    assert (row["score"], row["completeness"]) == (47, "complete")


def test_numbers_of_criteria() -> None:
    """ACR 1997: 11. SLICC 2012 [S52]: 11 clinical and 6 immunologic. EULAR/ACR 2019 [S55]: 10 domains."""
    assert len(INSTRUMENTS["acr1997"].items) == 11
    assert len(INSTRUMENTS["slicc2012"].items) == 17 + 1  # and the biopsy
    domains = [name for name in INSTRUMENTS["eular_acr2019"].outputs if name.startswith("domain_")]
    assert len(domains) == 7 + 3
    (row,) = scored("eular_acr2019", highest("eular_acr2019"))
    assert (row["score"], row["classified"]) == (51, "Y")
