"""Which items a role may bring in from a file (ICH E6(R3) 3.16.1(i)).

Data of the investigator is changed by the investigator's side. A role brings in what it enters by hand, and
beyond that only forms that name it in `imported_by`: results of a laboratory, which the site only passes on.
What a role does not see it cannot bring in: a file that betrays the treatment is refused as a whole.
"""

from __future__ import annotations

from lupustrial.capture.access import Acting, may_enter
from lupustrial.study import Form, Study, visible


def may_import(study: Study, acting: Acting, form: str) -> bool:
    """Whether a role may bring in a form from a file."""
    known = study.form(form)
    return acting.may("import") and (may_enter(study, acting, form) or acting.role.id in known.imported_by)


def importable(study: Study, acting: Acting) -> list[Form]:
    """Return the forms that a role may bring in, of which it sees something."""
    return [
        form
        for form in study.forms
        if may_import(study, acting, form.id)
        and any(sees(study, acting, form.id, item.id) for item in form.items)
    ]


def sees(study: Study, acting: Acting, form: str, item: str) -> bool:
    """Whether a role sees an item at the visit at which it brings it in."""
    return visible(study, acting.role.id, form, item, visit="at hand", at="at hand")
