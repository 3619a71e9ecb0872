"""What ``lupustrial gate`` was asked, and which of its four ways it means."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from lupustrial.errors import Fault, UsageError

if TYPE_CHECKING:
    from lupustrial.cytometry.run import Protocol
    from lupustrial.cytometry.strategy import Strategy

_FOREIGN = (".wsp", ".xml")

Kind = Literal["study", "folder", "foreign", "files"]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The arguments and options, as they were typed."""

    targets: tuple[str, ...]
    strategies: tuple[str, ...]
    panels: tuple[Path, ...]
    out: Path | None
    samples: Path | None
    source: Path | None
    templates: tuple[str, ...]
    tube_cv: float
    decisions: tuple[Path, ...]
    secret_file: Path | None
    miflowcyt: Path | None
    borrow: bool
    processes: int | None
    sample: str | None
    group: str | None
    binned: bool
    resume: bool
    quiet: bool
    as_json: bool

    @property
    def paths(self) -> tuple[Path, ...]:
        """The targets as paths."""
        return tuple(Path(target) for target in self.targets)


def kind_of(asked: Asked) -> Kind:
    """Return what is to be gated: a study, a folder, files by gates drawn elsewhere, or files by a strategy.

    Raises:
        UsageError: USAGE-010 targets and options that do not go together; USAGE-012 no such file or folder.
    """
    first = asked.paths[0]
    folders = [path for path in asked.paths if path.is_dir()]
    if len(asked.paths) <= 1 + len(folders[1:]) and not first.is_file() and _is_study(asked.targets[0]):
        return "study"
    missing = [path for path in asked.paths if not path.exists()]
    if missing:
        raise UsageError(
            [_fault("USAGE-012", f"there is no {path}", "name a folder or FCS files") for path in missing]
        )
    if folders and len(asked.paths) > 1:
        raise _usage("a folder goes alone", "gate one folder at a time, or name only files")
    if any(_is_foreign(name) for name in asked.strategies):
        _check_foreign(asked, folders)
        return "foreign"
    if not asked.strategies or not asked.panels:
        what = "--strategy" if not asked.strategies else "--panel"
        raise _usage(f"{what} is missing", "e.g. --panel panel.yaml --strategy tbnk; docs/cytometry/gate.md")
    if asked.sample or asked.group or asked.binned:
        raise _usage("--sample, --group and --binned belong to a FlowJo workspace", "leave them out")
    return "folder" if folders else "files"


def protocol_of(asked: Asked) -> Protocol:
    """Read panels, strategies and templates.

    Raises:
        UsageError: USAGE-010 panels and strategies that do not pair; USAGE-009 a template without NAME=FILE.
        CytometryError: Faults of these files.
    """
    from lupustrial.cytometry.panel import read_panel
    from lupustrial.cytometry.run import Protocol, Settings

    panels = tuple(read_panel(path) for path in asked.panels)
    ids = [panel.id for panel in panels]
    if len(set(ids)) < len(ids):
        raise _usage("two panels have the same id", "give each panel once")
    if len(asked.strategies) not in (1, len(panels)):
        message = f"{len(asked.strategies)} strategies for {len(panels)} panels"
        raise _usage(message, "give one strategy for all, or one for each panel in the same order")
    read = [strategy_of(name) for name in asked.strategies]
    strategies = dict(zip(ids, read if len(read) > 1 else read * len(ids), strict=True))
    return Protocol(
        panels=panels,
        strategies=strategies,
        templates=_templates(asked.templates),
        settings=Settings(tube_cv=asked.tube_cv),
    )


def strategy_of(name: str) -> Strategy:
    """Read a strategy by its file, or a ready one by its id.

    Raises:
        CytometryError: Faults of the file, or there is no such strategy.
    """
    import lupustrial.cytometry.transfer  # noqa: F401 - it brings the method `template`
    from lupustrial.cytometry.strategy import read_strategy, ready_strategy

    if Path(name).suffix.casefold() in (".yaml", ".yml") or Path(name).is_file():
        return read_strategy(Path(name))
    return ready_strategy(name)


def _templates(texts: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for text in texts:
        told, sign, file = text.partition("=")
        batch, colon, name = told.rpartition(":")
        if not (sign and name and file) or (colon and not batch):
            hint = "write NAME=FILE, or BATCH:NAME=FILE for the files of one batch"
            message = f"`{text}` names no template"
            raise UsageError(
                Fault(id="USAGE-009", message=message, place="command line, --template", hint=hint)
            )
        from lupustrial.cytometry.transfer import read_template

        found.setdefault(batch, {})[name] = read_template(Path(file))
    return found


def _is_study(name: str) -> bool:
    folder = Path(name) if Path(name).exists() else Path("studies") / name
    return (folder / "study.yaml").is_file()


def _is_foreign(name: str) -> bool:
    return Path(name).suffix.casefold() in _FOREIGN


def _check_foreign(asked: Asked, folders: list[Path]) -> None:
    if len(asked.strategies) > 1:
        raise _usage("a workspace or Gating-ML file goes alone", "give one --strategy")
    if folders:
        hint = "name the files; a folder is gated with a strategy of ours (.yaml or a ready one)"
        raise _usage("a workspace or Gating-ML file gates single files", hint)
    ours = (asked.panels, asked.samples, asked.templates, asked.resume, asked.decisions, asked.borrow)
    if any((*ours, asked.secret_file, asked.miflowcyt)):
        hint = (
            "leave --panel, --samples, --template, --resume, --decisions, --borrow, --secret-file and "
            "--miflowcyt out: it brings scales and compensation itself"
        )
        raise _usage("options that do not go with a workspace or Gating-ML file", hint)


def _usage(message: str, hint: str) -> UsageError:
    return UsageError(_fault("USAGE-010", message, hint))


def _fault(id_: str, message: str, hint: str) -> Fault:
    return Fault(id=id_, message=message, place="command line", hint=hint)
