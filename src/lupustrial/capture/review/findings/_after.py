"""Values that were changed after a query was asked about them, or after they were signed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from lupustrial.capture.review.findings._model import Evidence, Finding, replaced, where
from lupustrial.capture.store import Change, Place


def after_query(evidence: Evidence) -> Iterator[Finding]:
    """Give queries after whose opening the item was changed; the last change before the next query counts."""
    changed: dict[tuple[Place, str], list[Change]] = defaultdict(list)
    for change in evidence.changes:
        if replaced(change):
            changed[change.place, change.item].append(change)
    for query in evidence.queries:
        later = [one for one in changed[query.place, query.item] if one.position > query.number]
        if later:
            one = later[-1]
            old = one.old.value if one.old is not None else None
            new = one.new.value if one.new is not None else None
            yield Finding(
                method="after-query",
                subject=f"{query.number}.{one.position}",
                message=f"{where(query.place)}: {query.item} was changed from {_said(old)} to {_said(new)} "
                f"by {one.by} after query {query.number}"
                + (f" of the edit check {query.origin}" if query.origin else ""),
                participant=query.place.participant,
                form=query.place.form,
                item=query.item,
            )


def after_signature(evidence: Evidence) -> Iterator[Finding]:
    """Give signatures that a later change broke."""
    changes = {change.position: change for change in evidence.changes}
    for signature in evidence.signatures:
        if signature.broken is None:
            continue
        change = changes.get(signature.broken)
        by = f" by {change.by}, {where(change.place)}, {change.item}" if change is not None else ""
        yield Finding(
            method="after-signature",
            subject=f"{signature.number}.{signature.broken}",
            message=f"what {signature.name} signed (signature {signature.number}) was changed{by}",
            participant=signature.place.participant,
        )


def _said(value: str | None) -> str:
    return "nothing" if value is None else f"“{value}”"
