"""The audit trail, read and reviewed."""

from lupustrial.capture.review._evidence import evidence_of
from lupustrial.capture.review._trail import trail, wanted_of, whole_trail
from lupustrial.capture.review.findings import METHODS, Evidence, Finding, Method, primary_items

__all__ = [
    "METHODS",
    "Evidence",
    "Finding",
    "Method",
    "evidence_of",
    "primary_items",
    "trail",
    "wanted_of",
    "whole_trail",
]
