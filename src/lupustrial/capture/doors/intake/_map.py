"""The map of a laboratory's files: which column holds what, which code is which item, in which unit.

It stands in ``imports/NAME.yaml`` of the study folder, or is written on the page.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import AliasEvent

from lupustrial.capture.doors.intake._options import Dates, Delimiter, Encoding, Sign
from lupustrial.errors import CaptureError, Fault, closest
from lupustrial.study import Form, Item, Study

_LONGEST = 50_000  # signs of a map
_DEEPEST = 20_000  # events of its parser

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


class _Plain(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Columns(_Plain):
    """Names of the columns; `visit` or `date` must be there."""

    participant: Name
    code: Name
    value: Name
    date: Name | None = None
    visit: Name | None = None
    unit: Name | None = None


class Code(_Plain):
    """A test of the laboratory: the item (``form.ITEM``) and the units, laboratory's to the form's."""

    item: Name
    units: Mapping[Name, Name] = Field(default_factory=dict)


class LabMap(_Plain):
    """How to read the files of a laboratory.

    Attributes:
        title: What the page calls it.
        columns: Which column holds what.
        codes: What each code of the laboratory is.
        ignored: Codes that are left out without a word.
        not_done: Results that mean that the test was not done, with the reason that is recorded.
        visits: Names of visits in the files, to ids of the study.
    """

    format: int = Field(ge=1, le=1)
    title: Name
    columns: Columns
    codes: Mapping[Name, Code]
    ignored: tuple[Name, ...] = ()
    not_done: Mapping[Name, Name] = Field(default_factory=dict)
    visits: Mapping[Name, Name] = Field(default_factory=dict)
    encoding: Encoding = "utf-8"
    delimiter: Delimiter = "comma"
    decimal: Sign = "point"
    dates: Dates = "YYYY-MM-DD"


def maps_of(study: Study) -> dict[str, str]:
    """Return the texts of the maps of a study folder by name."""
    found = sorted((study.folder / "imports").glob("*.yaml"))
    return {path.stem: _text(path) for path in found}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")[: _LONGEST + 1]


def read_map(study: Study, text: str, place: str) -> LabMap:
    """Read a map and hold it against the study.

    Raises:
        CaptureError: CAPT-073, with everything that is wrong with it.
    """
    tree = _tree(text, place)
    try:
        found = LabMap.model_validate(tree)
    except ValidationError as error:
        raise CaptureError(
            Fault(
                id="CAPT-073",
                message=str(one["msg"])[:200],
                place=f"{place}: {'.'.join(str(part)[:60] for part in one['loc'])}",
                hint="see docs/capture/import-export.md",
            )
            for one in error.errors(include_url=False, include_input=False)[:50]
        ) from None
    faults = [fault for code, one in found.codes.items() for fault in _code_faults(study, code, one, place)]
    if found.columns.date is None and found.columns.visit is None:
        hint = "add the column of the visit, or of the date of sampling"
        faults.append(Fault(id="CAPT-073", message="nothing tells the visit", place=place, hint=hint))
    known = [visit.id for visit in study.visits]
    faults += [
        Fault(id="CAPT-073", message=f"there is no visit `{one}`", place=place, hint=closest(one, known))
        for one in found.visits.values()
        if one not in known and not study.is_unscheduled(one)
    ]
    if faults:
        raise CaptureError(faults)
    return found


def item_of(study: Study, name: str) -> tuple[Form, Item] | None:
    """Return form and item of ``form.ITEM``; None where there is none."""
    form_id, _, item_id = name.partition(".")
    return next(
        (
            (form, item)
            for form in study.forms
            if form.id == form_id
            for item in form.items
            if item.id == item_id
        ),
        None,
    )


def _code_faults(study: Study, code: str, one: Code, place: str) -> list[Fault]:
    found = item_of(study, one.item)
    where = f"{place}: codes.{code}"
    if found is None:
        known = [f"{form.id}.{item.id}" for form in study.forms for item in form.items]
        hint = closest(one.item, known)
        return [Fault(id="CAPT-073", message=f"there is no item `{one.item}`", place=where, hint=hint)]
    item = found[1]
    allowed = [item.unit, *(other.unit for other in item.units)] if item.unit else []
    return [
        Fault(
            id="CAPT-073",
            message=f"`{unit}` is no unit of {one.item}",
            place=where,
            hint=f"known: {', '.join(str(name) for name in allowed) or 'none'}",
        )
        for unit in one.units.values()
        if unit not in allowed
    ]


def _tree(text: str, place: str) -> Any:
    if len(text) > _LONGEST:
        raise CaptureError(Fault(id="CAPT-073", message="the map is too long", place=place))
    try:
        for count, event in enumerate(YAML(typ="safe", pure=True).parse(io.StringIO(text))):
            if isinstance(event, AliasEvent) or count > _DEEPEST:
                hint = "write each part out"
                raise CaptureError(
                    Fault(id="CAPT-073", message="the map uses aliases", place=place, hint=hint)
                )
        return YAML(typ="safe", pure=True).load(io.StringIO(text))
    except (YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark is not None else ""
        problem = str(getattr(error, "problem", "") or "it cannot be read")[:200]
        hint = "see docs/capture/import-export.md"
        raise CaptureError(
            Fault(id="CAPT-073", message=f"this is no YAML: {problem}", place=f"{place}{line}", hint=hint)
        ) from None
