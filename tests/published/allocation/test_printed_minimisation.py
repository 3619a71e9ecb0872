"""Minimisation against worked examples that others printed."""

from __future__ import annotations

from fractions import Fraction

from lupustrial.allocation.methods import Margin, Minimisation, MinimisationState


def test_lim_and_in_2019_table_4() -> None:
    """Lim and In (Korean J Anesthesiol 2019, 72:221, table 4): 14 participants, then a woman of 74 at site 2.

    Imbalance (range, summed) 3 if she goes to control, 5 if to treatment: she goes to control. The margins
    before are those of the table without her.
    """
    method = Minimisation(
        arms=("control", "treatment"),
        ratio=(1, 1),
        probability=Fraction(4, 5),
        imbalance="range",
        margins=tuple(Margin(id=name) for name in ("site", "sex", "age")),
    )
    ages = ["<20", "<20", "20-64", "20-64", "65-", "65-", "65-"]
    control = zip(["1"] * 4 + ["2"] * 3, ["M"] * 4 + ["F"] * 3, ages, strict=True)
    treatment = zip(["1"] * 2 + ["2"] * 5, ["M"] * 4 + ["F"] * 3, ages, strict=True)
    history = [(profile, "control") for profile in control] + [
        (profile, "treatment") for profile in treatment
    ]
    state = method.resume(history)
    assert isinstance(state, MinimisationState)
    new = ("2", "F", "65-")
    assert state.imbalances(new) == (3, 5)
    assert state.chances(new) == (Fraction(4, 5), Fraction(1, 5))


def test_hierarchy_of_scott_2002_as_printed_in_pmc3503622_table_3() -> None:
    """A seventh cluster, high baseline and moderate covariate rate, goes to control: 2 < 4.

    Before it: high baseline 2 and 2, moderate covariate 3 and 1 (intervention, control); other levels do not
    matter for it, and the printed ones do not add up to one total.
    """
    method = Minimisation(
        arms=("intervention", "control"),
        ratio=(1, 1),
        probability=Fraction(1),
        imbalance="range",
        margins=(Margin(id="baseline"), Margin(id="covariate")),
    )
    state = method.start()
    intervention = [("high", "high"), ("high", "high"), *[("moderate", "moderate")] * 2, ("low", "moderate")]
    control = [
        ("high", "high"),
        ("high", "low"),
        ("moderate", "moderate"),
        ("moderate", "high"),
        ("low", "high"),
    ]
    for place, profiles in enumerate((intervention, control)):
        for profile in profiles:
            state.record(place, profile)
    assert state.imbalances(("high", "moderate")) == (4, 2)
    assert state.chances(("high", "moderate")) == (0, 1)
