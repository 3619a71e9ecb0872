"""Who may see what: one decision, for forms, queries, exports, listings and plots alike.

A value is shown unless the study declares otherwise; an unknown role, form or item is refused, never shown.
"""

from __future__ import annotations

from typing import Literal

import polars as pl

from lupustrial.study._model import Form, Item, Role, Study

#: What a role may see of an item: every value, those of the visit at hand only, or none.
Sight = Literal["all", "visit at hand", "none"]


def sight_of(study: Study, role: str, form: str, item: str) -> Sight:
    """Return what a role may see of an item. The order of the rules is that of ``docs/study-folder.md``.

    Args:
        study: The study.
        role: Id of the role.
        form: Id of the form.
        item: Id of the item.

    Returns:
        ``"none"`` where the role has no clinical data, where form or item are hidden from it, or where the
        item reveals treatment and the role is blinded; ``"visit at hand"`` where the form is hidden from it
        at every other visit; else ``"all"``.

    Raises:
        KeyError: The study has no such role, form or item.
    """
    known = study.form(form)
    return _sight(study.role(role), known, known.item(item))


def visible(study: Study, role: str, form: str, item: str, *, visit: str, at: str | None) -> bool:
    """Return whether a role may see the value that an item had at a visit.

    Args:
        study: The study.
        role: Id of the role.
        form: Id of the form.
        item: Id of the item.
        visit: The visit at which the value was recorded.
        at: The visit at hand, at which the role is at work; None where there is none, as in an export, a
            listing or a plot.

    Raises:
        KeyError: The study has no such role, form or item.
    """
    sight = sight_of(study, role, form, item)
    return sight == "all" or (sight == "visit at hand" and visit == at)


def visible_records(study: Study, role: str, records: pl.DataFrame, *, at: str | None = None) -> pl.DataFrame:
    """Return the records whose values a role may see.

    Args:
        study: The study.
        role: Id of the role.
        records: Source records; columns ``form``, ``item`` and ``visit`` are needed, others are kept.
        at: The visit at hand, as in `visible`.

    Returns:
        Those rows of `records` that `visible` grants, in their order. A record of an item that the study
        does not have is left out.

    Raises:
        KeyError: The study has no such role.
    """
    who = study.role(role)
    pairs = [(form, item, _sight(who, form, item)) for form in study.forms for item in form.items]
    sights = pl.DataFrame(
        [(form.id, item.id, sight) for form, item, sight in pairs],
        schema={"form": pl.String, "item": pl.String, "__sight": pl.String},
        orient="row",
    )
    at_hand = pl.lit(False) if at is None else pl.col("visit") == at  # noqa: FBT003 - a literal column
    granted = (pl.col("__sight") == "all") | ((pl.col("__sight") == "visit at hand") & at_hand)
    joined = records.join(sights, on=["form", "item"], how="inner", maintain_order="left")
    return joined.filter(granted).drop("__sight")


def _sight(role: Role, form: Form, item: Item) -> Sight:
    if not role.clinical or role.id in (*form.hidden_from, *item.hidden_from):
        return "none"
    if item.reveals_treatment and role.blinded:
        return "none"
    return "visit at hand" if role.id in form.hidden_earlier_from else "all"
