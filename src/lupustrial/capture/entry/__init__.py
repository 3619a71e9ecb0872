"""Forms: generated from the study, entered, checked and saved."""

from lupustrial.capture.entry._facts import facts_of
from lupustrial.capture.entry._given import Finding, Given, Outcome, Severity
from lupustrial.capture.entry._place import planned_at
from lupustrial.capture.entry._submit import submit, submit_in

__all__ = ["Finding", "Given", "Outcome", "Severity", "facts_of", "planned_at", "submit", "submit_in"]
