"""The public names of the command line."""

from lupustrial import cli


def test_public_names() -> None:
    assert cli.__all__ == ["RunResult", "app", "main", "run_study"]
