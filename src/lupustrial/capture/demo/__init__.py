"""The demonstration: made-up records laid down as a trial in mid-course, with somebody in every role."""

from lupustrial.capture.demo._load import Loaded, load
from lupustrial.capture.demo._people import PASSWORD, Person

__all__ = ["PASSWORD", "Loaded", "Person", "load"]
