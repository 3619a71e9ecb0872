"""A folder of files gated over processes: found by content, resumable, the same bytes each time."""

from __future__ import annotations

from lupustrial.cytometry.run._find import FoundFile, find_files
from lupustrial.cytometry.run._folder import GatedFolder, available, gate_folder
from lupustrial.cytometry.run._job import Job, Settings
from lupustrial.cytometry.run._one import gate_job, gates_plain
from lupustrial.cytometry.run._plan import Protocol, decisions_on
from lupustrial.cytometry.run._pool import Progress
from lupustrial.cytometry.run._review import Told
from lupustrial.cytometry.run._samples import ROLES, SAMPLES, Sample, read_samples
from lupustrial.cytometry.run._tables import RESULTS

__all__ = [
    "RESULTS", "ROLES", "SAMPLES", "FoundFile", "GatedFolder", "Job", "Progress", "Protocol", "Sample",
    "Settings", "Told", "available", "decisions_on", "find_files", "gate_folder", "gate_job", "gates_plain",
    "read_samples",
]  # fmt: skip
