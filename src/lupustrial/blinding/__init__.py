"""What each role can see, and how well that tells the arm (docs/allocation/blinding.md)."""

from lupustrial.blinding._guesses import GuessIndex, GuessIndices, guess_indices
from lupustrial.blinding._page import render_blinding
from lupustrial.blinding._predictability import predictability
from lupustrial.blinding._results import BlindingReport, Prediction, RolePrediction, SinglePrediction
from lupustrial.blinding._words import Group, groups_of, p_text, stamps_of

__all__ = [
    "BlindingReport",
    "Group",
    "GuessIndex",
    "GuessIndices",
    "Prediction",
    "RolePrediction",
    "SinglePrediction",
    "groups_of",
    "guess_indices",
    "p_text",
    "predictability",
    "render_blinding",
    "stamps_of",
]
