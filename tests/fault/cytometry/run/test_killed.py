"""A run that was killed goes on, and ends with the same bytes; a half-written part never counts."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from synthetic_folder import bytes_of, protocol

from lupustrial.cytometry.run import _job, gate_folder
from lupustrial.errors import CytometryError

#: Gates the folder, and is killed by its own hand after the second file.
_SCRIPT = """
import multiprocessing, os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from synthetic_folder import protocol
from lupustrial.cytometry.run import gate_folder

def told(done, total, name):
    if done == 2:
        print(*(child.pid for child in multiprocessing.active_children()), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

folder = Path(sys.argv[1])
out = Path(sys.argv[2])
gate_folder(folder, protocol=protocol(folder), out=out, processes=2, progress=told, review=False)
"""


def _killed(folder: Path, out: Path) -> list[int]:
    support = Path(__file__).resolve().parents[3] / "_support"
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(folder), str(out), str(support)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    return [int(pid) for pid in done.stdout.split()]


def test_a_killed_run_goes_on_to_the_same_bytes(small_folder: Path, tmp_path: Path) -> None:
    whole, out, given = tmp_path / "whole", tmp_path / "out", protocol(small_folder)
    gate_folder(small_folder, protocol=given, out=whole, processes=1, review=False)
    children = _killed(small_folder, out)
    assert len(children) == 2
    for child in children:
        assert _ends(child), f"process {child} outlived its parent"
    assert not (out / "manifest.json").exists()
    with pytest.raises(CytometryError, match="CYTO-074") as told:
        gate_folder(small_folder, protocol=given, out=out, processes=1, review=False)
    assert "--resume" in told.value.faults[0].hint
    _job._code.cache_clear()  # somebody may have saved a module between the two processes
    again = gate_folder(small_folder, protocol=given, out=out, processes=1, resume=True, review=False)
    assert again.kept >= 2
    assert again.gated <= 2
    assert bytes_of(out, without=("parts/",)) == bytes_of(whole, without=("parts/",))


def _ends(pid: int) -> bool:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        return bool(poll.poll(20_000))
    finally:
        os.close(handle)


def test_a_part_that_is_not_whole_is_made_anew(small_folder: Path, tmp_path: Path) -> None:
    out, given = tmp_path / "out", protocol(small_folder)
    gate_folder(small_folder, protocol=given, out=out, processes=1, review=False)
    before = bytes_of(out)
    parts = [path for path in out.glob("parts/*.json") if path.name != "run.json"]
    # three of files that were gated; the fourth, of the broken one, is left as it is
    cut, changed, empty = (path for path in parts if b'"verdict": "pass"' in path.read_bytes())
    cut.write_bytes(cut.read_bytes()[:-40])
    changed.write_bytes(changed.read_bytes().replace(b'"verdict": "pass"', b'"verdict": "warn"', 1))
    empty.write_bytes(b"")
    (out / "parts" / ".left-behind-1234").write_bytes(b"{")
    again = gate_folder(small_folder, protocol=given, out=out, processes=1, resume=True, review=False)
    assert (again.gated, again.kept) == (3, 1)
    assert bytes_of(out) == before
