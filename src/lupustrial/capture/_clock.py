"""The day and the hour at a site, by the time zone that the study gives it."""

from __future__ import annotations

import datetime as dt
import zoneinfo

from lupustrial.study import Study


def zone_at(study: Study, site: str) -> zoneinfo.ZoneInfo | None:
    """Return the time zone of a site; None where the study names none."""
    name = next((one.time_zone for one in study.sites if one.id == site), None)
    return None if name is None else zoneinfo.ZoneInfo(name)


def day_at(study: Study, site: str, moment: dt.datetime | None = None) -> dt.date:
    """Return the day at a site, now or at a moment; in UTC where the site has no time zone."""
    return (moment or dt.datetime.now(dt.UTC)).astimezone(zone_at(study, site) or dt.UTC).date()
