"""What the report says of randomisation and blinding."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from lupustrial.report._randomisation import randomisation_lines
from lupustrial.study import Factor, KitType, Level, Randomisation, Role, Study, load_study

ROOT = Path(__file__).resolve().parents[3]
RATIO = {"ACT": 2, "PBO": 1}
FACTOR = Factor(
    id="LN",
    name="Nephritis",
    levels=(Level(id="Y", name="with", when="true"), Level(id="N", name="without", when="true")),
)


@pytest.fixture(scope="module")
def trial() -> Study:
    return load_study(ROOT / "src" / "lupustrial" / "study" / "_template")


def lines(study: Study, rule: Randomisation, commitment: str | None = None) -> dict[str, str]:
    return dict(randomisation_lines(replace(study, randomisation=rule), commitment))


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (
            Randomisation(method="permuted_blocks", ratio=RATIO, block_sizes=(3, 6)),
            "Permuted blocks of 3 or 6, the size of each drawn, 2 active to 1 placebo. Not stratified.",
        ),
        (
            Randomisation(method="permuted_blocks", ratio=RATIO, block_sizes=(6,), by_site=True),
            "Permuted blocks of 6, 2 active to 1 placebo. Stratified by site.",
        ),
        (
            Randomisation(method="biased_coin", ratio=RATIO, probability=Decimal("0.67"), strata=(FACTOR,)),
            (
                "Biased coin, probability 0.67 for the arm that lags behind, 2 active to 1 placebo. "
                "Stratified by Nephritis (with, without)."
            ),
        ),
        (
            Randomisation(method="big_stick", ratio=RATIO, maximum_imbalance=3),
            "Big stick, largest imbalance 3, 2 active to 1 placebo. Not stratified.",
        ),
        (
            Randomisation(method="urn", ratio={"ACT": 1, "PBO": 1}, urn_start=1, urn_added=2),
            "Urn, 1 balls an arm at the start, 2 of each other added, 1 active to 1 placebo. Not stratified.",
        ),
        (
            Randomisation(
                method="minimisation",
                ratio=RATIO,
                probability=Decimal("0.8"),
                imbalance="range",
                strata=(FACTOR,),
                by_site=True,
            ),
            (
                "Minimisation by the range in each factor, probability 0.8, 2 active to 1 placebo. "
                "Balanced over Nephritis (with, without); site."
            ),
        ),
        (
            Randomisation(method="complete", ratio=RATIO),
            "Complete randomisation, 2 active to 1 placebo. Not stratified.",
        ),
    ],
)
def test_each_method_is_told_with_its_numbers(trial: Study, rule: Randomisation, said: str) -> None:
    assert lines(trial, rule)["Sequence (8a, 8b)"] == said


def test_nobody_randomised_nothing_told(trial: Study) -> None:
    assert randomisation_lines(replace(trial, randomisation=Randomisation(method="none")), "ab") == []


def test_concealment_is_claimed_for_a_sealed_list_only(trial: Study) -> None:
    rule = trial.randomisation
    assert "ab12" in lines(trial, rule, "ab12")["Concealment (9)"]
    assert "not known" in lines(trial, rule)["Concealment (9)"]


def test_the_list_of_a_reconstruction_is_not_said_to_be_the_trials(trial: Study) -> None:
    told = dict(randomisation_lines(trial, "ab12", synthetic=True))["Concealment (9)"]
    assert told.startswith("Of the reconstruction, not of the trial itself: the list was made")


def test_who_acts_and_who_is_blinded_follow_from_the_roles(trial: Study) -> None:
    roles = (
        Role(id="a", name="Anna", may=("screen",)),
        Role(id="b", name="Berta", blinded=False, may=("allocate",)),
    )
    told = lines(replace(trial, roles=roles), trial.randomisation)
    assert told["Who (10)"] == "Screened by: Anna. Allocated by: Berta."
    assert told["Blinding (11a)"].startswith("Double blind. Blinded: Anna. Not blinded: Berta.")
    nobody = lines(replace(trial, roles=()), trial.randomisation)
    assert nobody["Who (10)"] == "Screened by: not stated. Allocated by: not stated."
    assert "Blinded: nobody." in nobody["Blinding (11a)"]


def test_kits_and_looks_stand_under_similarity(trial: Study) -> None:
    kit = KitType(id="M", name="A month", units=4, dispensed=("W0",))
    told = lines(replace(trial, kits=(kit,), products=()), trial.randomisation)
    assert told["Similarity (11b)"] == "Not stated. Kits, numbered by chance: A month (4 vials)."
    assert "Similarity (11b)" not in lines(replace(trial, products=()), trial.randomisation)


def test_the_founding_study_says_what_is_hidden_and_what_was_not_published() -> None:
    told = dict(randomisation_lines(load_study(ROOT / "studies" / "il2-sle"), None))
    assert "Eosinophils" in told["Blinding (11a)"]
    assert "block sizes" in told["Not published"]
