"""What a study's paper printed, and what the audit says of it: beside our results, never instead of them."""

from __future__ import annotations

from lupustrial.report import Published
from lupustrial.study import Study


def published_claims(study: Study) -> dict[str, Published]:
    """Return printed p and verdict by claim id, from the study's ``published/claims.csv``; empty without one.

    The verdict is the audit's in brief.
    """
    path = study.folder / "published" / "claims.csv"
    if not path.is_file():
        return {}
    from lupustrial.audit import audit_claims, read_claims

    verdicts = audit_claims(read_claims(path), alpha=float(study.plan.alpha))
    return {
        verdict.claim.id: Published(p=verdict.claim.reported_p.text or "not given", verdict=verdict.brief)
        for verdict in verdicts
    }
