"""What to think about before go-live."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from fractions import Fraction

from lupustrial.allocation.design._candidates import Candidate
from lupustrial.allocation.design._plan import Plan
from lupustrial.allocation.design._result import DesignResult, Warn
from lupustrial.allocation.methods import Minimisation, PermutedBlocks

_FEW_BLOCKS = 2
_MUCH_OPEN = 0.25  # of all participants in blocks that stay open
_DEPARTS = 0.02
_NAMED = 4  # strata named in a warning


def warnings_of(plan: Plan, own: Candidate, result: DesignResult) -> tuple[Warn, ...]:
    """Return the warnings about the study's own design."""
    found: list[Warn] = []
    method = own.method
    if isinstance(method, PermutedBlocks):
        found += _blocks(plan, own, method, result)
    if isinstance(method, Minimisation) and method.probability == 1:
        found.append(
            Warn(
                code="deterministic",
                message="minimisation with probability 1 has no random element: "
                f"{result.certain:.0%} of the allocations are certain to who knows the earlier ones",
                hint="set `probability` to 0.7 to 0.9",
            )
        )
    if result.departure is not None and result.departure > _DEPARTS:
        found.append(
            Warn(
                code="changing-chances",
                message="with this method and unequal shares the chance of an arm is not the same for every "
                f"participant: it departs from its share by up to {result.departure:.1%}",
                hint="use permuted blocks or complete randomisation, or mind it in re-randomisation tests",
            )
        )
    return tuple(found)


def _blocks(plan: Plan, own: Candidate, method: PermutedBlocks, result: DesignResult) -> Iterator[Warn]:
    total = sum(method.ratio)
    if total in method.block_sizes:
        yield Warn(
            code="smallest-block",
            message=f"a block of {total} is as small as the ratio allows: whoever knows the first "
            f"{total - 1} of its allocations knows the last",
            hint="use larger blocks, of several sizes",
        )
    if len(set(method.block_sizes)) == 1 and total not in method.block_sizes:
        yield Warn(
            code="one-size",
            message=f"all blocks have {method.block_sizes[0]} participants: whoever finds out the size is "
            f"certain of {result.certain:.0%} of the allocations",
            hint="list several block sizes",
        )
    mean = Fraction(sum(method.block_sizes), len(method.block_sizes))
    small = _small_strata(plan, own, _FEW_BLOCKS * mean)
    if small:
        named = ", ".join(f"{float(size):.1f} in {name}" for name, size in small[:_NAMED])
        more = f", and {len(small) - _NAMED} more strata" if len(small) > _NAMED else ""
        yield Warn(
            code="few-blocks",
            message=f"{len(small)} of {_count(plan, own)} strata expect fewer participants than two blocks "
            f"hold ({float(_FEW_BLOCKS * mean):g}): {named}{more}",
            hint="stratify by less, use smaller blocks, or minimise",
        )
    if result.inside is not None and result.open_blocks is not None and result.inside > _MUCH_OPEN:
        yield Warn(
            code="open-blocks",
            message=f"{result.open_blocks:.1f} blocks are expected to stay open, with {result.inside:.0%} of "
            "the participants in them: the strata will hardly balance",
            hint="stratify by less, use smaller blocks, or minimise",
        )


def _small_strata(plan: Plan, own: Candidate, least: Fraction) -> list[tuple[str, Fraction]]:
    parts = [
        list(zip(plan.factors[place].levels, plan.factors[place].shares, strict=True)) for place in own.strata
    ]
    sizes = [
        (
            "/".join(level for level, _ in combination) or "all",
            plan.participants * math.prod((share for _, share in combination), start=Fraction(1)),
        )
        for combination in itertools.product(*parts)
    ]
    return sorted((pair for pair in sizes if pair[1] < least), key=lambda pair: pair[1])


def _count(plan: Plan, own: Candidate) -> int:
    return math.prod(len(plan.factors[place].levels) for place in own.strata)
