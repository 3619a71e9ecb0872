"""Which ADaM rows a result rests on: the selection in words that a machine can run, and its fingerprint."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from lupustrial.errors import Fault, UsageError

#: Columns of a BDS dataset that enter the fingerprint, in this order, as far as a dataset has them.
_BDS_COLUMNS = (
    "USUBJID",
    "TRT01P",
    "PARAMCD",
    "AVISITN",
    "ASEQ",
    "ADT",
    "AVAL",
    "AVALC",
    "BASE",
    "CHG",
    "DTYPE",
    "ABLFL",
)
#: Name of the column that `with_lines` adds.
LINE = "CANONICAL_LINE"
#: What stands between the queries of a result that rests on several parameters, and how it is found again.
BETWEEN = "; "
_NEXT = re.compile(r"; (?=SELECT \* FROM )")
_ORDER = ("USUBJID", "PARAMCD", "AVISITN", "ASEQ")
_QUERY = re.compile(r"SELECT \* FROM (?P<dataset>[A-Z0-9]+) WHERE .+", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Rows of one ADaM dataset, as ``SELECT * FROM … WHERE …`` that Polars, DuckDB or SQLite understand.

    Attributes:
        dataset: Name of the dataset.
        paramcd: Parameter; None for ADSL.
        weeks: Values of AVISITN; None in it means the rows without a visit.
        flags: Flag variables that must be ``'Y'`` (population, ANL01FL).
        arms: Arm labels; None = whatever the arm.
        where: A further condition on ADSL variables, in SQL.
        observed: Whether values that were put in for missing ones (DTYPE) are left out.
    """

    dataset: str
    paramcd: str | None = None
    weeks: tuple[int | None, ...] = ()
    flags: tuple[str, ...] = ()
    arms: tuple[str, ...] | None = None
    where: str | None = None
    observed: bool = False

    @property
    def query(self) -> str:
        """The selection as one SQL query."""
        conditions = [f"PARAMCD = {_quoted(self.paramcd)}"] if self.paramcd is not None else []
        conditions += [_weeks(self.weeks)] if self.weeks else []
        conditions += [f"{flag} = 'Y'" for flag in self.flags]
        conditions += [_any_of("TRT01P", [_quoted(arm) for arm in self.arms])] if self.arms else []
        conditions += ["DTYPE IS NULL"] if self.observed else []
        if self.where:
            conditions.append(f"USUBJID IN (SELECT USUBJID FROM ADSL WHERE {self.where})")  # noqa: S608 - idem
        return f"SELECT * FROM {self.dataset} WHERE {' AND '.join(conditions)}"  # noqa: S608 - frames in memory


def fingerprint(rows: pl.DataFrame) -> str:
    """Return the SHA-256 of rows as canonical text, by which their selection can be proved again.

    A row is one line: its analysis columns (of ADSL all columns, in alphabetical order) as text, separated by
    U+001F, numbers in the shortest form that reads back the same, dates ISO 8601, null as ``NULL``. Lines are
    sorted as text, joined by line feeds and encoded as UTF-8.
    """
    return digest(with_lines(rows)[LINE].to_list())


def digest(lines: Iterable[str]) -> str:
    """Return the SHA-256 of canonical lines."""
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def with_lines(rows: pl.DataFrame) -> pl.DataFrame:
    """Add the canonical text of each row as the column `LINE`."""
    if "PARAMCD" in rows.columns:
        columns = [name for name in _BDS_COLUMNS if name in rows.columns]
    else:
        columns = sorted(rows.columns)
    texts = [pl.col(name).cast(pl.String).fill_null("NULL") for name in columns]
    return rows.with_columns(pl.concat_str(texts, separator="\x1f").alias(LINE))


def select_rows(datasets: Mapping[str, pl.DataFrame], ard_row: Mapping[str, Any]) -> pl.DataFrame:
    """Return the ADaM rows on which a result rests.

    Args:
        datasets: The ADaM datasets from which the results were made.
        ard_row: A row of the ARD (`ARD_SCHEMA`); only ``QUERY`` and ``RESULT_ID`` are looked at.

    Returns:
        All columns of the selected rows, ordered by participant, parameter and visit.

    Raises:
        UsageError: ANALYSIS-101 when the query names a dataset that is not there or is not a query of ours.
    """
    parts = [_rows(datasets, ard_row, query) for query in _NEXT.split(str(ard_row.get("QUERY")))]
    rows = pl.concat(parts, how="diagonal_relaxed")
    order = [name for name in _ORDER if name in rows.columns]
    return rows.sort(order, nulls_last=True)


def _rows(datasets: Mapping[str, pl.DataFrame], ard_row: Mapping[str, Any], query: str) -> pl.DataFrame:
    match = _QUERY.fullmatch(query)
    if match is None or match["dataset"] not in datasets:
        known = ", ".join(sorted(datasets)) or "none"
        raise UsageError(
            Fault(
                id="ANALYSIS-101",
                message=f"the query {query!r} cannot be run on these datasets ({known})",
                place=f"result {ard_row.get('RESULT_ID')}",
                hint="give a row of the ARD and the ADaM datasets of the same run",
            )
        )
    used = {name: datasets[name] for name in {match["dataset"], "ADSL"} if name in datasets}
    return pl.SQLContext(used, eager=True).execute(query)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _weeks(weeks: tuple[int | None, ...]) -> str:
    numbers = [str(week) for week in weeks if week is not None]
    parts = [_any_of("AVISITN", numbers)] if numbers else []
    parts += ["AVISITN IS NULL"] if None in weeks else []
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def _any_of(column: str, values: list[str]) -> str:
    return f"{column} = {values[0]}" if len(values) == 1 else f"{column} IN ({', '.join(values)})"
