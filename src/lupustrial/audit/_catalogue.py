"""The tests that the audit tries on printed counts, and the names under which papers state them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from lupustrial import stats

Compute = Callable[..., stats.HypothesisTest]


@dataclass(frozen=True, slots=True)
class CatalogueTest:
    """One test of the catalogue.

    Attributes:
        id: Stable name, as in the results.
        label: Name for readers.
        compute: Function of ``x1, n1, x2, n2`` (unpaired) or ``lost, gained`` (paired).
        for_counts: Whether it is made for counts; t, rank and Wald tests on 0/1 are not (or only for many).
    """

    id: str
    label: str
    compute: Compute
    for_counts: bool = True


UNPAIRED = (
    CatalogueTest("pearson", "Pearson chi-square", stats.pearson),
    CatalogueTest("yates", "Yates chi-square", stats.yates),
    CatalogueTest("fisher", "Fisher exact", stats.fisher),
    CatalogueTest("likelihood_ratio", "likelihood-ratio chi-square", stats.likelihood_ratio),
    CatalogueTest("n_minus_1", "(N-1) chi-square", stats.n_minus_1),
    CatalogueTest("fisher_midp", "Fisher mid-p", stats.fisher_midp),
    CatalogueTest("fisher_midp_doubled", "doubled mid-p", partial(stats.fisher_midp, two_sided="doubled")),
    CatalogueTest("barnard", "Barnard", stats.barnard),
    CatalogueTest("boschloo", "Boschloo", stats.boschloo),
    CatalogueTest("unconditional_score", "exact unconditional score", stats.unconditional_score),
    CatalogueTest("wald_difference", "Wald difference", stats.wald_difference, for_counts=False),
    CatalogueTest("logit_wald", "logistic Wald", stats.logit_wald, for_counts=False),
    CatalogueTest("t_binary_pooled", "t-test on 0/1 (pooled)", stats.t_test_binary, for_counts=False),
    CatalogueTest(
        "t_binary_welch",
        "t-test on 0/1 (Welch)",
        partial(stats.t_test_binary, variances="welch"),
        for_counts=False,
    ),
    CatalogueTest("mann_whitney_binary", "Mann-Whitney on 0/1", stats.mann_whitney_binary, for_counts=False),
)


def _smaller_tail(test: Compute, **counts: int) -> stats.HypothesisTest:
    tails = (test(**counts, alternative=side) for side in ("greater", "less"))
    return min(tails, key=lambda result: result.p_value)


ONE_SIDED = (
    CatalogueTest("fisher_one_sided", "Fisher exact, one-sided", partial(_smaller_tail, stats.fisher)),
    CatalogueTest("midp_one_sided", "Fisher mid-p, one-sided", partial(_smaller_tail, stats.fisher_midp)),
)

PAIRED = (
    CatalogueTest("mcnemar_exact", "McNemar exact", stats.mcnemar),
    CatalogueTest("mcnemar_chi_square", "McNemar chi-square", partial(stats.mcnemar, form="chi_square")),
    CatalogueTest(
        "mcnemar_chi_square_corrected",
        "McNemar chi-square, corrected",
        partial(stats.mcnemar, form="chi_square_corrected"),
    ),
)

# What papers write, without case, blanks and punctuation; the order matters, the first that fits wins.
STATED = (
    (r"mcnemar", "mcnemar_chi_square"),
    (r"fishers?(exact)?.*midp|midp", "fisher_midp"),
    (r"fisher", "fisher"),
    (r"yates|continuity", "yates"),
    (r"likelihoodratio|gtest", "likelihood_ratio"),
    (r"linearbylinear|n1chi|mantelhaenszel", "n_minus_1"),
    (r"barnard", "barnard"),
    (r"boschloo", "boschloo"),
    (r"logistic", "logit_wald"),
    (r"chi(2|square|squared)|pearson|[χx](2|²)", "pearson"),
    (r"mannwhitney|wilcoxonranksum|ranksum", "mann_whitney"),
    (r"pairedsamplet|pairedt|pairedsamplest", "paired_t"),
    (r"signedrank|wilcoxon", "wilcoxon_signed_rank"),
    (r"welch|unequalvariance", "t_welch"),
    (r"ttest|students?t|independentsamplest", "t_pooled"),
)
SILENT = frozenset({"", "descriptive", "nottestedinthepaper", "notstated", "notgiven", "none"})


def stated_id(text: str) -> str | None:
    """Return the id of the test a paper names: ``""`` if it names none, ``None`` if it is not known here."""
    plain = re.sub(r"[\W_]+", "", text.casefold().replace("²", "2"))
    if plain in SILENT:
        return ""
    return next((test for pattern, test in STATED if re.search(pattern, plain)), None)
