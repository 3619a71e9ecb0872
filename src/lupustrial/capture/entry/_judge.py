"""A page as it would be saved: every answer recorded or refused, and everything that the checks say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lupustrial.capture.access import Acting
from lupustrial.capture.entry._conditions import Asked, asked, failed_checks, sees_facts, tells_nothing
from lupustrial.capture.entry._dates import date_findings
from lupustrial.capture.entry._facts import Facts, compiled
from lupustrial.capture.entry._given import Finding, Given, Severity
from lupustrial.capture.entry._values import answer_of, too_long
from lupustrial.capture.store import Answer, Held, Page, Place
from lupustrial.ledger import Transaction
from lupustrial.study import Form, Item, Study, visible

_BY_SEVERITY = {"error": 0, "query": 1, "note": 2}


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A page that was judged.

    Attributes:
        answers: What to record of each item that was given, None to clear it; only those that can be.
        cleared: The reason for which each saved value is cleared.
        asked: Whether each item of the form is asked.
        findings: What the checks say, errors first, then in order of the form.
        gaps: Required items without an answer.
        facts: What the conditions saw.
    """

    answers: Mapping[str, Answer | None]
    cleared: Mapping[str, str]
    asked: Mapping[str, Asked]
    findings: tuple[Finding, ...]
    gaps: tuple[str, ...]
    facts: Facts


def judge(
    tx: Transaction,
    study: Study,
    acting: Acting,
    place: Place,
    page: Page | None,
    given: Mapping[str, Given],
    *,
    why: str,
    complete: bool,
    day: dt.date,
) -> Judged:
    """Judge a page with what is given; nothing is saved.

    Args:
        tx: A transaction.
        study: The protocol under which the visit is done.
        acting: Who gives it.
        place: The page.
        page: As it is held; None where nothing was saved.
        given: What is given, by item; what is left out stays as it is.
        why: The reason of the page as a whole.
        complete: Whether a required item without an answer is an error, not a note.
        day: The day on which it is recorded (UTC).
    """
    form = study.form(place.form)
    held = {} if page is None else page.items
    work = _Work(study=study, acting=acting, form=form, place=place, held=held, given=given, why=why)
    findings = [*too_long(_("Reason"), why), *work.unknown()]
    answers, wrong = work.answers()
    findings += wrong
    facts = Facts(
        tx=tx, study=study, participant=place.participant, visit=place.visit, place=place, held=page,
        given={item: _as_given(answers.get(item)) for item in given},
    )  # fmt: skip
    states = {item.id: asked(item, facts) for item in form.items}
    findings += work.not_asked(states, answers)
    findings += work.reasons(answers)
    gaps = tuple(item.id for item in work.lacking(states, answers))
    findings += work.told_gaps(gaps, complete=complete)
    after = work.after(answers)
    dates = {one.id: after[one.id] for one in form.items if one.type == "date" and one.id in after}
    findings += date_findings(tx, study, place, dates, day=day)
    findings += _checks(study, acting, form, facts, after)
    order = {item.id: number for number, item in enumerate(form.items)}
    findings.sort(key=lambda one: (_BY_SEVERITY[one.severity], order.get(one.item, -1)))
    cleared = {item: work.reason(item) for item, answer in answers.items() if answer is None and item in held}
    return Judged(
        answers=answers,
        cleared=cleared,
        asked=states,
        findings=tuple(findings),
        gaps=gaps,
        facts=facts,
    )


def _as_given(answer: Answer | None) -> Given:
    if answer is None:
        return Given()
    return Given(value=answer.value or "", unit=answer.unit or "", status=answer.status)


def _checks(
    study: Study, acting: Acting, form: Form, facts: Facts, after: Mapping[str, str]
) -> Iterator[Finding]:
    """Give what the edit checks say to this role."""
    for failed in failed_checks(form, facts, after):
        check, expression = failed.check, compiled(failed.check.expression)
        if not sees_facts(study, acting.role.id, facts, expression):
            continue  # to refuse or to ask would tell of what is hidden from this role
        severity: Severity = "error"
        if not check.hard:
            # A query that would tell other roles of what is hidden from them is said, not kept.
            quiet = tells_nothing(study, form, failed.item, expression, visit=facts.visit)
            severity = "query" if quiet else "note"
        yield Finding(item=failed.item, severity=severity, id=check.id, message=check.message)


