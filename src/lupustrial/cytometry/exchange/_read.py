"""Tell a FlowJo 10 workspace from a Gating-ML 2.0 file, refuse the rest, choose the sample that is meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from lupustrial.cytometry.exchange._flowjo import Workspace, WorkspaceSample, workspace_of
from lupustrial.cytometry.exchange._gatingml import gatingml_of
from lupustrial.cytometry.exchange._tree import Tree
from lupustrial.cytometry.exchange._xml import Element, read_xml
from lupustrial.errors import CytometryError, Fault, closest

_GATING_ML = "http://www.isac-net.org/std/Gating-ML/v2.0/gating"


def read_workspace(path: str | Path) -> Workspace:
    """Read a FlowJo 10 workspace (.wsp).

    Every sample is read whole: compensation, scales, tree of gates, counts that FlowJo stored. A gate on
    ``Comp-X`` is compensated and takes the scale of ``Comp-X``; a gate on ``X`` is not compensated.

    Raises:
        CytometryError: CYTO-030 no XML that may be read; CYTO-031 another kind of file (FlowJo 9, FACSDiva,
            Gating-ML); CYTO-034 gates, CYTO-036 matrices that cannot be read, each with its line.
    """
    path = Path(path)
    root = read_xml(path)
    if root.name != "Workspace" or _version(root) is None:
        _refuse(root, path, "a FlowJo 10 workspace")
    return workspace_of(root, path)


def read_gatingml(path: str | Path) -> Tree:
    """Read the gates of a Gating-ML 2.0 file.

    Raises:
        CytometryError: CYTO-030 no XML that may be read; CYTO-031 another kind of file; CYTO-033
            transformations, CYTO-034 gates, CYTO-036 matrices that cannot be read, each with its line.
    """
    path = Path(path)
    root = read_xml(path)
    if not _is_gatingml(root):
        _refuse(root, path, "a Gating-ML 2.0 file")
    return gatingml_of(root, path)


def read_gates(path: str | Path, *, file: str, sample: str | None = None, group: str | None = None) -> Tree:
    """Read the gates that a workspace or Gating-ML file has for a file of events.

    In a workspace the sample is, in this order: the one named `sample`; the one whose FCS file or name is
    `file`; the only one (of `group`, where it is given). ``$FIL`` is never looked at.

    Raises:
        CytometryError: as :func:`read_workspace` and :func:`read_gatingml`; CYTO-032 the sample is not
            there, or several could be meant.
    """
    path = Path(path)
    root = read_xml(path)
    if _is_gatingml(root):
        return gatingml_of(root, path)
    if root.name != "Workspace" or _version(root) is None:
        _refuse(root, path, "a FlowJo 10 workspace or a Gating-ML 2.0 file")
    return choose_sample(workspace_of(root, path), file=file, sample=sample, group=group).tree


def choose_sample(
    workspace: Workspace, *, file: str, sample: str | None = None, group: str | None = None
) -> WorkspaceSample:
    """Return the sample of a workspace that is meant; see :func:`read_gates`."""
    place = str(workspace.path)
    samples: Sequence[WorkspaceSample] = workspace.samples
    if group is not None:
        known = sorted({name for each in samples for name in each.groups})
        if group not in known:
            hint = closest(group, known) or f"it has {', '.join(known)}"
            raise CytometryError(
                Fault(id="CYTO-032", message=f"the workspace has no group {group}", place=place, hint=hint)
            )
        samples = [each for each in samples if group in each.groups]
    names = [each.name for each in samples]
    if sample is not None:
        found = [each for each in samples if sample in {each.name, each.file}]
    else:
        found = [each for each in samples if file in {each.name, each.file}] or list(samples)
    if len(found) == 1:
        return found[0]
    wanted = sample or file
    if sample is not None and not found:
        message = f"the workspace has no sample {sample}"
        hint = closest(wanted, names) or f"it has {', '.join(names)}"
    else:
        message = f"{len(found)} samples of the workspace could be meant for {wanted}"
        hint = f"name the sample whose gates are to be used: {', '.join(names)}"
    raise CytometryError(Fault(id="CYTO-032", message=message, place=place, hint=hint))


def _is_gatingml(root: Element) -> bool:
    return root.name == "Gating-ML" and _GATING_ML in root.spaces


def _version(root: Element) -> int | None:
    """Return FlowJo's major version where it is one that can be read: 10, or 11 exporting for 10."""
    found = re.match(r"([1-9][0-9]{1,2})(\.|$)", root.get("flowJoVersion") or "")
    return int(found[1]) if found else None


def _refuse(root: Element, path: Path, wanted: str) -> NoReturn:
    kinds = {
        "bdfacs": ("a FACSDiva experiment", "open it in FlowJo 10 and save a workspace"),
        "Workspace": ("a workspace of FlowJo 9 or older", "open it in FlowJo 10 and save it as .wsp"),
        "Gating-ML": ("Gating-ML of another version than 2.0", "export as Gating-ML 2.0"),
    }  # fmt: skip
    found, hint = kinds.get(root.name, (f"XML with the root <{root.name}>", f"give {wanted}"))
    if root.name == "Workspace" and _version(root) is not None:
        found, hint = "a FlowJo workspace", f"give {wanted}"
    if _is_gatingml(root):
        found, hint = "a Gating-ML 2.0 file", f"give {wanted}"
    raise CytometryError(
        Fault(id="CYTO-031", message=f"this is {found}, not {wanted}", place=f"{path}:{root.line}", hint=hint)
    )
