"""Views that are asked in plain text: a request with a NUL, which no database keeps, is refused at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from lupustrial.capture.access import CaptureRequest

Asked = ParamSpec("Asked")


def plain(
    view: Callable[Concatenate[CaptureRequest, Asked], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Refuse (400) what holds a NUL in its query string or its fields."""

    @wraps(view)
    def checked(request: CaptureRequest, *args: Asked.args, **kwargs: Asked.kwargs) -> HttpResponseBase:
        given = [
            text
            for fields in (request.GET, request.POST)
            for _name, texts in fields.lists()
            for text in texts
        ]
        if any("\0" in text for text in given):
            return HttpResponse(_("This is no text."), status=400, content_type="text/plain; charset=utf-8")
        return view(request, *args, **kwargs)

    return checked
