"""Every page of the application, as some role sees it in the demonstration: axe finds nothing on any.

The pages are found by following links from the start page of each role, one page of every named address.
An address that is open to somebody and that no link leads to fails the test, unless it stands below with
the reason why it is no page.
"""

from __future__ import annotations

import html.parser
from collections.abc import Iterator
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from capture_live import Live
from capture_site import CaptureSite
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

#: Addresses that show no page of their own.
NO_PAGE = {
    "anchor": "a file",
    "api-openapi": "a file",
    "casebook": "a PDF",
    "casebooks": "a PDF",
    "consent-file": "a file",
    "demo": "signs in, and is looked at in test_load",
    "draft": "takes what is typed",
    "finding": "takes what was found",
    "gates-decisions": "a file",
    "healthz": "a word for the proxy",
    "history-export": "a file",
    "language": "takes a choice",
    "logout": "takes a press",
    "notices": "a part of the overview, which is looked at with all its parts",
    "overview-part": "a part of the overview",
    "page-check": "a part of a page",
    "print-crf": "a PDF",
    "scores": "a part of a page",
    "session-left": "seconds for a script",
    "signature-proof": "a file",
    "strike": "takes a press",
}

#: Pages that need something that the demonstration does not lay down; they are looked at with axe elsewhere.
ELSEWHERE = {
    "acknowledge": "supply/test_pages.py",
    "gate": "gates/test_gate_pages.py",
    "login": "accounts/test_door.py",
    "one-time-link": "accounts/test_door.py",
    "second-factor": "accounts/test_door.py",
    "second-factor-set": "accounts/test_door.py",
    "report-unblinding": "supply/test_pages.py",
    "unblinding": "supply/test_pages.py",
    "sealed-answer": "supply/test_pages.py",
    "sealed-answers": "supply/test_pages.py",
    "signature": "test_quality.py",
}

#: Links of one kind that a role follows while looking for other kinds.
_MOST = {"page": 40, "visit": 12}
_FEW = 3


class _Links(html.parser.HTMLParser):
    """Collects where a page leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs) if tag != "link" else {}
        for name in ("href", "hx-get"):
            address = (known.get(name) or "").partition("#")[0]
            if address.startswith("/"):
                self.found.append(address)


def _named(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for one in patterns:
        if isinstance(one, URLResolver):
            if one.namespace is None:
                yield from _named(one.url_patterns)
        elif one.name:
            yield one.name


def _pages(site: CaptureSite) -> tuple[dict[str, tuple[str, str]], list[tuple[str, str, int]]]:
    """Return role and address of one page of every named address; and the links that lead to nothing."""
    found: dict[str, tuple[str, str]] = {}
    broken = []
    for role in site.trial.study.roles:
        client = site.client(role.id)
        waiting, seen, followed = ["/"], {"/"}, dict[str, int]()
        while waiting:
            address = waiting.pop(0)
            try:
                name = resolve(address.partition("?")[0]).view_name
            except Resolver404:
                continue
            followed[name] = followed.get(name, 0) + 1
            if name in NO_PAGE or name.startswith("api:") or followed[name] > _MOST.get(name, _FEW):
                continue
            answer = client.get(address)
            if answer.status_code >= 400:
                broken.append((role.id, address, answer.status_code))
            if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
                continue
            found.setdefault(name, (role.id, address))
            links = _Links()
            links.feed(answer.content.decode())
            fresh = [one for one in dict.fromkeys(links.found) if one not in seen]
            seen |= set(fresh)
            waiting += fresh
    return found, broken


def test_axe_finds_nothing_on_any_page(demo_live: Live) -> None:
    pages, broken = _pages(demo_live.site)
    assert broken == []
    named = set(_named(get_resolver().url_patterns))
    assert named - set(pages) - set(NO_PAGE) - set(ELSEWHERE) == set(), "no link leads to these"
    assert (set(NO_PAGE) | set(ELSEWHERE)) - named == set(), "these are no addresses"

    wrong = []
    refused: list[tuple[str, int]] = []
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for at, (name, (role, address)) in enumerate(sorted(pages.items())):
        page = demo_live.page(role, "/account", scheme=schemes[at % 2], width=(1280, 820)[at % 2])
        page.on("response", lambda one: refused.append((one.url, one.status)) if one.status >= 400 else None)
        page.goto(demo_live.url + address, wait_until="networkidle")
        found = Axe().run(page).response["violations"]
        wrong += [(name, address, one["id"], one["nodes"][0]["html"][:200]) for one in found]
        page.context.close()
    assert wrong == []
    assert refused == []
