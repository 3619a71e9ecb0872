"""From an ADaM row back to the source records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from lupustrial.adam._sources import expand
from lupustrial.errors import Fault, UsageError, closest
from lupustrial.sdtm import SRCPOS


@dataclass(frozen=True, kw_only=True)
class Node:
    """A row and the rows that it came from.

    Attributes:
        level: ``adam`` or ``sdtm``.
        dataset: Name of the dataset.
        usubjid: The participant.
        seq: ASEQ or ``--SEQ``; None in a dataset with one row a participant.
        row: The values of the row that are not null.
        positions: Ledger positions of the source records, of SDTM rows only.
        children: The rows that it came from, in the order of SRCDOM and SRCSEQ.
    """

    level: Literal["adam", "sdtm"]
    dataset: str
    usubjid: str
    seq: int | None
    row: Mapping[str, Any]
    positions: tuple[int, ...] = ()
    children: tuple[Node, ...] = ()

    def leaves(self) -> Iterator[Node]:
        """Yield the SDTM rows under this one, each once, in order of appearance."""
        seen: set[tuple[str, int | None]] = set()
        for node in self.nodes():
            if node.level == "sdtm" and (node.dataset, node.seq) not in seen:
                seen.add((node.dataset, node.seq))
                yield node

    def nodes(self) -> Iterator[Node]:
        """Yield this row and every row under it, parents first."""
        yield self
        for child in self.children:
            yield from child.nodes()


def walk(
    datasets: Mapping[str, pl.DataFrame],
    tables: Mapping[str, pl.DataFrame],
    dataset: str,
    usubjid: str,
    aseq: int | None = None,
) -> Node:
    """Return the tree of rows from an ADaM row down to the SDTM rows with their source positions.

    Args:
        datasets: ADaM datasets from `derive`.
        tables: SDTM tables from `tabulate`, from the same records.
        dataset: Name of the ADaM dataset.
        usubjid: The participant.
        aseq: ASEQ of the row; None for ADSL.

    Raises:
        UsageError: ADAM-101, there is no such dataset or row.
    """
    persons = {
        name: frame.filter(pl.col("USUBJID") == usubjid)
        for name, frame in {**tables, **datasets}.items()
        if "USUBJID" in frame.columns
    }
    if dataset not in datasets:
        hint = closest(dataset, sorted(datasets)) or f"there are {', '.join(sorted(datasets))}"
        raise UsageError(
            Fault(
                id="ADAM-101",
                message=f"there is no ADaM dataset {dataset}",
                place=f"dataset {dataset}",
                hint=hint,
            )
        )
    found = _adam(persons, set(datasets), dataset, usubjid, aseq)
    if found is None:
        raise UsageError(
            Fault(
                id="ADAM-101",
                message=f"{dataset} has no row with USUBJID {usubjid} and ASEQ {aseq}",
                place=f"dataset {dataset}",
                hint="take USUBJID and ASEQ from a row of the dataset",
            )
        )
    return found


def _adam(
    persons: Mapping[str, pl.DataFrame], adam: set[str], dataset: str, usubjid: str, aseq: int | None
) -> Node | None:
    row = _row(persons.get(dataset), "ASEQ", aseq)
    if row is None:
        return None
    children: list[Node | None] = []
    if dataset == "ADSL":
        children.append(_sdtm(persons, "DM", usubjid, None))
    for name, sequences in expand(row.get("SRCDOM"), row.get("SRCSEQ")):
        wanted: list[int | None] = [*sequences] or [None]
        for one in wanted:
            under = (
                _adam(persons, adam, name, usubjid, one)
                if name in adam
                else _sdtm(persons, name, usubjid, one)
            )
            children.append(under)
    return Node(
        level="adam",
        dataset=dataset,
        usubjid=usubjid,
        seq=aseq,
        row=row,
        children=tuple(child for child in children if child is not None),
    )


def _sdtm(
    persons: Mapping[str, pl.DataFrame], domain: str, usubjid: str, sequence: int | None
) -> Node | None:
    row = _row(persons.get(domain), f"{domain}SEQ", sequence)
    if row is None:
        return None
    positions = [int(part) for part in str(row.pop(SRCPOS, "") or "").split(";") if part]
    return Node(
        level="sdtm", dataset=domain, usubjid=usubjid, seq=sequence, row=row, positions=tuple(positions)
    )


def _row(frame: pl.DataFrame | None, column: str, number: int | None) -> dict[str, Any] | None:
    if frame is None:
        return None
    rows = frame if column not in frame.columns or number is None else frame.filter(pl.col(column) == number)
    if rows.height == 0 or (number is None and column in frame.columns):
        return None
    return {name: value for name, value in rows.row(0, named=True).items() if value is not None}
