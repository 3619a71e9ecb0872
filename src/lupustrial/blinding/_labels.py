"""The arms as numbers: the true labelling first, then permutations of it, each dealt into folds.

Everything here is keyed by a seed, so that every role is judged by the same permutations and folds, and the
same records give the same report.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lupustrial.blinding._cross_validation import draw_folds
from lupustrial.errors import BlindingError, Fault
from lupustrial.study import Study

Integers = NDArray[np.int64]

#: In a smaller arm an area is hardly more than a guess.
LEAST = 8
_TWO = 2


@dataclass(frozen=True, kw_only=True)
class Labels:
    """Who has which arm, and permutations of it.

    Attributes:
        participants: Ids, sorted.
        arms: The arms in the order of their first participant: number k stands for ``arms[k]``.
        codes: (1 + permutations) x participants; the first row is the true labelling.
        orders: Of `draw_folds`, one a repeat.
        folds: How many folds.
    """

    participants: tuple[str, ...]
    arms: tuple[str, ...]
    codes: Integers
    orders: tuple[Integers, ...]
    folds: int

    @property
    def targets(self) -> int:
        """How many arms are told from the rest: with two, telling one tells the other."""
        return 1 if len(self.arms) == _TWO else len(self.arms)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Participants of each arm."""
        return tuple(int(size) for size in np.bincount(self.codes[0]))


def dummy_allocation(study: Study, records: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Give arms by lot, in the study's ratio, to everybody with a record at baseline or later.

    Args:
        study: The study.
        records: Source records.
        seed: Key of the lot.

    Returns:
        Columns ``participant`` and ``arm``. It has nothing to do with the allocation of the trial.
    """
    first = next(place for place, visit in enumerate(study.visits) if visit.baseline)
    later = [visit.id for visit in study.visits[first:]]
    met = records.filter(pl.col("visit").is_in(later) & (pl.col("status") == "entered"))
    people = sorted(set(met["participant"].to_list()))
    ratio = study.randomisation.ratio or {arm.id: 1 for arm in study.arms}
    block = [arm for arm, share in ratio.items() for _ in range(share)]
    arms = np.resize(np.asarray(block), len(people))
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(2,))))
    return pl.DataFrame({"participant": people, "arm": rng.permutation(arms).tolist()})


def labels_of(
    records: pl.DataFrame,
    allocation: pl.DataFrame,
    *,
    permutations: int,
    folds: int,
    repeats: int,
    seed: int,
) -> Labels:
    """Number the arms of everybody with records, and draw permutations and folds.

    Raises:
        BlindingError: BLIND-001 no allocation, BLIND-002 one arm, BLIND-003 an arm is too small.
    """
    known = allocation.filter(pl.col("arm").is_not_null()).select("participant", "arm")
    people = records.select("participant").unique()
    own = known.join(people, on="participant", how="semi").sort("participant")
    if own.is_empty():
        hint = "give the unblinded statistician's records with allocation.csv, or try it with --labels dummy"
        raise _refusal("BLIND-001", "there is no allocation: nobody's arm is known", hint)
    arms = tuple(own["arm"].unique(maintain_order=True).to_list())
    if len(arms) < _TWO:
        message = "all participants are in one arm, so there is nothing to tell apart"
        raise _refusal("BLIND-002", message, "use it for a trial with two arms or more")
    code = own["arm"].replace_strict(dict(zip(arms, range(len(arms)), strict=True)), return_dtype=pl.Int64)
    true = code.to_numpy().astype(np.int64)
    if int(np.bincount(true).min()) < LEAST:
        message = f"an arm has fewer than {LEAST} participants with records"
        raise _refusal("BLIND-003", message, "come back when more have been recruited")
    root = np.random.SeedSequence(seed, spawn_key=(1,))
    draw, *deal = (np.random.Generator(np.random.Philox(key)) for key in root.spawn(1 + repeats))
    shuffled = draw.permuted(np.tile(true, (permutations, 1)), axis=1)
    codes = np.vstack([true[None, :], shuffled])
    orders = tuple(draw_folds(codes, rng) for rng in deal)
    return Labels(
        participants=tuple(own["participant"].to_list()), arms=arms, codes=codes, orders=orders, folds=folds
    )


def _refusal(fault_id: str, message: str, hint: str) -> BlindingError:
    return BlindingError(Fault(id=fault_id, message=message, place="allocation", hint=hint))
