"""What each role can see, and how well that tells the arm (docs/allocation/blinding.md)."""

from lupustrial.blinding._page import p_text, render_blinding, stamps_of, verdict_of
from lupustrial.blinding._predictability import predictability
from lupustrial.blinding._results import BlindingReport, Prediction, RolePrediction, SinglePrediction

__all__ = [
    "BlindingReport",
    "Prediction",
    "RolePrediction",
    "SinglePrediction",
    "p_text",
    "predictability",
    "render_blinding",
    "stamps_of",
    "verdict_of",
]
