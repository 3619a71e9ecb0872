"""Items by what they mean: found by their SDTM annotation, never by name."""

from __future__ import annotations

from collections.abc import Mapping

from lupustrial.study import Form, Item, Study

Where = tuple[str, str]


def domain_of(form: Form, item: Item) -> str | None:
    """Return the SDTM domain of an item: its own, else that of its form."""
    own = item.sdtm.domain if item.sdtm is not None else None
    return own or (form.sdtm.domain if form.sdtm is not None else None)


def annotated(study: Study, variable: str) -> Where | None:
    """Return form and item that go to an SDTM variable, e.g. ``"DM.BRTHDTC"``; None where there is none."""
    return _variables(study).get(variable)


def _variables(study: Study) -> Mapping[str, Where]:
    found = _KNOWN.get(study.digest)
    if found is None:
        found = {}
        for form in study.forms:
            for item in form.items:
                if item.sdtm is not None and item.sdtm.variable is not None:
                    found.setdefault(f"{domain_of(form, item)}.{item.sdtm.variable}", (form.id, item.id))
        _KNOWN[study.digest] = found
    return found


#: By digest of the study: a server holds the few versions of one protocol.
_KNOWN: dict[str, dict[str, Where]] = {}
