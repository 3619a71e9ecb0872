"""The folder ``published/`` of a study into `Targets`, with every fault at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from lupustrial.errors import Fault, ReconstructError, closest
from lupustrial.reconstruct._check_drawing import cross_check
from lupustrial.reconstruct._printed import Statistic
from lupustrial.reconstruct._schema import DrawingFile, FigureSpec, ModelFile, SetSpec, TargetsFile
from lupustrial.reconstruct._targets import Target, Targets
from lupustrial.reconstruct._tree import Tree, read_tree
from lupustrial.study import Study

_File = TypeVar("_File", bound=BaseModel)
_STATISTICS: tuple[Statistic, ...] = get_args(Statistic)


def read_targets(study: Study) -> Targets:
    """Read the published figures of a study and the assumptions by which the rest is drawn.

    Args:
        study: A checked study whose folder has ``published/`` with targets, model and drawing (YAML).

    Returns:
        The targets, in the order of the file.

    Raises:
        ReconstructError: with all the faults found, each with file and line. RECON-001 a file is missing,
            RECON-002 unreadable YAML, RECON-003 a key or value that does not fit, RECON-010 to RECON-019 a
            reference to something that the study or the files do not have, RECON-020 to RECON-025 figures
            that cannot be.
    """
    faults: list[Fault] = []
    folder = study.folder / "published"
    trees = {name: _tree(folder, name, faults) for name in ("targets", "model", "drawing")}
    figures = _file(trees["targets"], TargetsFile, faults)
    model = _file(trees["model"], ModelFile, faults)
    drawing = _file(trees["drawing"], DrawingFile, faults)
    if figures is None or model is None or drawing is None:
        raise ReconstructError(faults)
    targets = Targets(
        source=figures.source,
        short=figures.short,
        contacted=figures.contacted,
        flow=figures.flow,
        baseline=study.baseline_visit.week,
        sets=figures.sets,
        targets=tuple(_flat(figures.figures, figures.sets, assumed=False)),
        assumed=tuple(_flat(model.assumed, figures.sets, assumed=True)),
        rates=figures.rates,
        model=model,
        drawing=drawing,
    )
    places = {name: tree for name, tree in trees.items() if tree is not None}
    faults.extend(cross_check(study, figures, targets, places))
    if any(fault.severity == "error" for fault in faults):
        raise ReconstructError(faults)
    return targets


def _tree(folder: Path, name: str, faults: list[Fault]) -> Tree | None:
    path = folder / f"{name}.yaml"
    if path.is_file():
        return read_tree(path, f"published/{name}.yaml", faults)
    hint = "create it (docs/reconstruct.md)"
    faults.append(
        Fault(id="RECON-001", message="the file is missing", place=f"published/{name}.yaml", hint=hint)
    )
    return None


def _file(tree: Tree | None, schema: type[_File], faults: list[Fault]) -> _File | None:
    """Validate a tree; each complaint of the schema becomes a fault with its line."""
    if tree is None:
        return None
    try:
        return schema.model_validate(tree.plain)
    except ValidationError as error:
        faults.extend(_complaint(tree, schema, complaint) for complaint in error.errors())
        return None


def _complaint(tree: Tree, schema: type[BaseModel], complaint: Any) -> Fault:
    path = [step for step in complaint["loc"] if not str(step).startswith(("function-", "constrained-"))]
    name = ".".join(str(step) for step in path)
    hint = "docs/reconstruct.md says what stands there"
    if complaint["type"] == "extra_forbidden":
        hint = closest(str(path[-1]), sorted(_keys(schema))) or hint
    message = f"`{name}`: {complaint['msg'][:1].lower()}{complaint['msg'][1:]}"
    return Fault(id="RECON-003", message=message, place=tree.place(path), hint=hint)


def _keys(schema: type[BaseModel]) -> Iterator[str]:
    """All keys of a schema and of the parts inside it."""
    seen: set[type[BaseModel]] = set()
    waiting: list[Any] = [schema]
    while waiting:
        kind = waiting.pop()
        waiting.extend(getattr(kind, "__args__", ()))
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in seen:
            seen.add(kind)
            for name, info in kind.model_fields.items():
                yield name
                waiting.append(info.annotation)


def _flat(figures: Sequence[FigureSpec], sets: Any, *, assumed: bool) -> Iterator[Target]:
    for figure in figures:
        spec: SetSpec | None = sets.get(figure.set)
        for arm, printed in figure.print.items():
            for statistic in _STATISTICS:
                value = getattr(printed, statistic)
                if value is not None:
                    yield Target(
                        where=figure.where,
                        parameter=figure.parameter,
                        arm=arm,
                        week=figure.week,
                        set=figure.set,
                        size=spec.size.get(arm, 0) if spec else 0,
                        statistic=statistic,
                        printed=Decimal(value),
                        assumed=assumed,
                    )
