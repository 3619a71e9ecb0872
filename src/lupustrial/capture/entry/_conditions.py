"""Which items of a page are asked, and what its edit checks say (RECORD-040 to RECORD-043)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from lupustrial.capture.entry._facts import Facts, Name, compiled
from lupustrial.study import Check, Expression, Form, Item, Study, sight_of, visible

#: ``"yes"``, ``"no"``, or ``"open"`` while facts are missing: then an answer is taken, but not required.
Asked = Literal["yes", "no", "open"]

_RANK = {"none": 0, "visit at hand": 1, "all": 2}
_NOT_FORMS = ("planned", "participant")


def asked(item: Item, facts: Facts) -> Asked:
    """Return whether an item is asked, as its condition says."""
    if item.when is None:
        return "yes"
    decided = facts.decide(compiled(item.when))
    return "open" if decided is None else "yes" if decided else "no"


def waits_for_own_page(item: Item, facts: Facts) -> bool:
    """Whether only answers of the same page are lacking to decide if an item is asked."""
    if item.when is None or facts.place is None:
        return False
    expression = compiled(item.when)
    missing = expression.missing({form: facts.form(form) for form, _ in expression.references})
    return bool(missing) and all(form == facts.place.form for form, _ in missing)


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """A check that does not hold."""

    item: str
    check: Check


def failed_checks(form: Form, facts: Facts, answered: Mapping[str, str]) -> Iterator[Failed]:
    """Give the checks of a form that do not hold; only items with a value are checked.

    Args:
        form: The form.
        facts: The facts, the page's own answers among them.
        answered: The items with a value.
    """
    for item in form.items:
        if item.id not in answered:
            continue
        for check in item.checks:
            if facts.decide(compiled(check.expression)) is False:
                yield Failed(item=item.id, check=check)


def sees_facts(study: Study, role: str, facts: Facts, expression: Expression) -> bool:
    """Whether a role may see everything that a condition sees, at the visit at which it is read."""
    return all(_sees_fact(study, role, facts, name) for name in expression.references)


def _sees_fact(study: Study, role: str, facts: Facts, name: Name) -> bool:
    form, item = name
    if form in _NOT_FORMS:
        return True
    own = facts.place is not None and facts.place.form == form
    here = own or study.form(form) in study.forms_at(facts.visit)
    return visible(study, role, form, item, visit=facts.visit if here else "", at=facts.visit)


def tells_nothing(study: Study, form: Form, item: str, expression: Expression, *, visit: str) -> bool:
    """Whether a query on the item tells nobody of a fact that is hidden from him (STUDY-113).

    False where a role that sees the item does not see what decided the check.
    """
    for role in study.roles:
        mine = _RANK[sight_of(study, role.id, form.id, item)]
        for other, name in expression.references:
            if other in _NOT_FORMS:
                continue
            sight = sight_of(study, role.id, other, name)
            if (
                sight == "visit at hand"
                and other != form.id
                and study.form(other) not in study.forms_at(visit)
            ):
                sight = "none"
            if _RANK[sight] < mine:
                return False
    return True
