"""The form on which a randomisation is recorded, found by its annotation (DS, RANDOMIZED)."""

from __future__ import annotations

from dataclasses import dataclass

from lupustrial.study import Form, Study


@dataclass(frozen=True, kw_only=True)
class Milestone:
    """Where a randomisation is recorded.

    Attributes:
        form: The form whose SDTM target is the milestone RANDOMIZED of domain DS.
        visit: The first visit at which it is filled in.
        date: The item that holds the date (DSSTDTC); None: none does.
        number: The item whose supplemental qualifier is RANDNO; None: none is.
    """

    form: Form
    visit: str
    date: str | None
    number: str | None

    @property
    def alone(self) -> bool:
        """Whether the form asks nothing else."""
        return {item.id for item in self.form.items} <= {self.date, self.number}


def milestone_of(study: Study) -> Milestone | None:
    """Return where a randomisation is recorded; None where no form is annotated so."""
    for form in study.forms:
        if form.sdtm is not None and (form.sdtm.domain, form.sdtm.testcd) == ("DS", "RANDOMIZED"):
            return Milestone(
                form=form,
                visit=form.visits[0],
                date=_item(form, variable="DSSTDTC"),
                number=_item(form, supp="RANDNO"),
            )
    return None


def _item(form: Form, *, variable: str = "", supp: str = "") -> str | None:
    for item in form.items:
        target = item.sdtm
        if target is None:
            continue
        if (variable and target.variable == variable) or (supp and target.supp == supp):
            return item.id
    return None
