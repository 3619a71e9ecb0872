"""``lupustrial gate FOLDER``."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from lupustrial.cli._console import print_faults, stderr
from lupustrial.cli._gate_ask import Asked, protocol_of
from lupustrial.cli._gate_print import Bar, print_folder
from lupustrial.cli._gate_read import decisions_of, told_of

if TYPE_CHECKING:
    from lupustrial.cytometry.run import GatedFolder, Protocol, Told

_OUT = Path("out") / "cytometry"


def gate_a_folder(asked: Asked) -> None:
    """Gate a folder, print what came out; exit status 1 where a file was refused, 130 where stopped."""
    told, decisions = told_of(asked), decisions_of(asked)
    protocol = replace(protocol_of(asked), decisions=decisions, borrow=asked.borrow)
    gate_and_print(asked, asked.paths[0], protocol, asked.out or _OUT, told)


def gate_and_print(asked: Asked, folder: Path, protocol: Protocol, out: Path, told: Told) -> None:
    """Gate a folder by a protocol, and print what came out; exit status as `gate_a_folder`."""
    from lupustrial.cytometry.run import gate_folder

    try:
        with Bar(quiet=asked.quiet or asked.as_json) as bar:
            result = gate_folder(
                folder,
                protocol=protocol,
                out=out,
                samples=asked.samples,
                processes=asked.processes,
                resume=asked.resume,
                told=told,
                progress=bar.tell,
                aligning=bar.tell_before,
            )
    except KeyboardInterrupt:
        stderr().print("stopped; the files that were done are kept: go on with --resume")
        raise typer.Exit(130) from None
    if asked.as_json:
        sys.stdout.write(json.dumps(_as_json(result), indent=2, ensure_ascii=False) + "\n")
    else:
        print_folder(result)
    if result.faults:
        print_faults(result.faults)
        raise typer.Exit(1)


def _as_json(result: GatedFolder) -> dict[str, object]:
    return {
        "out": str(result.out),
        "content": result.content,
        "same_as_before": result.previous == result.content,
        "gated": result.gated,
        "kept": result.kept,
        "decisions_elsewhere": result.elsewhere,
        "files": result.files.to_dicts(),
        "results": result.results.to_dicts(),
        "responses": result.responses.to_dicts(),
        "quality": result.quality.to_dicts(),
        "faults": [
            {"id": fault.id, "place": fault.place, "message": fault.message, "hint": fault.hint}
            for fault in result.faults
        ],
    }
