"""Registering a participant: the next number of the site, never a name or initials."""

from __future__ import annotations

import re

from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting
from lupustrial.capture.store import write
from lupustrial.errors import CaptureError, Fault, closest
from lupustrial.ledger import Transaction

_DIGITS = 3  # 01-001; the thousandth of a site is 01-1000


def register(tx: Transaction, trial: Trial, acting: Acting, site: str) -> str:
    """Register somebody for screening; the number is kept for life, whether he or she is enrolled or not.

    Args:
        tx: A transaction of ``Database.writing()``: two who register at once get two numbers.
        trial: The trial.
        acting: Who registers.
        site: Id of the site.

    Returns:
        The participant number: site, hyphen, the next number of the site.

    Raises:
        CaptureError: CAPT-020, the site is none of the study, or not one of who registers.
    """
    known = [one.id for one in trial.study.sites if acting.at_site(one.id)]
    if site not in known:
        hint = closest(site, known) or f"choose one of {', '.join(known) or 'your sites'}"
        raise CaptureError(
            Fault(id="CAPT-020", message="this site is not one of yours", place="site", hint=hint)
        )
    participant = f"{site}-{_next(tx, site):0{_DIGITS}d}"
    data = {"participant": participant, "site": site}
    write(tx, study=trial.study.id, kind="participant registered", by=acting.actor, data=data)
    return participant


def _next(tx: Transaction, site: str) -> int:
    rows = tx.all("SELECT participant FROM capture_participant WHERE site = ?", site)
    numbers = [re.fullmatch(re.escape(site) + r"-([0-9]{1,9})", str(row[0])) for row in rows]
    return 1 + max((int(found[1]) for found in numbers if found), default=0)
