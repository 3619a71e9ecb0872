"""What is hidden from whom, and who enters what.

The roles exist, nothing is hidden twice or from who enters it, and no condition lets it out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lupustrial.errors import StudyError
from lupustrial.study._expression import Expression
from lupustrial.study._inspection import Inspection, Path
from lupustrial.study._model import Form, Item, Role, Study
from lupustrial.study._visibility import sight_of

_SEEN = {"none": 0, "visit at hand": 1, "all": 2}


def check_visibility(inspection: Inspection) -> None:
    """STUDY-111 to STUDY-114."""
    roles = {role.id: role for role in inspection.study.roles}
    _check_writing(inspection, roles)
    for path, names, beyond in _hidings(inspection.study):
        for position, name in enumerate(names):
            where = (*path, position)
            if not inspection.refer("STUDY-111", where, name, roles, "roles"):
                continue
            if name in names[:position]:
                inspection.error("STUDY-010", where, f"role `{name}` stands twice", "remove one")
            elif name in beyond or not roles[name].clinical:
                message = f"role `{name}` sees nothing of it anyway"
                inspection.warning("STUDY-112", where, message, "remove it here, or where it is hidden too")
    for path, reader, read in _readings(inspection.study):
        _check_reading(inspection, path, reader, read)


def _check_writing(inspection: Inspection, roles: Mapping[str, Role]) -> None:
    """STUDY-114: who enters or imports a form may do so, and sees it."""
    for place, form in enumerate(inspection.study.forms):
        for key, task, names in (
            ("entered_by", "enter", form.entered_by),
            ("imported_by", "import", form.imported_by),
        ):
            for number, name in enumerate(names):
                where: Path = ("forms", place, key, number)
                if not inspection.refer("STUDY-111", where, name, roles, "roles"):
                    continue
                if task not in roles[name].may:
                    message, hint = f"role `{name}` may not {task} data", f"give it `may: [{task}]`"
                    inspection.error("STUDY-114", where, message, hint)
                elif not roles[name].clinical or name in form.hidden_from:
                    message = f"role `{name}` does not see what it should {task}"
                    inspection.error("STUDY-114", where, message, "let it see the form")


def _hidings(study: Study) -> Iterator[tuple[Path, tuple[str, ...], tuple[str, ...]]]:
    """Each list of roles with where it stands, and the roles from which more is hidden already."""
    for place, form in enumerate(study.forms):
        path: Path = ("forms", place)
        yield (*path, "hidden_from"), form.hidden_from, ()
        yield (*path, "hidden_earlier_from"), form.hidden_earlier_from, form.hidden_from
        for position, item in enumerate(form.items):
            yield (*path, "items", position, "hidden_from"), item.hidden_from, form.hidden_from


def _readings(study: Study) -> Iterator[tuple[Path, tuple[Form, Item], tuple[str, str]]]:
    """Each item whose condition or check reads another item, with that item."""
    if not any(form.hidden_from or form.hidden_earlier_from or _hides(form) for form in study.forms):
        return
    for place, form in enumerate(study.forms):
        for position, item in enumerate(form.items):
            path: Path = ("forms", place, "items", position)
            texts = [((*path, "when"), item.when)] if item.when is not None else []
            texts += [
                ((*path, "checks", number, "expression"), check.expression)
                for number, check in enumerate(item.checks)
            ]
            for where, text in texts:
                for read in _references(text):
                    yield where, (form, item), read


def _hides(form: Form) -> bool:
    return any(item.reveals_treatment or item.hidden_from for item in form.items)


def _references(text: str) -> tuple[tuple[str, str], ...]:
    try:
        return Expression.compile(text).references
    except StudyError:  # reported where conditions are checked
        return ()


def _check_reading(
    inspection: Inspection, path: Path, reader: tuple[Form, Item], read: tuple[str, str]
) -> None:
    """STUDY-113: whoever sees whether an item is asked or queried must see what decides it."""
    study = inspection.study
    form, item = reader
    names = []
    for role in study.roles:
        try:
            hidden = _SEEN[sight_of(study, role.id, *read)]
        except KeyError:  # participant and planned facts, and what does not exist
            return
        if read[0] != form.id and study.form(read[0]).repeating:  # refused where conditions are checked
            return
        if hidden < _SEEN[sight_of(study, role.id, form.id, item.id)]:
            names.append(role.id)
    if names:
        message = f"`{form.id}.{item.id}` tells {', '.join(names)} of `{'.'.join(read)}`, hidden from them"
        hint = f"hide `{item.id}` from them too, or move the condition to an item that they do not see"
        inspection.warning("STUDY-113", path, message, hint)
