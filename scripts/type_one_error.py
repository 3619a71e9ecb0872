"""Write docs/methods/type-one-error.md: the type I error of the shipped analyses at 60 participants.

    python scripts/type_one_error.py                    the page as it stands in the documents
    python scripts/type_one_error.py --cheap 200 --model 20 --imputed 4 --print     a quick look

The results depend on the seed and on the numbers of trials, not on the number of processes.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: many small fits, one process a core

from type_one.exact import Tables, size_at, stratified_size, tables, worst_common, worst_strata
from type_one.page import page
from type_one.plans import shipped
from type_one.scenarios import SCENARIOS, Scenario
from type_one.simulate import simulate

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "methods" / "type-one-error.md"
SEED = 20200141
TRIALS = {"cheap": 20_000, "model": 4_000, "imputed": 500}
STRATA = ((0, 1, 13, 16), (2, 4, 10, 14))  # CNI and LN, CNI, LN, neither; in each arm
STRATA_RATES = {
    "30 % in all": (0.30,) * 4,
    "42 % in all": (25 / 59,) * 4,
    "10, 20, 30 and 50 %": (0.10, 0.20, 0.30, 0.50),
}


def main() -> int:
    """Simulate, enumerate and write."""
    chosen = _chosen()
    begun = time.perf_counter()
    found = simulate(
        {name: getattr(chosen, scenario.kind) for name, scenario in SCENARIOS.items()},
        seed=chosen.seed,
        imputations=chosen.imputations,
        workers=chosen.workers,
        told=_told,
    )
    chances = stratified_size(*STRATA)
    sizes = {told: size_at(chances, rates) for told, rates in STRATA_RATES.items()}
    text = page(
        _exact(),
        (sizes, worst_common(chances), worst_strata(chances)),
        found,
        seed=chosen.seed,
        imputations=chosen.imputations,
        command=shlex.join(["python", "scripts/type_one_error.py", *_without_workers(sys.argv[1:])]),
    )
    if chosen.print:
        print(text)
    else:
        PAGE.write_text(text, encoding="utf-8")
    print(f"{time.perf_counter() - begun:.0f} s", file=sys.stderr)
    return 0


def _chosen() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for kind, count in TRIALS.items():
        parser.add_argument(
            f"--{kind}", type=int, default=count, help=f"trials of a {kind} scenario ({count})"
        )
    parser.add_argument("--imputations", type=int, default=10, help="data sets imputed a trial (10)")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--workers", type=int, default=2, help="processes (2)")
    parser.add_argument("--print", action="store_true", help="print the page instead of writing it")
    return parser.parse_args()


def _without_workers(arguments: list[str]) -> list[str]:
    if "--workers" not in arguments:
        return arguments
    place = arguments.index("--workers")
    return arguments[:place] + arguments[place + 2 :]


def _told(scenario: Scenario, seconds: float) -> None:
    print(f"{scenario.id}: {seconds:.0f} s", file=sys.stderr)


def _exact() -> dict[tuple[str, str], Tables]:
    """Return the tables of every analysis that is simulated as a single response."""
    sizes = {"A-SRI4": (29, 30), "M-RENAL-EXACT": (13, 12)}
    uses = dict.fromkeys(
        (use.analysis, use.method) for scenario in SCENARIOS.values() for use in scenario.uses
    )
    return {use: tables(shipped()[use], *sizes[use[0]]) for use in uses if use[0] in sizes}


if __name__ == "__main__":
    sys.exit(main())
