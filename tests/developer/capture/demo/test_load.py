"""The demonstration: somebody at every stage, nothing in the future, and a ledger that verifies."""

from __future__ import annotations

from capture_site import CaptureSite


def test_somebody_is_at_every_stage(demo_site: CaptureSite) -> None:
    with demo_site.trial.reading() as tx:
        states = {row[0] for row in tx.all("SELECT DISTINCT state FROM capture_participant")}
        queries = {row[0] for row in tx.all("SELECT DISTINCT state FROM capture_query")}
    assert states == {"screening", "enrolled", "completed", "withdrawn", "screen failure"}
    assert queries == {"open", "answered", "closed"}
