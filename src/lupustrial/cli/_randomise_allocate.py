"""``lupustrial randomise allocate``: screen by the source records and allocate, in one command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lupustrial.cli._console import stderr, stdout
from lupustrial.cli._find import find_study
from lupustrial.cli._randomise_options import AsJson, By, In, Store, StudyName, actor
from lupustrial.errors import Fault, UsageError

if TYPE_CHECKING:
    import polars as pl

    from lupustrial.allocation.store import Candidate
    from lupustrial.study import Study


def allocate(
    study: StudyName,
    participant: Annotated[str, typer.Argument(help="The participant number.")],
    store: Store,
    by: By,
    role: In,
    source: Annotated[
        Path | None,
        typer.Option(
            help="A folder with source records: eligibility, consent and strata are judged by them first."
        ),
    ] = None,
    vault: Annotated[Path | None, typer.Option(help="Socket of the vault, for minimisation.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Give a participant the next slot; nobody learns an arm, and the list is not opened."""
    from lupustrial.allocation import store as room
    from lupustrial.allocation.vault import VaultClient
    from lupustrial.ledger import open_database
    from lupustrial.study import load_study

    loaded = load_study(find_study(study))
    who = actor(by, role)
    with open_database(store) as db:
        if source is not None:
            candidate, unmet = judge_candidate(loaded, source, participant)
            room.screen(db, loaded, candidate, who)
            for line in unmet:
                stderr().print(line, markup=False)
        done = room.allocate(
            db, loaded, participant, who, choose=None if vault is None else VaultClient(vault).choose
        )
    if as_json:
        answer = {"entry": done.entry, "number": done.number, "participant": done.participant}
        stdout().print_json(json.dumps(answer))
        return
    stdout().print(f"participant           {done.participant}", markup=False)
    stdout().print(f"randomisation number  {done.number}")
    stdout().print(f"ledger                entry {done.entry}")


def judge_candidate(study: Study, source: Path, participant: str) -> tuple[Candidate, list[str]]:
    """Judge eligibility, consent and strata of somebody by the source records.

    Returns:
        The candidate, and a line for each criterion that is not met or undecided.

    Raises:
        UsageError: USAGE-007, no such participant.
        AllocationError: ALLOC-005, a factor of the randomisation is undecided.
    """
    import polars as pl

    from lupustrial.allocation.store import Candidate, digest_of_facts
    from lupustrial.sdtm import judge_eligibility
    from lupustrial.study import read_source

    records = read_source(study, source).records.filter(pl.col("participant") == participant)
    if records.is_empty():
        raise UsageError(
            Fault(
                id="USAGE-007",
                message=f"there is no participant {participant} in {source}",
                place="command line",
                hint="give the number as it stands in the source records",
            )
        )
    verdicts = judge_eligibility(study, records)
    unmet = [
        f"{row['criterion']} {row['verdict']}: {row['facts']}"
        for row in verdicts.filter(pl.col("verdict") != "met").iter_rows(named=True)
    ]
    facts = verdicts.select("criterion", "verdict", "facts").rows()
    candidate = Candidate(
        participant=participant,
        site=records["site"][0],
        consented=_consented(study, records),
        eligible=not unmet,
        levels={} if unmet else _levels(study, records, participant),
        facts=digest_of_facts([list(row) for row in facts]),
    )
    return candidate, unmet


def _consented(study: Study, records: pl.DataFrame) -> bool:
    """Whether an informed consent is dated: an item that is annotated RFICDTC."""
    import polars as pl

    consents = [
        (form.id, item.id)
        for form in study.forms
        for item in form.items
        if item.sdtm is not None and item.sdtm.variable == "RFICDTC"
    ]
    dated = records.filter(pl.col("status") == "entered", pl.col("value").is_not_null())
    return any(
        dated.filter(pl.col("form") == form, pl.col("item") == item).height > 0 for form, item in consents
    )


def _levels(study: Study, records: pl.DataFrame, participant: str) -> dict[str, str]:
    """Return the level of each factor by the items known at screening."""
    from lupustrial.allocation.methods import levels_of
    from lupustrial.sdtm import screening_facts
    from lupustrial.study import Expression

    conditions = [
        Expression.compile(level.when, place=f"factor {factor.id}, level {level.id}")
        for factor in study.randomisation.strata
        for level in factor.levels
    ]
    wanted = {pair for condition in conditions for pair in condition.references}
    facts, _ = screening_facts(study, records, wanted)
    context: dict[str, dict[str, Any]] = {}
    for name, value in facts.row(0, named=True).items():
        form, sign, item = name.partition(".")
        if sign:
            context.setdefault(form, {})[item] = value
    return levels_of(study, context, participant=participant)
