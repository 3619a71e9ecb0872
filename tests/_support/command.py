"""The command as a user types it: exit status, standard output, standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from lupustrial.cli import main


@dataclass(frozen=True)
class Told:
    """What a command gave back."""

    code: int
    out: str
    err: str


Command = Callable[..., Told]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """Run ``lupustrial`` with arguments in an empty folder, its output not on a terminal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments: str | Path) -> Told:
        monkeypatch.setattr(sys, "argv", ["lupustrial", *map(str, arguments)])
        capsys.readouterr()
        try:
            main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 1
        else:
            code = 0
        printed = capsys.readouterr()
        return Told(code=code, out=printed.out, err=printed.err)

    return call
