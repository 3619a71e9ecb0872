"""How files of a flow cytometer become values of a form (`study.yaml`, `cytometry`).

As in `lupustrial.study._model`, field names are the keys of ``study.yaml`` (``docs/study-folder.md``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

#: What is told of a population of a tube; the names are those of the columns of the results.
GatedStatistic = Literal["percent_parent", "percent_lymphocytes", "per_ul", "count"]


@dataclass(frozen=True, kw_only=True)
class GatedItem:
    """The value of an item: a statistic of a population of the gating strategy."""

    population: str
    statistic: GatedStatistic = "percent_parent"


@dataclass(frozen=True, kw_only=True)
class GatedDemonstration:
    """Files that are made for a study without any, so that its whole lineage can be walked.

    The first `participants` that have values of the form get a file for each visit, of `events` events, with
    the percentages that were recorded; what is then recorded is what was gated. `panels` names for each panel
    file the synthetic panel by which its files are made, `cells` for each item the synthetic cells that it
    counts: of the lymphocytes (``nk``), or of others (``treg in cd4``). `drawn` names the columns on which a
    reader would draw a population in the reference tube of each batch, for populations gated by template.
    """

    participants: int
    panels: Mapping[str, str]
    cells: Mapping[str, str]
    drawn: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    events: int = 20_000


@dataclass(frozen=True, kw_only=True)
class GatedTube:
    """A tube that is stained at a visit, and what is recorded of it.

    Attributes:
        panel: The panel: a file in the folder ``cytometry`` of the study.
        strategy: The gating strategy: a file there, or the id of one that comes with lupustrial.
        items: What each item of the form holds.
        file: The item that holds the hash of the file; None: none does.
        gating: The item that holds the hash of the gating; None: none does.
    """

    panel: str
    strategy: str
    items: Mapping[str, GatedItem]
    file: str | None = None
    gating: str | None = None


@dataclass(frozen=True, kw_only=True)
class CytometryPlan:
    """Which files are gated how, and where the results are recorded.

    Attributes:
        form: The form that takes the results.
        tubes: The tubes of a visit, each of another panel.
        lymphocytes: Item of the blood count (``form.ITEM``, 10^9 per litre) that turns percentages into cells
            per microlitre; None: percentages alone.
        demonstration: Files to be made where there are none.
    """

    form: str
    tubes: tuple[GatedTube, ...]
    lymphocytes: str | None = None
    demonstration: GatedDemonstration | None = None
