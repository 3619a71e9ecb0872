"""``lupustrial gate``: files of events to percentages of cell subsets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lupustrial.cli._gate_ask import Asked, kind_of

_EXAMPLES = (
    "Examples: lupustrial gate fcs/ --panel tbnk.yaml --strategy tbnk --out out/cytometry   |   "
    "lupustrial gate fcs/ --panel tbnk.yaml --strategy tbnk --resume   |   "
    "lupustrial gate tube.fcs --panel tbnk.yaml --strategy tbnk   |   "
    "lupustrial gate --strategy gating.wsp tube.fcs   |   lupustrial gate studies/il2-sle"
)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(epilog=_EXAMPLES)(gate)


def gate(
    target: Annotated[
        list[str],
        typer.Argument(
            help="A folder of FCS files; a study folder, alone or with the folder of its files; or FCS files."
        ),
    ],
    *,
    strategy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE|ID",
            help="A strategy (.yaml), a ready one by its id (tbnk, …), or for single files a FlowJo "
            "workspace (.wsp) or Gating-ML (.xml). With several panels, one for each, in their order.",
        ),
    ] = None,
    panel: Annotated[
        list[Path] | None, typer.Option(help="Panel file (.yaml); again for more, samples.csv names them.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder: the output folder [default: out/cytometry]. Files: a .csv or .parquet."),
    ] = None,
    samples: Annotated[
        Path | None,
        typer.Option(help="CSV that says what each file is [default: samples.csv of the folder, if any]."),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option(
            help="Study without files: the source records (of a run: out/source) that its made files follow."
        ),
    ] = None,
    template: Annotated[
        list[str] | None,
        typer.Option(metavar="[BATCH:]NAME=FILE", help="A template, for all batches or one; again for more."),
    ] = None,
    tube_cv: Annotated[
        float,
        typer.Option(
            min=0, max=1, help="Coefficient of variation between replicate tubes, for tests of a response."
        ),
    ] = 0.0,
    decisions: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="What readers decided (/gates/decisions of the web application); again for more, earlier "
            "ones first. A decision on a gate that is another one now is told and does not hold.",
        ),
    ] = None,
    secret_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A secret for the codes of the tubes, so that who has the files cannot find them.",
        ),
    ] = None,
    miflowcyt: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Answers to MIFlowCyt (.yaml) that only people know."),
    ] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, help="Files at once [default: as many as processors are free].")
    ] = None,
    sample: Annotated[
        str | None, typer.Option(help="Sample of a FlowJo workspace [default: the file's name].")
    ] = None,
    group: Annotated[str | None, typer.Option(help="Group of a FlowJo workspace in which to look.")] = None,
    borrow: Annotated[
        bool,
        typer.Option(
            "--borrow/--no-borrow", help="Let the tubes of a batch tell each other where its templates lie."
        ),
    ] = False,
    binned: Annotated[
        bool, typer.Option("--binned", help="Count polygons over bins as FlowJo does, to compare.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a run: keep what is done and still holds.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only the results.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The results as JSON on standard output.")] = False,
) -> None:
    """Gate FCS files: a whole folder over processes, resumable; a study; or single files.

    A file that cannot be used is told and does not stop the others; exit status 1 says that there was one.
    No gate is told participant, visit or arm.
    """
    asked = Asked(
        targets=tuple(target),
        strategies=tuple(strategy or ()),
        panels=tuple(panel or ()),
        out=out,
        samples=samples,
        source=source,
        templates=tuple(template or ()),
        tube_cv=tube_cv,
        decisions=tuple(decisions or ()),
        secret_file=secret_file,
        miflowcyt=miflowcyt,
        borrow=borrow,
        processes=processes,
        sample=sample,
        group=group,
        binned=binned,
        resume=resume,
        quiet=quiet,
        as_json=as_json,
    )
    kind = kind_of(asked)
    if kind == "study":
        from lupustrial.cli._gate_study import gate_study

        gate_study(asked)
    elif kind == "folder":
        from lupustrial.cli._gate_folder import gate_a_folder

        gate_a_folder(asked)
    elif kind == "foreign":
        from lupustrial.cli._gate_foreign import gate_with_foreign

        gate_with_foreign(asked)
    else:
        from lupustrial.cli._gate_files import gate_some_files

        gate_some_files(asked)
