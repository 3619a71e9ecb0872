"""The interface itself: what every operation shares."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.security import HttpBearer

from lupustrial.capture.access import Acting, CaptureRequest, problem
from lupustrial.errors import CaptureError, Fault

#: Items that one page can be given.
SUBMIT_LIMIT = 1_000

#: What a fault is to a program. Any other is 422: understood, and wrong.
_STATUS = {
    "CAPT-001": 412,  # somebody saved the page meanwhile
    "CAPT-002": 409,  # frozen or locked
    "CAPT-003": 409,  # struck out
    "CAPT-010": 403,  # the role does not enter it
    "CAPT-011": 404,  # the page cannot exist
    "CAPT-035": 404,  # no such query for this role
    "CAPT-036": 403,  # the role may not
    "CAPT-037": 409,  # the query is in another state
    "CAPT-079": 428,  # no revision was given
}


class Token(HttpBearer):
    """Tells the description that a token is needed. `AccessMiddleware` has held it to its rule already."""

    def __call__(self, request: HttpRequest) -> Acting | None:
        """Return who acts."""
        return getattr(request, "acting", None)

    def authenticate(self, request: HttpRequest, token: str) -> Acting | None:
        """Return who acts; the middleware looked at the token."""
        del token
        return getattr(request, "acting", None)


api = NinjaAPI(
    title="lupustrial capture",
    version="1",
    description=(
        "Participants, pages, queries, exports and the ledger of one trial. A program acts with a token in "
        "one role of its owner: it sees and does what that role sees and does in the pages, and no more. "
        "Errors are problem details (RFC 9457) that list every fault."
    ),
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
    auth=Token(),
)


def urls() -> Any:
    """Return the addresses for ``urls.py``: the operations alone."""
    patterns, app, namespace = api.urls
    kept = [one for one in patterns if getattr(one, "name", "") != "api-root"]
    return kept, app, namespace


def asked(request: HttpRequest) -> CaptureRequest:
    """Return a request as the middleware made it."""
    if not isinstance(getattr(request, "acting", None), Acting):  # no rule of the table let it in
        raise HttpError(401, _("No token that is valid was sent."))
    return request  # type: ignore[return-value]  # with acting and trial, it is one


@api.exception_handler(CaptureError)
def refused(request: HttpRequest, error: CaptureError) -> HttpResponse:
    """Answer with the faults."""
    del request
    first = error.faults[0]
    return problem(_STATUS.get(first.id, 422), first.message, error.faults)


@api.exception_handler(Http404)
def missing(request: HttpRequest, error: Http404) -> HttpResponse:
    """Answer that it is not there, or not open to this role."""
    del request, error
    return problem(404, _("There is no such thing, or it is not open to this role."))


@api.exception_handler(ValidationError)
def misread(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer with what of the request is not as described; what was sent is not repeated."""
    del request
    faults = [
        Fault(
            id="CAPT-078",
            message=str(one.get("msg", ""))[:200],
            place=".".join(str(part)[:60] for part in one.get("loc", ())),
            hint="see /doors/api",
        )
        for one in error.errors[:50]
    ]
    return problem(422, _("The request is not as the interface describes it."), faults)


@api.exception_handler(HttpError)
def failed(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer what is wrong with the request as such."""
    del request
    return problem(error.status_code, str(error)[:200])
