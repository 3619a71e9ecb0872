"""The allocation list of a reconstructed trial: by the study's own method, with the published sizes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from lupustrial.reconstruct import reconstructed_list
from lupustrial.study import Factor, Level, Randomisation, Study, load_study

STUDIES = Path(__file__).resolve().parents[3] / "studies"
FACTOR = Factor(
    id="SEX", name="Sex", levels=(Level(id="F", name="f", when="true"), Level(id="M", name="m", when="true"))
)


@pytest.fixture(scope="module")
def study() -> Study:
    return load_study(STUDIES / "il2-sle")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"method": "complete", "block_sizes": ()},
        {"method": "big_stick", "block_sizes": (), "maximum_imbalance": 3},
        {"method": "biased_coin", "block_sizes": (), "probability": Decimal("0.7")},
        {"slots": 90},
    ],
)
def test_it_begins_with_the_published_sizes_whatever_the_method(
    study: Study, changes: dict[str, object]
) -> None:
    changed = replace(study, randomisation=replace(study.randomisation, **changes))
    made = reconstructed_list(changed)
    assert made is not None
    assert Counter(slot.arm for slot in made.slots[:60]) == {"IL2": 30, "PBO": 30}
    assert len(made.slots) == changes.get("slots", 60)


def test_it_is_the_same_each_time(study: Study) -> None:
    assert reconstructed_list(study) == reconstructed_list(study)


@pytest.mark.parametrize(
    "changes",
    [
        {"strata": (FACTOR,)},
        {"method": "minimisation", "imbalance": "range", "probability": Decimal("0.8"), "strata": (FACTOR,)},
        {"slots": 59},
        {"ratio": {"IL2": 9, "PBO": 1}, "block_sizes": (10,)},  # 60 slots hold 54 and 6
    ],
)
def test_there_is_none_where_the_design_could_not_have_given_it(
    study: Study, changes: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lupustrial.reconstruct._list._TRIES", 50)
    changed = replace(study, randomisation=replace(study.randomisation, **changes))
    assert reconstructed_list(changed) is None


def test_a_study_that_randomises_nobody_has_none(study: Study) -> None:
    assert reconstructed_list(replace(study, randomisation=Randomisation(method="none"))) is None
