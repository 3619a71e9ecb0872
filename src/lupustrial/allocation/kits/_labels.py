"""What a label says: everything that EU CTR 536/2014 Annex VI asks for that the study knows, and no arm.

Every label of a type of kit has the same words; kits differ in number, batch and expiry date only.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lupustrial.allocation.kits._kit import Kit
from lupustrial.allocation.kits._scan import printed, scanned
from lupustrial.errors import AllocationError, Fault
from lupustrial.study import KitType, Product, Study

USE_ONLY = "For clinical trial use only"
CHILDREN = "Keep out of reach of children."
DIRECTIONS = "Use as told in the instructions of the trial."
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_PHONE = re.compile(r"(\d[\s()/.-]*){6,}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """The text of a label.

    Attributes:
        kit: Number of the kit.
        number: The number as printed, in groups.
        code: What the QR code holds.
        trial: Trial reference: id of the study and of its registration.
        title: Short title of the study.
        sponsor: The sponsor.
        product: The product, named together with what it is compared with.
        contents: Units, pharmaceutical form and route.
        short_contents: The route alone, for the vials.
        units: Units in the kit.
        unit: What a unit is called.
        batch: Blinded batch label; empty where it is to be filled in.
        expiry: Period of use: ``05/2027`` to the end of the month, ``15 MAY 2027`` to a day within it.
        storage: Storage conditions; empty where the study states none.
        lines: Further lines of the type of kit: main contact, directions, warnings.
    """

    kit: int
    number: str
    code: str
    trial: str
    title: str
    sponsor: str
    product: str
    contents: str
    short_contents: str
    units: int
    unit: str
    batch: str
    expiry: str
    storage: str
    lines: tuple[str, ...]


def labels(study: Study, kits: Iterable[Kit], *, blank: bool = False) -> list[Label]:
    """Return the labels of kits, in the order of their numbers.

    Args:
        study: The study.
        kits: Its kits.
        blank: Whether kits without batch and expiry date get labels on which these are filled in by hand.

    Raises:
        AllocationError: ALLOC-083, kits that were not released and `blank` is not set, or no kit at all.
    """
    ordered = sorted(kits, key=lambda kit: kit.number)
    bare = [kit.number for kit in ordered if kit.batch is None]
    if not ordered or (bare and not blank):
        message = f"{len(bare)} kits have no batch and no expiry date" if bare else "no kit is named"
        hint = "record them with `kits release` first, or ask for blanks to be filled in by hand"
        raise AllocationError(Fault(id="ALLOC-083", message=message, place="labels", hint=hint))
    kinds = {kind.id: kind for kind in study.kits}
    return [_label(study, kinds[kit.type], kit) for kit in ordered]


def label_gaps(study: Study) -> list[Fault]:
    """Return warnings (ALLOC-084) of what Annex VI asks for and the labels of a type of kit lack."""
    faults = []
    for kind in study.kits:
        if kind.storage is None:
            faults.append(_gap(kind, "the storage conditions (j)", "state `storage` of the kit"))
        if not any(_PHONE.search(line) for line in kind.label):
            faults.append(
                _gap(
                    kind,
                    "the telephone number of the main contact (a)",
                    "add a line with name, address and telephone number to `label` of the kit",
                )
            )
        if not presentation_known(study):
            faults.append(
                _gap(
                    kind,
                    "the substance beside its comparator (b)",
                    "say by `matches` which product looks like which; until then the kit's `name` is printed",
                )
            )
    return faults


def presentation(study: Study, kind: KitType) -> str:
    """Return the product as it is named on every kit: with all that looks like it.

    ``IL-2 1 million IU a vial or placebo``: the product that the others match, then those, each with its
    strength unless that is nothing. Where the products are no single matching group it cannot be told which
    of them a type holds, and the name of the type stands instead.
    """
    if not presentation_known(study):
        return kind.name
    ordered = sorted(study.products, key=lambda product: (product.matches is not None, product.id))
    return " or ".join(_named(product) for product in ordered)


def presentation_known(study: Study) -> bool:
    """Whether all products look like one of them."""
    return len({product.matches or product.id for product in study.products}) == 1


def expiry_text(day: dt.date) -> str:
    """Return ``05/2027`` for the last day of a month, else ``15 MAY 2027``."""
    if (day + dt.timedelta(days=1)).day == 1:
        return f"{day.month:02d}/{day.year}"
    return f"{day.day:02d} {_MONTHS[day.month - 1]} {day.year}"


def _label(study: Study, kind: KitType, kit: Kit) -> Label:
    count = f"{kind.units} {kind.unit}" + ("s" if kind.units > 1 else "")
    forms = _one({product.form for product in study.products})
    routes = _one({arm.dosing.route for arm in study.arms if arm.dosing is not None})
    route = f"for {routes.lower()} use" if routes else ""
    form = forms[:1].upper() + forms[1:].lower()
    registered = ", ".join(one.id for one in study.registrations)
    storage = f"Store between {kind.storage.low} °C and {kind.storage.high} °C." if kind.storage else ""
    return Label(
        kit=kit.number,
        number=printed(kit.number),
        code=scanned(study.id, kit.number),
        trial=f"{study.id} ({registered})" if registered else study.id,
        title=study.short_title,
        sponsor=study.sponsor,
        product=presentation(study, kind),
        contents="; ".join(part for part in (count, form, route) if part),
        short_contents=route,
        units=kind.units,
        unit=kind.unit,
        batch=kit.batch or "",
        expiry=expiry_text(kit.expiry) if kit.expiry is not None else "",
        storage=storage,
        lines=kind.label,
    )


def _one(values: set[str]) -> str:
    """Return the only value; empty where there are several, since one of them could tell."""
    return values.pop() if len(values) == 1 else ""


def _named(product: Product) -> str:
    nothing = re.match(r"0(\D|$)", product.strength) is not None or not product.strength
    return product.name if nothing else f"{product.name} {product.strength}"


def _gap(kind: KitType, what: str, hint: str) -> Fault:
    return Fault(
        id="ALLOC-084",
        message=f"the label of kit `{kind.id}` lacks {what}",
        place=f"study.yaml kits {kind.id}",
        hint=hint,
        severity="warning",
    )


def texts_of(made: Sequence[Label]) -> str:
    """Return every character that the labels print."""
    return "".join(
        part
        for label in made
        for part in (
            label.trial,
            label.title,
            label.sponsor,
            label.product,
            label.contents,
            label.unit,
            label.batch,
            *label.lines,
        )
    )
