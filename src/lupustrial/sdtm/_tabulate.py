"""Source records in, SDTM tables out."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from lupustrial.errors import Fault, RecordError, StudyError
from lupustrial.sdtm._annotation import Annotation, annotate
from lupustrial.sdtm._coded import Coded, code_records
from lupustrial.sdtm._dates import to_date
from lupustrial.sdtm._demographics import first_values, tabulate_demographics
from lupustrial.sdtm._design import design_tables
from lupustrial.sdtm._eligibility import judge_eligibility, tabulate_criteria
from lupustrial.sdtm._exposure import collected_doses, dose_dates, given_doses
from lupustrial.sdtm._findings import tabulate_findings
from lupustrial.sdtm._finish import finish_rows
from lupustrial.sdtm._milestones import consent_rows, participation_ends
from lupustrial.sdtm._rows import ORDER, collect_rows
from lupustrial.sdtm._schema import class_of, keys
from lupustrial.sdtm._supplemental import supplemental_tables
from lupustrial.sdtm._visits import attended, periods, tabulate_elements, tabulate_visits
from lupustrial.study import Source, Study

_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class _Road:
    """What the tables share: annotations, coded records, visits and persons with their reference dates."""

    study: Study
    annotations: tuple[Annotation, ...]
    coded: Coded
    visits: pl.DataFrame
    persons: pl.DataFrame
    elements: pl.DataFrame


def tabulate(study: Study, source: Source) -> dict[str, pl.DataFrame]:
    """Tabulate source records as SDTM, by the annotations of the study's forms.

    Args:
        study: The study; its forms say where every item goes (`docs/sdtm.md`).
        source: Source records, checked (`check_records`), and the allocation. Without an arm in the
            allocation, arms and products stay masked.

    Returns:
        Tables by domain: TA, TE, TI, TS, TV from the study; DM, SV, SE, IE, DS and every domain that an
        annotation names, also when it has no rows; EC where the forms ask whether a dose was given; SUPP--
        tables. Variables stand in SDTMIG 3.4 order and rows in the order of their keys. Columns with few
        distinct texts are Categorical. The last column, `SRCPOS`, holds the ledger positions behind the row
        and is not submitted (`submitted`, `origins`).

    Raises:
        StudyError: An annotation or a code of the trial design is at fault (SDTM-001 to SDTM-006).
        RecordError: The records are at fault (SDTM-101 to SDTM-106).
    """
    annotations = annotate(study)
    coded = code_records(study, annotations, source.records)
    collected = _collect(annotations, coded)
    arms = _allocated(coded, source.allocation, collected["DS"])
    verdicts = judge_eligibility(study, source.records)
    visits = attended(coded, annotations)
    if "EX" in collected:
        collected["EC"] = collected_doses(study, collected["EX"])
        if "EXOCCUR" not in collected["EX"].columns:
            del collected["EC"]
        collected["EX"] = given_doses(study, collected["EX"], arms)
    demographics = _demographics(study, annotations, coded, collected, arms, verdicts, visits)
    road = _road(study, annotations, coded, visits, demographics, arms)
    tables = _events(road, collected)
    parents = {name: _of_forms(frame, annotations) for name, frame in tables.items()}
    tables = {name: frame.drop(ORDER) for name, frame in tables.items()}
    tables |= _findings(road)
    tables["DM"] = demographics.drop("p")
    tables["SV"] = tabulate_visits(study, road.visits)
    tables["SE"] = tabulate_elements(study, road.elements, road.persons)
    tables["IE"] = tabulate_criteria(study, verdicts, _judged(road))
    tables |= supplemental_tables(study.id, annotations, coded, parents)
    tables |= design_tables(
        study, participants=arms.height if study.design.randomised else demographics.height
    )
    _check_keys(tables)
    return dict(sorted(tables.items()))


def _collect(annotations: tuple[Annotation, ...], coded: Coded) -> dict[str, pl.DataFrame]:
    """Collect every events and interventions domain; DS also has the informed consent of DM."""
    named = {one.domain for one in annotations if class_of(one.domain) in ("events", "interventions")}
    collected = {domain: collect_rows(domain, annotations, coded) for domain in sorted(named | {"DS"})}
    consents = consent_rows(annotations, coded)
    if consents.height and "INFORMED CONSENT OBTAINED" not in collected["DS"].get_column(
        "DSDECOD", default=pl.Series()
    ):
        collected["DS"] = pl.concat([collected["DS"], consents], how="diagonal_relaxed").sort(*ORDER)
    return collected


def _allocated(coded: Coded, allocation: pl.DataFrame, dispositions: pl.DataFrame) -> pl.DataFrame:
    """Return ``p`` and ``arm`` of the randomised: by the allocation, or by the milestone while sealed."""
    listed = coded.participants.join(allocation.select("participant", "arm"), on="participant").select(
        "p", "arm"
    )
    if "DSDECOD" not in dispositions.columns:
        return listed.sort("p")
    dated = dispositions.filter(pl.col("DSDECOD") == "RANDOMIZED").select("p").unique()
    return (
        pl.concat(
            [listed, dated.join(listed, on="p", how="anti").with_columns(arm=pl.lit(None, dtype=pl.String))]
        )
        .unique("p")
        .sort("p")
    )


def _demographics(
    study: Study,
    annotations: tuple[Annotation, ...],
    coded: Coded,
    collected: dict[str, pl.DataFrame],
    arms: pl.DataFrame,
    verdicts: pl.DataFrame,
    visits: pl.DataFrame,
) -> pl.DataFrame:
    doses = dose_dates(collected["EX"]) if "EX" in collected else _no_doses()
    ends = participation_ends(collected, visits)
    missed = verdicts.filter(pl.col("verdict") == "not met").select("participant").unique()
    excluded = coded.participants.join(missed, on="participant", how="semi")["p"]
    values = first_values("DM", annotations, coded)
    return tabulate_demographics(
        study, values, coded, allocation=arms, doses=doses, ends=ends, excluded=excluded
    )


def _no_doses() -> pl.DataFrame:
    return pl.DataFrame(schema={"p": pl.UInt32, "RFXSTDTC": pl.String, "RFXENDTC": pl.String})


def _road(
    study: Study,
    annotations: tuple[Annotation, ...],
    coded: Coded,
    visits: pl.DataFrame,
    demographics: pl.DataFrame,
    arms: pl.DataFrame,
) -> _Road:
    persons = demographics.select(
        "p",
        "USUBJID",
        sex=pl.col("SEX").cast(pl.Categorical),
        consent=to_date(pl.col("RFICDTC")),
        first=to_date(pl.col("RFXSTDTC")),
        reference=to_date(pl.col("RFSTDTC")),
        until=pl.col("RFPENDTC"),
    ).join(arms, on="p", how="left", maintain_order="left")
    known = visits.join(
        persons.select("p", "USUBJID", "sex", "first", "reference", "until"),
        on="p",
        how="left",
        maintain_order="left",
    )
    texts = ("USUBJID", "VISIT", "EPOCH", "DTC")
    dated = persons.with_columns(until=to_date(pl.col("until")))
    return _Road(
        study=study,
        annotations=annotations,
        coded=coded,
        visits=known.with_columns(pl.col(name).cast(pl.Categorical) for name in texts),
        persons=persons,
        elements=periods(study, visits, dated),
    )


def _events(road: _Road, collected: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    visits = road.visits.with_columns(pl.col("USUBJID", "DTC").cast(pl.String))
    return {
        domain: finish_rows(road.study.id, domain, rows, visits, road.elements)
        for domain, rows in sorted(collected.items())
    }


def _of_forms(frame: pl.DataFrame, annotations: tuple[Annotation, ...]) -> pl.DataFrame:
    """Keep the rows that a form as a whole made, and not those of a single item."""
    own = [one.index for one in annotations if one.kind == "own row"]
    return frame.filter(~pl.col("a").is_in(own))


def _findings(road: _Road) -> dict[str, pl.DataFrame]:
    named = sorted({one.domain for one in road.annotations if one.kind == "finding"})
    tables = {}
    for domain in named:
        members = tuple(one for one in road.annotations if one.kind == "finding" and one.domain == domain)
        tables[domain] = tabulate_findings(road.study.id, domain, members, road.coded.rows, road.visits)
    return tables


def _judged(road: _Road) -> pl.DataFrame:
    """Return the persons with the date of the visit at which eligibility is judged."""
    at = road.visits.filter(pl.col("visit") == road.study.eligibility.at).select(
        "p", judged=pl.col("DTC").cast(pl.String)
    )
    return (
        road.coded.participants.select("p", "participant", "USUBJID")
        .join(at, on="p", how="left")
        .join(road.persons.select("p", "reference"), on="p", how="left")
    )


def _check_keys(tables: dict[str, pl.DataFrame]) -> None:
    of_study, of_records = [], []
    for domain, frame in tables.items():
        names = [name for name in keys(domain) if name in frame.columns]
        if f"{domain}SEQ" in names and class_of(domain) != "trial design":
            continue  # numbered within the participant, so unique by construction
        double = frame.filter(frame.select(names).is_duplicated()).select(names).unique(maintain_order=True)
        for row in double.head(_SHOWN).iter_rows():
            message = f"{domain} has more than one row with {', '.join(names)} = {row}"
            if class_of(domain) == "trial design":
                hint = "give arms, epochs and criteria ids that differ in their first 8 characters"
                of_study.append(Fault(id="SDTM-006", message=message, place=f"domain {domain}", hint=hint))
            else:
                hint = "check the records for duplicates"
                of_records.append(Fault(id="SDTM-106", message=message, place=f"domain {domain}", hint=hint))
    if of_study:
        raise StudyError(of_study)
    if of_records:
        raise RecordError(of_records)
