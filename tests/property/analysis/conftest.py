"""Makes the shared fixtures of analysis and report known here."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "_support"))

from analysis_fixtures import (  # noqa: F401 - the path comes first; pytest finds fixtures by name
    ard,
    blinded_ard,
    datasets,
    number,
    stamp,
    study,
    with_plan,
)
