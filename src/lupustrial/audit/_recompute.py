"""Recompute a claim from its printed counts or means by every test of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from lupustrial import stats
from lupustrial.audit._catalogue import ONE_SIDED, PAIRED, UNPAIRED, CatalogueTest
from lupustrial.audit._claims import Claim, Group
from lupustrial.audit._printed import PrintedP, agreement
from lupustrial.audit._verdicts import Finding, Nearby
from lupustrial.errors import StatisticsError

MEAN_TESTS = (("t_pooled", "pooled", "t-test (pooled)"), ("t_welch", "welch", "Welch t-test"))


def _counts(claim: Claim) -> dict[str, int]:
    """Return the four counts of a claim that has them."""
    one, two = claim.group1, claim.group2
    return {"x1": one.x or 0, "n1": one.n or 0, "x2": two.x or 0, "n2": two.n or 0}


def _try(
    test: CatalogueTest, printed: PrintedP, *, alpha: float, sides: str, pairing: str, **counts: int
) -> Finding:
    try:
        p_value, reason = test.compute(**counts).p_value, ""
    except StatisticsError as error:
        p_value, reason = None, error.faults[0].message
    return Finding(
        test=test.id,
        label=test.label,
        sides=sides,
        pairing=pairing,
        p_value=p_value,
        match="" if p_value is None else agreement(printed, p_value, alpha=alpha),
        reason=reason,
        for_counts=test.for_counts,
    )


def count_findings(claim: Claim, *, alpha: float) -> tuple[Finding, ...]:
    """Try every test on the counts; McNemar too where the same participants are counted twice."""
    counts, printed = _counts(claim), claim.reported_p
    findings = [
        _try(test, printed, alpha=alpha, sides=sides, pairing="unpaired", **counts)
        for tests, sides in ((UNPAIRED, "two-sided"), (ONE_SIDED, "one-sided"))
        for test in tests
    ]
    if claim.design == "within-arm":
        findings += _paired_findings(claim, alpha=alpha)
    return tuple(findings)


def _paired_findings(claim: Claim, *, alpha: float) -> list[Finding]:
    """Try McNemar as if everybody who changed did so in the one direction that the totals show."""
    counts = _counts(claim)
    if counts["n1"] != counts["n2"]:
        reason = f"{counts['n1']} participants before and {counts['n2']} after cannot be paired"
        return [
            Finding(
                test=test.id,
                label=test.label,
                sides="two-sided",
                pairing="paired",
                p_value=None,
                match="",
                reason=reason,
            )
            for test in PAIRED
        ]
    change = counts["x1"] - counts["x2"]
    pairs = {"lost": max(0, change), "gained": max(0, -change)}
    return [
        _try(test, claim.reported_p, alpha=alpha, sides="two-sided", pairing="paired", **pairs)
        for test in PAIRED
    ]


def mean_findings(
    one: Group, two: Group, sizes: tuple[int, int], printed: PrintedP, *, alpha: float
) -> tuple[tuple[Finding, ...], tuple[stats.Estimate, ...]]:
    """Try the t-tests on means and standard deviations, with the difference and its interval."""
    findings, intervals = [], []
    for test, variances, label in MEAN_TESTS:
        p_value, reason = None, ""
        try:
            result = stats.t_test_summary(
                mean1=_float(one.mean),
                sd1=_float(one.sd),
                n1=sizes[0],
                mean2=_float(two.mean),
                sd2=_float(two.sd),
                n2=sizes[1],
                variances=variances,
            )
        except StatisticsError as error:
            reason = error.faults[0].message
        else:
            p_value = result.p_value
            intervals.append(
                stats.Estimate(
                    method=test,
                    measure="mean difference",
                    estimate=result.estimate,
                    lower=result.lower,
                    upper=result.upper,
                    confidence_level=result.confidence_level,
                )
            )
        findings.append(
            Finding(
                test=test,
                label=label,
                sides="two-sided",
                pairing="unpaired",
                p_value=p_value,
                match="" if p_value is None else agreement(printed, p_value, alpha=alpha),
                reason=reason,
            )
        )
    return tuple(findings), tuple(intervals)


def _float(number: Decimal | None) -> float:
    return float(number or 0)


def count_intervals(claim: Claim) -> tuple[stats.Estimate, ...]:
    """Estimate the risk difference with the intervals of Newcombe and of Miettinen and Nurminen."""
    counts = _counts(claim)
    x1, n1, x2, n2 = counts["x1"], counts["n1"], counts["x2"], counts["n2"]
    return stats.newcombe(**counts), stats.miettinen_nurminen(x1=x1, n1=n1, x2=x2, n2=n2)


def _sizes_around(n1: int, n2: int, reach: int) -> Iterator[tuple[int, int]]:
    steps = sorted(range(-reach, reach + 1), key=lambda step: (abs(step), step))
    near = [(a, b) for a in steps for b in steps if (a, b) != (0, 0)]
    yield from ((n1 + a, n2 + b) for a, b in sorted(near, key=lambda s: (abs(s[0]) + abs(s[1]), s)))


def nearby_counts(claim: Claim, *, alpha: float, reach: int) -> tuple[Nearby, ...]:
    """Look for group sizes within ``reach`` at which a two-sided test gives the printed digits."""
    counts, found = _counts(claim), []
    for n1, n2 in _sizes_around(counts["n1"], counts["n2"], reach):
        if n1 < max(1, counts["x1"]) or n2 < max(1, counts["x2"]):
            continue
        moved = {**counts, "n1": n1, "n2": n2}
        for test in UNPAIRED:
            finding = _try(
                test, claim.reported_p, alpha=alpha, sides="two-sided", pairing="unpaired", **moved
            )
            if finding.match == "rounded" and finding.p_value is not None:
                figures = f"{counts['x1']}/{n1} v {counts['x2']}/{n2}"
                found.append(Nearby(label=test.label, figures=figures, p_value=finding.p_value))
    return tuple(found)


def nearby_means(
    one: Group, two: Group, sizes: tuple[int, int], printed: PrintedP, *, alpha: float, reach: int
) -> tuple[Nearby, ...]:
    """Look for group sizes within ``reach`` at which a t-test gives the printed digits."""
    found = []
    for n1, n2 in _sizes_around(*sizes, reach):
        findings, _ = mean_findings(one, two, (n1, n2), printed, alpha=alpha)
        found += [
            Nearby(label=f.label, figures=f"n = {n1} v {n2}", p_value=f.p_value)
            for f in findings
            if f.match == "rounded" and f.p_value is not None
        ]
    return tuple(found)
