"""The application behind a server on loopback, and pages of a real browser in which somebody is signed in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

import pytest
from capture_site import CaptureSite
from playwright.sync_api import Browser, BrowserContext, Page


@dataclass(kw_only=True)
class Live:
    """A server; `page` opens a browser page of somebody in a role, on a screen of a size."""

    site: CaptureSite
    url: str
    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)

    def page(
        self,
        role: str,
        address: str = "/",
        *,
        width: int = 1280,
        height: int = 800,
        scheme: Literal["light", "dark"] = "light",
        language: str = "en",
    ) -> Page:
        """Open an address as somebody in a role; the account is named after the role."""
        cookie = self.site.client(role).cookies["sessionid"].value
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, locale=language
        )
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": self.url}])
        self.contexts.append(context)
        page = context.new_page()
        page.goto(self.url + address)
        return page


@pytest.fixture
def live(site: CaptureSite, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """The application of `site` on a port of loopback."""
    with serving(site, browser, monkeypatch) as running:
        yield running


@contextmanager
def serving(site: CaptureSite, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """Serve an application on a port of loopback."""
    from django.conf import settings
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["*"])
    silent: Callable[..., None] = lambda *_: None  # noqa: E731 - a name for nothing
    monkeypatch.setattr(WSGIRequestHandler, "log_message", silent)
    server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler, allow_reuse_address=False)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    running = Live(site=site, url=f"http://127.0.0.1:{server.server_port}", browser=browser)
    yield running
    for context in running.contexts:
        context.close()
    server.shutdown()
    server.server_close()
    thread.join(10)
