"""The frame that every page has."""

from __future__ import annotations

from capture_live import Live


def test_the_overview_opens(live: Live) -> None:
    page = live.page("investigator")
    assert page.get_by_role("heading", level=1).inner_text() == "Overview"
