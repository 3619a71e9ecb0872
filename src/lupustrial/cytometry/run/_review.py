"""The pages of review of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lupustrial.cytometry.panel import Panel
from lupustrial.cytometry.review import Reagent, reagents_of, review_files, tube_of
from lupustrial.cytometry.run._find import FoundFile
from lupustrial.cytometry.run._one import Part
from lupustrial.cytometry.run._samples import Sample


@dataclass(frozen=True, kw_only=True)
class Told:
    """What people say for the pages of review.

    Attributes:
        secret: Of the codes of the tubes (`review.code_of`); it is never written anywhere.
        miflowcyt: Answers to MIFlowCyt by the keys of `review.FIELDS`.
    """

    secret: str = field(default="", repr=False)
    miflowcyt: Mapping[str, str] = field(default_factory=dict)


def review_pages(
    files: Sequence[FoundFile],
    samples: Mapping[str, Sample],
    parts: Mapping[str, Part],
    panels: Sequence[Panel],
    told: Told,
) -> dict[str, bytes]:
    """Return the pages of review by path, below ``review/``; none where every file was refused."""
    tubes = [
        tube_of(
            part,
            batch=samples[file.sha256].batch,
            control=samples[file.sha256].role == "control",
            secret=told.secret,
        )
        for file in files
        if (part := parts[file.sha256]["review"]) is not None
    ]
    if not tubes:
        return {}
    reagents: list[Reagent] = [reagent for panel in panels for reagent in reagents_of(panel)]
    pages = review_files(tubes, given=told.miflowcyt, reagents=reagents, hashes=not told.secret)
    return {f"review/{name}": content for name, content in pages.items()}
