"""The answers of ``lupustrial power``, printed whole: for a question, and for a study."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from lupustrial.cli._console import stderr, stdout
from lupustrial.errors import Fault, UsageError

if TYPE_CHECKING:
    from lupustrial.design import Curve, Question, SizeRow, StudyPower


def check_out(out: Path | None) -> None:
    """Refuse a figure of unknown kind before anything is computed (USAGE-004)."""
    from lupustrial.design import ENDINGS

    if out is not None and out.suffix not in ENDINGS:
        raise UsageError(
            Fault(
                id="USAGE-004",
                message=f"{out.name!r} has no ending that says what to draw",
                place="command line, --out",
                hint=f"end it in {', '.join(ENDINGS)}",
            )
        )


def answer_question(
    question: Question, *, title: str, given: tuple[int, int] | None, out: Path | None, as_json: bool
) -> None:
    """Answer for sizes, or for the power of a given one."""
    from lupustrial.design import power_curve

    check_out(out)
    rows = question.powers(*given) if given else question.sizes()
    first = rows[0]
    at = given or ((first.n1, first.n2) if first.n1 is not None and first.n2 is not None else None)
    marked = {"given": given} if given else {"needed": at} if at else {}
    curve = power_curve(question, marked)
    if as_json:
        _print_json(_plain_question(question, title, rows, given, curve))
    else:
        _print_question(question, title, rows, given, curve)
    _draw(curve, out)


def _print_question(
    question: Question, title: str, rows: list[SizeRow], given: tuple[int, int] | None, curve: Curve
) -> None:
    from lupustrial.cli._power_show import curve_table, grid_table, print_paragraph, size_table
    from lupustrial.design import share

    console = stdout()
    console.print(f"[bold]{title}[/bold]  {question.assumption}")
    asked = "Power" if given else f"Participants for {share(question.power)} power"
    console.print(size_table(asked, rows, question))
    grid = question.power_grid(*given) if given else question.size_grid()
    console.print(grid_table(grid))
    if grid.note:
        console.print(grid.note)
    console.print(curve_table(curve))
    if given is None:
        print_paragraph(console, question.paragraph("…", ""))


def _plain_question(
    question: Question, title: str, rows: list[SizeRow], given: tuple[int, int] | None, curve: Curve
) -> dict[str, Any]:
    from lupustrial.cli._power_show import plain_curve, plain_grid, plain_row

    grid = question.power_grid(*given) if given else question.size_grid()
    return {
        "comparison": title,
        "assumption": question.assumption,
        "power": question.power,
        "rows": [plain_row(row) for row in rows],
        "sensitivity": plain_grid(grid),
        "curve": plain_curve(curve),
        "paragraph": None if given else question.paragraph("…", ""),
    }


def answer_study(answer: StudyPower, *, title: str, out: Path | None, as_json: bool) -> None:
    """Answer for the sample size of a study."""
    from lupustrial.design import power_curve

    check_out(out)
    curve = power_curve(answer.question, answer.marked, answer.others)
    if as_json:
        _print_json(_plain_study(answer, curve))
    else:
        _print_study(answer, title, curve)
    _draw(curve, out)


def _print_study(answer: StudyPower, title: str, curve: Curve) -> None:
    from lupustrial.cli._power_show import curve_table, grid_table, print_paragraph, size_table
    from lupustrial.design import share

    console, question = stdout(), answer.question
    console.print(f"[bold]{title}[/bold]  {answer.endpoint}")
    assumed = Table(title="Assumptions", title_justify="left", box=SIMPLE_HEAD)
    for heading in ("", "assumed", "source"):
        assumed.add_column(heading, overflow="fold")
    for line in answer.assumptions:
        assumed.add_row(line.what, line.value, line.source)
    console.print(assumed)
    if answer.derived:
        console.print(answer.derived, markup=False)
        console.print()
    wanted = f"Participants for {share(question.power)} power"
    console.print(size_table(wanted, question.sizes(), question))
    if answer.stated is not None:
        heading = f"Power of the stated {answer.stated} an arm"
        console.print(size_table(heading, answer.at_stated, question))
    heading = f"Power of the planned {' + '.join(map(str, answer.planned))}, under the assumptions"
    console.print(size_table(heading, answer.at_planned, question))
    for scenario in answer.scenarios:
        heading = f"{scenario.name}: {scenario.rates}. Power of the planned {answer.planned[0]} + "
        rows = scenario.rows
        console.print(size_table(f"{heading}{answer.planned[1]}", rows, question))
        console.print(_needed(scenario.needed, share(question.power)))
        console.print()
    for grid in (question.size_grid(), question.power_grid(*answer.planned)):
        console.print(grid_table(grid))
        if grid.note:
            console.print(grid.note)
    console.print(curve_table(curve))
    print_paragraph(console, answer.paragraph)


def _needed(row: SizeRow, power: str) -> str:
    if row.n1 is None or row.n2 is None:
        return f"  {power} power there: {row.note}"
    return f"  {power} power there needs {row.n1} + {row.n2} participants ({row.label})"


def _plain_study(answer: StudyPower, curve: Curve) -> dict[str, Any]:
    from lupustrial.cli._power_show import plain_curve, plain_grid, plain_row

    question = answer.question
    return {
        "study": answer.study,
        "endpoint": answer.endpoint,
        "assumptions": [
            {"what": line.what, "value": line.value, "source": line.source} for line in answer.assumptions
        ],
        "derived": answer.derived,
        "sizes": [plain_row(row) for row in question.sizes()],
        "stated": answer.stated,
        "at_stated": [plain_row(row) for row in answer.at_stated],
        "planned": list(answer.planned),
        "at_planned": [plain_row(row) for row in answer.at_planned],
        "scenarios": [
            {
                "name": scenario.name,
                "rates": scenario.rates,
                "source": scenario.source,
                "at_planned": [plain_row(row) for row in scenario.rows],
                "needed": plain_row(scenario.needed),
            }
            for scenario in answer.scenarios
        ],
        "sensitivity": [
            plain_grid(grid) for grid in (question.size_grid(), question.power_grid(*answer.planned))
        ],
        "curve": plain_curve(curve),
        "paragraph": answer.paragraph,
    }


def _print_json(content: dict[str, Any]) -> None:
    stdout().print_json(json.dumps(content))


def _draw(curve: Curve, out: Path | None) -> None:
    from lupustrial.design import save_curve

    if out is not None:
        save_curve(curve, out)
        stderr().print(f"wrote {out}")
