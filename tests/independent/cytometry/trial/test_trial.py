"""A small trial goes from labelled events through the gating to its ratio of change; labels are the truth."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="module")
def trial() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "cytometry_trial", ROOT / "benchmarks" / "cytometry_trial.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["cytometry_trial"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_what_is_drawn_is_what_the_tubes_hold(trial: ModuleType) -> None:
    from lupustrial.cytometry.synthetic import catalogue

    groups = catalogue().groups
    for visit in trial.made_visits(1, participants=4, visits=3, events=100, effect=True):
        shares = trial.shares(visit)
        whole = {
            name: sum(shares[cell] for cell in groups[name]) for name in ("nk", "lymphocytes", "treg", "cd4")
        }
        assert sum(shares.values()) == pytest.approx(1)
        assert whole["nk"] / whole["lymphocytes"] == pytest.approx(visit.nk)
        assert whole["treg"] / whole["cd4"] == pytest.approx(visit.treg)


def test_the_effect_is_recovered_within_a_tenth(trial: ModuleType) -> None:
    visits = trial.made_visits(2, participants=10, visits=2, events=5000, effect=True)
    percent = trial.run_trial(visits, processes=1)
    for name in ("NK", "Treg"):
        assert np.isfinite(percent[name]).all()
        ours, labels = (trial.ratio_of_change(percent[name][..., at])[0] for at in (0, 1))
        assert ours == pytest.approx(labels, rel=0.1)


def test_a_file_between_changes_nothing(trial: ModuleType) -> None:
    (visit,) = trial.made_visits(3, participants=1, visits=2, events=4000, effect=False)[:1]
    written = trial.replace(visit, as_files=True)
    assert trial.gated(written) == trial.gated(visit)
