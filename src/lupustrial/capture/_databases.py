"""The database of the trial, as Django wants it described."""

from __future__ import annotations

import urllib.parse
from typing import Any


def databases_of(url: str) -> dict[str, dict[str, Any]]:
    """Return ``DATABASES`` of Django for ``postgresql://…`` or the path of an SQLite file."""
    if url.startswith(("postgresql://", "postgres://")):
        parts = urllib.parse.urlsplit(url)
        query = {name: values[-1] for name, values in urllib.parse.parse_qs(parts.query).items()}
        return {
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": urllib.parse.unquote(parts.path.lstrip("/")),
                "USER": urllib.parse.unquote(parts.username or ""),
                "PASSWORD": urllib.parse.unquote(parts.password or ""),
                "HOST": parts.hostname or query.get("host", ""),
                "PORT": str(parts.port or query.get("port", "")),
                "CONN_MAX_AGE": None,
                "CONN_HEALTH_CHECKS": True,
                "OPTIONS": {name: value for name, value in query.items() if name not in ("host", "port")},
            }
        }
    return {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": url.removeprefix("sqlite:///"),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": 60,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
            },
        }
    }
