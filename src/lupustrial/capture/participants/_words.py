"""The words of pages for states that the code names, and the look of their badges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

#: Word and badge of the state of a participant.
STATES: Mapping[str, tuple[Any, str]] = {
    "screening": (_("In screening"), "info"),
    "enrolled": (_("Enrolled"), "ok"),
    "completed": (_("Completed"), "muted"),
    "withdrawn": (_("Withdrawn"), "warn"),
    "ended": (_("Ended"), "muted"),
    "screen failure": (_("Screen failure"), "muted"),
}

#: Of a visit.
VISITS: Mapping[str, tuple[Any, str]] = {
    "done": (_("Done"), "ok"),
    "due": (_("Due"), "info"),
    "overdue": (_("Overdue"), "bad"),
    "later": (_("Later"), "muted"),
    "missed": (_("Not done"), "warn"),
    "closed": (_("Closed"), "muted"),
}

#: Of a form.
PROGRESS: Mapping[str, tuple[Any, str]] = {
    "not started": (_("Not started"), "muted"),
    "started": (_("Incomplete"), "warn"),
    "complete": (_("Complete"), "ok"),
}

#: Of a criterion.
VERDICTS: dict[str, tuple[Any, str]] = {
    "met": (_("Met"), "ok"),
    "not met": (_("Not met"), "bad"),
    "not decided": (_("Not decided"), "warn"),
    "not shown": (_("Not shown to your role"), "muted"),
}

KINDS: Mapping[str, Mapping[str, tuple[Any, str]]] = {
    "participant": STATES,
    "visit": VISITS,
    "form": PROGRESS,
    "inclusion": VERDICTS,
    "exclusion": VERDICTS | {"met": (_("Absent"), "ok"), "not met": (_("Present"), "bad")},
}
