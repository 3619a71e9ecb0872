"""The plan of verification and the meanings of signatures fit the study; time zones exist."""

from __future__ import annotations

import zoneinfo

from lupustrial.study._inspection import Inspection
from lupustrial.study._quality import VerificationPlan

_ALL = 100  # percent


def check_quality(inspection: Inspection) -> None:
    """STUDY-115 to STUDY-117."""
    study = inspection.study
    _check_meanings(inspection)
    if study.verification is not None:
        _check_plan(inspection, study.verification)
    for place, site in enumerate(study.sites):
        if site.time_zone is not None and not _is_zone(site.time_zone):
            message = f"`{site.time_zone}` is no time zone"
            inspection.error("STUDY-115", ("sites", place, "time_zone"), message, "write e.g. Asia/Shanghai")


def _check_meanings(inspection: Inspection) -> None:
    study = inspection.study
    roles = {role.id: role for role in study.roles}
    inspection.unique(("signatures",), tuple(one.id for one in study.signatures), "meaning of a signature")
    for place, meaning in enumerate(study.signatures):
        for number, name in enumerate(meaning.roles):
            where = ("signatures", place, "roles", number)
            if inspection.refer("STUDY-116", where, name, roles, "roles") and "sign" not in roles[name].may:
                message = f"role `{name}` may not sign"
                inspection.error("STUDY-116", where, message, "give it `may: [sign]`")


def _check_plan(inspection: Inspection, plan: VerificationPlan) -> None:
    study = inspection.study
    forms = {form.id: form for form in study.forms}
    items = {f"{form.id}.{item.id}": item for form in study.forms for item in form.items}
    for name in plan.forms:
        inspection.refer("STUDY-117", ("verification", "forms", name), name, forms, "forms")
    for name in plan.items:
        inspection.refer("STUDY-117", ("verification", "items", name), name, items, "items")
    for part, percents in (("forms", plan.forms), ("items", plan.items), ("", {"otherwise": plan.otherwise})):
        for name, percent in percents.items():
            if not 0 <= percent <= _ALL:
                path = ("verification", part, name) if part else ("verification", name)
                message = f"{percent} is no percentage"
                inspection.error("STUDY-117", path, message, "write a whole number from 0 to 100")


def _is_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
