"""Instruments: items in, scores and grades out, with the reasons. No study, no files but rule tables."""

from lupustrial.instruments._egfr import estimate_gfr
from lupustrial.instruments._explain import Explanation, Fact, explain
from lupustrial.instruments._nearest import Change
from lupustrial.instruments._queries import queries
from lupustrial.instruments._registry import INSTRUMENTS
from lupustrial.instruments._score import score, settings_hash, sign_off_items
from lupustrial.instruments._settings import SignOffItem
from lupustrial.instruments._sledai_labs import derive_sledai_labs
from lupustrial.instruments._spec import DOMAINS, Check, Input, Instrument, Open, Part, Setting
from lupustrial.instruments._steroids import GLUCOCORTICOIDS, convert_to_prednisone
from lupustrial.instruments._units import UNITS, convert_unit

__all__ = [
    "DOMAINS",
    "GLUCOCORTICOIDS",
    "INSTRUMENTS",
    "UNITS",
    "Change",
    "Check",
    "Explanation",
    "Fact",
    "Input",
    "Instrument",
    "Open",
    "Part",
    "Setting",
    "SignOffItem",
    "convert_to_prednisone",
    "convert_unit",
    "derive_sledai_labs",
    "estimate_gfr",
    "explain",
    "queries",
    "score",
    "settings_hash",
    "sign_off_items",
]
