"""Signatures bound to what was signed."""

from lupustrial.capture.signing._content import Content, content_of, meanings_for, read_scope, write_scope
from lupustrial.capture.signing._series import first_of_series, key_given, series_begun
from lupustrial.capture.signing._sign import sign
from lupustrial.capture.signing._state import Standing, standing_of
from lupustrial.capture.store import signatures_on

__all__ = [
    "Content",
    "Standing",
    "content_of",
    "first_of_series",
    "key_given",
    "meanings_for",
    "read_scope",
    "series_begun",
    "sign",
    "signatures_on",
    "standing_of",
    "write_scope",
]
