"""Time the statistics from arrays to result, in one process with one thread.

Prints the first call (with what Numba compiles or reads), the best and the median of those that follow, and
what was asked for; the ratio to nlme::gls of R in the same run (left out, and said so, where R or nlme is
absent); and how the time of a mixed model grows with participants and visits.

    python benchmarks/stats.py [--figure docs/images/stats-growth.svg]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lupustrial import stats

Array = npt.NDArray[Any]

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
SEED = 20_240_601
SPENT = 2.0  # seconds on repeats of one measurement
REPEATS = (3, 200)  # at least, at most
SIZES = (25, 50, 100, 200, 400, 800, 1600, 3200)
MILLISECONDS = (1, 2, 5, 10, 20, 50, 100, 200)
VISITS = (2, 3, 4, 5, 6, 7, 8, 9, 10)
TABLES = 100_000
INTERVALS = 20_000  # a second
REFITS = 172
SAME = 2e-3  # gls stops early
DEGREES = ("satterthwaite", "kenward_roger")

R_GLS = """
suppressPackageStartupMessages(library(nlme))
d <- jsonlite::fromJSON(file("stdin"))
x <- as.data.frame(d$x); names(x) <- paste0("x", seq_along(x))
frame <- cbind(y=d$y, subject=factor(d$subject), visit=d$visit + 1L, x)
formula <- as.formula(paste("y ~ 0 +", paste(names(x), collapse=" + ")))
fit <- function() gls(formula, frame, correlation=corSymm(form=~visit|subject),
  weights=varIdent(form=~1|visit), method="REML")
seconds <- sapply(seq_len(d$repeats), function(i) system.time(found <<- fit())[["elapsed"]])
cat(min(seconds), median(seconds), coef(found)[["x1"]], sqrt(vcov(found)[1, 1]))
"""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Outcomes of a trial in long form: complete rows, a design of visit by arm and three covariates."""

    y: Array
    x: Array
    subject: Array
    visit: Array
    wide: Array
    arm: Array
    baseline: Array

    @property
    def contrast(self) -> Array:
        """The difference between the arms at the last visit."""
        row = np.zeros(self.x.shape[1])
        visits = self.wide.shape[1]
        row[2 * visits - 1] = 1.0
        return row


def made_trial(participants: int, visits: int) -> Trial:
    """Make a trial by chance: correlated visits, a tenth gone by the end, a few visits missed."""
    rng = np.random.default_rng([SEED, participants, visits])
    arm = np.arange(participants) % 2
    covariates = rng.standard_normal((participants, 3))
    lags = np.abs(np.subtract.outer(np.arange(visits), np.arange(visits)))
    covariance = np.outer(*[np.linspace(1.0, 1.6, visits)] * 2) * 0.75**lags
    noise = rng.standard_normal((participants, visits)) @ np.linalg.cholesky(covariance).T
    at = np.arange(visits)
    wide = noise + 0.1 * at + 0.4 * arm[:, None] * at / visits + 0.6 * covariates[:, :1]
    left = np.where(rng.random(participants) < 0.1, rng.integers(1, visits + 1, participants), visits)  # noqa: PLR2004
    missed = rng.random((participants, visits)) < 0.03  # noqa: PLR2004 - a few
    missed[:, 0] = False
    wide[(at >= left[:, None]) | missed] = np.nan
    who, when = np.nonzero(np.isfinite(wide))
    each = np.eye(visits)[when]
    x = np.hstack([each, each * arm[who][:, None], covariates[who]])
    return Trial(
        y=wide[who, when], x=x, subject=who, visit=when, wide=wide, arm=arm, baseline=covariates[:, 0]
    )


def mixed_model(trial: Trial, df: str) -> stats.ContrastTest:
    """Fit with an unstructured covariance and test the difference at the last visit."""
    fit = stats.fit_mmrm(trial.y, trial.x, trial.subject, trial.visit)
    return stats.test_contrast(fit, trial.contrast, df=df)


def refitted(trial: Trial) -> dict[str, stats.JackknifeEstimate]:
    """Impute conditional means under jump to reference, once without each participant, and analyse them."""
    arms = ["ACT" if one else "PBO" for one in trial.arm]
    data = stats.longitudinal_data(
        trial.wide, arms, covariates=trial.baseline, strategy="J2R", reference="PBO"
    )
    analysis = stats.ancova_by_visit(
        arms, reference="PBO", covariates=trial.baseline, visits=range(trial.wide.shape[1])
    )
    return stats.analyse_conditional_mean(stats.impute_conditional_mean(data), analysis)


