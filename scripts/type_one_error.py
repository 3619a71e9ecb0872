"""Write docs/methods/type-one-error.md and .csv: type I error of the shipped analyses at 60 participants.

    python scripts/type_one_error.py             simulate (TRIALS), keep the counts, write the page
    python scripts/type_one_error.py --page      write the page from the counts that are kept
    python scripts/type_one_error.py --cheap 200 --model 20 --imputed 4 --numbers FILE.csv    a quick look

The results depend on the seed and on the numbers of trials, not on the number of processes.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: many small fits, one process a core

from type_one import tallies
from type_one.exact import Tables, size_at, stratified_size, tables, worst_common, worst_strata
from type_one.page import page
from type_one.plans import shipped
from type_one.scenarios import SCENARIOS, Scenario
from type_one.simulate import simulate

ROOT = Path(__file__).resolve().parents[1]
NUMBERS = ROOT / "docs" / "methods" / "type-one-error.csv"  # the page beside it, of the same name
SEED = 20200141
IMPUTATIONS = 10  # data sets a trial
TRIALS = {"cheap": 20_000, "model": 4_000, "imputed": 500}
STRATA = ((0, 1, 13, 16), (2, 4, 10, 14))  # CNI and LN, CNI, LN, neither; in each arm
STRATA_RATES = {
    "30 % in all": (0.30,) * 4,
    "42 % in all": (25 / 59,) * 4,
    "10, 20, 30 and 50 %": (0.10, 0.20, 0.30, 0.50),
}


def main() -> int:
    """Simulate and enumerate, or take the numbers that are kept; write the page."""
    chosen = _chosen()
    begun = time.perf_counter()
    if not chosen.page:
        kept = tallies.read(chosen.numbers) if chosen.only else {}
        found = kept | simulate(
            {
                name: getattr(chosen, scenario.kind)
                for name, scenario in SCENARIOS.items()
                if name in (chosen.only or SCENARIOS)
            },
            seed=SEED,
            imputations=IMPUTATIONS,
            workers=chosen.workers,
            told=_told,
        )
        tallies.write(chosen.numbers, {name: found[name] for name in SCENARIOS if name in found})
    chances = stratified_size(*STRATA)
    sizes = {told: size_at(chances, rates) for told, rates in STRATA_RATES.items()}
    text = page(
        _exact(),
        (sizes, worst_common(chances), worst_strata(chances)),
        tallies.read(chosen.numbers),
        seed=SEED,
        imputations=IMPUTATIONS,
    )
    chosen.numbers.with_suffix(".md").write_text(text, encoding="utf-8")
    print(f"{time.perf_counter() - begun:.0f} s")
    return 0


def _chosen() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for kind, count in TRIALS.items():
        parser.add_argument(f"--{kind}", type=int, default=count, help=f"trials each ({count})")
    parser.add_argument("--workers", type=int, default=2, help="processes (2)")
    parser.add_argument("--numbers", type=Path, default=NUMBERS, help="file of the counts")
    parser.add_argument(
        "--only", nargs="+", choices=SCENARIOS, metavar="ID", help="scenarios to simulate anew"
    )
    parser.add_argument("--page", action="store_true", help="write the page from the counts that are kept")
    return parser.parse_args()


def _told(scenario: Scenario, seconds: float) -> None:
    print(f"{scenario.id}: {seconds:.0f} s", flush=True)


def _exact() -> dict[tuple[str, str], Tables]:
    """Return the tables of every analysis that is simulated as a single response."""
    sizes = {"A-SRI4": (29, 30), "M-RENAL-EXACT": (13, 12)}
    uses = dict.fromkeys(
        (use.analysis, use.method) for scenario in SCENARIOS.values() for use in scenario.uses
    )
    return {use: tables(shipped()[use], *sizes[use[0]]) for use in uses if use[0] in sizes}


if __name__ == "__main__":
    sys.exit(main())
