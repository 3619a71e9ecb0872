"""What is kept beside the ledger has to be what the ledger tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lupustrial.errors import Fault
from lupustrial.ledger import Entry, Transaction, canonical
from lupustrial.study import Study

_HINT = "the ledger holds; restore the other tables from a backup, and find out who changed them"


def kept_otherwise(tx: Transaction, study: Study, known: Sequence[Entry]) -> Iterator[Fault]:
    """Give what differs (ALLOC-056): screening, who is unblinded, lock and reveal, the next slots."""
    screened = {entry.data["participant"]: _screened(entry) for entry in known if entry.kind == "screened"}
    unblinded: dict[str, tuple[Any, ...]] = {}
    for entry in known:
        for person in _unblinded_by(entry):
            unblinded.setdefault(person, (entry.position,))
    state = {study.id: tuple(_position(known, kind) for kind in ("locked", "revealed"))}
    for what, told, columns in (
        ("allocation_candidate", screened, "participant, site, stratum, levels, consented, eligible, entry"),
        ("allocation_unblinded", unblinded, "person, entry"),
        ("allocation_list", state, "study, locked, revealed"),
        ("allocation_stratum", _next(study, known), "stratum, next"),
    ):
        rows = tx.all(f"SELECT {columns} FROM {what} WHERE study = ?", study.id)  # noqa: S608 - named above
        yield from _differ(what, told, {str(row[0]): row[1:] for row in rows})


def _differ(
    table: str, told: Mapping[str, tuple[Any, ...]], kept: Mapping[str, tuple[Any, ...]]
) -> Iterator[Fault]:
    for key in sorted(told.keys() | kept.keys()):
        if told.get(key) != kept.get(key):
            yield Fault(
                id="ALLOC-056",
                message="the database keeps something else than the ledger tells",
                place=f"table {table}, {key}",
                hint=_HINT,
            )


def _screened(entry: Entry) -> tuple[Any, ...]:
    data = entry.data
    verdicts = (int(data["consented"]), int(data["eligible"]))
    return (data["site"], data["stratum"], canonical(data["levels"]), *verdicts, entry.position)


def _unblinded_by(entry: Entry) -> list[str]:
    if entry.kind in ("code broken", "unblinding reported"):
        return [entry.data["to"]]
    if entry.kind == "list copied":
        return [one["name"] for one in entry.data["to"]]
    return [entry.by.id] if entry.kind == "packing list opened" else []


def _next(study: Study, known: Sequence[Entry]) -> dict[str, tuple[Any, ...]]:
    """Return the position of the slot that is given next in each stratum; minimisation does not count."""
    sealed = next((entry.data for entry in known if entry.kind == "list sealed"), None)
    counts = dict.fromkeys(sealed["commitment"]["parameters"]["strata"] if sealed else (), 1)
    strata: dict[str, str] = {}
    for entry in known if study.randomisation.method != "minimisation" else ():
        if entry.kind == "screened":
            strata[entry.data["participant"]] = entry.data["stratum"]
        elif entry.kind == "allocated":
            stratum = strata.get(entry.data["participant"], "")
            counts[stratum] = counts.get(stratum, 1) + 1
    return {stratum: (count,) for stratum, count in counts.items()}


def _position(known: Sequence[Entry], kind: str) -> int | None:
    return next((entry.position for entry in known if entry.kind == kind), None)
