"""Capture: the web application in which a trial is run, blinded and audited (Django, server-rendered).

Parts, each a package: ``store`` (trial data on the ledger), ``access`` (who may do what), ``accounts``,
``participants``, ``entry``, ``scores``, ``queries``, ``signing``, ``review``, ``supply``, ``dashboards``,
``doors``.
"""

from lupustrial.capture._config import Config
from lupustrial.capture._start import prepare

__all__ = ["Config", "prepare"]
