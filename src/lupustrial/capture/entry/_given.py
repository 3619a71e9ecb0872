"""What somebody gives for the items of a page, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lupustrial.capture.store import Page

#: ``"error"`` refuses the page, ``"query"`` is saved and raises a query, ``"note"`` is told and nothing more.
Severity = Literal["error", "query", "note"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """What is given for one item.

    Attributes:
        value: The text as typed; blank clears the item.
        unit: The unit; may be blank where the item has one unit alone.
        status: One of ``lupustrial.study.STATUSES``. With any but ``entered`` the value must be blank.
        why: Why there is no value, or why what was saved is changed; blank for the reason of the whole page.
    """

    value: str = ""
    unit: str = ""
    status: str = "entered"
    why: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something that a check has to say about an item.

    Attributes:
        item: Id of the item; empty for the page as a whole.
        severity: What follows from it.
        id: Id of the edit check of the study, of the rule on records (RECORD-0xx) or of entry (CAPT-01x).
        message: What is wrong and how to mend it.
    """

    item: str
    severity: Severity
    id: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a page that was given.

    Attributes:
        page: The page as it is held now; None where nothing was ever saved.
        findings: What the checks say, errors first.
        entry: Ledger position of what was saved; None where it was refused or nothing was different.
    """

    page: Page | None
    findings: tuple[Finding, ...]
    entry: int | None

    @property
    def refused(self) -> bool:
        """Whether nothing was saved because something is wrong."""
        return any(finding.severity == "error" for finding in self.findings)
