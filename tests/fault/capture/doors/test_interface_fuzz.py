"""Programs that send anything: never a failure of the server, and what is refused changes nothing.

Requests are made by schemathesis from the OpenAPI description: such as fit it, and such as do not. For a
longer run set ``LUPUSTRIAL_FUZZ`` to the number of requests for each operation (here 6).
"""

from __future__ import annotations

import os
import warnings
from typing import Any

import pytest
from capture_files import fill, head_of
from capture_site import CaptureSite
from hypothesis import HealthCheck, Phase, given, settings

EXAMPLES = int(os.environ.get("LUPUSTRIAL_FUZZ", "6"))
SECRET = "lup_fuzz"  # noqa: S105 - of an account that lives for a test

BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def _token(site: CaptureSite, role: str) -> None:
    import datetime as dt

    from lupustrial.capture.access import digest_of_token
    from lupustrial.capture.models import ApiToken

    account = site.account(role, role)
    expires = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    ApiToken.objects.create(
        account=account, name="fuzz", digest=digest_of_token(f"{SECRET}_{role}"), role=role, expires=expires
    )


def _operations(modes: Any) -> list[Any]:
    import schemathesis
    from django.core.wsgi import get_wsgi_application

    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    schema.config.generation.modes = modes
    return [one.ok() for one in schema.get_all_operations()]


@pytest.mark.requirement("REQ-DOORS-015")
@pytest.mark.parametrize("role", ["investigator", "data_manager"])
@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_no_request_fails_and_a_refused_one_changes_nothing(
    site: CaptureSite, role: str, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of schemathesis and what it imports
        from django.conf import settings as django_settings
        from schemathesis import GenerationMode

        monkeypatch.setattr(django_settings, "ALLOWED_HOSTS", ["*"])
        monkeypatch.setattr(django_settings, "RATE_ACCOUNT", (1e9, 1e9), raising=False)
        monkeypatch.setattr(django_settings, "RATE_PUBLIC", (1e9, 1e9), raising=False)
        fill(site)
        _token(site, role)
        seen: dict[int, int] = {}
        for operation in _operations([GenerationMode(mode)]):
            _try(site, operation, role, seen)
    assert sum(seen.values()) >= 12
    assert max(seen) < 500
    assert any(status < 300 for status in seen) or mode == "negative"


def _try(site: CaptureSite, operation: Any, role: str, seen: dict[int, int]) -> None:
    @BOUNDED
    @given(case=operation.as_strategy())
    def send(case: Any) -> None:
        before = head_of(site.trial)
        response = case.call(headers={"Authorization": f"Bearer {SECRET}_{role}"})
        seen[response.status_code] = seen.get(response.status_code, 0) + 1
        assert response.status_code < 500, case.as_curl_command()
        if response.status_code >= 400:
            assert head_of(site.trial) == before, case.as_curl_command()

    send()
