"""Table shells filled from the ARD: every cell knows the results it prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lupustrial.report._format import fill, interval_text, p_text, placeholders
from lupustrial.report._published import Published
from lupustrial.report._results import DAGGER, Outcome, Results
from lupustrial.study import Analysis, Display, Row

EMPTY = "\N{EM DASH}"
_MORE = -1
#: Methods that describe one group, and those that give a difference, in the order of preference.
_DESCRIBE = ("count", "summary")
#: The decimals of a difference: of percentage points one; of numbers the parameter's own, and for those of a
#: model one more.
_DIFFERENCE = {
    "newcombe": 1,
    "miettinen_nurminen": 1,
    "hodges_lehmann": None,
    "t_test": None,
    "stratified_miettinen_nurminen": 1,
    "stratified_newcombe": 1,
    "g_computation": 1,
    "mi_composite": 1,
    "mmrm": _MORE,
    "mi_ancova": _MORE,
    "ancova": _MORE,
}
_LABELS = {"difference": "Difference (95 % CI)", "p": "P", "printed": "P printed", "verdict": "Verdict"}


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: header text, the spanning header above it, and what its cells hold."""

    label: str
    cell: str
    span: str | None = None
    group: str | None = None
    week: int | None = None
    method: str | None = None
    beside: bool = False


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell: its text without marks, the results behind it, and the marks it carries."""

    text: str
    outcomes: tuple[Outcome, ...] = ()
    not_published: bool = False
    note: str | None = None  # letter of the footnote that says why there is no number

    @property
    def marked(self) -> str:
        """The text with its marks, for plain text."""
        return f"{self.text}{DAGGER if self.not_published else ''}"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A row: label, depth, cells; a heading has none."""

    label: str
    indent: int = 0
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Table:
    """A filled table."""

    display: Display
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    footnotes: tuple[str, ...]
    not_published: bool
    notes: tuple[tuple[str, str], ...] = ()  # letter and reason of each cell without a number

    @property
    def outcomes(self) -> list[Outcome]:
        """The results that its cells print, each once, from left to right and top to bottom."""
        found = [outcome for line in self.lines for cell in line.cells for outcome in cell.outcomes]
        return list({outcome.key: outcome for outcome in found}.values())


@dataclass
class _Notes:
    letters: dict[str, str] = field(default_factory=dict)

    def letter(self, reason: str) -> str:
        return self.letters.setdefault(reason, "abcdefghijklmnopqrstuvwxyz"[min(len(self.letters), 25)])


def build_table(results: Results, display: Display, published: Mapping[str, Published]) -> Table:
    """Fill a table shell; what the ARD lacks becomes an em dash with a footnote that says why."""
    columns = _columns(results, display)
    notes = _Notes()
    lines = tuple(
        Line(
            label=row.label,
            indent=row.indent,
            cells=()
            if row.parameter is None
            else tuple(_cell(results, row, column, published, notes) for column in columns),
        )
        for row in display.rows
    )
    return Table(
        display=display,
        columns=columns,
        lines=lines,
        footnotes=display.footnotes,
        not_published=any(cell.not_published for line in lines for cell in line.cells),
        notes=tuple((letter, reason) for reason, letter in notes.letters.items()),
    )


def _columns(results: Results, display: Display) -> tuple[Column, ...]:
    """Read the columns of a shell; while blinded the arms fall together and comparisons are left out."""
    columns: list[Column] = []
    for spec in display.columns:
        column = _column(results, display, spec)
        if results.blinded and column.group is None:
            continue
        if column not in columns or not results.blinded:
            columns.append(column)
    return tuple(columns)


def _column(results: Results, display: Display, spec: Mapping[str, Any]) -> Column:
    cell = str(spec.get("cell", "value"))
    arm = None if spec.get("arm") is None else results.study.arm(str(spec["arm"])).label
    group = "all" if arm is not None and results.blinded else arm
    name = "All participants" if group == "all" else group
    size = None if group is None else results.size(display.population, group)
    header = name if size is None else f"{name} (n = {size})"
    grouped = spec.get("group") is not None
    label = spec.get("label") or (header if cell == "value" else _LABELS[cell])
    return Column(
        label=str(label),
        cell=cell,
        span=header if grouped else spec.get("span"),
        group=group,
        week=spec.get("week"),
        method=spec.get("method"),
        beside=spec.get("beside") is True,
    )


