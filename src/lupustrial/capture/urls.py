"""All addresses. Each part lists its own; what each asks of the visitor stands in ``capture.access``."""

from __future__ import annotations

from django.urls import include, path

import lupustrial.capture._converters  # noqa: F401 - the addresses below use it

urlpatterns = [
    path("", include("lupustrial.capture.dashboards.urls")),
    path("", include("lupustrial.capture.demo.urls")),
    path("", include("lupustrial.capture.accounts.urls")),
    path("", include("lupustrial.capture.participants.urls")),
    path("", include("lupustrial.capture.scores.urls")),
    path("", include("lupustrial.capture.entry.urls")),
    path("", include("lupustrial.capture.queries.urls")),
    path("", include("lupustrial.capture.signing.urls")),
    path("", include("lupustrial.capture.review.urls")),
    path("", include("lupustrial.capture.gates.urls")),
    path("", include("lupustrial.capture.supply.urls")),
    path("", include("lupustrial.capture.doors.urls")),
]
handler400 = "lupustrial.capture.access.bad_request"
handler403 = "lupustrial.capture.access.refused"
handler404 = "lupustrial.capture.access.not_found"
handler500 = "lupustrial.capture.access.failed"
