"""Gates of flow cytometry: brought in under blinded codes, judged by readers, each decision signed."""

from lupustrial.capture.gates._decide import Decision, decide
from lupustrial.capture.gates._decisions import decisions_text
from lupustrial.capture.gates._intake import BYTES, Brought, bring_gates
from lupustrial.capture.gates._shown import ShownGate, shown_gate

__all__ = [
    "BYTES",
    "Brought",
    "Decision",
    "ShownGate",
    "bring_gates",
    "decide",
    "decisions_text",
    "shown_gate",
]
