"""Faults as a page shows them: all together at the top, and each beside the field that it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from lupustrial.errors import Fault

#: Field of a form that a fault is about; a fault whose place names a field needs no line here.
_FIELDS = {
    **dict.fromkeys(("ALLOC-060", "ALLOC-061", "ALLOC-062", "CAPT-058"), "kit"),
    **{f"ALLOC-{number:03d}": "kit" for number in range(63, 72)},
    "ALLOC-044": "text",
    "ALLOC-072": "visit",
    "ALLOC-073": "visit",
    "ALLOC-075": "used",
    "ALLOC-076": "why",
    "ALLOC-081": "to",
    "ALLOC-082": "on",
    "ALLOC-089": "low",
    "ALLOC-099": "recipient",
}
#: What the command line calls a step, and what the pages call it.
_STEPS = {
    "release": _("Release"),
    "ship": _("Shipments"),
    "receive": _("Shipments"),
    "find": _("Found again"),
    "quarantine": _("Quarantine"),
    "lift": _("Lift quarantine"),
    "dispense": _("Hand out"),
    "return": _("Returns"),
    "destroy": _("Destroy"),
}
_COMMAND = re.compile(r"`kits (\w+)`")


@dataclass(frozen=True)
class Said:
    """Faults for a page.

    Attributes:
        all: Every fault.
        at: Faults by the field beside which they belong.
    """

    all: tuple[Fault, ...] = ()
    at: dict[str, list[Fault]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there is one."""
        return bool(self.all)


def said(faults: Iterable[Fault]) -> Said:
    """Arrange faults for a page, and put the names of pages where hints name commands."""
    found = tuple(_in_pages(fault) for fault in faults)
    at: dict[str, list[Fault]] = {}
    for fault in found:
        name = fault.place if fault.place.isidentifier() else _FIELDS.get(fault.id, "")
        at.setdefault(name, []).append(fault)
    return Said(found, at)


def _in_pages(fault: Fault) -> Fault:
    hint = _COMMAND.sub(lambda match: f"“{_STEPS.get(match[1], match[1])}”", fault.hint)
    hint = hint.replace("leave the number out and the right kit is named", "the page names the right kit")
    return Fault(id=fault.id, message=fault.message, place=fault.place, hint=hint, severity=fault.severity)
