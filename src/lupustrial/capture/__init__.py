"""Capture: the web application in which a trial is run, blinded and audited (Django, server-rendered).

Parts, each a package: ``store`` (trial data on the ledger), ``access`` (who may do what), ``accounts``,
``participants``, ``entry``, ``scores``, ``queries``, ``signing``, ``review``, ``supply``, ``dashboards``,
``doors``.
"""

from lupustrial.capture._begin import check_database, check_port, default_database, default_keys
from lupustrial.capture._config import Config
from lupustrial.capture._first_steps import demonstrate, invite_administrator
from lupustrial.capture._serve import serve
from lupustrial.capture._start import prepare

__all__ = [
    "Config",
    "check_database",
    "check_port",
    "default_database",
    "default_keys",
    "demonstrate",
    "invite_administrator",
    "prepare",
    "serve",
]
