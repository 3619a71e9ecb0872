"""A person at work, as the server sees one: pages asked for, a form filled in and saved."""

from __future__ import annotations

import html.parser
import http.client
import random
import threading
import time
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Times:
    """Seconds of each request, by what was asked for; and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, what: str, seconds: float) -> None:
        """Keep the time of a request."""
        with self.lock:
            self.seconds.setdefault(what, []).append(seconds)


class _Fields(html.parser.HTMLParser):
    """Reads what a browser would send of the form ``entry``."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = False
        self.fields: list[tuple[str, str]] = []
        self._select = ""
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        name = known.get("name") or ""
        if tag == "form":
            self.inside = known.get("id") == "entry"
        elif not self.inside:
            return
        elif tag == "input" and name:
            if known.get("type") not in ("radio", "checkbox") or "checked" in known:
                self.fields.append((name, known.get("value") or ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in known:
            self.fields.append((self._select, known.get("value") or ""))
        elif tag == "textarea":
            self._text = name

    def handle_data(self, data: str) -> None:
        if self._text and data.strip():
            self.fields.append((self._text, data.strip()))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._text = ""


@dataclass(kw_only=True)
class Person:
    """Somebody with a session, who thinks between requests."""

    port: int
    session: str
    participants: Sequence[str]
    visits: Sequence[str]
    form: str
    item: str
    times: Times
    think: tuple[float, float] = (1.0, 3.0)
    seed: int = 0
    _csrf: str = ""

    def work(self, *, warm_until: float, until: float) -> None:
        """Go round: list, participant, visit, form, save; what comes before `warm_until` is not timed."""
        chance = random.Random(self.seed)  # noqa: S311 - no secret
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        time.sleep(chance.uniform(0, self.think[1]))
        while time.monotonic() < until:
            who, visit = chance.choice(self.participants), chance.choice(self.visits)
            page = f"/participants/{who}/visits/{visit}/forms/{self.form}/1"
            for what, address in (
                ("list", "/participants"),
                ("participant", f"/participants/{who}"),
                ("visit", f"/participants/{who}/visits/{visit}"),
                ("form", page),
            ):
                body = self._ask(connection, "GET", address, what, warm_until)
                time.sleep(chance.uniform(*self.think))
            if body:
                self._save(connection, page, body, chance, warm_until)
            time.sleep(chance.uniform(*self.think))
        connection.close()

    def look(self, address: str, what: str) -> None:
        """Ask for one page, on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self._ask(connection, "GET", address, what, 0.0)
        connection.close()

    def _save(
        self, connection: http.client.HTTPConnection, page: str, body: str, chance: random.Random, warm: float
    ) -> None:
        reader = _Fields()
        reader.feed(body)
        value = f"v.{self.item}"
        fields = [(name, text) for name, text in reader.fields if name not in (value, "why", "action")]
        fields += [(value, f"{chance.uniform(36, 37.9):.1f}"), ("why", "Benchmark"), ("action", "save")]
        self._ask(connection, "POST", page, "save", warm, urllib.parse.urlencode(fields))

    def _ask(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        address: str,
        what: str,
        warm_until: float,
        body: str | None = None,
    ) -> str:
        headers = {"Cookie": f"sessionid={self.session}; csrftoken={self._csrf}"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = f"http://127.0.0.1:{self.port}"
        begun = time.monotonic()
        connection.request(method, address, body, headers)
        response = connection.getresponse()
        text = response.read().decode()
        took = time.monotonic() - begun
        for name, value in response.getheaders():
            if name.lower() == "set-cookie" and value.startswith("csrftoken="):
                self._csrf = value.partition("=")[2].partition(";")[0]
        expected = 302 if method == "POST" else 200
        if response.status != expected:
            self.times.faults.append(f"{method} {what}: {response.status}")
            return ""
        if begun >= warm_until:
            self.times.add(what, took)
        return text
