"""The mail service of the server, from one variable of the environment."""

from __future__ import annotations

import urllib.parse
from typing import Any

from lupustrial.errors import CaptureError, Fault

_PATIENCE = 10  # seconds


def mail_settings(url: str) -> dict[str, Any]:
    """Return Django's settings for ``LUPUSTRIAL_MAIL``.

    Args:
        url: ``smtp://user:password@host:587?tls=starttls&from=trial@host``; `tls` is ``starttls`` where it is
            left out, ``tls`` or ``no``. Empty: nothing is sent.

    Raises:
        CaptureError: CAPT-090, it is not written so.
    """
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    try:
        parts = urllib.parse.urlsplit(url)
        query = {name: values[-1] for name, values in urllib.parse.parse_qs(parts.query).items()}
        host, port, tls = parts.hostname, parts.port, query.get("tls", "starttls")
        whole = parts.scheme == "smtp" and bool(host) and tls in ("starttls", "tls", "no") and "from" in query
    except ValueError:
        whole = False
    if not whole:
        raise CaptureError(
            Fault(
                id="CAPT-090",
                message="LUPUSTRIAL_MAIL names no mail service",
                place="environment of the server",
                hint="write smtp://user:password@host:587?tls=starttls&from=trial@host, or leave it empty",
            )
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": host,
        "EMAIL_PORT": port or 587,
        "EMAIL_HOST_USER": urllib.parse.unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": urllib.parse.unquote(parts.password or ""),
        "EMAIL_USE_TLS": tls == "starttls",
        "EMAIL_USE_SSL": tls == "tls",
        "EMAIL_TIMEOUT": _PATIENCE,
        "DEFAULT_FROM_EMAIL": query["from"],
    }
