"""scripts/verify_allocation.py, a second program, agrees with the lists, ledgers and trials of the first."""

from __future__ import annotations

import ast
import json
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sealed_trial import template_study
from verify_script import KITS, NAMES, SCRIPT, factor, rule, verify, whole_trial

from lupustrial.allocation.sealing import commit, make_list
from lupustrial.ledger import Anchor, canonical
from lupustrial.study import KitType, Randomisation

SEX, ORGANS = factor("sex", "F", "M"), factor("organs", "LN", "none", "unknown", weight=3)
TWO_TO_ONE, THREE = {"ACT": 2, "PBO": 1}, {"A": 3, "B": 2, "C": 2}

RULES = {
    "complete": rule("complete"),
    "complete, three arms": rule("complete", {"A": 5, "B": 1, "C": 3}),
    "blocks": rule("permuted_blocks", block_sizes=(4,)),
    "blocks of several sizes": rule("permuted_blocks", block_sizes=(6, 2, 4)),
    "blocks 2:1": rule("permuted_blocks", TWO_TO_ONE, block_sizes=(3, 9)),
    "blocks, three arms": rule("permuted_blocks", THREE, block_sizes=(14, 7)),
    "blocks, strata": rule("permuted_blocks", block_sizes=(4, 6), strata=(SEX, ORGANS)),
    "blocks, strata and sites": rule("permuted_blocks", block_sizes=(4,), strata=(SEX,), by_site=True),
    "coin": rule("biased_coin", probability="0.8"),
    "coin 2:1": rule("biased_coin", TWO_TO_ONE, probability="0.75"),
    "coin, three arms": rule("biased_coin", THREE, probability="0.65"),
    "coin, three equal arms": rule("biased_coin", {"A": 2, "B": 2, "C": 2}, probability="1"),
    "stick": rule("big_stick", maximum_imbalance=2),
    "stick, three arms": rule("big_stick", THREE, maximum_imbalance=1),
    "urn": rule("urn", urn_start=0, urn_added=1),
    "urn, three arms": rule("urn", {"A": 2, "B": 2, "C": 2}, urn_start=3, urn_added=2),
    "urn, three arms, empty": rule("urn", {"A": 2, "B": 2, "C": 2}, urn_start=0, urn_added=1),
    "pool": rule("minimisation", probability="0.8", imbalance="range", strata=(SEX,)),
    "pool 2:1": rule("minimisation", TWO_TO_ONE, probability="0.8", imbalance="total", by_site=True),
}


def _write(
    folder: Path, how: Randomisation, slots: int, seed: bytes, kits: tuple[KitType, ...]
) -> list[Path]:
    study = template_study()
    sites = tuple(replace(study.sites[0], id=name) for name in ("01", "02", "Zürich"))
    study = replace(study, randomisation=replace(how, slots=slots), kits=kits, sites=sites)
    made = make_list(study, seed)
    commitment = commit(made)
    public = {"commitment": commitment.as_json(), "digest": commitment.digest, "files": {}, "recipients": []}
    contents = (canonical(public).encode(), made.to_json())
    for name, content in zip(NAMES, contents, strict=False):
        (folder / name).write_bytes(content)
    return [folder / name for name in NAMES[:2]]


@pytest.mark.parametrize("name", RULES)
def test_lists_of_every_method_are_made_again(name: str, tmp_path: Path) -> None:
    draw = random.Random(name)  # noqa: S311 - seeds of a test
    for slots, kits in ((1, ()), (7, KITS), (64, ()), (101, KITS[:1])):
        status, told = verify(*_write(tmp_path, RULES[name], slots, draw.randbytes(32), kits))
        lines = told.splitlines()
        assert status == 0, told
        assert [line.partition(":")[0] for line in lines] == ["ok"] * 5 + ["verdict"]
        assert lines[-1] == "verdict: all is right"


MINIMISED = [
    ("range", None, "0.8"),
    ("variance", {"A": 1, "B": 1, "C": 1}, "0.75"),
    ("total", None, "1"),
    ("range", TWO_TO_ONE, "0.9"),
    ("variance", {"A": 1, "B": 3, "C": 2}, "0.8"),
]


@pytest.mark.parametrize(("imbalance", "ratio", "probability"), MINIMISED)
def test_trials_with_minimisation_are_decided_again(
    imbalance: str, ratio: dict[str, int] | None, probability: str, tmp_path: Path
) -> None:
    how = rule(
        "minimisation",
        ratio,
        probability=probability,
        imbalance=imbalance,
        strata=(SEX, ORGANS),
        by_site=True,
        slots=50,
    )
    draw = random.Random(f"{imbalance}{ratio}")  # noqa: S311 - participants of a test
    people = [(draw.choice("FFM"), draw.choice(["LN", "none", "unknown"])) for _ in range(25)]
    told = whole_trial(tmp_path, how, people)
    assert told.verify(tmp_path)[0] == 0, told.verify(tmp_path)[1]


@pytest.mark.parametrize("beside", ["nobody", "another study"])
@pytest.mark.parametrize("name", ["blocks, strata", "blocks 2:1", "coin", "urn", "stick"])
def test_whole_trials_are_right(name: str, beside: str, tmp_path: Path) -> None:
    how = replace(RULES[name], slots=12)
    people = [("F", "LN"), ("M", "LN"), ("F", "LN"), ("F", "none"), ("F", "LN"), ("M", "LN")]
    levels = [one[: len(how.strata)] for one in people]
    told = whole_trial(tmp_path, how, levels, kits=KITS, beside=beside != "nobody")
    status, lines = told.verify(tmp_path)
    assert status == 0, lines
    assert lines.count("ok: ") == 11
    last = told.entries[-1]
    assert f"ok: ledger {Anchor(position=last['position'], hash=last['hash'])}\n" in lines


def test_a_trial_in_which_nobody_was_allocated_is_right(tmp_path: Path) -> None:
    assert whole_trial(tmp_path, replace(RULES["blocks"], slots=8), []).verify(tmp_path)[0] == 0


def test_it_runs_where_nothing_is_installed(tmp_path: Path) -> None:
    told = whole_trial(tmp_path, replace(RULES["blocks"], slots=8), [(), ()])
    told.verify(tmp_path)
    script = tmp_path / "elsewhere.py"
    script.write_bytes(SCRIPT.read_bytes())
    command = [sys.executable, "-I", "-S", "-W", "error", str(script), *NAMES]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    (tmp_path / "commitment.json").write_text(canonical(told.public).replace("ACT", "ACX"), encoding="utf-8")
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert ran.stdout.splitlines()[-1] == "verdict: WRONG"


def test_it_is_short_and_imports_the_standard_library_alone() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 100
    assert max(map(len, text.splitlines())) <= 110
    names: list[str] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names += [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names.append(str(node.module))
        elif isinstance(node, ast.Name):
            assert node.id not in {"__import__", "eval", "exec", "compile", "importlib"}
    assert names
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_the_numbers_it_prints_are_those_of_the_file(tmp_path: Path) -> None:
    told = whole_trial(tmp_path, replace(RULES["blocks"], slots=8), [()]).copy()
    told.revealed["slots"][2]["arm"] = "NOBODY"
    lines = told.verify(tmp_path)[1].splitlines()
    assert lines[3].startswith("WRONG: revealed: the slots of that list: no. 3 is ")
    assert json.dumps("NOBODY") in lines[3]
