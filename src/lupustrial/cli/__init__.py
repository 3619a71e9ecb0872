"""The command line: one command for each step of the road, thin."""

from lupustrial.cli._app import app, main
from lupustrial.cli._road import RunResult, run_study

__all__ = ["RunResult", "app", "main", "run_study"]
