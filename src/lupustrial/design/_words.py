"""Numbers and tests as a protocol writes them."""

from __future__ import annotations

TESTS = {
    "pearson": "Pearson's chi-square test",
    "n_minus_1": "the (N-1) chi-square test",
    "yates": "the chi-square test with Yates's correction",
    "unpooled": "the Wald test",
    "fisher": "Fisher's exact test",
    "fisher_midp": "Fisher's test with mid-p",
    "barnard": "Barnard's exact unconditional test",
    "unconditional_score": "the exact unconditional score test",
    "boschloo": "Boschloo's exact unconditional test",
    "farrington_manning": "the score test of Farrington and Manning",
    "t": "the t test",
    "t_welch": "Welch's t test",
    "t_paired": "the paired t test",
    "ancova": "analysis of covariance with the baseline as covariate",
    "mann_whitney": "the Mann-Whitney test",
}
WHOLE = 100
SIDES = {"two-sided": "two-sided", "greater": "one-sided", "less": "one-sided"}


def label(test: str) -> str:
    """Return the name of a test for a table: without article, with a capital."""
    words = TESTS[test].removeprefix("the ")
    return words[0].upper() + words[1:]


def percent(value: float, decimals: int = 1) -> str:
    """Return ``90.0 %``; never 100 % for less, nor 0 % for more than nothing."""
    text, edge = f"{100 * value:.{decimals}f}", 10**-decimals
    if float(text) == WHOLE and value < 1:
        return f">{WHOLE - edge:.{decimals}f} %"
    if float(text) == 0 and value > 0:
        return f"<{edge:.{decimals}f} %"
    return f"{text} %"


def share(value: float) -> str:
    """Return ``90 %``, ``32.8 %``: as many decimals as it needs, one at most."""
    return percent(value).replace(".0 %", " %")


def shorter(value: float) -> str:
    """Return a number without needless digits, e.g. 0.05."""
    return f"{value:.6g}"


def groups(n1: int, n2: int) -> str:
    """Return ``13 in each group``, ``26 and 13``, or ``30 pairs``."""
    if not n2:
        return f"{n1} participants"
    return f"{n1} participants in each group" if n1 == n2 else f"{n1} and {n2} participants"


def together(n1: int, n2: int) -> str:
    """Return ``13 participants in each group (26 in all)``."""
    return f"{groups(n1, n2)} ({n1 + n2} in all)" if n2 else groups(n1, n2)


def level(alpha: float, alternative: str) -> str:
    """Return ``two-sided significance level of 0.05``."""
    return f"{SIDES[alternative]} significance level of {shorter(alpha)}"


def dropout_sentence(row: tuple[int, int], enrolled: tuple[int, int], dropout: float) -> str:
    """Say how many enter; or that nothing is allowed for."""
    if not dropout:
        return "No allowance is made for participants who leave without an outcome."
    return (
        f"Expecting {share(dropout)} to leave without an outcome, {together(*enrolled)} will be enrolled, "
        f"for {together(*row)} in the analysis."
    )
