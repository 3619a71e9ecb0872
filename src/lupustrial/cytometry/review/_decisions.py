"""Decisions of readers, taken back into gating: a moved gate is placed as drawn, a rejected one not at all.

The strategy of the file is changed, and with it its hash: the gating is a new version.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from lupustrial.cytometry._regions import Region
from lupustrial.cytometry.review._plain import hash_in, region_in, text_of
from lupustrial.errors import CytometryError, Fault

if TYPE_CHECKING:
    from lupustrial.cytometry.strategy import Population, Strategy

FORMAT = 1
_BROKEN = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError)


@dataclass(frozen=True, kw_only=True)
class GateDecision:
    """What a reader decided on a gate of a file.

    Attributes:
        decision: What was decided.
        region: Of a moved gate; None for any other.
        by: Account of the reader.
        why: The reason; empty where none was asked for.
        gating: Hash of the gating that was looked at (``Gated.hash``); empty where the file does not say it.
        shown: Digest of the gate that was looked at (`digest_of_gate`); empty where the file does not say it.
    """

    decision: Literal["accepted", "edited", "rejected"]
    region: Region | None
    by: str = ""
    why: str = ""
    gating: str = ""
    shown: str = ""

    def as_plain(self) -> dict[str, Any]:
        """Return it as values of JSON."""
        return {
            "decision": self.decision, "region": None if self.region is None else self.region.as_plain(),
            "by": self.by, "why": self.why, "gating": self.gating, "shown": self.shown,
        }  # fmt: skip


#: Decisions by hash of the file, id of the strategy, and population.
Decisions = Mapping[tuple[str, str, str], GateDecision]


def read_decisions(text: str) -> dict[tuple[str, str, str], GateDecision]:
    """Read the file of decisions that the web application gives out (``gate-decisions.json``).

    Raises:
        CytometryError: CYTO-089, it is none, or a gate in it stands twice; all faults at once.
    """
    try:
        plain = json.loads(text)
        if plain["format"] != FORMAT:
            raise _none(f"its format is {plain['format']}")
        rows = list(plain["decisions"])
    except _BROKEN as error:
        raise _none("it cannot be read") from error
    found: dict[tuple[str, str, str], GateDecision] = {}
    faults: list[Fault] = []
    for number, row in enumerate(rows, start=1):
        try:
            key, decision = _row(row)
        except _BROKEN as error:
            faults.append(_fault(f"decision {number} cannot be read: {error}"[:200]))
            continue
        if key in found:
            faults.append(_fault(f"decision {number} is a second one on {key[2]} of the same file"))
        found[key] = decision
    if faults:
        raise CytometryError(faults)
    return found


def decided_strategy(strategy: Strategy, file_sha256: str, decisions: Decisions) -> Strategy:
    """Return the strategy by which a file is gated after its readers.

    A moved gate becomes a static region, whatever its method and exclusions were. A rejected population is
    left out, with all that rest on it. Accepted gates stay as they are.

    Args:
        strategy: The strategy.
        file_sha256: Hash of the file.
        decisions: Of all files (`read_decisions`).

    Returns:
        The strategy itself where nothing was moved or rejected.
    """
    kept: list[Population] = []
    gone: set[str] = set()
    for population in strategy.populations:
        one = decisions.get((file_sha256, strategy.id, population.name))
        if (one is not None and one.decision == "rejected") or gone & set(population.rests_on):
            gone.add(population.name)
        elif one is not None and one.region is not None:
            kept.append(_placed(population, one.region))
        else:
            kept.append(population)
    return strategy if tuple(kept) == strategy.populations else replace(strategy, populations=tuple(kept))


def _placed(population: Population, region: Region) -> Population:
    from lupustrial.cytometry.gates import METHODS
    from lupustrial.cytometry.strategy import Step

    parameters = METHODS["static"].model.model_validate({"region": region.as_plain()})
    return replace(population, steps=(Step(method="static", parameters=parameters),), exclude=())


def _row(row: Mapping[str, Any]) -> tuple[tuple[str, str, str], GateDecision]:
    key = (hash_in(row["file_sha256"]), text_of(row["strategy"]), text_of(row["population"]))
    decision = row["decision"]
    if decision not in ("accepted", "edited", "rejected"):
        raise ValueError(f"a gate is not {decision!r}")
    region = None if row["region"] is None else region_in(row["region"])
    if (region is not None) != (decision == "edited"):
        raise ValueError("a moved gate has a region, and no other has one")
    by, why = (text_of(row.get(name) or "") for name in ("by", "why"))
    gating, shown = (hash_in(row.get(name) or "") for name in ("gating", "shown"))
    return key, GateDecision(decision=decision, region=region, by=by, why=why, gating=gating, shown=shown)


def _fault(message: str) -> Fault:
    hint = "take the file anew from the page of gates of the web application"
    return Fault(id="CYTO-089", message=message, place="decisions on gates", hint=hint)


def _none(message: str) -> CytometryError:
    return CytometryError(_fault(message))