def many_tables() -> dict[str, Array]:
    """Make tables of about thirty a group by chance."""
    rng = np.random.default_rng(SEED)
    n1, n2 = (rng.integers(20, 41, TABLES) for _ in range(2))
    return {"x1": rng.binomial(n1, 0.5), "n1": n1, "x2": rng.binomial(n2, 0.3), "n2": n2}


def timed(call: Callable[[], object]) -> tuple[float, float, float]:
    """Return the seconds of the first call, and the best and the median of those that follow."""
    start = time.perf_counter()
    call()
    first = time.perf_counter() - start
    seconds: list[float] = []
    while len(seconds) < REPEATS[0] or (sum(seconds) < SPENT and len(seconds) < REPEATS[1]):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return first, min(seconds), float(np.median(seconds))


def asked_for() -> None:
    """Measure what has a goal, and print it."""
    week12 = {"x1": 16, "n1": 29, "x2": 9, "n2": 30}
    tables = many_tables()
    small, large, refit = made_trial(200, 4), made_trial(1000, 9), made_trial(REFITS, 4)
    rates = {"p1": 0.55, "p2": 0.30, "power": 0.9}
    sizes, interval = stats.exact_sample_size_two_proportions, stats.exact_unconditional_interval
    boschloo = partial(sizes, test="boschloo", **rates)
    jobs: list[tuple[str, float | None, Callable[[], object]]] = [
        ("MMRM 200 x 4, Satterthwaite", 3e-3, partial(mixed_model, small, DEGREES[0])),
        ("MMRM 200 x 4, Kenward-Roger", None, partial(mixed_model, small, DEGREES[1])),
        ("MMRM 1000 x 9, Satterthwaite", None, partial(mixed_model, large, DEGREES[0])),
        ("MMRM 1000 x 9, Kenward-Roger", 100e-3, partial(mixed_model, large, DEGREES[1])),
        ("exact unconditional interval, n = 59", 50e-3, partial(interval, **week12)),
        (f"jackknife of {REFITS} refits, J2R", 1.0, partial(refitted, refit)),
        ("exact size, Pearson, 82 a group", None, partial(_uncached, partial(sizes, **rates))),
        ("exact size, Boschloo, 82 a group", None, partial(_uncached, boschloo)),
    ]
    _line("arrays to result", "first", "best", "median", "asked for")
    for name, goal, call in jobs:
        first, best, median = timed(call)
        _line(name, *map(_seconds, (first, best, median)), _goal(goal, met=goal is None or best <= goal))
    rates_found = [TABLES / seconds for seconds in timed(partial(stats.miettinen_nurminen_many, **tables))]
    shown = [f"{rate:,.0f}/s" for rate in rates_found]
    asked = f"{INTERVALS:,}/s" + ("" if rates_found[1] >= INTERVALS else " MISSED")
    _line(f"Miettinen-Nurminen, {TABLES:,} tables", *shown, asked)


def _line(name: str, *cells: str) -> None:
    print(f"{name:<40}" + "".join(f"{cell:>13}" for cell in cells))


def _uncached(call: Callable[[], object]) -> object:
    """Call without what an earlier call left behind."""
    from lupustrial.stats import _nuisance
    from lupustrial.stats.power import _regions, _tables

    for module in (_nuisance, _regions, _tables):
        for kept in vars(module).values():
            if hasattr(kept, "cache_clear"):
                kept.cache_clear()
    return call()


def _seconds(value: float) -> str:
    return f"{value * 1e3:.2f} ms" if value < 1 else f"{value:.2f} s"


def _goal(goal: float | None, *, met: bool) -> str:
    return "" if goal is None else f"{goal * 1e3:g} ms" + ("" if met else " MISSED")


