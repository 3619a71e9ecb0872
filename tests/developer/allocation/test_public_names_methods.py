"""The public names of the methods and of the design report."""

from __future__ import annotations

from lupustrial.allocation import design, methods

METHODS = {
    "Adaptive", "AdaptiveState", "BiasedCoin", "BigStick", "BlocksState", "Complete", "DoublyAdaptive",
    "Margin", "Method", "Minimisation", "MinimisationState", "PermutedBlocks", "PlayTheWinner", "Profile",
    "SITE", "State", "Stream", "Urn", "allocate_list", "levels_of", "list_label", "method_of", "profile_of",
    "profiles_of", "strata_of", "stratum_of",
}  # fmt: skip
DESIGN = {
    "TRIALS", "DesignReport", "DesignResult", "FactorShares", "GroupBalance", "LevelShare", "PlaceGuess",
    "Spread", "Warn", "accrual_rows", "design_report", "render_html",
}  # fmt: skip


def test_public_names_are_pinned() -> None:
    for package, names in ((methods, METHODS), (design, DESIGN)):
        assert set(package.__all__) == names
        assert len(package.__all__) == len(names)
        assert all(hasattr(package, name) for name in names)
