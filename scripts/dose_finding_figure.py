"""Draw the worked example of docs/methods/dose-finding.md.

python scripts/dose_finding_figure.py     writes docs/images/dose-finding-sifalimumab.svg
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from scipy.special import expit

from lupustrial import stats
from lupustrial.report._figure_style import INK, QUIET, look, style

TARGET = Path(__file__).resolve().parents[1] / "docs" / "images" / "dose-finding-sifalimumab.svg"
DOSES, RESPONDERS, N = [0, 200, 600, 1200], [49, 63, 61, 64], [108, 108, 108, 107]
MODELS = ("linear", "linlog", "quadratic", "emax")


def main() -> int:
    """Write the figure."""
    logits = stats.dose_logits(doses=DOSES, x=RESPONDERS, n=N)
    fits = [
        stats.fit_dose_response_general(
            model, doses=DOSES, estimates=logits.estimates, covariance=logits.covariance
        )
        for model in MODELS
    ]
    grid = np.linspace(0, 1200, 401)
    with style():
        figure = Figure(figsize=(5.2, 3.1))
        axes = figure.add_axes((0.10, 0.15, 0.60, 0.80))
        for place, (dose, x, n) in enumerate(zip(DOSES, RESPONDERS, N, strict=True)):
            interval = stats.wilson(x=x, n=n)
            axes.plot([dose] * 2, [100 * interval.lower, 100 * interval.upper], color=INK, linewidth=0.9)
            axes.plot(dose, 100 * x / n, marker="o", color=INK, linestyle="", zorder=4)
            axes.annotate(
                f"{x}/{n}",
                (dose, 100 * interval.lower),
                (0, -4),
                textcoords="offset points",
                ha="left" if place == 0 else "center",
                va="top",
                fontsize=6.5,
                color=QUIET,
            )
        ends = []
        for place, (fit, weight) in enumerate(zip(fits, stats.model_weights(fits).tolist(), strict=True)):
            placebo = float(fit.coefficients[0])
            if fit.model == "linlog":
                placebo += float(fit.coefficients[1]) * np.log(fit.constant)
            curve = 100 * expit(placebo + stats.dose_effects(fit, grid).effects)
            arm = look(place, len(fits))
            axes.plot(grid, curve, color=arm.colour, linestyle=arm.line, linewidth=1.2)
            ends.append((float(curve[-1]), f"{fit.model} (weight {weight:.2f})", arm.colour))
        height = -np.inf
        for value, words, colour in sorted(ends):
            height = max(value, height + 2.6)
            axes.annotate(
                words,
                (1200, height),
                (16, 0),
                textcoords="offset points",
                va="center",
                fontsize=6.5,
                color=colour,
                annotation_clip=False,
            )
        axes.set_xlim(-30, 1240)
        axes.set_ylim(30, 75)
        axes.set_xticks(DOSES)
        axes.set_xlabel("Sifalimumab, mg a month")
        axes.set_ylabel("SRI-4 responders at week 52, %")
        figure.savefig(TARGET, metadata={"Date": None})
    print(f"wrote {TARGET.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
