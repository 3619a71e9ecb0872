"""For the machine that watches the server: whether it answers, and its database too."""

from __future__ import annotations

from django.http import HttpResponse

from lupustrial.capture.access import CaptureRequest
from lupustrial.ledger import head


def healthz(request: CaptureRequest) -> HttpResponse:
    """Say ``ok``. Nothing about the trial is told; without the database the answer is 503."""
    with request.trial.reading() as tx:
        head(tx)
    return HttpResponse("ok\n", content_type="text/plain")
