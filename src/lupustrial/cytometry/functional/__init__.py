"""Functional tubes: stimulated less unstimulated, with an interval and a test of a response."""

from __future__ import annotations

from lupustrial.cytometry.functional._background import LEVEL, Response, background
from lupustrial.cytometry.functional._responses import Responses, responses_of
from lupustrial.cytometry.functional._tally import Tally
from lupustrial.cytometry.functional._tests import beta_binomial_p, exact_p, tube_cv_of

__all__ = [
    "LEVEL", "Response", "Responses", "Tally", "background", "beta_binomial_p", "exact_p", "responses_of",
    "tube_cv_of",
]  # fmt: skip