@dataclass(frozen=True, kw_only=True)
class _Work:
    study: Study
    acting: Acting
    form: Form
    place: Place
    held: Mapping[str, Held]
    given: Mapping[str, Given]
    why: str

    def seen(self, item: str) -> bool:
        role, visit = self.acting.role.id, self.place.visit
        return visible(self.study, role, self.form.id, item, visit=visit, at=visit)

    def unknown(self) -> Iterator[Finding]:
        """Items that the form does not have, or that the role does not see: both said in the same words."""
        known = {item.id for item in self.form.items}
        for item in self.given:
            if item not in known or not self.seen(item):
                message = _("The form has no item “{0}” that you can enter.").format(item[:60])
                yield Finding(item="", severity="error", id="CAPT-012", message=message)

    def answers(self) -> tuple[dict[str, Answer | None], list[Finding]]:
        answers: dict[str, Answer | None] = {}
        wrong: list[Finding] = []
        for item in self.form.items:
            given = self.given.get(item.id)
            if given is None or not self.seen(item.id):
                continue
            answer = answer_of(self.study, item, given)
            if isinstance(answer, Finding):
                wrong.append(answer)
            else:
                answers[item.id] = answer
        return answers, wrong

    def not_asked(
        self, states: Mapping[str, Asked], answers: Mapping[str, Answer | None]
    ) -> Iterator[Finding]:
        """CAPT-015: what is not asked has no answer; what was saved before is cleared with a reason."""
        for item in self.form.items:
            if states[item.id] != "no" or not self.seen(item.id):
                continue
            answer, held = answers.get(item.id), self.held.get(item.id)
            if answer is not None and answer.value is not None:
                message = _("This item is not asked, given the other answers: clear it.")
            elif held is not None and held.value is not None and item.id not in answers:
                message = _(
                    "This item is no longer asked: confirm that its saved value is cleared, and say why."
                )
            else:
                continue
            yield Finding(item=item.id, severity="error", id="CAPT-015", message=message)

    def reasons(self, answers: Mapping[str, Answer | None]) -> Iterator[Finding]:
        """CAPT-013 and CAPT-014: a change of what was saved has a reason, and so has a missing value."""
        for item in self.form.items:
            if item.id not in answers or self.reason(item.id):
                continue
            answer, held = answers[item.id], self.held.get(item.id)
            if held is not None and not _same(held, answer):
                message = _("This changes what was saved: say why.")
                yield Finding(item=item.id, severity="error", id="CAPT-013", message=message)
            elif held is None and answer is not None and answer.status != "entered" and item.required:
                message = _("Say why there is no value.")
                yield Finding(item=item.id, severity="error", id="CAPT-014", message=message)

    def reason(self, item: str) -> str:
        given = self.given.get(item)
        return (given.why.strip() if given is not None else "") or self.why.strip()

    def lacking(self, states: Mapping[str, Asked], answers: Mapping[str, Answer | None]) -> Iterator[Item]:
        """Give the required items that are asked and will have no answer, hidden ones among them."""
        for item in self.form.items:
            if not item.required or states[item.id] != "yes":
                continue
            if item.id in answers:
                if answers[item.id] is None:
                    yield item
            elif item.id not in self.held and item.id not in self.given:
                yield item

    def told_gaps(self, gaps: tuple[str, ...], *, complete: bool) -> Iterator[Finding]:
        for item in gaps:
            message = _("An answer is lacking: give it, or the reason why there is none.")
            severity: Severity = "error" if complete else "note"
            if self.seen(item):
                yield Finding(item=item, severity=severity, id="RECORD-041", message=message)

    def after(self, answers: Mapping[str, Answer | None]) -> dict[str, str]:
        """Return the values that will be held, by item; those without a value left out."""
        values = {
            item: held.value
            for item, held in self.held.items()
            if held.value is not None and item not in answers
        }
        for item, answer in answers.items():
            if answer is not None and answer.value is not None:
                values[item] = answer.value
        return values


def _same(held: Held, answer: Answer | None) -> bool:
    if answer is None:
        return False
    return (held.value, held.unit, held.status) == (answer.value, answer.unit, answer.status)
