"""The quick count of visits that wait is that of the rule, for everybody of the demonstration."""

from __future__ import annotations

from capture_site import CaptureSite


def test_it_is_the_same_for_every_participant(demo_site: CaptureSite) -> None:
    from lupustrial.capture._clock import day_at
    from lupustrial.capture.access import acting_of
    from lupustrial.capture.dashboards._due import waiting
    from lupustrial.capture.dashboards._panel import Asked
    from lupustrial.capture.participants import schedule_of
    from lupustrial.capture.store import grants_of, participants_of

    trial = demo_site.trial
    with trial.reading() as tx:
        acting = acting_of(
            tx, trial.study, person="coordinator", name="", role="coordinator", held=grants_of(tx)
        )
        assert acting is not None
        quick = {
            (one.participant, one.visit, one.overdue)
            for one in waiting(Asked(trial=trial, acting=acting, tx=tx))
        }
        slow = {
            (person.participant, due.visit.id, due.state == "overdue")
            for person in participants_of(tx)
            for due in schedule_of(
                tx, trial.study, person.participant, today=day_at(trial.study, person.site)
            )
            if due.planned and due.state in ("due", "overdue")
        }
    assert quick == slow
    assert slow
