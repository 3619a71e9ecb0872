"""Too many requests at once: a bucket an address at the door, and one an account."""

from __future__ import annotations

import pytest
from capture_site import CaptureSite
from django.test import Client, override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

# The session's template sets Django up: the first two tests use no site, and may be the first of a worker.
pytestmark = [pytest.mark.requirement("REQ-ACCOUNTS-018"), pytest.mark.usefixtures("_capture_template")]


@given(
    burst=st.integers(1, 20),
    per_second=st.floats(0.1, 50),
    waits=st.lists(st.floats(0, 5), min_size=1, max_size=60),
)
@settings(max_examples=100, deadline=None)
def test_no_stretch_of_time_lets_more_through_than_the_bucket_and_what_it_gains(
    burst: int, per_second: float, waits: list[float]
) -> None:
    from lupustrial.capture.accounts import Buckets

    now = [0.0]
    buckets = Buckets(clock=lambda: now[0])
    let_through = []
    for wait in waits:
        now[0] += wait
        if buckets.take("x", burst=burst, per_second=per_second) == 0:
            let_through.append(now[0])
    for at, first in enumerate(let_through):
        for until, last in enumerate(let_through[at:], start=1):
            assert until <= burst + (last - first) * per_second + 1e-6


def test_one_who_waits_as_long_as_told_is_let_through() -> None:
    from lupustrial.capture.accounts import Buckets

    now = [0.0]
    buckets = Buckets(clock=lambda: now[0])
    assert [buckets.take("x", burst=2, per_second=0.5) for _ in range(3)] == [0, 0, 2]
    assert buckets.take("y", burst=2, per_second=0.5) == 0
    now[0] += 2
    assert buckets.take("x", burst=2, per_second=0.5) == 0


@pytest.mark.usefixtures("site")
def test_the_door_slows_an_address_down_whatever_the_account() -> None:
    with override_settings(RATE_DOOR=(3, 0.001)):
        seen = [
            Client().post("/login", {"username": f"jane{at}", "password": "x"}).status_code for at in range(5)
        ]
        other = Client().post("/login", {"username": "jane", "password": "x"}, REMOTE_ADDR="10.0.0.9")
    assert seen == [403, 403, 403, 429, 429]
    assert other.status_code == 403


@pytest.mark.usefixtures("site")
def test_an_address_cannot_be_made_up_by_the_visitor() -> None:
    with override_settings(RATE_DOOR=(1, 0.001)):
        seen = [
            Client()
            .post("/login", {"username": "jane", "password": "x"}, HTTP_X_FORWARDED_FOR=f"10.0.0.{at}")
            .status_code
            for at in range(2)
        ]
    assert seen == [403, 429]


def test_an_account_is_slowed_down_and_told_how_long(site: CaptureSite) -> None:
    jane, john = site.client("monitor"), site.client("auditor")
    with override_settings(RATE_ACCOUNT=(2, 0.1)):
        seen = [jane.get("/account") for _ in range(3)]
        assert [one.status_code for one in seen] == [200, 200, 429]
        assert 1 <= int(seen[-1]["Retry-After"]) <= 11
        assert john.get("/account").status_code == 200
        assert Client().get("/healthz").status_code == 200
