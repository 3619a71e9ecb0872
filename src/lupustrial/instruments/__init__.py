"""Instruments: items in, scores and grades out, with the reasons. No study, no files but rule tables."""

from lupustrial.instruments._alone import score_alone
from lupustrial.instruments._dose_log import INTAKES, dose_records, doses_in_windows
from lupustrial.instruments._dose_queries import steroid_log_queries
from lupustrial.instruments._dose_visits import steroid_days_above, steroid_doses
from lupustrial.instruments._egfr import estimate_gfr
from lupustrial.instruments._explain import Explanation, Fact, explain
from lupustrial.instruments._lab_results import sledai_labs_from_results
from lupustrial.instruments._names import KEYS
from lupustrial.instruments._nearest import Change
from lupustrial.instruments._partial_dates import earliest_date, latest_date
from lupustrial.instruments._queries import queries
from lupustrial.instruments._registry import INSTRUMENTS
from lupustrial.instruments._registry import find as find_instrument
from lupustrial.instruments._score import score, settings_hash, sign_off_items
from lupustrial.instruments._settings import SignOffItem
from lupustrial.instruments._sledai_labs_derive import derive_sledai_labs
from lupustrial.instruments._spec import DOMAINS, Check, Input, Instrument, Open, Part, Setting
from lupustrial.instruments._steroids import GLUCOCORTICOIDS, convert_to_prednisone
from lupustrial.instruments._treatment_events import FailureRule
from lupustrial.instruments._treatment_failure import treatment_failures
from lupustrial.instruments._units import UNITS, convert_unit, plausible

__all__ = [
    "DOMAINS",
    "GLUCOCORTICOIDS",
    "INSTRUMENTS",
    "INTAKES",
    "KEYS",
    "UNITS",
    "Change",
    "Check",
    "Explanation",
    "Fact",
    "FailureRule",
    "Input",
    "Instrument",
    "Open",
    "Part",
    "Setting",
    "SignOffItem",
    "convert_to_prednisone",
    "convert_unit",
    "derive_sledai_labs",
    "dose_records",
    "doses_in_windows",
    "earliest_date",
    "estimate_gfr",
    "explain",
    "find_instrument",
    "latest_date",
    "plausible",
    "queries",
    "score",
    "score_alone",
    "settings_hash",
    "sign_off_items",
    "sledai_labs_from_results",
    "steroid_days_above",
    "steroid_doses",
    "steroid_log_queries",
    "treatment_failures",
]
