"""What the generator refuses, and how it says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lupustrial.cytometry.synthetic import make_events, make_file, panel_text, shares_of
from lupustrial.errors import CytometryError


def _ids(call: Callable[[], object]) -> tuple[list[str], str]:
    with pytest.raises(CytometryError) as caught:
        call()
    return [fault.id for fault in caught.value.faults], str(caught.value)


def test_unknown_subsets_are_all_named_with_the_nearest_name() -> None:
    ids, text = _ids(lambda: shares_of({"nk_cd56brigth": 0.1, "tregg": 0.1}))
    assert ids == ["CYTO-060", "CYTO-060"]
    assert "nk_cd56bright" in text
    assert "treg" in text


@pytest.mark.parametrize(
    "fractions",
    [
        {"nk": 0.6, "b": 0.6},
        {"nk": -0.1},
        {"nk": 1.5},
        {"nk": 0.1, "nk_cd56bright": 0.2},
        {"debris": 0.6, "dead": 0.6},
    ],
)
def test_shares_that_cannot_be(fractions: dict[str, float]) -> None:
    ids, _ = _ids(lambda: shares_of(fractions))
    assert set(ids) == {"CYTO-061"}


def test_an_unknown_panel() -> None:
    assert _ids(lambda: make_events("tbkn", seed=1))[0] == ["CYTO-062"]
    assert _ids(lambda: panel_text("../dyes"))[0] == ["CYTO-062"]


def test_unknown_faults_and_markers(tmp_path: Path) -> None:
    path = tmp_path / "x.fcs"
    assert _ids(lambda: make_file(path, panel="nk", seed=1, faults=("clogg",)))[0] == ["CYTO-063"]
    assert _ids(lambda: make_file(path, panel="nk", seed=1, faults={"gain_10x": ("CD4",)}))[0] == ["CYTO-064"]
    ids, _ = _ids(lambda: make_file(path, panel="nk", seed=1, faults={"swapped_headers": ("CD3",)}))
    assert ids == ["CYTO-063"]
    assert not path.exists()


def test_unknown_channels_and_stains() -> None:
    assert _ids(lambda: make_events("nk", seed=1, gain={"X-A": 2.0}))[0] == ["CYTO-064"]
    assert _ids(lambda: make_events("nk", seed=1, without=("CD4",)))[0] == ["CYTO-064"]
