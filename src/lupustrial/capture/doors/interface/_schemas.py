"""What goes over the line, as it is described to programs."""

from __future__ import annotations

from typing import Annotated, Literal

from ninja import Field, Schema
from pydantic import ConfigDict, StringConstraints

Name = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f/]+$")]
Text = Annotated[str, StringConstraints(max_length=10_000)]
Status = Literal["entered", "not done", "unknown", "not applicable"]


class _Given(Schema):
    model_config = ConfigDict(extra="forbid")


class FaultOut(Schema):
    """One thing that is wrong."""

    id: str
    message: str
    place: str
    hint: str


class Problem(Schema):
    """A refusal (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    faults: list[FaultOut]


class ItemOut(Schema):
    """An item that the role sees."""

    id: str
    label: str
    type: str
    required: bool
    units: list[str]
    codes: dict[str, str]


class FormOut(Schema):
    """A form of which the role sees something."""

    id: str
    title: str
    visits: list[str]
    repeating: bool
    enters: bool = Field(description="whether the role enters it")
    items: list[ItemOut]


class VisitOut(Schema):
    """A planned visit."""

    id: str
    name: str
    number: int
    day: int
    window: tuple[int, int]


class StudyOut(Schema):
    """The study, as far as the role sees it."""

    id: str
    title: str
    version: str
    digest: str = Field(description="SHA-256 over the files of the study folder")
    role: str
    may: list[str]
    sites: list[str]
    visits: list[VisitOut]
    forms: list[FormOut]


class ParticipantOut(Schema):
    """A participant."""

    participant: str
    site: str
    state: str
    registered: str
    anchor: str | None = Field(description="date of the baseline visit (day 1)")


class ParticipantsOut(Schema):
    """A page of the list of participants."""

    items: list[ParticipantOut]
    total: int
    page: int
    size: int


class DueOut(Schema):
    """A visit of a participant in the plan."""

    visit: str
    state: str
    target: str | None
    earliest: str | None
    latest: str | None
    date: str | None
    version: str
    planned: bool


class ScheduleOut(Schema):
    """The visits of a participant."""

    participant: str
    visits: list[DueOut]


class PageName(Schema):
    """A page that is held, of which the role sees something."""

    visit: str
    form: str
    repeat: int
    state: str
    revision: int


class PagesOut(Schema):
    """The pages of a participant."""

    participant: str
    pages: list[PageName]


class HeldOut(Schema):
    """What an item holds."""

    value: str | None
    unit: str | None
    status: str
    at: str
    by: str
    reason: str
    position: int = Field(description="ledger entry that says so")


class PageOut(Schema):
    """A page, with the items that the role sees."""

    participant: str
    visit: str
    form: str
    repeat: int
    site: str
    version: str
    state: str
    revision: int
    items: dict[str, HeldOut]


class GivenIn(_Given):
    """What is given for an item."""

    value: Text = Field("", description="the text as it is to be recorded; empty clears the item")
    unit: Annotated[str, StringConstraints(max_length=60)] = ""
    status: Status = "entered"
    why: Text = Field("", description="why there is no value, or why what was saved is changed")


class PageIn(_Given):
    """What is given for a page. Items that are left out stay as they are."""

    items: dict[Name, GivenIn] = Field(max_length=1_000)
    why: Text = Field("", description="reason of the changes that give none of their own")
    complete: bool = Field(default=True, description="whether a required item without an answer is refused")


class FindingOut(Schema):
    """What a check says about an item."""

    item: str
    severity: str
    id: str
    message: str


class SavedOut(Schema):
    """A page that was saved. `entry` is null where nothing was different from what was held."""

    page: PageOut
    entry: int | None
    findings: list[FindingOut]


class QueryOut(Schema):
    """A query."""

    number: int
    participant: str
    visit: str
    form: str
    repeat: int
    item: str
    state: str
    text: str
    opened: str
    opened_as: str
    changed: str


class QueriesOut(Schema):
    """A page of the list of queries."""

    items: list[QueryOut]
    total: int
    page: int
    size: int


class QueryIn(_Given):
    """A query to open, on an item or (item empty) on a page as a whole."""

    participant: Name
    visit: Name
    form: Name
    repeat: int = Field(1, ge=1, le=9_999)
    item: Annotated[str, StringConstraints(max_length=60)] = ""
    text: Text


class SaidIn(_Given):
    """What is said on a query."""

    text: Text = ""


class ExportIn(_Given):
    """What is to be exported; empty lists stand for all."""

    format: Literal["source", "csv", "xlsx"] = "source"
    sites: list[Name] = Field(default=[], max_length=1_000)
    visits: list[Name] = Field(default=[], max_length=1_000)
    forms: list[Name] = Field(default=[], max_length=1_000)


class LedgerOut(Schema):
    """The head of the ledger: an anchor that finds what is cut off or changed afterwards."""

    study: str
    position: int
    hash: str
    at: str
