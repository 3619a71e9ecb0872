"""The list of a study: made once from a seed, by an algorithm that anybody can repeat.

``docs/allocation/algorithm.md`` states every step.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from lupustrial.allocation._numbers import draw_numbers
from lupustrial.allocation.methods import PermutedBlocks, Stream, allocate_list, strata_of
from lupustrial.errors import AllocationError, Fault
from lupustrial.ledger import canonical
from lupustrial.study import Randomisation, Study

FORMAT = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class PackedKit:
    """A kit of a slot: its number, its type, and which of that type it is, from 1."""

    number: int
    type: str
    nth: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """One slot of the list.

    Attributes:
        number: The randomisation number; drawn by chance, so that it tells nothing.
        stratum: Id of the stratum.
        position: Place in the list of the stratum, from 1.
        arm: The arm. Secret.
        kits: The kits packed for it.
        salt: What hides the arm in the commitment. Secret.
    """

    number: int
    stratum: str
    position: int
    arm: str = field(repr=False)
    kits: tuple[PackedKit, ...]
    salt: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class AllocationList:
    """The whole list. Secret but for `parameters`.

    Attributes:
        parameters: What the algorithm needs beside the seed, as JSON values; public.
        seed: 32 bytes.
        slots: In the order of the strata and of their lists.
    """

    parameters: Mapping[str, Any]
    seed: bytes = field(repr=False)
    slots: tuple[Slot, ...] = field(repr=False)

    def to_json(self) -> bytes:
        """Return the canonical text of the list."""
        slots = [
            {
                "arm": slot.arm,
                "kits": [kit.number for kit in slot.kits],
                "number": slot.number,
                "position": slot.position,
                "salt": slot.salt.hex(),
                "stratum": slot.stratum,
            }
            for slot in self.slots
        ]
        whole = {
            "format": FORMAT,
            "parameters": dict(self.parameters),
            "seed": self.seed.hex(),
            "slots": slots,
        }
        return canonical(whole).encode()

    @classmethod
    def from_json(cls, content: bytes, place: str) -> AllocationList:
        """Read the text of a list; AllocationError ALLOC-020 where it is none."""
        return told(parsed(content), place)


def parsed(content: bytes) -> AllocationList | None:
    """Read the text of a list; None where it is none."""
    try:
        whole = json.loads(content)
        types = list(_kit_types(whole["parameters"]))
        slots = tuple(
            Slot(
                number=one["number"],
                stratum=one["stratum"],
                position=one["position"],
                arm=one["arm"],
                kits=tuple(
                    PackedKit(number=number, type=kind, nth=nth)
                    for number, (kind, nth) in zip(one["kits"], types, strict=True)
                ),
                salt=bytes.fromhex(one["salt"]),
            )
            for one in whole["slots"]
        )
        made = AllocationList(parameters=whole["parameters"], seed=bytes.fromhex(whole["seed"]), slots=slots)
        return made if whole["format"] == FORMAT else None
    except (ValueError, KeyError, TypeError):
        return None


def told(made: AllocationList | None, place: str) -> AllocationList:
    """Return a list that could be read; AllocationError ALLOC-020 where it could not.

    What was read instead is not here: whoever reports a crash often shows the variables.
    """
    if made is None:
        raise AllocationError(
            Fault(
                id="ALLOC-020",
                message="this is no allocation list",
                place=place,
                hint="give the list that `randomise init` sealed",
            )
        )
    return made


def parameters_of(study: Study) -> dict[str, Any]:
    """Return what the algorithm needs beside the seed, as JSON values.

    ``slots`` is the length of each stratum's list; the pool of minimisation is rounded up to hold the ratio
    exactly.
    """
    rule = study.randomisation
    slots = rule.slots or study.design.planned_participants
    if rule.method == "minimisation":
        slots += -slots % sum(rule.ratio.values())
    margins = [[factor.id, factor.weight, [level.id for level in factor.levels]] for factor in rule.strata]
    if rule.by_site:
        margins.append(["site", 1, [site.id for site in study.sites]])
    return {
        "arms": list(rule.ratio),
        "block_sizes": list(rule.block_sizes),
        "imbalance": rule.imbalance,
        "kits": [[kit.id, len(kit.dispensed) + kit.spare] for kit in study.kits],
        "margins": margins,
        "maximum_imbalance": rule.maximum_imbalance,
        "method": rule.method,
        "probability": None if rule.probability is None else str(rule.probability),
        "ratio": list(rule.ratio.values()),
        "slots": slots,
        "strata": list(strata_of(study)),
        "study": study.id,
        "urn_added": rule.urn_added,
        "urn_start": rule.urn_start,
        "version": study.version,
    }


def make_list(study: Study, seed: bytes) -> AllocationList:
    """Make the list of a study from a seed.

    Args:
        study: A study that randomises.
        seed: 32 bytes from ``secrets.token_bytes``; whoever has it has the list.

    Raises:
        AllocationError: ALLOC-001, the study randomises nobody; ALLOC-003, the seed cannot be used.
    """
    return list_from(parameters_of(study), seed)


def list_from(parameters: Mapping[str, Any], seed: bytes) -> AllocationList:
    """Make a list from the parameters that were committed to, whatever was amended since.

    Raises:
        AllocationError: as `make_list`.
    """
    rule, length = _rule(parameters), parameters["slots"]
    places = [(stratum, place) for stratum in parameters["strata"] for place in range(1, length + 1)]
    numbers = draw_numbers(Stream(seed, "numbers"), len(places))
    arms = [arm for stratum in parameters["strata"] for arm in _arms(rule, seed, stratum, length)]
    types = list(_kit_types(parameters))
    kits = iter(draw_numbers(Stream(seed, "kits"), len(places) * len(types)))
    slots = tuple(
        Slot(
            number=number,
            stratum=stratum,
            position=position,
            arm=arm,
            kits=tuple(PackedKit(number=next(kits), type=kind, nth=nth) for kind, nth in types),
            salt=salt_of(seed, number),
        )
        for (stratum, position), number, arm in zip(places, numbers, arms, strict=True)
    )
    return AllocationList(parameters=parameters, seed=seed, slots=slots)


def salt_of(seed: bytes, number: int) -> bytes:
    """Return the 32 bytes that hide the arm of a slot: the first block of the stream ``salt/<number>``."""
    return hmac.digest(seed, f"salt/{number}".encode() + bytes(9), "sha256")


def _arms(rule: Randomisation, seed: bytes, stratum: str, length: int) -> Sequence[str]:
    if rule.method != "minimisation":
        return allocate_list(rule, seed, stratum, length)
    method = PermutedBlocks(arms=tuple(rule.ratio), ratio=tuple(rule.ratio.values()), block_sizes=(length,))
    state, stream = method.start(), Stream(seed, "pool")
    return [state.choose(stream) for _ in range(length)]


def _rule(parameters: Mapping[str, Any]) -> Randomisation:
    """Return the rule that the parameters tell, without the factors, which no list needs."""
    probability = parameters["probability"]
    return Randomisation(
        method=parameters["method"],
        ratio=dict(zip(parameters["arms"], parameters["ratio"], strict=True)),
        block_sizes=tuple(parameters["block_sizes"]),
        probability=None if probability is None else Decimal(probability),
        maximum_imbalance=parameters["maximum_imbalance"],
        urn_start=parameters["urn_start"],
        urn_added=parameters["urn_added"],
    )


def _kit_types(parameters: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    for kind, count in parameters["kits"]:
        for nth in range(1, count + 1):
            yield kind, nth
