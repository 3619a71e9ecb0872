"""When data were entered: at unusual hours, in bursts, long after the visit, with dates moved back."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from lupustrial.capture.review.findings._model import Evidence, Finding, moment, where
from lupustrial.capture.store import Change, Place

EARLIEST, LATEST = 6, 22  # hours of work on a working day: from six to before ten in the evening
FRIDAY = 4
UNUSUAL, SHARE = 5, 0.10  # saves of an account outside these hours, and their share of all it made
PAGES, MINUTES = 10, 5  # so many pages by one account in so many minutes
DAYS = 14  # from the visit to the first entry of its page


def unusual_hours(evidence: Evidence) -> Iterator[Finding]:
    """Give accounts that save often by night or at weekends, in the time of the site."""
    saves: dict[tuple[str, str], dict[int, dt.datetime]] = defaultdict(dict)
    for change in evidence.changes:
        zone, _ = evidence.zone(change.site)
        saves[change.site, change.by][change.position] = moment(change.at).astimezone(zone)
    for (site, person), times in sorted(saves.items()):
        odd = [at for at in times.values() if at.weekday() > FRIDAY or not EARLIEST <= at.hour < LATEST]
        if len(odd) >= UNUSUAL and len(odd) >= SHARE * len(times):
            zone, named = evidence.zone(site)
            weekend = sum(at.weekday() > FRIDAY for at in odd)
            yield Finding(
                method="hours",
                subject=f"{site}/{person}",
                message=f"{person} at site {site}: {len(odd)} of {len(times)} saves at a weekend ({weekend}) "
                f"or before {EARLIEST}:00 or from {LATEST}:00 ({len(odd) - weekend}), in "
                + (zone.key if named else "UTC, since the study names no time zone of the site"),
                person=person,
            )


def bursts(evidence: Evidence) -> Iterator[Finding]:
    """Give accounts that saved `PAGES` pages or more within `MINUTES` minutes: one finding a day."""
    saves: dict[str, list[tuple[dt.datetime, Place]]] = defaultdict(list)
    last: dict[str, int] = {}
    for change in evidence.changes:
        if last.get(change.by) != change.position:
            last[change.by] = change.position
            saves[change.by].append((moment(change.at), change.place))
    for person, times in sorted(saves.items()):
        worst: dict[dt.date, tuple[int, dt.datetime]] = {}
        start = 0
        for end, (at, _) in enumerate(times):
            while at - times[start][0] > dt.timedelta(minutes=MINUTES):
                start += 1
            pages = len({place for _, place in times[start : end + 1]})
            if pages > worst.get(at.date(), (PAGES - 1, at))[0]:
                worst[at.date()] = (pages, times[start][0])
        for day, (pages, begun) in sorted(worst.items()):
            yield Finding(
                method="burst",
                subject=f"{person}/{day}",
                message=f"{person} saved {pages} pages within {MINUTES} minutes "
                f"from {begun:%Y-%m-%d %H:%M} UTC",
                person=person,
            )


def late_entry(evidence: Evidence) -> Iterator[Finding]:
    """Give visits whose pages were first entered `DAYS` days or more after the visit."""
    first: dict[Place, Change] = {}
    for change in evidence.changes:
        first.setdefault(change.place, change)
    late: dict[tuple[str, str], list[tuple[int, Change]]] = defaultdict(list)
    for place, change in first.items():
        date = evidence.dates.get((place.participant, place.visit))
        form = next((one for one in evidence.study.forms if one.id == place.form), None)
        if date is None or form is None or form.log:
            continue
        days = (moment(change.at).date() - date).days
        if days >= DAYS:
            late[place.participant, place.visit].append((days, change))
    for (participant, visit), pages in sorted(late.items()):
        days, change = max(pages, key=lambda pair: pair[0])
        yield Finding(
            method="late-entry",
            subject=f"{participant}/{visit}",
            message=f"{participant}, {visit}: {_pages(len(pages))} first entered up to {days} days after "
            f"the visit ({change.place.form}, by {change.by})",
            participant=participant,
        )


def moved_back(evidence: Evidence) -> Iterator[Finding]:
    """Give dates of visits that were moved to an earlier day, or lie after the day of their entry."""
    dated = {
        (form.id, item.id)
        for form in evidence.study.forms
        for item in form.items
        if item.sdtm is not None and item.sdtm.variable == "SVSTDTC"
    }
    for change in evidence.changes:
        if (change.place.form, change.item) not in dated or change.new is None:
            continue
        new = _date(change.new.value)
        old = _date(change.old.value) if change.old is not None else None
        zone, _ = evidence.zone(change.site)
        if new is not None and old is not None and new < old:
            what = f"the date of the visit was moved back from {old} to {new}"
        elif new is not None and new > moment(change.at).astimezone(zone).date():
            what = f"the visit is dated {new}, after the day on which that was entered ({change.at[:10]})"
        else:
            continue
        yield Finding(
            method="backdated",
            subject=f"{change.position}.{change.order}",
            message=f"{where(change.place)}: {what}, by {change.by}",
            participant=change.place.participant,
            form=change.place.form,
            item=change.item,
        )


def _pages(count: int) -> str:
    return "1 page" if count == 1 else f"{count} pages"


def _date(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError:  # partial, or none
        return None
