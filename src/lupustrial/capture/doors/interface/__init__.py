"""The programming interface, version 1: what programs ask with a token, under the rules of its owner."""

from lupustrial.capture.doors.interface._api import SUBMIT_LIMIT, api, urls

from lupustrial.capture.doors.interface import _data, _pages, _people, _queries, _study  # isort: skip - the api first
from lupustrial.capture.doors.interface._openapi import described, openapi_of

__all__ = ["SUBMIT_LIMIT", "api", "described", "openapi_of", "urls"]

del _data, _pages, _people, _queries, _study
