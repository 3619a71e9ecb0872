"""Eligibility: every criterion judged for every participant, and the domain IE of those not met."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import polars as pl

from lupustrial.sdtm._annotation import all_items
from lupustrial.sdtm._dates import completed_years, study_day, to_date
from lupustrial.sdtm._design import criterion_code
from lupustrial.sdtm._judge import judge, seen_facts
from lupustrial.sdtm._schema import SRCPOS, conform
from lupustrial.study import Criterion, Expression, Item, Study

_MAX_TEXT = 200


def judge_eligibility(study: Study, records: pl.DataFrame) -> pl.DataFrame:
    """Judge every eligibility criterion for every participant with records.

    The items are those of the visit `study.eligibility.at` and the visits before it; of several values the
    one of the latest visit counts. Besides the items there are ``participant.age`` (completed years at
    informed consent) and ``participant.consented`` (an informed consent is dated), by the items annotated
    DM.BRTHDTC and DM.RFICDTC.

    Args:
        study: The study.
        records: Source records (`RECORD_SCHEMA`).

    Returns:
        ``participant``, ``criterion``, ``kind`` (``inclusion`` or ``exclusion``), ``verdict``, ``facts`` (the
        facts with the values seen) and ``positions`` (ledger positions of those items, ``"12;45"``), sorted
        by participant and in the order of the criteria. The verdict is from the participant's side: ``met``
        (an inclusion criterion holds, an exclusion criterion does not apply), ``not met``, or ``undecided``
        where a missing item leaves it open.

    Raises:
        StudyError: STUDY-040 or STUDY-043, a criterion is not a condition.
    """
    criteria = [("inclusion", one) for one in study.eligibility.inclusion]
    criteria += [("exclusion", one) for one in study.eligibility.exclusion]
    compiled = [
        (kind, one, Expression.compile(one.expression, place=f"criterion {one.id}")) for kind, one in criteria
    ]
    wanted = {pair for _, _, expression in compiled for pair in expression.references}
    facts, positions = screening_facts(study, records, wanted)
    frames = [_verdicts(kind, one, expression, facts, positions) for kind, one, expression in compiled]
    if not frames:
        names = ("participant", "criterion", "kind", "verdict", "facts", "positions")
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String()))
    return pl.concat(frames).sort("participant", "nth").drop("nth")


def _verdicts(
    kind: str, one: Criterion, expression: Expression, facts: pl.DataFrame, positions: pl.DataFrame
) -> pl.DataFrame:
    holds = judge(expression, facts)
    good = holds if kind == "inclusion" else ~holds
    names = [f"{form}.{item}" for form, item in expression.references]
    used = [pl.col(name).cast(pl.String) for name in names if name in positions.columns]
    where = positions.select(pl.concat_str(used, separator=";", ignore_nulls=True)) if used else None
    frame = (
        facts.select("participant")
        .with_row_index("nth")
        .with_columns(
            criterion=pl.lit(one.id),
            kind=pl.lit(kind),
            holds=good,
            facts=seen_facts(expression, facts),
            positions=pl.lit("") if where is None else where.to_series(),
            nth=pl.lit(0),
        )
    )
    verdict = pl.when("holds").then(pl.lit("met")).when(~pl.col("holds")).then(pl.lit("not met"))
    return frame.with_columns(verdict=verdict.otherwise(pl.lit("undecided"))).select(
        "participant", "criterion", "kind", "verdict", "facts", "positions", "nth"
    )


def screening_facts(
    study: Study, records: pl.DataFrame, wanted: set[tuple[str, str]]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return facts as known at screening: of the visit `study.eligibility.at` and those before it.

    Args:
        study: The study.
        records: Source records (`RECORD_SCHEMA`).
        wanted: The facts, as (form, ITEM).

    Returns:
        Two tables with a row a participant and a column ``form.ITEM`` a fact: the values, and the ledger
        positions of their records; null where there is none. The values also have ``participant.age`` and
        ``participant.consented``.
    """
    at = study.visit(study.eligibility.at).number
    numbers = {visit.id: visit.number for visit in study.visits if visit.number <= at}
    by_name = {f"{form.id}.{item.id}": item for form, item in all_items(study)}
    births = _annotated(study, "BRTHDTC")
    consents = _annotated(study, "RFICDTC")
    names = sorted(({f"{form}.{item}" for form, item in wanted} & set(by_name)) | {*births, *consents})
    forms = {name.partition(".")[0] for name in names}
    entered = (
        records.lazy()
        .filter(
            pl.col("form").is_in(forms), pl.col("status") == "entered", pl.col("visit").is_in(list(numbers))
        )
        .with_columns(name=pl.concat_str("form", pl.lit("."), "item"))
        .filter(pl.col("name").is_in(names))
        .with_columns(number=pl.col("visit").replace_strict(numbers, return_dtype=pl.Int64))
        .sort("participant", "number", "repeat")
        .group_by("participant", "name", maintain_order=True)
        .agg(pl.col("value").last(), pl.col("unit").last(), pl.col("position").last())
        .collect()
    )
    people = records.select("participant").unique().sort("participant")
    values = _wide(people, _standard(entered, by_name), "value", names)
    positions = _wide(people, entered, "position", names)
    facts = values.with_columns(
        _typed(pl.col(name), by_name[name]) for name in names if name not in {*births, *consents}
    )
    consent = (
        pl.coalesce(*[to_date(pl.col(name)) for name in consents])
        if consents
        else pl.lit(None, dtype=pl.Date)
    )
    birth = (
        pl.coalesce(*[to_date(pl.col(name)) for name in births]) if births else pl.lit(None, dtype=pl.Date)
    )
    ages = completed_years(birth, consent).cast(pl.Float64)
    return facts.with_columns(
        ages.alias("participant.age"), consent.is_not_null().alias("participant.consented")
    ), positions


