"""The source records that a command works with: given, kept with the study, or reconstructed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from lupustrial.errors import Fault, UsageError
from lupustrial.study import Source, Study, read_source

#: Opens a step of the road: its name, and a sentence on what it does.
Step = Callable[[str, str], AbstractContextManager[None]]


def source_of(study: Study, source: Path | None, *, tell: Callable[[str, str], None], step: Step) -> Source:
    """Read the source records, or reconstruct them where the study has published targets and no records.

    Args:
        study: The study.
        source: A folder with source records. None: ``data/source`` in the study folder where it exists, else
            synthetic records reconstructed from the published targets of the study.
        tell: Called with a step and a sentence while records are reconstructed.
        step: Opens the step ``"source"``.

    Raises:
        RecordError: The source records are at fault.
        UsageError: USAGE-003, the study has neither records nor published targets.
    """
    kept = study.folder / "data" / "source"
    if source is None and kept.is_dir():
        source = kept
    if source is not None:
        with step("source", f"reading and checking the source records in {source}"):
            return read_source(study, source)
    if not (study.folder / "published").is_dir():
        raise UsageError(
            Fault(
                id="USAGE-003",
                message=f"{study.id} has neither source records nor published targets",
                place=str(study.folder),
                hint="give the records with --source FOLDER, or put them in data/source of the study folder",
            )
        )
    from lupustrial.reconstruct import reconstruct
    from lupustrial.study import check_source

    tell("reconstruct", "reconstructing synthetic participants from the published tables")
    records = reconstruct(study, progress=lambda text: tell("reconstruct", text))
    with step("source", "checking the source records"):
        check_source(study, records)
    return records
