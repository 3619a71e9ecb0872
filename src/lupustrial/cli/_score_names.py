"""Which columns of a file an instrument reads, under which names, and which are passed through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lupustrial.cli._score_table import Table
from lupustrial.errors import Fault, closest
from lupustrial.instruments import INSTRUMENTS, KEYS, Input, Instrument

#: The column that holds the grades of all domains as letters in domain order.
SHORTHAND = "bilag"


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The columns of a file that are used.

    Attributes:
        keys: By key, the column of the file.
        items: By code of an input, the column of the file.
        kept: Columns to be passed through, as the file names them.
    """

    keys: Mapping[str, str]
    items: Mapping[str, str]
    kept: tuple[str, ...]


def readable(instrument: Instrument) -> dict[str, Input]:
    """Return every input that may come, by code: the instrument's own and those of its components."""
    found = {each.code: each for each in instrument.inputs}
    for part in instrument.parts:
        options = [part.instrument] if isinstance(part.instrument, str) else part.instrument.values()
        for option in options:
            found = {**readable(INSTRUMENTS[option]), **found}
    return found


def grade_inputs(instrument: Instrument) -> tuple[str, ...]:
    """Return the inputs that the shorthand of letters fills, in domain order; none where it is not read."""
    codes = tuple(each.code for each in instrument.inputs if each.code.startswith("grade_"))
    return () if any(each.code == SHORTHAND for each in instrument.inputs) else codes


def spellings(instrument: Instrument) -> dict[str, str]:
    """Return by every name in small letters (codes, aliases, keys) the code that it stands for."""
    found = {key.casefold(): key for key in KEYS}
    for each in readable(instrument).values():
        for name in (each.code, *each.aliases):
            found.setdefault(name.casefold(), each.code)
    if grade_inputs(instrument):
        found.setdefault(SHORTHAND, SHORTHAND)
    return found


def sort_columns(table: Table, instrument: Instrument, keep: Sequence[str], faults: list[Fault]) -> Columns:
    """Find out what each column of a file is; append what is wrong.

    Args:
        table: The file.
        instrument: The instrument.
        keep: Columns to be passed through.
        faults: Receives INSTR-004 unknown column, SCORE-004 two columns for one item, SCORE-006 a column
            that cannot be kept.
    """
    known = spellings(instrument)
    used: dict[str, str] = {}
    # A column that is spelt as declared comes before one in other letters.
    for column in sorted(table.frame.columns, key=lambda name: known.get(name.casefold()) != name):
        code = known.get(column.casefold())
        if code is None:
            if column not in keep:
                faults.append(_unknown(column, table, known))
        elif code in used:
            message = f"stands for {code}, which column {used[code]} gives already"
            place, hint = table.header(column), "keep one of the two"
            faults.append(Fault(id="SCORE-004", message=message, place=place, hint=hint))
        else:
            used[code] = column
    faults.extend(refuse_keep(table, instrument, keep))
    used = dict(sorted(used.items(), key=lambda pair: table.frame.columns.index(pair[1])))
    return Columns(
        keys={code: column for code, column in used.items() if code in KEYS},
        items={code: column for code, column in used.items() if code not in KEYS},
        kept=tuple(name for name in dict.fromkeys(keep) if known.get(name.casefold()) not in KEYS),
    )


def nearest(name: str, known: Mapping[str, str]) -> str:
    """Return ``did you mean CODE?`` for the spelling nearest to a name; empty where none is near."""
    near = closest(name.casefold(), list(known)).removeprefix("did you mean ").removesuffix("?")
    return f"did you mean {known[near]}?" if near else ""


def _unknown(column: str, table: Table, known: Mapping[str, str]) -> Fault:
    near = nearest(column, known)
    other = f"leave it out, or pass it through with --keep {column}"
    hint = f"{near} If not, {other}" if near else other
    return Fault(id="INSTR-004", message="is not known here", place=table.header(column), hint=hint)


def refuse_keep(table: Table, instrument: Instrument, keep: Sequence[str]) -> Iterator[Fault]:
    """Yield a fault for each column to be kept that is absent, or named as a result is."""
    columns = table.frame.columns
    for name in dict.fromkeys(keep):
        if name not in columns:
            hint = closest(name, columns) or f"the file has {', '.join(columns[:8])}"
            place = f"{table.name}, --keep {name}"
            yield Fault(id="SCORE-006", message="there is no such column", place=place, hint=hint)
        elif name in instrument.outputs:
            place, hint = table.header(name), "rename it: a result of the instrument has that name"
            yield Fault(id="SCORE-006", message="cannot be kept", place=place, hint=hint)