def _wide(people: pl.DataFrame, entered: pl.DataFrame, column: str, names: list[str]) -> pl.DataFrame:
    """Return one row a participant and one column a name, null where there is no value."""
    wide = entered.group_by("participant").agg(
        pl.col(column).filter(pl.col("name") == name).first().alias(name) for name in names
    )
    return people.join(wide, on="participant", how="left", maintain_order="left")


def _annotated(study: Study, variable: str) -> list[str]:
    return [
        f"{form.id}.{item.id}"
        for form, item in all_items(study)
        if item.sdtm is not None and item.sdtm.variable == variable
    ]


def _standard(entered: pl.DataFrame, items: dict[str, Item]) -> pl.DataFrame:
    """Express values that were recorded in another unit in the standard unit of their item."""
    factors = {
        (name, unit.unit): unit.factor
        for name, item in items.items()
        for unit in item.units
        if unit.factor != 1
    }
    pairs = entered.select("name", "unit").unique().iter_rows()
    if not any((name, unit) in factors for name, unit in pairs):
        return entered
    values = [
        _times(value, factors.get((name, unit)))
        for name, unit, value in entered.select("name", "unit", "value").iter_rows()
    ]
    return entered.with_columns(value=pl.Series(values, dtype=pl.String))


def _times(value: str | None, factor: Decimal | None) -> str | None:
    if value is None or factor is None:
        return value
    try:
        return str(Decimal(value) * factor)
    except InvalidOperation:
        return value


def _typed(column: pl.Expr, item: Item) -> pl.Expr:
    return column.cast(pl.Float64, strict=False) if item.type in ("integer", "decimal") else column


def tabulate_criteria(study: Study, verdicts: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """Return IE: the criteria not met.

    Args:
        study: The study.
        verdicts: From `judge_eligibility`.
        persons: ``participant``, ``USUBJID``, ``p``, ``judged`` (text, date of the visit of eligibility), and
            ``reference`` (date of RFSTDTC).
    """
    visit = study.visit(study.eligibility.at)
    epochs = {epoch.id: epoch.name for epoch in study.epochs}
    criteria = (*study.eligibility.inclusion, *study.eligibility.exclusion)
    texts = pl.DataFrame(
        {
            "criterion": [one.id for one in criteria],
            "IETESTCD": [criterion_code(one.id) for one in criteria],
            "IETEST": [one.text[:_MAX_TEXT] for one in criteria],
        },
        schema=dict.fromkeys(("criterion", "IETESTCD", "IETEST"), pl.String()),
    )
    answer = pl.when(pl.col("kind") == "inclusion").then(pl.lit("N")).otherwise(pl.lit("Y"))
    frame = (
        verdicts.filter(pl.col("verdict") == "not met")
        .join(persons, on="participant", how="left", maintain_order="left")
        .join(texts, on="criterion", how="left", maintain_order="left")
        .with_columns(
            STUDYID=pl.lit(study.id),
            DOMAIN=pl.lit("IE"),
            IESEQ=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("p"),
            IECAT=pl.col("kind").str.to_uppercase(),
            IEORRES=answer,
            IESTRESC=answer,
            VISITNUM=pl.lit(float(visit.number)),
            VISIT=pl.lit(visit.name),
            VISITDY=pl.lit(visit.day),
            EPOCH=pl.lit(epochs.get(visit.epoch, visit.epoch)),
            IEDTC=pl.col("judged"),
            IEDY=study_day(to_date(pl.col("judged")), pl.col("reference")),
        )
        .rename({"positions": SRCPOS})
    )
    return conform(frame, "IE")
