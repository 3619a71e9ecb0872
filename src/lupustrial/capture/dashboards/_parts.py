"""The parts of the overview, in their order, and who sees them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lupustrial.capture.dashboards._enrolment import enrolment
from lupustrial.capture.dashboards._panel import Asked, Panel
from lupustrial.capture.dashboards._primary import primary
from lupustrial.capture.dashboards._queries import queries
from lupustrial.capture.dashboards._response import response
from lupustrial.capture.dashboards._safety import safety
from lupustrial.capture.dashboards._screening import screening
from lupustrial.capture.dashboards._verification import verification
from lupustrial.capture.dashboards._visits import pages, visits

#: Makes a part; None where the role may not see what it is made from.
Maker = Callable[[Asked], Panel | None]

PARTS: Mapping[str, Maker] = {
    "enrolment": enrolment,
    "screening": screening,
    "visits": visits,
    "queries": queries,
    "pages": pages,
    "primary": primary,
    "verification": verification,
    "response": response,
    "safety": safety,
}
