"""``lupustrial power``: sample size and power, from numbers or from a study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from lupustrial.cli._power_print import answer_question, answer_study, check_out
from lupustrial.errors import Fault, UsageError

TWO_SIDED = 2

Power = Annotated[float, typer.Option(help="Power wanted.")]
Alpha = Annotated[float, typer.Option(help="Significance level.")]
Sided = Annotated[int, typer.Option(min=1, max=2, help="2, or 1 on the side of the assumed effect.")]
Ratio = Annotated[float, typer.Option(help="Participants in group 1 for each in group 2.")]
Dropout = Annotated[float, typer.Option(help="Share expected to leave without an outcome.")]
Given = Annotated[
    int | None,
    typer.Option("--n", min=1, help="Participants in group 2, at ratio 1 in each: asks for the power."),
]
Out = Annotated[Path | None, typer.Option(help="Draw the power curve there: .svg, .png or .pdf.")]
AsJson = Annotated[bool, typer.Option("--json", help="Everything as JSON on standard output.")]


class _StudyByDefault(TyperGroup):
    """A group in which what is no command is the name of a study."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Read ``power STUDY`` as ``power study STUDY``."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["study", *args]
        return super().resolve_command(ctx, args)


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(cls=_StudyByDefault, no_args_is_help=True, rich_markup_mode="rich")
    example = "Example: lupustrial power two-proportions --p1 0.90 --p2 0.33 --power 0.9"
    group.command("two-proportions", epilog=example)(two_proportions)
    group.command("means", epilog="Example: lupustrial power means --difference 2 --sd 4")(means)
    group.command("ranks", epilog="Example: lupustrial power ranks --win 0.65")(ranks)
    group.command("study", epilog="Example: lupustrial power studies/il2-sle --out power.svg")(study)
    app.add_typer(
        group,
        name="power",
        help="Sample size and power: from numbers, or from what a study declares (power STUDY).",
        epilog="Examples: lupustrial power studies/il2-sle   |   "
        "lupustrial power two-proportions --p1 0.90 --p2 0.33 --power 0.9",
    )


def two_proportions(
    p1: Annotated[float, typer.Option(help="Assumed rate in group 1, e.g. 0.90.")],
    p2: Annotated[float, typer.Option(help="Assumed rate in group 2.")],
    power: Power = 0.9,
    alpha: Alpha = 0.05,
    sided: Sided = TWO_SIDED,
    ratio: Ratio = 1.0,
    dropout: Dropout = 0.0,
    n: Given = None,
    test: Annotated[
        list[str] | None,
        typer.Option(help="A test; may be given again. The first is the one of the protocol."),
    ] = None,
    margin: Annotated[
        float, typer.Option(help="Difference under the null hypothesis, e.g. -0.1 for non-inferiority.")
    ] = 0.0,
    out: Out = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Compare two proportions, exactly: every possible table is enumerated."""
    from lupustrial.design import TwoRates

    tests = tuple(test or (["farrington_manning"] if margin else ["pearson", "fisher", "boschloo"]))
    question = TwoRates(
        p1=p1,
        p2=p2,
        tests=tests,
        margin=margin,
        **_common(p1 - p2 - margin, power, alpha, sided, ratio, dropout),
    )
    given = _given(n, ratio)
    answer_question(question, title="Two proportions", given=given, out=out, as_json=as_json)


def means(
    difference: Annotated[float, typer.Option(help="Assumed difference, group 1 minus group 2.")],
    sd: Annotated[
        float, typer.Option(help="Standard deviation within a group (of the differences with --paired).")
    ],
    power: Power = 0.9,
    alpha: Alpha = 0.05,
    sided: Sided = TWO_SIDED,
    ratio: Ratio = 1.0,
    dropout: Dropout = 0.0,
    n: Given = None,
    sd2: Annotated[float | None, typer.Option(help="Standard deviation of group 2: Welch's test.")] = None,
    correlation: Annotated[
        float | None, typer.Option(help="Of outcome and baseline: analysis of covariance.")
    ] = None,
    margin: Annotated[float, typer.Option(help="Difference under the null hypothesis.")] = 0.0,
    out: Out = None,
    *,
    paired: Annotated[bool, typer.Option("--paired", help="The same participants twice.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compare two means by the t test, Welch's test, analysis of covariance, or pairs."""
    from lupustrial.design import TwoMeans

    if sum((paired, correlation is not None, sd2 is not None)) > 1:
        raise UsageError(
            Fault(
                id="USAGE-010",
                message="--paired, --correlation and --sd2 are three different tests",
                place="command line",
                hint="give one of them",
            )
        )
    question = TwoMeans(
        difference=difference,
        sd=sd,
        sd2=sd2,
        correlation=correlation,
        paired=paired,
        margin=margin,
        **_common(difference - margin, power, alpha, sided, ratio, dropout),
    )
    given = _given(n, ratio)
    if paired and given is not None:
        given = (given[1], 0)
    title = "Paired means" if paired else "Two means"
    answer_question(question, title=title, given=given, out=out, as_json=as_json)


def ranks(
    win: Annotated[
        float | None, typer.Option(help="P(group 1 higher) + P(equal) / 2; 0.5 is no effect.")
    ] = None,
    difference: Annotated[float | None, typer.Option(help="With --sd, for normal values.")] = None,
    sd: Annotated[float | None, typer.Option(help="With --difference.")] = None,
    ties: Annotated[float, typer.Option(help="Share of the variance that ties take away.")] = 0.0,
    power: Power = 0.9,
    alpha: Alpha = 0.05,
    sided: Sided = TWO_SIDED,
    ratio: Ratio = 1.0,
    dropout: Dropout = 0.0,
    n: Given = None,
    out: Out = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Compare two groups by ranks (Mann-Whitney), by Noether's formula."""
    from lupustrial.design import Ranks
    from lupustrial.stats import win_probability_of_shift

    shift = difference is not None and sd is not None
    if (win is None) is not shift:
        raise UsageError(
            Fault(
                id="USAGE-010",
                message="the effect is not given, or given twice",
                place="command line",
                hint="give --win, or --difference with --sd",
            )
        )
    if win is None:
        win = win_probability_of_shift(difference=difference or 0.0, sd=sd or 0.0)
    question = Ranks(
        win_probability=win, ties=ties, **_common(win - 1 / 2, power, alpha, sided, ratio, dropout)
    )
    answer_question(question, title="Ranks", given=_given(n, ratio), out=out, as_json=as_json)


def study(
    study: Annotated[str, typer.Argument(help="A study folder, or its name in studies/.")],
    out: Out = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Answer for the sample size of a study, from the assumptions that its study.yaml declares."""
    from lupustrial.cli._find import find_study
    from lupustrial.design import study_power
    from lupustrial.study import load_study

    check_out(out)
    loaded = load_study(find_study(study))
    answer_study(study_power(loaded), title=loaded.short_title, out=out, as_json=as_json)


def _common(
    effect: float, power: float, alpha: float, sided: int, ratio: float, dropout: float
) -> dict[str, Any]:
    one_sided = "greater" if effect > 0 else "less"
    return {
        "power": power,
        "alpha": alpha,
        "alternative": "two-sided" if sided == TWO_SIDED else one_sided,
        "ratio": ratio,
        "dropout": dropout,
    }


def _given(n: int | None, ratio: float) -> tuple[int, int] | None:
    return None if n is None else (max(1, round(n * ratio)), n)
