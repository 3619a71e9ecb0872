"""The mail service is one variable, read whole or refused."""

from __future__ import annotations

import pytest

from lupustrial.capture._mail import mail_settings
from lupustrial.errors import CaptureError


def test_nothing_is_sent_unless_a_service_is_named() -> None:
    assert mail_settings("") == {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}


def test_a_service_is_named_by_one_address() -> None:
    found = mail_settings("smtp://me%40x:p%2Fw@mail.example:465?tls=tls&from=trial@x.example")
    assert found["EMAIL_HOST"] == "mail.example"
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("me@x", "p/w")
    assert (found["EMAIL_PORT"], found["EMAIL_USE_SSL"], found["EMAIL_USE_TLS"]) == (465, True, False)
    assert found["DEFAULT_FROM_EMAIL"] == "trial@x.example"


@pytest.mark.parametrize(
    "url", ["mail.example", "http://mail.example?from=a", "smtp://?from=a", "smtp://h", "smtp://h:x?from=a"]
)
def test_an_address_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(CaptureError) as error:
        mail_settings(url)
    assert error.value.faults[0].id == "CAPT-090"
    assert url not in str(error.value) or url == "mail.example"
