"""Gates from and to other programs: FlowJo 10 workspaces and Gating-ML 2.0."""

from __future__ import annotations

from lupustrial.cytometry.exchange._flowjo import Workspace, WorkspaceSample
from lupustrial.cytometry.exchange._gate_file import Compared, Row, count_like_flowjo, gate_file, gate_files
from lupustrial.cytometry.exchange._read import choose_sample, read_gates, read_gatingml, read_workspace
from lupustrial.cytometry.exchange._reference import Reference, read_reference
from lupustrial.cytometry.exchange._regions_of import regions_of
from lupustrial.cytometry.exchange._tree import Tree
from lupustrial.cytometry.exchange._write_gatingml import write_gatingml
from lupustrial.cytometry.exchange._write_workspace import Exported, write_workspace

__all__ = [
    "Compared", "Exported", "Reference", "Row", "Tree", "Workspace", "WorkspaceSample", "choose_sample",
    "count_like_flowjo", "gate_file", "gate_files", "read_gates", "read_gatingml", "read_reference",
    "read_workspace", "regions_of", "write_gatingml", "write_workspace",
]  # fmt: skip
