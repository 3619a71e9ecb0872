"""Two hundred people press at once: two hundred numbers, in the order of the list, none skipped, none twice.

Servers in two processes, threads in each, on SQLite and on PostgreSQL. An open system for trials (clinicedc)
gave one number to two participants when two requests came together.
"""

from __future__ import annotations

import datetime as dt
import http.client
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import pytest
from capture_server import serving
from capture_site import SYSTEM, CaptureSite
from entering import somebody
from supply_site import ELIGIBLE, actor, set_up

PEOPLE = 200
TODAY = dt.datetime.now(dt.UTC).date().isoformat()


def _names() -> list[str]:
    return [f"01-{number:03d}" for number in range(1, PEOPLE + 1)]


def _all_eligible(site: CaptureSite) -> None:
    """Lay down two hundred people in screening, all with the same answers, by the gateway."""
    from lupustrial.allocation.store import Candidate, screen
    from lupustrial.capture.participants import digest, eligibility_of
    from lupustrial.capture.store import Answer, Place, save_page, write

    study = site.trial.study
    by = somebody(site, "investigator").actor
    with site.trial.writing() as tx:
        for name in _names():
            data = {"participant": name, "site": "01"}
            write(tx, study=study.id, kind="participant registered", by=SYSTEM, data=data)
            for form, items in ELIGIBLE.items():
                units = {item.id: item.unit for item in study.form(form).items}
                save_page(
                    tx,
                    study=study.id,
                    place=Place(participant=name, visit="SCR", form=form),
                    site="01",
                    version=study.version,
                    state="started",
                    answers={item: Answer(value=value, unit=units[item]) for item, value in items.items()},
                    by=by,
                    revision=0,
                )
        verdicts = eligibility_of(tx, study, _names()[0])
        assert {one.verdict for one in verdicts} == {"met"}
        for name in _names():
            confirmed = {
                "participant": name,
                "eligible": True,
                "version": study.version,
                "digest": digest(verdicts),
                "verdicts": {one.criterion: one.verdict for one in verdicts},
            }
            write(tx, study=study.id, kind="eligibility confirmed", by=by, data=confirmed)
    for name in _names():
        candidate = Candidate(participant=name, site="01", consented=True, eligible=True)
        screen(site.trial.db, study, candidate, actor(study, "screen"))


def _press(port: int, cookie: str, name: str) -> int:
    body = urllib.parse.urlencode({"on": TODAY, "csrfmiddlewaretoken": "a" * 32})
    headers = {
        "Cookie": f"sessionid={cookie}; csrftoken={'a' * 32}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        asked.request("POST", f"/supply/allocate/{name}", body, headers)
        return asked.getresponse().status
    finally:
        asked.close()


@pytest.mark.requirement("REQ-SUPPLY-002")
def test_two_hundred_requests_at_once_take_two_hundred_slots_in_order(
    site_anywhere: CaptureSite,
) -> None:
    from lupustrial.ledger import entries

    site = site_anywhere
    sealed = set_up(site, slots=PEOPLE)
    _all_eligible(site)
    cookies = [site.client(role).cookies["sessionid"].value for role in ("investigator", "coordinator")]
    names = _names()
    asked = [*names, *names[:20]]  # and twenty of them are pressed twice, by somebody else
    with serving(site) as one, serving(site) as other, ThreadPoolExecutor(24) as pool:
        jobs = [
            pool.submit(_press, (one, other)[count % 2].port, cookies[count < PEOPLE], name)
            for count, name in enumerate(asked)
        ]
        statuses = [job.result() for job in jobs]
    assert set(statuses) == {302}
    with site.trial.reading() as tx:
        given = [one.data for one in entries(tx, kinds=("allocated",))]
        pages = tx.all("SELECT participant, items FROM capture_page WHERE form = 'randomisation'")
        states = tx.all("SELECT DISTINCT state FROM capture_participant")
    assert [one["number"] for one in given] == [slot.number for slot in sealed.made.slots]
    assert {one["participant"] for one in given} == set(names)
    assert states == [("enrolled",)]
    assert len(pages) == PEOPLE
    numbers = {one["participant"]: one["number"] for one in given}
    assert all(f'"{numbers[participant]}"' in items for participant, items in pages)