def beside_r() -> None:
    """Time nlme::gls on the same arrays; both must have found the same model."""
    program = shutil.which("Rscript")
    print("\nbeside R nlme::gls (one fit, formula interface), the same data, this run")
    if program is None:
        print("    NOT RUN: Rscript is not installed")
        return
    for participants, repeats in ((200, 3), (1000, 1)):
        trial = made_trial(participants, 4)
        sent = {"y": trial.y, "subject": trial.subject, "visit": trial.visit, "x": trial.x}
        data = {name: values.tolist() for name, values in sent.items()} | {"repeats": repeats}
        done = subprocess.run(
            [program, "--vanilla", "-e", R_GLS],
            input=json.dumps(data),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["R stopped"])[-1]
            print(f"    NOT RUN: {reason}")
            return
        theirs, _, *found = map(float, done.stdout.split())
        fit = stats.fit_mmrm(trial.y, trial.x, trial.subject, trial.visit)
        expected = (float(fit.beta[0]), float(fit.vcov[0, 0]) ** 0.5)
        if not np.allclose(found, expected, rtol=SAME):
            raise SystemExit(f"gls found another model: {found} against {expected}")
        for df in DEGREES:
            _, ours, _ = timed(partial(mixed_model, trial, df))
            ratio = f"gls takes {theirs / ours:,.0f} times as long"
            print(f"    {participants:>5} x 4, {df:<15}{_seconds(ours):>11}{_seconds(theirs):>11}   {ratio}")


def grown() -> dict[str, dict[str, list[float]]]:
    """Measure, print and return how the time of a mixed model grows with participants and with visits."""
    print("\ngrowth of the mixed model, best of several (unstructured, fit and one contrast)")
    found: dict[str, dict[str, list[float]]] = {}
    for what, steps in (("participants, 4 visits", SIZES), ("visits, 200 participants", VISITS)):
        print(f"    {what:<26}" + "".join(f"{df:>17}" for df in DEGREES))
        for step in steps:
            trial = made_trial(step, 4) if steps is SIZES else made_trial(200, step)
            cells = []
            for df in DEGREES:
                _, best, _ = timed(partial(mixed_model, trial, df))
                found.setdefault(what, {}).setdefault(df, []).append(best)
                cells.append(f"{_seconds(best):>17}")
            print(f"    {step:>26}" + "".join(cells))
    return found


def draw(found: dict[str, dict[str, list[float]]], path: Path) -> None:
    """Draw the growth: time against participants, and against visits."""
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.ticker import NullFormatter

    looks = {"satterthwaite": ("#2166ac", "s", "--"), "kenward_roger": ("#b2182b", "o", "-")}
    names = {"satterthwaite": "Satterthwaite", "kenward_roger": "Kenward-Roger"}
    settings = {"svg.hashsalt": "lupustrial", "font.size": 9, "backend": "svg"}
    with mpl.rc_context(settings):  # type: ignore[arg-type]  # keys are texts here
        figure = Figure(figsize=(7.2, 3.1), layout="constrained")
        for axes, (what, steps) in zip(
            figure.subplots(1, 2), zip(found, (SIZES, VISITS), strict=True), strict=True
        ):
            for df, seconds in found[what].items():
                colour, marker, line = looks[df]
                shown = [value * 1e3 for value in seconds]
                axes.plot(steps, shown, color=colour, marker=marker, linestyle=line, label=names[df], ms=4)
            axes.set_yscale("log")
            axes.set_xlabel(what)
            axes.set_ylabel("ms, arrays to result")
            axes.set_yticks(MILLISECONDS, [f"{tick:g}" for tick in MILLISECONDS])
            axes.yaxis.set_minor_formatter(NullFormatter())
            axes.set_ylim(1, 200)
            axes.grid(axis="y", color="#e5e5e5")
            axes.spines[["top", "right"]].set_visible(False)
            if steps is SIZES:
                axes.set_xscale("log", base=2)
                axes.set_xticks(steps, [str(step) for step in steps])
                axes.xaxis.set_minor_formatter(NullFormatter())
            axes.legend(frameon=False, fontsize=8)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, metadata={"Date": None, "Creator": None})
    print(f"wrote {path}", file=sys.stderr)


def main(arguments: Sequence[str]) -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description="Time the statistics, arrays to result.")
    parser.add_argument("--figure", type=Path, help="draw the growth there (.svg)")
    figure = parser.parse_args(arguments).figure
    packages = [name for name in ("numpy", "scipy", "numba") if find_spec(name)]
    told = ", ".join(f"{name} {version(name)}" for name in packages)
    print(f"one process, one thread of {os.cpu_count()} cores, Python {platform.python_version()}, {told}")
    asked_for()
    beside_r()
    found = grown()
    if figure is not None:
        draw(found, figure)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        main(sys.argv[2:])
    else:  # a process of its own, since the number of threads is read when NumPy is loaded
        again = [sys.executable, __file__, "--child", *sys.argv[1:]]
        sys.exit(subprocess.run(again, env=os.environ | dict.fromkeys(THREADS, "1"), check=False).returncode)
