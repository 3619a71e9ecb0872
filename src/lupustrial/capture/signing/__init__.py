"""Signatures bound to what was signed."""

from lupustrial.capture.signing._content import Content, content_of, meanings_for, read_scope, write_scope
from lupustrial.capture.signing._sign import sign
from lupustrial.capture.signing._state import Standing, standing_of
from lupustrial.capture.store import signatures_on

__all__ = [
    "Content",
    "Standing",
    "content_of",
    "meanings_for",
    "read_scope",
    "sign",
    "signatures_on",
    "standing_of",
    "write_scope",
]
