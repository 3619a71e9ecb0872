"""Read a table of claims; every fault of the file is reported at once (AUDIT ids, docs/audit.md)."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal, InvalidOperation
from pathlib import Path

from lupustrial.audit._claims import DESIGNS, Claim, Group
from lupustrial.audit._printed import PrintedP, parse_printed_p
from lupustrial.audit._summaries import parse_means
from lupustrial.errors import AuditError, Fault, closest

REQUIRED = ("id", "description", "design")
GROUP_COLUMNS = ("group", "x", "n", "mean", "sd")
OPTIONAL = (
    "location",
    *(f"{column}{group}" for group in (1, 2) for column in GROUP_COLUMNS),
    "summary_values",
    "stated_test",
    "reported_p",
    "power",
    "alpha",
    "rate1",
    "rate2",
    "note",
)
ALIASES = {"claim_id": "id"}
# Columns that hold somebody's answers; they may stand in the file and are never read.
ANSWERS = re.compile(r"p_\w+|reproduced_by|alternative_denominators_that_reproduce")
SILENT = PrintedP(text="", kind="none")


class _Row:
    """One line of the file with the faults found in it."""

    def __init__(self, cells: dict[str, str], place: str, faults: list[Fault]) -> None:
        self.cells, self.place, self.faults = cells, place, faults

    def text(self, column: str) -> str:
        return self.cells.get(column, "").strip()

    def fault(self, fault_id: str, message: str, column: str, hint: str) -> None:
        place = f"{self.place}, column {column}"
        self.faults.append(Fault(id=fault_id, message=message, place=place, hint=hint))

    def count(self, column: str) -> int | None:
        text = self.text(column)
        if not text:
            return None
        if not re.fullmatch(r"\d+", text):
            hint = "give a whole number, or leave it empty"
            self.fault("AUDIT-005", f"{text!r} is not a count", column, hint)
            return None
        return int(text)

    def decimal(self, column: str) -> Decimal | None:
        text = self.text(column)
        if not text:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            hint = "give a number with a decimal point and with the digits that the paper prints"
            self.fault("AUDIT-006", f"{text!r} is not a number", column, hint)
            return None
        return number

    def share(self, column: str) -> float | None:
        number = self.decimal(column)
        if number is None:
            return None
        if not 0 < number < 1:
            self.fault("AUDIT-006", f"{number} is not between 0 and 1", column, "give 90 % as 0.90")
            return None
        return float(number)


def read_claims(path: Path | str) -> tuple[Claim, ...]:
    """Read published claims from a CSV file.

    Args:
        path: A CSV file in UTF-8 with a header; the columns are described in docs/audit.md. Columns of
            computed answers (``p_…``, ``reproduced_by``) are allowed and never read.

    Returns:
        The claims in the order of the file.

    Raises:
        AuditError: With every fault of the file: unreadable (AUDIT-001), columns (AUDIT-002), ids
            (AUDIT-003), designs (AUDIT-004), counts (AUDIT-005), numbers (AUDIT-006), p values (AUDIT-007).
    """
    path = Path(path)
    faults: list[Fault] = []
    rows = _rows(path, faults)
    claims: list[Claim] = []
    seen: dict[str, str] = {}
    for row in rows:
        claim = _claim(row)
        if not claim.id:
            row.fault("AUDIT-003", "the claim has no id", "id", "give each claim an id, e.g. C001")
        elif claim.id in seen:
            message = f"id {claim.id!r} is already used at {seen[claim.id]}"
            row.fault("AUDIT-003", message, "id", "give each claim its own id")
        seen.setdefault(claim.id, row.place)
        claims.append(claim)
    if faults:
        raise AuditError(faults)
    return tuple(claims)


def _rows(path: Path, faults: list[Fault]) -> list[_Row]:
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else "cannot be opened"
        hint = "give the path of a CSV file saved as UTF-8"
        faults.append(Fault(id="AUDIT-001", message=f"the file {reason}", place=str(path), hint=hint))
        return []
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    rows: list[_Row] = []
    try:
        header = [ALIASES.get(name.strip(), name.strip()) for name in next(reader, [])]
        _check_header(header, f"{path.name}:1", faults)
        line = reader.line_num + 1
        for cells in reader:
            place, line = f"{path.name}:{line}", reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                message = f"{len(cells)} cells where the header has {len(header)}"
                hint = "put cells that contain a comma into double quotes"
                faults.append(Fault(id="AUDIT-001", message=message, place=place, hint=hint))
                continue
            rows.append(_Row(dict(zip(header, cells, strict=True)), place, faults))
    except csv.Error as error:
        place = f"{path.name}:{reader.line_num}"
        hint = "check the double quotes of this line"
        faults.append(Fault(id="AUDIT-001", message=f"not CSV: {error}", place=place, hint=hint))
    if not rows and not faults:
        message = "the file holds no claim"
        faults.append(Fault(id="AUDIT-001", message=message, place=path.name, hint="see docs/audit.md"))
    return rows


def _check_header(header: list[str], place: str, faults: list[Fault]) -> None:
    known = (*REQUIRED, *OPTIONAL)
    for name in REQUIRED:
        if name not in header:
            hint = f"columns needed: {', '.join(REQUIRED)}"
            message = f"there is no column {name!r}"
            faults.append(Fault(id="AUDIT-002", message=message, place=place, hint=hint))
    for position, name in enumerate(header):
        if name in header[:position]:
            hint = "keep one of them"
            message = f"column {name!r} stands twice"
            faults.append(Fault(id="AUDIT-002", message=message, place=place, hint=hint))
        elif name not in known and not ANSWERS.fullmatch(name):
            hint = closest(name, known) or "put remarks into the column note"
            message = f"unknown column {name!r}"
            faults.append(Fault(id="AUDIT-002", message=message, place=place, hint=hint))


def _claim(row: _Row) -> Claim:
    design = row.text("design").casefold()
    if design not in DESIGNS:
        hint = closest(design, DESIGNS) or f"one of: {', '.join(DESIGNS)}"
        row.fault("AUDIT-004", f"{row.text('design')!r} is not a design", "design", hint)
    printed = parse_printed_p(row.text("reported_p"))
    if printed is None:
        hint = "write 0.052, <0.05, >0.05, ns or not given"
        row.fault("AUDIT-007", f"{row.text('reported_p')!r} is not a p value", "reported_p", hint)
    groups = [_group(row, number) for number in ("1", "2")]
    given = {column for column in ("x1", "x2") if row.text(column)}
    if len(given) == 1:
        empty = "x2" if "x1" in given else "x1"
        row.fault("AUDIT-005", "only one group has a count", empty, "give both counts, or neither")
    means = parse_means(row.text("summary_values"))
    if means and all(group.mean is None for group in groups):
        groups = [
            Group(name=group.name or m.name, n=group.n or m.n, mean=m.mean, sd=m.sd)
            for group, m in zip(groups, means, strict=True)
        ]
    return Claim(
        id=row.text("id"),
        location=row.text("location"),
        description=row.text("description"),
        design=design,
        group1=groups[0],
        group2=groups[1],
        summary=row.text("summary_values"),
        stated_test=row.text("stated_test"),
        reported_p=printed or SILENT,
        power=row.share("power"),
        alpha=row.share("alpha"),
        rate1=row.share("rate1"),
        rate2=row.share("rate2"),
        note=row.text("note"),
        place=row.place,
    )


def _group(row: _Row, number: str) -> Group:
    x, n = row.count(f"x{number}"), row.count(f"n{number}")
    mean, sd = row.decimal(f"mean{number}"), row.decimal(f"sd{number}")
    if n == 0:
        row.fault("AUDIT-005", "a group of nobody", f"n{number}", "leave it empty where it is not printed")
    elif x is not None and n is None and not row.text(f"n{number}"):
        row.fault("AUDIT-005", f"{x} of how many?", f"n{number}", "give the participants of this group")
    elif x is not None and n is not None and x > n:
        row.fault("AUDIT-005", f"{x} events among {n} participants", f"x{number}", "check the two counts")
    if bool(row.text(f"mean{number}")) != bool(row.text(f"sd{number}")):
        missing = f"sd{number}" if row.text(f"mean{number}") else f"mean{number}"
        row.fault("AUDIT-006", "a mean needs its standard deviation", missing, "give both, or neither")
    if sd is not None and sd < 0:
        row.fault("AUDIT-006", f"a standard deviation of {sd}", f"sd{number}", "check the sign")
    return Group(name=row.text(f"group{number}"), x=x, n=n, mean=mean, sd=sd)
