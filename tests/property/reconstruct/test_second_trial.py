"""Tables of another trial, made from participants who exist: every figure is met, whatever they are."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from second_trial import SIZES, figure, second_study

from lupustrial.reconstruct import reconstruct
from lupustrial.reconstruct._printed import quantile
from lupustrial.study import Source

SUPPORT = Path(__file__).resolve().parents[2] / "_support"

WEIGHTS = {"VASC": 8, "ARTH": 4, "RASH": 2, "ALOP": 2, "COMP": 2, "DNA": 2, "FEVR": 1}
signs = st.fixed_dictionaries({item: st.booleans() for item in WEIGHTS})
people = st.tuples(*(st.lists(signs, min_size=n, max_size=n) for n in SIZES.values()))


def _total(person: dict[str, bool]) -> int:
    return sum(weight for item, weight in WEIGHTS.items() if person[item])


def _half(value: Fraction) -> str:
    return f"{float(value):g}"


def _tables(cohort: tuple[list[dict[str, bool]], ...], week: int) -> list[str]:
    arms = dict(zip(SIZES, cohort, strict=True))
    totals = {arm: [Fraction(_total(person)) for person in arms[arm]] for arm in arms}
    return [
        figure("RASH", week, {arm: {"count": sum(p["RASH"] for p in arms[arm])} for arm in arms}),
        figure("ARTH", week, {arm: {"count": sum(p["ARTH"] for p in arms[arm])} for arm in arms}),
        figure(
            "SLEDAI",
            week,
            {
                arm: {s: _half(quantile(totals[arm], s, "hf6")) for s in ("min", "median", "max")}
                for arm in arms
            },
        ),
    ]


def _scores(source: Source, visit: str) -> dict[str, list[int]]:
    rows = source.records.filter((pl.col("form") == "sledai") & (pl.col("visit") == visit))
    weights = {**WEIGHTS, "PLT": 1, "WBC": 1}
    found: dict[str, int] = {}
    for who, item, value in rows.select("participant", "item", "value").iter_rows():
        found[who] = found.get(who, 0) + (weights.get(item, 0) if value == "Y" else 0)
    return {
        arm: [
            found[who]
            for who in source.allocation.filter(pl.col("arm") == arm)["participant"]
            if who in found
        ]
        for arm in SIZES
    }


@given(people)
@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_baseline_tables_of_people_who_exist_are_reproduced(
    cohort: tuple[list[dict[str, bool]], ...],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        study = second_study(Path(folder) / "second", _tables(cohort, 0))
        source = reconstruct(study)
    assert source.stamp.synthetic
    assert not [note for note in source.stamp.notes if note.startswith("Not attained")]
    for (arm, scores), true in zip(_scores(source, "W0").items(), cohort, strict=True):
        wanted = sorted(_total(person) for person in true)
        assert len(scores) == SIZES[arm]
        assert (min(scores), max(scores)) == (wanted[0], wanted[-1])
        values = [Fraction(score) for score in scores]
        assert quantile(values, "median", "hf6") == quantile([Fraction(w) for w in wanted], "median", "hf6")
        who = source.allocation.filter(pl.col("arm") == arm)["participant"].implode()
        rash = source.records.filter(
            (pl.col("form") == "sledai")
            & (pl.col("item") == "RASH")
            & (pl.col("visit") == "W0")
            & (pl.col("value") == "Y")
            & pl.col("participant").is_in(who)
        )
        assert rash.height == sum(person["RASH"] for person in true)


_SCRIPT = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from lupustrial.reconstruct import reconstruct
from lupustrial.study import load_study
source = reconstruct(load_study(Path(sys.argv[2])))
text = source.records.write_csv() + source.allocation.write_csv() + repr(source.stamp.notes)
print(hashlib.sha256(text.encode()).hexdigest())
"""


def test_the_same_files_give_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    folder = tmp_path / "second"
    printed = {"ACT": {"count": 5}, "PBO": {"count": 4}}
    second_study(
        folder, [figure("RASH", 0, printed), figure("SLEDAI", 12, {"ACT": {"median": 6}, "PBO": {"max": 14}})]
    )
    digests = set()
    for seed in ("1", "2"):
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
        }
        command = [sys.executable, "-c", _SCRIPT, str(SUPPORT), str(folder)]
        digests.add(
            subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
        )
    assert len(digests) == 1
    assert len(digests.pop().strip()) == len(hashlib.sha256().hexdigest())