def _cell(
    results: Results, row: Row, column: Column, published: Mapping[str, Published], notes: _Notes
) -> Cell:
    planned = results.planned(row.beside if column.beside else row.analysis)
    if planned is None:
        return Cell(text=EMPTY)
    analysis = planned[0]
    row = replace(row, analysis=analysis.id)
    week = row.week if row.week is not None else column.week
    if column.cell in ("printed", "verdict"):
        claim = published.get(_claim(results, analysis, row, column, week))
        text = "" if claim is None else (claim.p if column.cell == "printed" else claim.verdict)
        return Cell(text=text or EMPTY)
    if column.cell == "value":
        return _value(results, row, column, week, notes)
    if column.cell == "difference":
        return _difference(results, analysis, row, week, notes)
    group = column.group or _contrast(results)
    outcome = results.get(analysis.id, row.parameter, week, group, column.method or analysis.plan)
    return _finished(outcome, ("p_value",), lambda values: p_text(values["p_value"]), notes)


def _contrast(results: Results) -> str:
    """Return the comparison that tables show: the first arm against the reference."""
    return next(iter(results.contrasts), "")


def _claim(results: Results, analysis: Analysis, row: Row, column: Column, week: int | None) -> str:
    when = "overall" if week is None else str(week)
    key = f"{row.parameter}@{when}"
    arm = next((arm.id for arm in results.study.arms if arm.label == column.group), None)
    return analysis.claims.get(key if arm is None else f"{key}@{arm}", "")


def _value(results: Results, row: Row, column: Column, week: int | None, notes: _Notes) -> Cell:
    group = column.group or "all"
    found = [results.get(row.analysis, row.parameter, week, group, method) for method in _DESCRIBE]
    outcome = next((one for one in found if one is not None), None)
    parameter = results.study.plan.parameter(row.parameter or "")
    binary = parameter.type == "binary"
    template = row.format or ("{n} ({percent:1})" if binary else "{mean} ± {sd}")
    decimals = 1 if binary else parameter.decimals
    return _finished(
        outcome, placeholders(template), lambda values: fill(template, values, decimals=decimals), notes
    )


def _difference(results: Results, analysis: Analysis, row: Row, week: int | None, notes: _Notes) -> Cell:
    """Fill the difference of the planned method where it gives one, else of the first that does."""
    group = _contrast(results)
    own = results.study.plan.parameter(row.parameter or "").decimals
    for method in sorted(_DIFFERENCE, key=lambda name: name != analysis.plan):
        outcome = results.get(analysis.id, row.parameter, week, group, method)
        if outcome is not None:
            places = _DIFFERENCE[method]
            text = _interval(own if places is None else own + 1 if places == _MORE else places)
            return _finished(outcome, ("estimate", "lower", "upper"), text, notes)
    return _finished(None, (), lambda _values: "", notes)


def _interval(decimals: int) -> Callable[[Mapping[str, float]], str]:
    return lambda values: interval_text(values["estimate"], values["lower"], values["upper"], decimals)


def _finished(
    outcome: Outcome | None, stats: Sequence[str], text: Callable[[Mapping[str, float]], str], notes: _Notes
) -> Cell:
    """Make a cell of results, or an em dash with the reason why there are none."""
    if outcome is None:
        return Cell(text=EMPTY, note=notes.letter("Not among the results of the analysis plan."))
    values = outcome.values
    missing = [stat for stat in stats if stat not in values]
    if missing:
        reason = outcome.errors.get(missing[0], "not computed")
        return Cell(text=EMPTY, outcomes=(outcome,), note=notes.letter(f"Not computed: {reason}."))
    return Cell(text=text(values), outcomes=(outcome,), not_published=not outcome.published)
