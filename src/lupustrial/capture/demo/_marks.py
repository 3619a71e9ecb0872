"""Where the forms of a study keep what the course of a participant follows: found by their annotations."""

from __future__ import annotations

from dataclasses import dataclass

from lupustrial.study import Form, Item, Study


@dataclass(frozen=True, kw_only=True, slots=True)
class Marks:
    """Form and item of each mark; None where the study records no such thing.

    Attributes:
        visited: The date of a visit (SV.SVSTDTC).
        randomised: The date of randomisation (a milestone of DS).
        ended: How participation ended (DS.DSDECOD).
        ended_on: When it ended: the date of the same form.
    """

    visited: tuple[str, str]
    randomised: tuple[str, str] | None
    ended: tuple[str, str] | None
    ended_on: tuple[str, str] | None


def marks_of(study: Study, visited: tuple[str, str]) -> Marks:
    """Find the marks in the annotated forms; `visited` is ``Trial.visit_date_item()``."""
    randomised = next(((f.id, i.id) for f, i in _items(study) if _is_randomisation(f, i)), None)
    ended = next(((f, i) for f, i in _items(study) if _variable(i) == "DSDECOD"), None)
    return Marks(
        visited=visited,
        randomised=randomised,
        ended=None if ended is None else (ended[0].id, ended[1].id),
        ended_on=None if ended is None or ended[0].date is None else (ended[0].id, ended[0].date),
    )


def _items(study: Study) -> list[tuple[Form, Item]]:
    return [(form, item) for form in study.forms for item in form.items]


def _variable(item: Item) -> str | None:
    return None if item.sdtm is None else item.sdtm.variable


def _is_randomisation(form: Form, item: Item) -> bool:
    milestone = form.sdtm is not None and "RANDOMIZED" in (form.sdtm.testcd, form.sdtm.test)
    return milestone and _variable(item) == "DSSTDTC"
