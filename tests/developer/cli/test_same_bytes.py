"""Two runs give the same bytes, and the manifest proves it."""

from __future__ import annotations

import json
from pathlib import Path

from lupustrial.cli import run_study

STUDY = Path(__file__).resolve().parents[3] / "studies" / "il2-sle"


def test_a_second_run_from_the_same_records_gives_the_same_bytes(il2_out: Path, tmp_path: Path) -> None:
    first = json.loads((il2_out / "manifest.json").read_text(encoding="utf-8"))
    run_study(STUDY, source=il2_out / "source", out=tmp_path / "out")
    second = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert second["outputs"] == first["outputs"]


def test_only_one_field_of_the_manifest_holds_wall_clock_time(il2_out: Path) -> None:
    manifest = json.loads((il2_out / "manifest.json").read_text(encoding="utf-8"))
    year = manifest["written_at"][:4]
    rest = {key: value for key, value in manifest.items() if key != "written_at"}
    assert f"{year}-" not in json.dumps(rest["outputs"]) + json.dumps(rest["settings"])
    assert set(rest) == {"tool", "study", "versions", "settings", "inputs", "outputs", "content"}


def test_every_file_but_the_manifest_is_listed(il2_out: Path) -> None:
    manifest = json.loads((il2_out / "manifest.json").read_text(encoding="utf-8"))
    there = {path.relative_to(il2_out).as_posix() for path in il2_out.rglob("*") if path.is_file()}
    assert there - {"manifest.json"} == set(manifest["outputs"])
