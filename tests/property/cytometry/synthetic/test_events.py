"""Invariants of synthetic events."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial.cytometry.synthetic import (
    PANELS,
    batch_gain,
    catalogue,
    labels_of,
    make_events,
    make_file,
    shares_of,
    synthetic_panel,
)


@pytest.mark.parametrize("panel", PANELS)
def test_the_same_arguments_give_the_same_bytes(panel: str, tmp_path: Path) -> None:
    hashes = set()
    for folder in ("a", "b"):
        path = tmp_path / folder / "x.fcs"
        path.parent.mkdir()
        make_file(path, panel=panel, seed=3, events=500, donor=2, faults=("clog", "gain_10x"))
        whole = path.read_bytes() + path.with_suffix(".labels.parquet").read_bytes()
        hashes.add(hashlib.sha256(whole).hexdigest())
    assert len(hashes) == 1


def test_another_seed_gives_other_cells() -> None:
    one, other = (make_events("tbnk", seed=seed, events=500) for seed in (1, 2))
    assert not np.array_equal(one.labels, other.labels)


def test_gain_donor_and_missing_stain_leave_the_cells_as_they_are() -> None:
    plain = make_events("tbnk", seed=1, events=800)
    gain = batch_gain(synthetic_panel("tbnk"), 4)
    for other in (
        make_events("tbnk", seed=1, events=800, gain=gain),
        make_events("tbnk", seed=1, events=800, donor=5),
        make_events("tbnk", seed=1, events=800, without=("CD56",)),
    ):
        np.testing.assert_array_equal(other.labels, plain.labels)
        assert not np.array_equal(other.values, plain.values)


def test_a_gain_moves_the_signal_by_its_factor() -> None:
    plain = make_events("tbnk", seed=1, events=800)
    doubled = make_events("tbnk", seed=1, events=800, gain={"B530-A": 2.0})
    below = plain.column("B530-A") < 131_000
    np.testing.assert_allclose(doubled.column("B530-A")[below], 2 * plain.column("B530-A")[below], rtol=1e-6)
    np.testing.assert_array_equal(doubled.column("G575-A"), plain.column("G575-A"))


@given(nk=st.floats(0, 0.4), bright=st.floats(0, 1), treg=st.floats(0, 0.2), extra=st.floats(0, 0.2))
@settings(max_examples=60, deadline=None)
def test_shares_come_to_one_and_groups_to_what_was_asked(
    nk: float, bright: float, treg: float, extra: float
) -> None:
    known = catalogue()
    asked = {"nk": nk, "nk_cd56bright": nk * bright, "treg": treg, "cd4": treg + extra, "debris": extra}
    shares = shares_of(asked)
    assert sum(shares[name] for name in known.cells) == pytest.approx(1)
    assert min(shares.values()) >= 0
    assert shares["nk_cd56bright"] == pytest.approx(nk * bright)
    assert shares["debris"] == extra
    for group in ("nk", "treg", "cd4"):
        assert sum(shares[name] for name in known.groups[group]) == pytest.approx(asked[group], abs=1e-9)


def test_time_runs_forward_and_nothing_lies_above_the_range() -> None:
    made = make_events("wide", seed=9, events=3000)
    assert (np.diff(made.column("Time")) >= 0).all()
    assert made.values.max() <= 262_143
    assert np.isfinite(made.values).all()


def test_labels_lie_beside_the_file(tmp_path: Path) -> None:
    labels = make_file(tmp_path / "x.fcs", panel="nk", seed=3, events=300, faults=("clog",))
    np.testing.assert_array_equal(labels_of(tmp_path / "x.fcs"), labels)
