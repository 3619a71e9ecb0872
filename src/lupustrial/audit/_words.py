"""The conclusion about a claim in words: sentences, built from findings, that a reader can check."""

from __future__ import annotations

from collections.abc import Sequence

from lupustrial.audit._claims import Claim
from lupustrial.audit._verdicts import Finding, Nearby

MANY = 4


def p_text(p_value: float, decimals: int = 4) -> str:
    """Write a p value with the given decimals, or ``<0.0001``."""
    least = 10.0**-decimals
    return f"<{least:.{decimals}f}" if p_value < least / 2 else f"{p_value:.{decimals}f}"


def named(findings: Sequence[Finding], decimals: int = 4) -> str:
    """Write ``Pearson chi-square 0.0504, Fisher exact 0.0673``."""
    return ", ".join(f"{f.label} {p_text(f.p_value, decimals)}" for f in findings if f.p_value is not None)


def few(findings: Sequence[Finding]) -> str:
    """Write all findings if they are few, else the first and how many others."""
    shown = named(findings[:MANY])
    rest = len(findings) - MANY
    return f"{shown} and {rest} more" if rest > 0 else shown


def printed_text(claim: Claim) -> str:
    """Write ``p = 0.036``, ``p <0.05`` or ``"ns"``."""
    printed = claim.reported_p
    if printed.kind == "exact":
        return f"p = {printed.text.lstrip('pP= ')}"
    return f"p {printed.text}" if printed.value is not None else f'"{printed.text}"'


def reproduction(
    claim: Claim, figures: str, findings: Sequence[Finding], stated: Finding | None, nearby: Sequence[Nearby]
) -> list[str]:
    """Say whether, and by what, the printed p is reproduced."""
    printed = claim.reported_p
    if printed.kind == "none":
        head = f"No p printed for {figures}"
        return [f"{head}: {few([f for f in findings if f.p_value is not None][:3])}."]
    by = [f for f in findings if f.reproduces]
    if printed.kind != "exact":
        return [_consistency(claim, figures, findings, by, stated)]
    sentences = []
    if not by:
        guide = stated or next((f for f in findings if f.p_value is not None), None)
        kind = "two-sided test" if claim.has_counts else "t-test"
        bracket = f" ({_short(guide, printed.decimals)})" if guide else ""
        sentences.append(f"{printed_text(claim)} is reproduced by no {kind} of {figures}{bracket}.")
    elif stated is not None and stated.reproduces:
        sentences.append(f"{printed_text(claim)} is reproduced by the stated test ({named([stated])}).")
    else:
        gives = f"; the stated test gives {named([stated])}" if stated else ""
        sentences.append(f"{printed_text(claim)} is reproduced by {few(by)}{gives}.")
    cut = [f for f in findings if f.sides == "two-sided" and f.match == "truncated"]
    if cut and not by:
        sentences.append(f"Cut off instead of rounded, {few(cut)} would print it.")
    if nearby:
        shown = "; ".join(str(n) for n in nearby[:MANY])
        rest = f"; and {len(nearby) - MANY} more" if len(nearby) > MANY else ""
        sentences.append(f"It would be reproduced by {shown}{rest}.")
    one_sided = [f for f in findings if f.sides == "one-sided" and f.match == "rounded"]
    if one_sided:
        sentences.append(f"One-sided, which does not count: {named(one_sided)}.")
    return sentences


def _short(finding: Finding, decimals: int) -> str:
    label = finding.label.removesuffix(" chi-square").removesuffix(" exact")
    return f"{label} {p_text(finding.p_value, decimals)}" if finding.p_value is not None else label


def _consistency(
    claim: Claim, figures: str, findings: Sequence[Finding], by: Sequence[Finding], stated: Finding | None
) -> str:
    tried = [f for f in findings if f.sides == "two-sided" and f.p_value is not None]
    head = f"{printed_text(claim)} for {figures}"
    if len(by) == len(tried):
        example = named([stated] if stated is not None else by[:1])
        return f"{head} is consistent with every two-sided test ({example})."
    against = few([f for f in tried if not f.reproduces])
    gives = f"; the stated test gives {named([stated])}" if stated else ""
    return f"{head} is consistent with {len(by)} of {len(tried)} two-sided tests, not with {against}{gives}."


def significance(
    claim: Claim, findings: Sequence[Finding], stated: Finding | None, *, alpha: float
) -> list[str]:
    """Say what the choice of test means for the conclusion at level ``alpha``."""
    tried = [f for f in findings if f.sides == "two-sided" and f.pairing == "unpaired"]
    below = [f for f in tried if f.p_value is not None and f.p_value < alpha]
    above = [f for f in tried if f.p_value is not None and f.p_value >= alpha]
    sentences = []
    said = claim.reported_p.significant(alpha)
    if stated is not None and stated.p_value is not None and said is not None:
        gives = stated.p_value < alpha
        if gives != said:
            printed, found = ("significant", "not") if said else ("not significant", "significant")
            text = (
                f"The conclusion flips: printed as {printed} at {alpha:g}, by the stated test it is {found}."
            )
            sentences.append(text)
    if below and above:
        fewer, more = (below, above) if len(below) <= len(above) else (above, below)
        side, other = ("below", "not below") if fewer is below else ("not below", "below")
        verb = "is" if len(fewer) == 1 else "are"
        sentences.append(
            f"Significance depends on the test: {few(fewer)} {verb} {side} {alpha:g}, "
            f"the other {len(more)} {other}."
        )
    elif below or above:
        sentences.append(f"{'All tests are' if below else 'No test is'} below {alpha:g}.")
    return sentences


def pairing(claim: Claim, findings: Sequence[Finding], *, alpha: float) -> list[str]:
    """Say what a paired test gives where the same participants seem to be compared as two groups."""
    paired = [f for f in findings if f.pairing == "paired" and f.p_value is not None]
    if not paired:
        return [f.reason + "." for f in findings if f.pairing == "paired"][:1]
    exact = paired[0]
    direction = "nobody gained" if (claim.group1.x or 0) >= (claim.group2.x or 0) else "nobody lost"
    text = f"The same participants twice: if {direction} it, {named([exact])}"
    said = claim.reported_p.significant(alpha)
    flips = said is not None and exact.p_value is not None and (exact.p_value < alpha) != said
    return [f"{text}, which reverses the printed conclusion." if flips else f"{text}."]
