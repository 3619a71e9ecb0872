"""Headers of every answer: nothing is kept by a browser or a proxy, no device is asked for anything."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

#: Says that a request was answered: method, name of the address, status and time. Never the path, which may
#: hold the number of a participant or the secret of a link.
ACCESS_LOG = logging.getLogger("lupustrial.access")

_POLICY = ", ".join(
    f"{name}=()"
    for name in (
        "accelerometer",
        "autoplay",
        "browsing-topics",
        "camera",
        "display-capture",
        "encrypted-media",
        "fullscreen",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "screen-wake-lock",
        "usb",
        "xr-spatial-tracking",
    )
)


class Headers:
    """Set the headers that no page may lack, and write the access log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep what comes next."""
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, then add."""
        began = time.perf_counter()
        response = self._next(request)
        response["Permissions-Policy"] = _POLICY
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Cache-Control"] = "no-store"
        took = round(1000 * (time.perf_counter() - began))
        ACCESS_LOG.info("%s %s %s %s ms", request.method, route_of(request), response.status_code, took)
        return response


def route_of(request: HttpRequest) -> str:
    """Return the name of an address; ``"-"`` where there is none."""
    return (request.resolver_match.view_name if request.resolver_match else "") or "-"
