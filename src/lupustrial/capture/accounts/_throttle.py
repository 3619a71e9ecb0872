"""Too many requests at a time: a bucket of tokens for each address at the public doors, and for each account.

Buckets live in the process: with several workers (``--workers``) each has its own, so that the limit is that
many times higher. The lock-out of an account (axes) is in the database and counts across all of them.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from lupustrial.capture.access import RULES

_KEPT = 10_000  # buckets; the one that was longest unused is forgotten first


class Buckets:
    """Buckets by name. Each holds `burst` tokens at most and gains `per_second`; a request takes one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with full buckets."""
        self._clock = clock
        self._lock = threading.Lock()
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str, *, burst: float, per_second: float) -> float:
        """Take a token; return 0 where there was one, else the seconds until there is."""
        with self._lock:
            now = self._clock()
            held, at = self._held.pop(name, (burst, now))
            held = min(burst, held + (now - at) * per_second)
            enough = held >= 1
            self._held[name] = (held - 1 if enough else held, now)
            while len(self._held) > _KEPT:
                self._held.popitem(last=False)
            return 0 if enough else (1 - held) / per_second

    def clear(self) -> None:
        """Fill all buckets."""
        with self._lock:
            self._held.clear()


#: The buckets of this process.
BUCKETS = Buckets()


class Throttle:
    """Answer 429 to who asks too often."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep what comes next."""
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Let the request through; `process_view` decides."""
        return self._next(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponseBase | None:
        """Take a token of the address, or of the account."""
        del view, args, kwargs
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name == "healthz":
            return None
        rule = RULES.get(name)
        wait = 0.0
        if name.startswith("api"):  # a program shows a token, which is looked at later
            wait = _take(f"api {address_of(request)}", settings.RATE_ACCOUNT)
        elif request.user.is_authenticated:
            wait = _take(f"account {request.user.get_username()}", settings.RATE_ACCOUNT)
        elif rule is None or rule.door == "public":
            kind = settings.RATE_DOOR if request.method == "POST" else settings.RATE_PUBLIC
            wait = _take(f"{'post' if request.method == 'POST' else 'get'} {address_of(request)}", kind)
        return _too_many(wait) if wait else None


def address_of(request: HttpRequest) -> str:
    """Return the address of the visitor: behind a proxy (``--secure``) the last that it added."""
    if settings.CONFIG.secure:
        forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if forwarded:
            return forwarded
    return str(request.META.get("REMOTE_ADDR", ""))


def _take(name: str, limit: tuple[float, float]) -> float:
    burst, per_second = limit
    if not per_second:
        return 0.0
    return BUCKETS.take(name, burst=burst, per_second=per_second)


def _too_many(wait: float) -> HttpResponse:
    text = _("Too many requests at once. Wait a little, then try again; nothing was saved.")
    response = HttpResponse(text, status=429, content_type="text/plain; charset=utf-8")
    response["Retry-After"] = str(int(wait) + 1)
    return response
