"""The page docs/methods/type-one-error.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import Template

from type_one.exact import GRID, WEEK, Tables, Worst, coverage, power, worst
from type_one.plans import shipped
from type_one.scenarios import SCENARIOS
from type_one.tallies import LEVEL, Tallies

TEMPLATE = Path(__file__).with_name("page.txt")
RATES = (0.10, 0.20, 0.30, 25 / 59, 0.50)
SEEN = (0.55, 0.30)  # about the rates of week 12
ENOUGH = 2  # Monte-Carlo standard errors
CLEARLY = 0.06

Exact = Mapping[tuple[str, str], Tables]


def page(
    exact: Exact,
    strata: tuple[Mapping[str, float], Worst, Worst],
    found: Mapping[str, Tallies],
    *,
    seed: int,
    imputations: int,
) -> str:
    """Return the page.

    Args:
        exact: What the analyses of one response say of every table, by analysis and method.
        strata: Size of the stratified analysis by rates in words; its worst at a common rate, and at any.
        found: Tallies of the scenarios.
        seed: Seed of the simulation.
        imputations: Data sets imputed a trial.
    """
    template = Template(TEMPLATE.read_text(encoding="utf-8"))
    return template.substitute(
        seed=seed,
        imputations=imputations,
        exact=_exact_table(exact),
        strata=_strata_text(*strata),
        simulated=_simulated_table(found),
        attempts="\n".join(_attempts(found)),
        liberal="\n".join(_clearly(exact, found)) or "- none",
    )


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _exact_table(exact: Exact) -> str:
    head = ["analysis", "test", *(f"{100 * rate:.0f} %" for rate in RATES), "worst", "at"]
    head += [f"covers at {100 * SEEN[0]:.0f} v {100 * SEEN[1]:.0f} %"]
    lines = []
    for (analysis, method), each in exact.items():
        most = worst(each.rejects)
        n1, n2 = (size - 1 for size in each.rejects.shape)
        covers = "-" if each.lower is None else _share(coverage(each, *SEEN))
        sizes = [_share(float(power(each.rejects, rate, rate))) for rate in RATES]
        at = f"{100 * most.rates[0]:.0f} %"
        lines.append(
            [f"{analysis}, {n1} v {n2}", _name(analysis, method), *sizes, _share(most.size), at, covers]
        )
    return _table(head, lines)


def _strata_text(sizes: Mapping[str, float], common: Worst, any_rates: Worst) -> str:
    rates = ", ".join(f"{100 * rate:.0f}" for rate in any_rates.rates)
    lines = [[told, _share(size)] for told, size in sizes.items()]
    lines.append([f"worst rate common to the strata: {100 * common.rates[0]:.0f} %", _share(common.size)])
    lines.append([f"worst of any rates: {rates} %", _share(any_rates.size)])
    return _table(["response by stratum", "size"], lines)


def _simulated_table(found: Mapping[str, Tallies]) -> str:
    head = [
        "analysis",
        "test",
        "trials",
        "rejects",
        "MC SE",
        "5 % within 2 SE",
        "95 % CI covers 0",
        "SE ratio",
    ]
    lines = []
    for name, tallies in found.items():
        lines.append([f"**{SCENARIOS[name].told}**", *[""] * (len(head) - 1)])
        for key, tally in tallies.items():
            rate, error = tally.found
            ratio = tally.standard_error_ratio
            lines.append(
                [
                    key.analysis,
                    f"{_name(key.analysis, key.method)}, {key.remark}",
                    f"{tally.trials:,}",
                    _share(rate),
                    _share(error),
                    verdict(rate, error),
                    "-" if tally.coverage is None else _share(tally.coverage),
                    "-" if ratio is None else f"{ratio:.3f}",
                ]
            )
    return _table(head, lines)


def verdict(rate: float | None, error: float | None) -> str:
    """Say whether the nominal level lies within two Monte-Carlo standard errors."""
    if rate is None or error is None:
        return "not defined"
    if abs(rate - LEVEL) <= ENOUGH * error:
        return "yes"
    return "no, above" if rate > LEVEL else "no, below"


def _attempts(found: Mapping[str, Tallies]) -> Iterator[str]:
    """Say which covariances the mixed model used, and how often an analysis gave nothing."""
    for name, tallies in found.items():
        for key, tally in tallies.items():
            told = f"- {SCENARIOS[name].told}; {key.method}, {key.remark}: "
            if (
                tally.covariances and key.remark == f"week {WEEK}"
            ):  # one fit serves all weeks; the plan's order
                used = ", ".join(
                    f"{count:,} {covariance}" for covariance, count in tally.covariances.most_common()
                )
                yield f"{told}{used} of {tally.trials:,}"
            if tally.failures:
                lost = tally.failures.total()
                reasons = "; ".join(f"{count:,} x {reason}" for reason, count in tally.failures.most_common())
                share = f"{lost:,} of {tally.trials:,} ({lost / tally.trials:.1%})"
                yield f"{told}{share} without a result ({reasons})"


def _clearly(exact: Exact, found: Mapping[str, Tallies]) -> Iterator[str]:
    """Name what is clearly liberal: a size above 6 % exactly, or by more than two Monte-Carlo errors."""
    for (analysis, method), each in exact.items():
        sizes = power(each.rejects, GRID, GRID)
        if sizes.max() > CLEARLY:
            high = GRID[sizes > CLEARLY]
            yield (
                f"- {_name(analysis, method)} ({analysis}): exactly up to {_share(float(sizes.max()))}; "
                f"above 6 % at rates from {100 * high.min():.0f} to {100 * high.max():.0f} %, with gaps"
            )
    for name, tallies in found.items():
        for key, tally in tallies.items():
            rate, error = tally.found
            if rate is not None and error is not None and rate - ENOUGH * error > CLEARLY:
                told = f"{_name(key.analysis, key.method)} ({key.analysis}, {key.remark})"
                yield f"- {told}: {_share(rate)} of trials; {SCENARIOS[name].told}"


def _name(analysis: str, method: str) -> str:
    label = shipped()[analysis, method].method.label
    return label if "p_value" in shipped()[analysis, method].method.stats else f"{label}, without 0"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
