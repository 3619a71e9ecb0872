"""Sample size and power of a design: sizes, sensitivity, a curve, and the paragraph for the protocol."""

from __future__ import annotations

from lupustrial.design._answers import Curve, Grid, Question, SizeRow
from lupustrial.design._curve import ENDINGS, power_curve, save_curve
from lupustrial.design._means import TwoMeans
from lupustrial.design._ranks import Ranks
from lupustrial.design._rates import TwoRates
from lupustrial.design._study import study_power
from lupustrial.design._study_answer import Assumption, ScenarioPower, StudyPower
from lupustrial.design._words import TESTS, percent, share

__all__ = [
    "ENDINGS",
    "TESTS",
    "Assumption",
    "Curve",
    "Grid",
    "Question",
    "Ranks",
    "ScenarioPower",
    "SizeRow",
    "StudyPower",
    "TwoMeans",
    "TwoRates",
    "percent",
    "power_curve",
    "save_curve",
    "share",
    "study_power",
]
