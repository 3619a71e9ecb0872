"""Puts the tiny trial, which tests of sdtm and adam share, on the path."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "_support"))
