"""Judge published claims."""

from __future__ import annotations

from collections.abc import Sequence

from lupustrial.audit._catalogue import stated_id
from lupustrial.audit._claims import Claim
from lupustrial.audit._design import judge_design
from lupustrial.audit._recompute import (
    count_findings,
    count_intervals,
    mean_findings,
    nearby_counts,
    nearby_means,
)
from lupustrial.audit._summaries import check_mean, sizes_elsewhere
from lupustrial.audit._verdicts import Finding, Nearby, Verdict
from lupustrial.audit._words import pairing, reproduction, significance

PAIRED_ASSUMPTION = "McNemar assumes that all who changed did so in the direction of the totals"


def audit_claims(claims: Sequence[Claim], *, alpha: float = 0.05, reach: int = 1) -> tuple[Verdict, ...]:
    """Recompute published claims by every standard test and say which of them give the printed p values.

    Args:
        claims: As `read_claims` returns them; all claims of a paper together, since group sizes that a row
            lacks are looked up in rows of the same table.
        alpha: Level at which a conclusion is called significant.
        reach: How far group sizes are moved in the search for sizes that would reproduce a printed p.

    Returns:
        One verdict per claim, in their order.
    """
    every = tuple(claims)
    return tuple(_judge(claim, every, alpha=alpha, reach=reach) for claim in every)


def _judge(claim: Claim, claims: tuple[Claim, ...], *, alpha: float, reach: int) -> Verdict:
    if claim.design == "design":
        conclusion, checks = judge_design(claim, claims, alpha=alpha)
        status = "design" if conclusion else "not recomputable"
        words = conclusion or "The claim gives no size per group together with a power or rates."
        return _verdict(claim, status, words, checks=checks)
    if claim.has_counts:
        return _judge_counts(claim, alpha=alpha, reach=reach)
    if claim.has_means and claim.design == "between-arm":
        return _judge_means(claim, claims, alpha=alpha, reach=reach)
    return _verdict(claim, "not recomputable", _why_not(claim))


def _verdict(claim: Claim, status: str, conclusion: str, *, checks: tuple[str, ...] = ()) -> Verdict:
    return Verdict(
        claim=claim,
        status=status,
        stated=None,
        findings=(),
        nearby=(),
        intervals=(),
        checks=checks,
        conclusion=conclusion,
    )


def _why_not(claim: Claim) -> str:
    printed = f" (printed: {claim.summary})" if claim.summary and claim.summary != "not given" else ""
    if claim.has_means:
        return f"Means before and after do not give the standard deviation of the change{printed}."
    missing = "counts, or means with standard deviations," if claim.design == "between-arm" else "counts"
    return f"The paper prints no {missing} for this comparison{printed}."


def _stated(claim: Claim, findings: Sequence[Finding]) -> tuple[Finding | None, tuple[str, ...]]:
    """Find the stated test among the findings, or say why it is not there."""
    test = stated_id(claim.stated_test)
    if test == "":
        return None, ()
    if test is None:
        return None, (f"the audit does not know the stated test {claim.stated_test!r}",)
    aliases = {
        "mann_whitney": "mann_whitney_binary",
        "t_pooled": "t_binary_pooled",
        "t_welch": "t_binary_welch",
    }
    for wanted in (test, aliases.get(test, "")):
        found = next((f for f in findings if f.test == wanted), None)
        if found is not None and found.p_value is not None:
            return found, ()
        if found is not None:
            return None, (f"the stated test is not defined here: {found.reason}",)
    return None, (f"the stated test ({claim.stated_test}) cannot be recomputed from the printed figures",)


def _status(
    claim: Claim, findings: Sequence[Finding], stated: Finding | None, nearby: Sequence[Nearby]
) -> str:
    kind = claim.reported_p.kind
    agrees = any(f.reproduces for f in findings)
    if kind == "none":
        status = "no p"
    elif kind != "exact":
        status = "consistent" if (stated.reproduces if stated is not None else agrees) else "contradicted"
    elif agrees:
        status = "stated" if stated is not None and stated.reproduces else "other"
    elif any(f.match == "truncated" and f.sides == "two-sided" for f in findings):
        status = "truncated"
    elif nearby:
        status = "nearby"
    else:
        status = "none" if stated is not None or stated_id(claim.stated_test) == "" else "unsettled"
    return status


def _wants_nearby(claim: Claim, findings: Sequence[Finding]) -> bool:
    return claim.reported_p.kind == "exact" and not any(f.reproduces for f in findings)


def _judge_counts(claim: Claim, *, alpha: float, reach: int) -> Verdict:
    findings = count_findings(claim, alpha=alpha)
    stated, checks = _stated(claim, findings)
    nearby = nearby_counts(claim, alpha=alpha, reach=reach) if _wants_nearby(claim, findings) else ()
    within = claim.design == "within-arm"
    sentences = [
        *reproduction(claim, claim.table, findings, stated, nearby),
        *significance(claim, findings, stated, alpha=alpha),
        *(pairing(claim, findings, alpha=alpha) if within else ()),
    ]
    return Verdict(
        claim=claim,
        status=_status(claim, findings, stated, nearby),
        stated=stated,
        findings=findings,
        nearby=nearby,
        intervals=() if within else count_intervals(claim),
        checks=(*checks, *((PAIRED_ASSUMPTION,) if within else ())),
        conclusion=" ".join(sentences),
    )


def _judge_means(claim: Claim, claims: tuple[Claim, ...], *, alpha: float, reach: int) -> Verdict:
    one, two = claim.group1, claim.group2
    checks: tuple[str, ...] = ()
    sizes = (one.n, two.n) if one.n is not None and two.n is not None else None
    if sizes is None:
        sizes = sizes_elsewhere(claim, claims)
        checks = (f"group sizes are taken from other rows of {claim.location}",)
    if sizes is None:
        return _verdict(claim, "not recomputable", "The paper prints means but not the sizes of the groups.")
    printed = claim.reported_p
    findings, intervals = mean_findings(one, two, sizes, printed, alpha=alpha)
    stated, remarks = _stated(claim, findings)
    nearby = (
        nearby_means(one, two, sizes, printed, alpha=alpha, reach=reach)
        if _wants_nearby(claim, findings)
        else ()
    )
    figures = f"{one.mean}±{one.sd} (n = {sizes[0]}) v {two.mean}±{two.sd} (n = {sizes[1]})"
    attained = (check_mean(group, n) for group, n in zip((one, two), sizes, strict=True))
    return Verdict(
        claim=claim,
        status=_status(claim, findings, stated, nearby),
        stated=stated,
        findings=findings,
        nearby=nearby,
        intervals=intervals,
        checks=(*checks, *remarks, *(text for text in attained if text)),
        conclusion=" ".join(
            [
                *reproduction(claim, figures, findings, stated, nearby),
                *significance(claim, findings, stated, alpha=alpha),
            ]
        ),
    )
