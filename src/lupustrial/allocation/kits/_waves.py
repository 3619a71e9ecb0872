"""Can batch labels or expiry dates tell the arms? A wave has one label and date, and waves follow the list.

Batches of an active product and of its placebo differ in truth, and so do their expiry dates. Printed on kits
or kept beside their numbers they sort the slots into two groups, and one unblinding then opens all. So the
packager gives every wave of kits one blinded batch label and the earliest of the true dates, and keeps the
key.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lupustrial.allocation.kits._kit import Kit
from lupustrial.allocation.kits._slots import Place, by_stratum
from lupustrial.errors import Fault
from lupustrial.study import Study


@dataclass(frozen=True, kw_only=True, slots=True)
class Released:
    """A line of the packager's file; `row` counts from 1, the heading included."""

    kit: int
    batch: str
    expiry: dt.date
    row: int


def check_wave(lines: Sequence[Released], kits: Mapping[int, Kit], place: str) -> list[Fault]:
    """Return ALLOC-078 where kits of one type have several batch labels or expiry dates in one file."""
    faults = []
    kinds = sorted({kits[line.kit].type for line in lines if line.kit in kits})
    for kind in kinds:
        here = [line for line in lines if line.kit in kits and kits[line.kit].type == kind]
        for column, classes in (
            ("batch", {line.batch for line in here}),
            ("expiry", {line.expiry.isoformat() for line in here}),
        ):
            if len(classes) > 1:
                faults.append(
                    Fault(
                        id="ALLOC-078",
                        message=f"kits `{kind}` of one wave have {len(classes)} values of `{column}`",
                        place=f"{place} column {column}",
                        hint="give the wave one blinded batch label and the earliest expiry date, "
                        "or release each wave with a file of its own",
                    )
                )
    return faults


def check_label(study: Study, lines: Sequence[Released], place: str) -> list[Fault]:
    """Return ALLOC-079 for batch labels that name an arm or a product; the label itself is not repeated."""
    telling = {"ACTIVE", "CONTROL", "DUMMY", "PLACEBO", "VERUM"}
    for arm in study.arms:
        telling |= {arm.id.upper(), arm.name.upper(), arm.label.upper()}
    for product in study.products:
        telling |= {product.id.upper(), product.name.upper()}
    first = {line.batch: line.row for line in reversed(lines)}
    faults = []
    for batch, row in first.items():
        rest = batch.upper().replace(study.id.upper(), " ")
        words = set(re.split(r"[\W_]+", rest)) | {rest.strip()}
        if words & telling:
            faults.append(
                Fault(
                    id="ALLOC-079",
                    message="the batch label names an arm or a product",
                    place=f"{place} row {row} column batch",
                    hint="use a blinded label that is the same for every arm, e.g. W01",
                )
            )
    return faults


def check_waves(
    study: Study, before: Iterable[Kit], after: Iterable[Kit], places: Mapping[int, Place]
) -> list[Fault]:
    """Return ALLOC-080 where batches and dates would sort slots into groups that do not follow the list.

    Waves that take the slots of a stratum in the order of its list say nothing on arms: each group is one
    run of positions. Groups that alternate along the list may follow the arms. Kits of a kind that were not
    released yet are a group too. Only what this release adds is reported.
    """
    old, new = list(before), list(after)
    faults = []
    for kind in (one.id for one in study.kits):
        excess = _alternations(_groups(new, kind), places)
        for stratum, more in excess.items():
            if more > _alternations(_groups(old, kind), places).get(stratum, 0):
                faults.append(
                    Fault(
                        id="ALLOC-080",
                        message=f"batch labels and dates of kits `{kind}` would sort the slots of stratum "
                        f"`{stratum}` into groups that alternate along the list, as arms do",
                        place=f"stratum {stratum}",
                        hint="release waves in the order of the list, for all slots alike; "
                        "where chance alone did this, give a reason and it is recorded",
                    )
                )
    return faults


_Signature = tuple[tuple[int, str | None, dt.date | None], ...]


def _groups(kits: Iterable[Kit], kind: str) -> dict[int, _Signature]:
    signs: dict[int, list[tuple[int, str | None, dt.date | None]]] = {}
    for kit in kits:
        if kit.type == kind:
            signs.setdefault(kit.slot, []).append((kit.nth, kit.batch, kit.expiry))
    return {slot: tuple(sorted(found, key=lambda sign: sign[0])) for slot, found in signs.items()}


def _alternations(groups: Mapping[int, _Signature], places: Mapping[int, Place]) -> dict[str, int]:
    """Return for each stratum how many runs of equal slots there are beyond one a group."""
    excess = {}
    for stratum, slots in by_stratum(places).items():
        signs = [groups[place.slot] for place in slots if place.slot in groups]
        runs = sum(1 for _ in itertools.groupby(signs))
        excess[stratum] = runs - len(set(signs))
    return excess
