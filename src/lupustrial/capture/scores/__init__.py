"""Scores of instruments at entry: computed at once, with reasons, shown to who sees everything in them."""

from lupustrial.capture.scores._answers import Unsaved
from lupustrial.capture.scores._at import scores_at, scores_in
from lupustrial.capture.scores._card import ScoreCard, ScoreLine, Signing
from lupustrial.capture.scores._course import Course, course_of
from lupustrial.capture.scores._dose import Converted
from lupustrial.capture.scores._findings import (
    ConsistencyFinding,
    checked_forms,
    checks_on,
    consistency_findings,
)
from lupustrial.capture.scores._folds import Fold, fold_of
from lupustrial.capture.scores._glossary import glossary_of
from lupustrial.capture.scores._inputs import inputs_of
from lupustrial.capture.scores._panel import score_panel
from lupustrial.capture.scores._pooled import outputs_of
from lupustrial.capture.scores._sight import ScoreSight, scores_seen, seen_uses
from lupustrial.capture.scores._uses import Use, uses_of

__all__ = [
    "ConsistencyFinding",
    "Converted",
    "Course",
    "Fold",
    "ScoreCard",
    "ScoreLine",
    "ScoreSight",
    "Signing",
    "Unsaved",
    "Use",
    "checked_forms",
    "checks_on",
    "consistency_findings",
    "course_of",
    "fold_of",
    "glossary_of",
    "inputs_of",
    "outputs_of",
    "score_panel",
    "scores_at",
    "scores_in",
    "scores_seen",
    "seen_uses",
    "uses_of",
]
