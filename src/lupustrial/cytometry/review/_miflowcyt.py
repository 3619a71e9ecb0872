"""The MIFlowCyt report of a run: every heading of the standard, filled from what is known, else "not given".

Lee JA et al. MIFlowCyt: the minimum information about a flow cytometry experiment. Cytometry A
2008;73A:926-930, version 1.0; numbers and titles are those of the checklist.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lupustrial.cytometry.review._miflowcyt_told import TOLD, Known, Reagent
from lupustrial.cytometry.review._model import TubeReview
from lupustrial.errors import CytometryError, Fault, closest

NOT_GIVEN = "Not given."

#: What only people can tell: key of `given`, and the heading under which it is printed.
FIELDS: Mapping[str, str] = {
    "purpose": "1.1", "keywords": "1.2", "variables": "1.3", "organization": "1.4", "contact": "1.5",
    "date": "1.6", "conclusions": "1.7", "quality": "1.8", "specimen": "2.1", "treatment": "2.3",
    "manufacturer": "3.1", "model": "3.2", "configuration": "3.3", "data files": "4.1", "compensation": "4.2",
    "transformation": "4.3",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A heading with what stands under it: paragraphs, and rows of a table."""

    number: str
    title: str
    texts: tuple[str, ...]
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Part:
    """One of the four parts of the standard."""

    number: str
    title: str
    headings: tuple[Heading, ...]


def miflowcyt(
    tubes: Sequence[TubeReview], *, given: Mapping[str, str] | None = None, reagents: Sequence[Reagent] = ()
) -> tuple[Part, ...]:
    """Return the report of a run.

    Args:
        tubes: The gated tubes; their order does not matter.
        given: What people said, by the keys of `FIELDS`; it must tell neither participant nor visit.
        reagents: Those of the panel.

    Returns:
        Four parts with all their headings.

    Raises:
        CytometryError: CYTO-088, `given` has a key that is none of `FIELDS`.
    """
    said = dict(given or {})
    if said.keys() - FIELDS.keys():
        raise CytometryError([_unknown(key) for key in sorted(said.keys() - FIELDS.keys())])
    known = Known(tubes=sorted(tubes, key=lambda tube: tube.code), reagents=reagents)
    return tuple(
        Part(
            number=number,
            title=title,
            headings=tuple(_heading(said, known, at, name) for at, name in headings),
        )
        for number, title, headings in _STANDARD
    )


def _heading(given: Mapping[str, str], known: Known, number: str, title: str) -> Heading:
    said = [given[key] for key, at in FIELDS.items() if at == number and given.get(key, "").strip()]
    found, columns, rows = TOLD[number](known) if number in TOLD else ([], (), [])
    texts = [*said, *found]
    if not texts and not rows:
        texts = [NOT_GIVEN]
    return Heading(number=number, title=title, texts=tuple(texts), columns=tuple(columns), rows=tuple(rows))


def _unknown(key: str) -> Fault:
    known = tuple(FIELDS)
    hint = closest(key, known) or f"headings that can be given are {', '.join(known)}"
    return Fault(id="CYTO-088", message=f"{key!r} is no heading", place="MIFlowCyt report", hint=hint)


_STANDARD: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("1", "Experiment overview", (
        ("1.1", "Purpose"), ("1.2", "Keywords"), ("1.3", "Experiment variables"), ("1.4", "Organization"),
        ("1.5", "Primary contact"), ("1.6", "Date or time period"), ("1.7", "Conclusions"),
        ("1.8", "Quality control measures"),
    )),
    ("2", "Flow sample and specimen details", (
        ("2.1", "Sample and specimen material"), ("2.2", "Sample characteristics"),
        ("2.3", "Sample treatment"), ("2.4", "Fluorescence reagents"),
    )),
    ("3", "Instrument details", (
        ("3.1", "Manufacturer"), ("3.2", "Model"), ("3.3", "Configuration and settings"),
    )),
    ("4", "Data analysis details", (
        ("4.1", "List-mode data files"), ("4.2", "Compensation"), ("4.3", "Data transformation"),
        ("4.4.1", "Gates: description"), ("4.4.2", "Gates: statistics"), ("4.4.3", "Gates: boundaries"),
    )),
)  # fmt: skip
