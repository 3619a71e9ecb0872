"""How a study allocates its participants, and the kits that it hands out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

#: Methods of randomisation; `none` is for a study with one arm.
AllocationMethod = Literal[
    "complete", "permuted_blocks", "biased_coin", "big_stick", "urn", "minimisation", "none"
]


@dataclass(frozen=True, kw_only=True)
class Level:
    """One level of a factor; `when` is a CEL condition over form items, true for who belongs to it."""

    id: str
    name: str
    when: str


@dataclass(frozen=True, kw_only=True)
class Factor:
    """A prognostic factor by which participants are stratified, or whose margins minimisation balances.

    Attributes:
        id: Id of the factor.
        name: What is printed.
        levels: At least two; everybody who can be allocated belongs to exactly one.
        weight: Weight of the factor in minimisation.
    """

    id: str
    name: str
    levels: tuple[Level, ...]
    weight: int = 1


@dataclass(frozen=True, kw_only=True)
class Randomisation:
    """How participants are allocated (``docs/allocation/methods.md`` defines the methods).

    Attributes:
        method: The method.
        ratio: Share of each arm. Its order is the order of the arms wherever arms are drawn.
        block_sizes: Of permuted blocks; with several, the size of each block is drawn.
        probability: With which a biased coin, or minimisation, prefers the arm that lags behind.
        maximum_imbalance: Of a big stick.
        urn_start: Balls of each arm at the start of an urn.
        urn_added: Balls of each other arm that an allocation adds.
        imbalance: How minimisation measures the imbalance of a factor: ``range`` or ``variance`` over the
            arms after the allocation, or the ``total`` of those in the arm already.
        by_site: Whether the site is a factor too.
        strata: The factors.
        slots: Length of the list of each stratum (of the pool, with minimisation); None: as many as the
            design plans participants.
        not_published: Details that a publication does not give.
    """

    method: AllocationMethod
    ratio: Mapping[str, int] = field(default_factory=dict)
    block_sizes: tuple[int, ...] = ()
    probability: Decimal | None = None
    maximum_imbalance: int | None = None
    urn_start: int | None = None
    urn_added: int | None = None
    imbalance: Literal["range", "variance", "total"] | None = None
    by_site: bool = False
    strata: tuple[Factor, ...] = ()
    slots: int | None = None
    not_published: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Storage:
    """Temperatures between which kits keep, in degrees Celsius."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, kw_only=True)
class KitType:
    """A kit as it is handed out: the same outside for every arm, since its products match.

    Attributes:
        id: Id of the type.
        name: What is printed.
        units: Doses in a kit, e.g. seven vials for the seven injections of a cycle.
        unit: What a dose is called, e.g. ``vial``.
        dispensed: Visits at which one kit of this type is handed out.
        spare: Further kits packed for each slot, to replace what is broken, lost or quarantined.
        storage: Temperatures between which it keeps; None: not stated.
        label: Further lines of the label.
    """

    id: str
    name: str
    units: int
    dispensed: tuple[str, ...]
    unit: str = "vial"
    spare: int = 0
    storage: Storage | None = None
    label: tuple[str, ...] = ()
