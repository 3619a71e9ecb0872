"""Forms on paper: blank, filled, annotated, and the casebook of a participant, as PDF."""

from lupustrial.capture.doors.paper._blank import blank_crf, blank_form
from lupustrial.capture.doors.paper._filled import casebook, filled_page
from lupustrial.capture.doors.paper._set import Paper

__all__ = ["Paper", "blank_crf", "blank_form", "casebook", "filled_page"]
