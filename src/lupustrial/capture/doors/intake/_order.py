"""The order in which pages are saved, so that what a condition reads is there before it is asked."""

from __future__ import annotations

from collections.abc import Iterable

from lupustrial.capture.store import Place
from lupustrial.errors import StudyError
from lupustrial.study import Expression, Form, Study


def in_order(study: Study, places: Iterable[Place]) -> list[Place]:
    """Return places by visit, and at a visit forms after those that their conditions and checks read."""
    visits = {visit.id: number for number, visit in enumerate(study.visits)}
    forms = {form: number for number, form in enumerate(_forms(study))}
    return sorted(
        places, key=lambda one: (visits.get(one.visit, len(visits)), one.visit, forms[one.form], one)
    )


def _forms(study: Study) -> list[str]:
    """Return the forms, each after those that it reads; in order of the study where they read each other."""
    known = {form.id: form for form in study.forms}
    done: list[str] = []

    def visit(name: str, above: frozenset[str]) -> None:
        if name in done or name in above:
            return
        for other in sorted(_read_by(known[name]) & set(known)):
            visit(other, above | {name})
        if name not in done:
            done.append(name)

    for form in study.forms:
        visit(form.id, frozenset())
    return done


def _read_by(form: Form) -> set[str]:
    texts = [item.when for item in form.items if item.when is not None]
    texts += [check.expression for item in form.items for check in item.checks]
    found: set[str] = set()
    for text in texts:
        try:
            found |= {name for name, _ in Expression.compile(text).references}
        except StudyError:  # a study at fault is not served
            continue
    return found - {form.id}
