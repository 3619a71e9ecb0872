"""From SDTM back to form items: the annotation read the other way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from lupustrial.errors import Fault, StudyError, closest
from lupustrial.sdtm import Annotation, annotate, class_of
from lupustrial.study import Item, Study

Pair = tuple[str, str]

#: Columns of a long frame of item values. `VISITNUM` and `ADT` are null for what is known of the participant
#: as a whole; `SEQ` is null for DM.
LONG: dict[str, pl.DataType] = {
    "USUBJID": pl.String(),
    "VISITNUM": pl.Float64(),
    "ADT": pl.Date(),
    "value": pl.String(),
    "number": pl.Float64(),
    "SRCDOM": pl.String(),
    "SRCVAR": pl.String(),
    "SEQ": pl.Int64(),
}
_QUALIFIERS = ("CAT", "SCAT", "SPEC", "METHOD")


@dataclass(frozen=True, kw_only=True)
class Items:
    """Finds the values of form items in SDTM tables.

    Attributes:
        study: The study.
        tables: SDTM tables.
        annotations: Annotation of each submitted item, by form and item.
    """

    study: Study
    tables: dict[str, pl.DataFrame]
    annotations: dict[Pair, Annotation]

    @classmethod
    def of(cls, study: Study, tables: dict[str, pl.DataFrame]) -> Items:
        """Read the annotations of a study."""
        annotations = {(one.form.id, one.item.id): one for one in annotate(study)}
        return cls(study=study, tables=tables, annotations=annotations)

    def annotation(self, pair: Pair, *, place: str) -> Annotation:
        """Return the annotation of an item.

        Raises:
            StudyError: ADAM-001, the item does not exist or is not submitted.
        """
        if pair in self.annotations:
            return self.annotations[pair]
        name = ".".join(pair)
        known = [".".join(one) for one in self.annotations]
        hint = closest(name, known) or "name an item that has an SDTM annotation"
        message = f"{name} is no item with an SDTM target"
        raise StudyError(Fault(id="ADAM-001", message=message, place=place, hint=hint))

    def item(self, pair: Pair, *, place: str) -> Item:
        """Return the item itself; errors as `annotation`."""
        return self.annotation(pair, place=place).item

    def values(self, pair: Pair, *, place: str) -> pl.DataFrame:
        """Return the non-missing values of one item (`LONG`), by participant, visit and sequence."""
        one = self.annotation(pair, place=place)
        table = self.tables.get(_table_of(one))
        if table is None or table.is_empty():
            return pl.DataFrame(schema=LONG)
        reader = {
            "finding": _finding,
            "own row": _own_row,
            "form row": _form_row,
            "single": _single,
            "supp": _supp,
        }
        return reader[one.kind](table, one).filter(pl.col("value").is_not_null())

    def findings(self, pairs: Iterable[Pair], *, place: str) -> pl.DataFrame:
        """Return the values of many findings at once: `LONG` with a column ``name`` (``form.ITEM``).

        Each domain is passed once, however many items are asked for.
        """
        by_domain: dict[str, list[Annotation]] = {}
        for pair in pairs:
            one = self.annotation(pair, place=place)
            by_domain.setdefault(one.domain, []).append(one)
        frames = [
            _many_findings(self.tables[domain], members)
            for domain, members in by_domain.items()
            if domain in self.tables
        ]
        return pl.concat(frames) if frames else pl.DataFrame(schema={"name": pl.String(), **LONG})

    def log_rows(self, form_id: str, *, place: str) -> tuple[str, pl.DataFrame]:
        """Return the domain of a log form and the rows that it made.

        Rows of one domain are told apart by ``--CAT``: two forms that make rows in the same domain need
        different categories.

        Raises:
            StudyError: ADAM-002, there is no such form or it makes no rows; ADAM-003, its rows cannot be told
                apart from those of another form.
        """
        members = [
            one for one in self.annotations.values() if one.form.id == form_id and one.kind == "form row"
        ]
        if not members:
            forms = sorted({one.form.id for one in self.annotations.values() if one.kind == "form row"})
            hint = closest(form_id, forms) or f"forms of events or drugs: {', '.join(forms)}"
            message = f"the form {form_id} makes no events or drugs"
            raise StudyError(Fault(id="ADAM-002", message=message, place=place, hint=hint))
        one = members[0]
        rivals = [
            other
            for other in self.annotations.values()
            if other.kind == "form row" and other.domain == one.domain and other.form.id != form_id
        ]
        if any(other.cat == one.cat for other in rivals):
            message = (
                f"forms {form_id} and {rivals[0].form.id} both make rows of {one.domain} of one category"
            )
            raise StudyError(
                Fault(id="ADAM-003", message=message, place=place, hint="give each form its own `sdtm: cat:`")
            )
        table = self.tables[one.domain]
        category = f"{one.domain}CAT"
        if rivals and category in table.columns:
            table = table.filter(pl.col(category) == one.cat)
        return one.domain, table


def _table_of(one: Annotation) -> str:
    return f"SUPP{one.domain}" if one.kind == "supp" else one.domain


def _text(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String)


def _date(text: pl.Expr) -> pl.Expr:
    return text.cast(pl.String).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)


def _matches(table: pl.DataFrame, one: Annotation) -> pl.Expr:
    """Return the rows of a findings domain that hold the item."""
    domain = one.domain
    tests = [pl.col(f"{domain}TESTCD") == one.testcd]
    for name in _QUALIFIERS:
        column = f"{domain}{name}"
        if column in table.columns:
            wanted = getattr(one, name.lower())
            tests.append(pl.col(column).is_null() if wanted is None else pl.col(column) == wanted)
    return pl.all_horizontal(tests)


def _long(table: pl.DataFrame, one: Annotation, **columns: pl.Expr) -> pl.DataFrame:
    domain = one.domain
    sequence = f"{domain}SEQ"
    whole: dict[str, pl.Expr] = {
        "USUBJID": _text("USUBJID"),
        "VISITNUM": pl.lit(None, dtype=pl.Float64),
        "ADT": pl.lit(None, dtype=pl.Date),
        "SRCDOM": pl.lit(domain),
        "SEQ": pl.col(sequence) if sequence in table.columns else pl.lit(None, dtype=pl.Int64),
        **columns,
    }
    whole.setdefault("number", whole["value"].cast(pl.Float64, strict=False))
    return table.select(whole[name].alias(name) for name in LONG)


def _finding(table: pl.DataFrame, one: Annotation) -> pl.DataFrame:
    domain = one.domain
    numeric = f"{domain}STRESN" in table.columns
    return _long(
        table.filter(_matches(table, one)),
        one,
        VISITNUM=pl.col("VISITNUM"),
        ADT=_date(pl.col(f"{domain}DTC")),
        value=_text(f"{domain}STRESC"),
        number=pl.col(f"{domain}STRESN") if numeric else pl.lit(None, dtype=pl.Float64),
        SRCVAR=pl.lit(f"{domain}STRESN" if one.item.type in ("integer", "decimal") else f"{domain}STRESC"),
    )


def _many_findings(table: pl.DataFrame, members: list[Annotation]) -> pl.DataFrame:
    domain = members[0].domain
    qualifiers = [name for name in _QUALIFIERS if f"{domain}{name}" in table.columns]
    columns = ["TESTCD", *qualifiers]
    names = pl.DataFrame(
        {
            **{f"{domain}{name}": [getattr(one, name.lower()) for one in members] for name in columns},
            "name": [f"{one.form.id}.{one.item.id}" for one in members],
        },
        schema={
            **{f"{domain}{name}": table.schema[f"{domain}{name}"] for name in columns},
            "name": pl.Categorical(),
        },
    )
    keys = [f"{domain}{name}" for name in columns]
    result = pl.col(f"{domain}STRESC")
    chosen = table.lazy().filter(
        pl.col(f"{domain}TESTCD").is_in(names[f"{domain}TESTCD"].implode()), result.is_not_null()
    )
    return (
        chosen.join(names.lazy(), on=keys, how="inner", nulls_equal=True, maintain_order="left")
        .select(
            "name",
            "USUBJID",
            "VISITNUM",
            ADT=pl.col(f"{domain}DTC"),
            value=result,
            number=pl.col(f"{domain}STRESN"),
            SRCDOM=pl.lit(domain),
            SRCVAR=pl.lit(f"{domain}STRESC"),
            SEQ=pl.col(f"{domain}SEQ"),
        )
        .collect()
    )


def _own_row(table: pl.DataFrame, one: Annotation) -> pl.DataFrame:
    topic = f"{one.domain}{'TERM' if class_of(one.domain) == 'events' else 'TRT'}"
    variable = one.variable or f"{one.domain}OCCUR"
    return _long(table.filter(pl.col(topic) == one.test), one, value=_text(variable), SRCVAR=pl.lit(variable))


def _form_row(table: pl.DataFrame, one: Annotation) -> pl.DataFrame:
    category = f"{one.domain}CAT"
    if one.cat is not None and category in table.columns:
        table = table.filter(pl.col(category) == one.cat)
    variable = str(one.variable)
    if variable not in table.columns:
        return pl.DataFrame(schema=LONG)
    return _long(table, one, value=_text(variable), SRCVAR=pl.lit(variable))


def _single(table: pl.DataFrame, one: Annotation) -> pl.DataFrame:
    variable = str(one.variable)
    visit = pl.col("VISITNUM") if "VISITNUM" in table.columns else pl.lit(None, dtype=pl.Float64)
    return _long(table, one, VISITNUM=visit, value=_text(variable), SRCVAR=pl.lit(variable))


def _supp(table: pl.DataFrame, one: Annotation) -> pl.DataFrame:
    """Return a supplemental qualifier, of the participant or (IDVAR VISITNUM) of the visit."""
    visit = pl.when(pl.col("IDVAR") == "VISITNUM").then(pl.col("IDVARVAL")).cast(pl.Float64, strict=False)
    frame = _long(
        table.filter(pl.col("QNAM") == one.supp),
        one,
        VISITNUM=visit,
        value=_text("QVAL"),
        SRCVAR=pl.lit("QVAL"),
    )
    return frame.with_columns(SRCDOM=pl.lit(f"SUPP{one.domain}"))
