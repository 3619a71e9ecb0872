"""Whatever is sent to a page, the server answers: no 500, and nothing is stored that the checks refuse."""

from __future__ import annotations

import pytest
from capture_site import CaptureSite
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ADDRESS = "/participants/01-001/visits/{}/forms/{}/1"
PAGES = (("W0", "injections"), ("SCR", "complement"), ("SCR", "visit"), ("W2", "ae"))
ITEMS = (
    "EXDAT",
    "EXPERF",
    "EXDOSE",
    "C3",
    "C4",
    "VISDAT",
    "AETERM",
    "AESEV",
    "AESTDAT",
    "NOPE",
    "",
    "__class__",
)
NASTY = (
    "", "0", "-0", "1e999999", "9" * 400, "NaN", "Infinity", "٣", "2026-02-31", "0000-01-01", "\x00",
    "\ud83d",
    "<script>", "' OR 1=1", "Y", "g/L", "not done", "theirs", "x" * 3000, "\x1f\x1f", "１２", "10000-01-01",
)  # fmt: skip
TEXTS = st.sampled_from(NASTY) | st.text(max_size=20)
NAMES = (
    st.builds("{}.{}".format, st.sampled_from("vuswbck"), st.sampled_from(ITEMS))
    | st.sampled_from(["i", "revision", "action", "why", "clash"])
    | st.text(max_size=8)
)
FIELDS = st.dictionaries(NAMES, st.lists(TEXTS, min_size=1, max_size=2), max_size=12)


@pytest.mark.requirement("REQ-ENTRY-011")
def test_hostile_fields_never_fail_the_server(site: CaptureSite) -> None:
    site.register()
    client = site.client("coordinator")
    client.raise_request_exception = True

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.sampled_from(PAGES), st.sampled_from(["", "/check", "/draft", "/strike"]), FIELDS)
    def answers(page: tuple[str, str], further: str, fields: dict[str, list[str]]) -> None:
        sent = {
            name: [one.encode("utf-8", "replace").decode() for one in values]
            for name, values in fields.items()
        }
        sent.setdefault("i", [*ITEMS])
        answer = client.post(ADDRESS.format(*page) + further, sent)
        assert answer.status_code in (200, 302, 400, 409, 413, 422), answer.status_code
        assert client.get(ADDRESS.format(*page) + "?draft=take").status_code == 200

    answers()


@pytest.mark.parametrize("visit", ["SCR", "%00", "UNS1", "../..", "💉"])
@pytest.mark.parametrize("form", ["complement", "%00", "' OR 1=1"])
def test_hostile_addresses_are_not_found(site: CaptureSite, visit: str, form: str) -> None:
    site.register()
    client = site.client("coordinator")
    for repeat in ("0", "2", "9" * 30):
        answer = client.get(f"/participants/01-001/visits/{visit}/forms/{form}/{repeat}")
        assert answer.status_code == 404
