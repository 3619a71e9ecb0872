"""``lupustrial gate STUDY``: the files of a study, gated as its ``cytometry`` section says."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lupustrial.cli._find import find_study
from lupustrial.cli._gate_ask import Asked, strategy_of
from lupustrial.cli._gate_folder import gate_and_print
from lupustrial.cli._gate_print import Bar
from lupustrial.cli._gate_read import decisions_of, told_of
from lupustrial.cli._progress import Steps
from lupustrial.errors import Fault, UsageError
from lupustrial.study import CytometryPlan, GatedDemonstration, Study, load_study

if TYPE_CHECKING:
    from lupustrial.cytometry.run import Protocol

_OUT = Path("out") / "cytometry"


def gate_study(asked: Asked) -> None:
    """Gate the files of a study: those that are named, those of ``data/cytometry``, or made ones.

    Raises:
        UsageError: USAGE-010 the study has no cytometry section, or neither files nor a way to make any.
        StudyError: The study folder is at fault.
    """
    study = load_study(find_study(asked.targets[0]))
    plan = study.cytometry
    if plan is None:
        hint = "name the folder of its FCS files, with --panel and --strategy; or see docs/cytometry/study.md"
        raise _usage(f"the study {study.id} has no cytometry section", hint)
    told, decisions = told_of(asked), decisions_of(asked)
    protocol = protocol_of_study(study, plan, tube_cv=asked.tube_cv)
    protocol = replace(protocol, decisions=decisions, borrow=asked.borrow)
    out = asked.out or _OUT
    gate_and_print(asked, _files(asked, study, plan, protocol, out), protocol, out, told)


def protocol_of_study(study: Study, plan: CytometryPlan, *, tube_cv: float = 0.0) -> Protocol:
    """Read the panels and strategies of a study, in the order of its tubes.

    Raises:
        CytometryError: Faults of these files.
    """
    from lupustrial.cytometry.panel import read_panel
    from lupustrial.cytometry.run import Protocol, Settings

    panels = tuple(read_panel(study.folder / tube.panel) for tube in plan.tubes)
    named = [
        str(study.folder / tube.strategy) if tube.strategy.endswith(".yaml") else tube.strategy
        for tube in plan.tubes
    ]
    strategies = {panel.id: strategy_of(name) for panel, name in zip(panels, named, strict=True)}
    return Protocol(panels=panels, strategies=strategies, settings=Settings(tube_cv=tube_cv))


def _files(asked: Asked, study: Study, plan: CytometryPlan, protocol: Protocol, out: Path) -> Path:
    """Return the folder of the files; make them where the study has none and says how."""
    if len(asked.paths) > 1:
        return asked.paths[1]
    kept = study.folder / "data" / "cytometry"
    if kept.is_dir():
        return kept
    if plan.demonstration is None:
        hint = f"name it: lupustrial gate {asked.targets[0]} FOLDER; or put the files in {kept}"
        raise _usage("the study has no folder of FCS files", hint)
    from lupustrial.cli._gate_made import is_made

    made = out.with_name(f"{out.name}-files")
    if made.exists() and not is_made(made):
        raise _usage(f"{made} is there and was not made by lupustrial", "name another --out")
    if not (asked.resume and (made / "samples.csv").is_file()):
        _make(asked, study, plan, plan.demonstration, protocol, made)
    return made


def _make(
    asked: Asked,
    study: Study,
    plan: CytometryPlan,
    how: GatedDemonstration,
    protocol: Protocol,
    folder: Path,
) -> None:
    from lupustrial.cli._gate_made import make_files
    from lupustrial.cli._source import source_of

    with Steps(quiet=asked.quiet or asked.as_json) as steps:

        @contextmanager
        def step(name: str, text: str) -> Iterator[None]:
            steps.tell(name, text)
            yield

        records = source_of(study, asked.source, tell=steps.tell, step=step).records
    shutil.rmtree(folder, ignore_errors=True)
    with Bar(quiet=asked.quiet or asked.as_json, doing="making", done="made") as bar:
        make_files(study, plan, how, records, protocol, folder, tell=bar.tell)


def _usage(message: str, hint: str) -> UsageError:
    return UsageError(Fault(id="USAGE-010", message=message, place="command line", hint=hint))
