"""The calls of docs/capture/api.md, made as they stand there."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from capture_site import CaptureSite

GUIDE = Path(__file__).resolve().parents[4] / "docs" / "capture" / "api.md"


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the standard library
        """Say nothing."""


@pytest.fixture
def environment(site: CaptureSite, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Serve the application on loopback; give its address and a token, as the guide names them."""
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application

    from lupustrial.capture.access import digest_of_token
    from lupustrial.capture.models import ApiToken

    site.register()
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["*"])
    ApiToken.objects.create(
        account=site.account("investigator", "investigator"),
        name="guide",
        digest=digest_of_token("lup_guide"),
        role="investigator",
        expires=dt.datetime.now(dt.UTC) + dt.timedelta(days=1),
    )
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=_Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    yield {**os.environ, "URL": url, "TOKEN": "lup_guide", "NO_PROXY": "*"}
    server.shutdown()
    server.server_close()
    thread.join(10)


def _block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.requirement("REQ-VALID-005")
def test_the_python_example_does_what_it_says(environment: dict[str, str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _block("python")],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    lines = ran.stdout.splitlines()
    assert lines[0].startswith("5.1 [")
    assert lines[1] == "5.2"
    assert lines[2] == "412 somebody saved this page after you opened it; nothing was overwritten"


@pytest.mark.requirement("REQ-VALID-005")
def test_the_curl_example_lists_participants(environment: dict[str, str]) -> None:
    if shutil.which("curl") is None or shutil.which("bash") is None:
        pytest.skip("NO CURL OR BASH ON THIS MACHINE: the example of the guide was not tried")
    ran = subprocess.run(
        ["bash", "-c", _block("bash")],  # noqa: S607 - on PATH
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert '"participant": "01-001"' in ran.stdout
