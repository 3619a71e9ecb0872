"""Names in records: study, site, visit, form, item, status, unit exist and go together."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from lupustrial.errors import closest
from lupustrial.study._model import Item, Study
from lupustrial.study._record_faults import RecordFaults, Row, Text
from lupustrial.study._records import STATUSES

_KEYS = ("study", "site", "participant", "visit", "form", "item", "repeat", "status")
_NUMERIC = ("integer", "decimal")


def check_names(study: Study, faults: RecordFaults) -> None:
    """RECORD-006 to RECORD-015, RECORD-024, RECORD-025 and RECORD-027."""
    records = faults.records
    for column in _KEYS:
        rows = records.filter(pl.col(column).is_null()).select("__index")
        faults.add_rows("RECORD-015", rows, f"`{column}` is empty", "fill it in; every record has one")
    _check_known(faults, "study", [study.id], "RECORD-006", "is another study")
    _check_known(faults, "site", [site.id for site in study.sites], "RECORD-007", "is no site of the study")
    visits = [visit.id for visit in study.visits]
    beyond = faults.records.select(pl.col("visit").unique()).drop_nulls()["visit"].to_list()
    visits += [visit for visit in beyond if study.is_unscheduled(visit)]
    _check_known(faults, "visit", visits, "RECORD-008", "is no visit of the study")
    _check_known(faults, "form", [form.id for form in study.forms], "RECORD-009", "is no form of the study")
    _check_known(faults, "status", STATUSES, "RECORD-012", "is no status")
    _check_items(study, faults)
    _check_repeats(study, faults)
    _check_values_present(faults)
    _check_units(study, faults)


def _check_known(faults: RecordFaults, column: str, known: Sequence[str], fault_id: str, what: str) -> None:
    found = faults.records.select(pl.col(column).unique()).drop_nulls()[column].to_list()
    unknown = sorted(set(found) - set(known))
    if not unknown:
        return
    rows = faults.records.filter(pl.col(column).is_in(unknown)).select("__index")
    listed = ", ".join(list(known)[:12])

    def hint(row: Row) -> str:
        return closest(row[column], known) or f"known: {listed}"

    faults.add_rows(fault_id, rows, lambda row: f"`{row[column]}` {what}", hint)


def _check_items(study: Study, faults: RecordFaults) -> None:
    """Items that the form does not have, and forms at visits for which they are not planned."""
    found = (
        faults.records.lazy()
        .select("form", "item", "visit")
        .unique()
        .drop_nulls()
        .collect(engine="streaming")
    )
    forms = {form.id: form for form in study.forms}
    visits = {visit.id for visit in study.visits}
    names = {form.id: [item.id for item in form.items] for form in study.forms}
    unknown: set[tuple[str, str]] = set()
    unplanned: set[tuple[str, str]] = set()
    for form_id, item, visit in found.iter_rows():
        form = forms.get(form_id)
        if form is None:
            continue
        if item not in names[form_id]:
            unknown.add((form_id, item))
        if visit in visits and visit not in form.visits and not (form.log and not form.visits):
            unplanned.add((form_id, visit))
        if study.is_unscheduled(visit) and form not in study.forms_at(visit):
            unplanned.add((form_id, visit))

    def hint(row: Row) -> str:
        return (
            closest(row["item"], names[row["form"]])
            or f"items of {row['form']}: {_listed(names[row['form']])}"
        )

    _add_pairs(
        faults,
        "RECORD-010",
        ("form", "item"),
        unknown,
        lambda r: f"form {r['form']} has no item `{r['item']}`",
        hint,
    )
    _add_pairs(
        faults,
        "RECORD-011",
        ("form", "visit"),
        unplanned,
        lambda row: f"form {row['form']} is not planned at visit {row['visit']}",
        lambda row: f"it is planned at {', '.join(forms[row['form']].visits)}",
    )


def _add_pairs(
    faults: RecordFaults,
    fault_id: str,
    columns: tuple[str, str],
    pairs: set[tuple[str, str]],
    message: Text,
    hint: Text,
) -> None:
    if not pairs:
        return
    bad = pl.DataFrame(sorted(pairs), schema=dict.fromkeys(columns, pl.String), orient="row")
    rows = faults.records.join(bad, on=list(columns), how="semi").select("__index")
    faults.add_rows(fault_id, rows, message, hint)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (", …" if len(names) > 12 else "")  # noqa: PLR2004 - one line


def _check_repeats(study: Study, faults: RecordFaults) -> None:
    single = [form.id for form in study.forms if not form.repeating]
    rows = faults.records.filter((pl.col("repeat") > 1) & pl.col("form").is_in(single)).select("__index")
    message = "repeat {} of a form that does not repeat"
    hint = "write 1, or give the form `repeating: true`"
    faults.add_rows("RECORD-014", rows, lambda row: message.format(row["repeat"]), hint)
    rows = faults.records.filter(pl.col("repeat") < 1).select("__index")
    faults.add_rows("RECORD-014", rows, lambda row: f"repeat is {row['repeat']}", "repeats count from 1")


def _check_values_present(faults: RecordFaults) -> None:
    """Status and value agree: a value exactly where the status is ``entered``."""
    entered, empty = pl.col("status") == "entered", pl.col("value").is_null()
    rows = faults.records.filter(entered & empty).select("__index")
    hint = "write the value, or say why there is none: not done, unknown, not applicable"
    faults.add_rows("RECORD-013", rows, "there is no value", hint)
    rows = faults.records.filter(~entered & ~empty & pl.col("status").is_in(STATUSES)).select("__index")
    hint = "write status `entered`, or remove the value"
    faults.add_rows("RECORD-013", rows, lambda r: f"status `{r['status']}` but value `{r['value']}`", hint)


def _check_units(study: Study, faults: RecordFaults) -> None:
    """A number is recorded in its item's unit or one of its further units, anything else in none."""
    items: dict[tuple[str, str], Item] = {
        (form.id, item.id): item for form in study.forms for item in form.items
    }
    found = (
        faults.records.lazy()
        .filter(pl.col("value").is_not_null())
        .select("form", "item", "unit")
        .unique()
        .collect(engine="streaming")
    )
    bad: dict[str, list[tuple[str, str, str | None]]] = {"RECORD-024": [], "RECORD-025": [], "RECORD-027": []}
    for form, name, unit in found.iter_rows():
        item = items.get((form, name))
        if item is None:
            continue
        allowed = [item.unit, *(other.unit for other in item.units)] if item.unit else []
        if unit is None and allowed:
            bad["RECORD-024"].append((form, name, unit))
        elif unit is not None and allowed and unit not in allowed:
            bad["RECORD-025"].append((form, name, unit))
        elif unit is not None and not allowed:
            bad["RECORD-027"].append((form, name, unit))

    def hint(row: Row) -> str:
        item = items[row["form"], row["item"]]
        allowed = [str(item.unit), *(other.unit for other in item.units)]
        return closest(row["unit"] or "", allowed) or f"record it in {' or '.join(allowed)}"

    messages: dict[str, tuple[Text, Text]] = {
        "RECORD-024": (lambda row: f"value {row['value']} has no unit", hint),
        "RECORD-025": (lambda row: f"`{row['unit']}` is no unit of {row['form']}.{row['item']}", hint),
        "RECORD-027": (lambda row: f"unit `{row['unit']}` of an item without units", "leave the unit empty"),
    }
    schema = {"form": pl.String, "item": pl.String, "unit": pl.String}
    for fault_id, keys in bad.items():
        if keys:
            frame = pl.DataFrame(keys, schema=schema, orient="row")
            rows = faults.records.filter(pl.col("value").is_not_null()).join(
                frame, on=list(schema), how="semi", nulls_equal=True
            )
            faults.add_rows(fault_id, rows.select("__index"), *messages[fault_id])
