"""A real browser for pages that a person opens."""

from __future__ import annotations

import ctypes
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def _loads(library: str) -> bool:
    """Return whether the machine has a library that Playwright's driver needs."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium once; skip, saying so, where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None or not _loads("libatomic.so.1"):
        pytest.skip("NO CHROMIUM, OR NO LIBATOMIC, ON THIS MACHINE: the pages were not tried in a browser")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=list(_ARGUMENTS))
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a page in a context of its own, offline."""
    context = browser.new_context(offline=True)
    yield context.new_page()
    context.close()
