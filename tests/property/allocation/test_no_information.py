"""Numbers, order, lengths and ciphertext of sealed lists tell nothing of the arms.

Lists come from fixed seeds, so that these tests give the same each time; where ciphertext is looked at, which
is new each time, the false-alarm rate is stated. The last tests show that each of them finds a leak.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats
from sealed_trial import template_study

from lupustrial.allocation.sealing import (
    PURPOSES,
    AllocationList,
    Recipient,
    leaf_of,
    make_key,
    make_list,
    opened,
    seal,
)
from lupustrial.study import KitType, Study

Numbers = npt.NDArray[np.float64]
Told = Callable[[Sequence[AllocationList]], float]

LISTS, SLOTS = 80, 100
#: Each p value of fixed seeds lies above this, or something leaks: with nine such tests, one in a thousand
#: changes of the seeds raises a false alarm.
LEVEL = 1e-4
#: For what is drawn anew with each run: one false alarm in a million runs.
RARE = 1e-6


@cache
def study() -> Study:
    """Return a study of two arms with three kits a slot."""
    one = template_study()
    kit = KitType(id="VIAL", name="Vial", units=1, dispensed=("W0", "W4"), spare=1)
    return replace(one, kits=(kit,), randomisation=replace(one.randomisation, slots=SLOTS))


@cache
def lists() -> tuple[AllocationList, ...]:
    """Make the lists."""
    return tuple(make_list(study(), hashlib.sha256(bytes([place])).digest()) for place in range(LISTS))


def arms(made: AllocationList) -> Numbers:
    """Return 1 for the first arm, 0 for the other."""
    return np.array([slot.arm == made.parameters["arms"][0] for slot in made.slots], dtype=float)


def kit_arms(made: AllocationList) -> Numbers:
    return np.repeat(arms(made), len(made.slots[0].kits))


def numbers(made: AllocationList) -> Numbers:
    return np.array([slot.number for slot in made.slots], dtype=float)


def kit_numbers(made: AllocationList) -> Numbers:
    return np.array([kit.number for slot in made.slots for kit in slot.kits], dtype=float)


def rank_sum(value: Callable[[AllocationList], Numbers], arm: Callable[[AllocationList], Numbers]) -> Told:
    """Compare the ranks of the arms in each list; the lists together: their deviates squared, and summed."""

    def p_value(made: Sequence[AllocationList]) -> float:
        deviates = []
        for one in made:
            mark, ranks = arm(one), stats.rankdata(value(one))
            n, m = len(mark), mark.sum()
            deviates.append((ranks[mark == 1].sum() - m * (n + 1) / 2) / np.sqrt(m * (n - m) * (n + 1) / 12))
        spread = stats.chi2.sf(np.square(deviates).sum(), len(deviates))
        shift = 2 * stats.norm.sf(abs(np.sum(deviates)) / np.sqrt(len(deviates)))
        return float(min(spread, shift) * 2)

    return p_value


def digits(value: Callable[[AllocationList], Numbers], arm: Callable[[AllocationList], Numbers]) -> Told:
    """Compare each digit between the arms over all lists; the smallest p value, times the digits."""

    def p_value(made: Sequence[AllocationList]) -> float:
        mark = np.concatenate([arm(one) for one in made]) == 1
        found = np.concatenate([value(one) for one in made]).astype(np.int64)
        places = range(len(str(found[0])))
        tables = [
            [np.bincount(found[which] // 10**place % 10, minlength=10) for which in (mark, ~mark)]
            for place in places
        ]
        used = [np.array(table)[:, np.sum(table, axis=0) > 0] for table in tables]
        return min(float(stats.chi2_contingency(table).pvalue) for table in used) * len(places)

    return p_value


def model_of_digits(made: Sequence[AllocationList]) -> float:
    """Predict the arm from all digits at once, least squares; the F test of the model."""
    mark = np.concatenate([arms(one) for one in made])
    found = np.concatenate([numbers(one) for one in made]).astype(np.int64)
    digit = np.array([[int(sign) for sign in str(number)] for number in found])
    x = np.hstack([np.ones((len(digit), 1)), *[(digit == value)[:, 1:] for value in range(1, 10)]])
    fitted = x @ np.linalg.lstsq(x, mark, rcond=None)[0]
    degrees = np.linalg.matrix_rank(x) - 1
    between, within = np.square(fitted - mark.mean()).sum(), np.square(mark - fitted).sum()
    rest = len(mark) - degrees - 1
    return float(stats.f.sf(between / degrees / (within / rest), degrees, rest))


def runs(made: Sequence[AllocationList]) -> float:
    """Count the runs of one arm in the order of the numbers (Wald & Wolfowitz 1940)."""
    deviates = []
    for one in made:
        mark = arms(one)[np.argsort(numbers(one))]
        n, m = len(mark), mark.sum()
        expected = 1 + 2 * m * (n - m) / n
        variance = (expected - 1) * (expected - 2) / (n - 1)
        deviates.append((1 + np.count_nonzero(np.diff(mark)) - expected) / np.sqrt(variance))
    return float(2 * stats.norm.sf(abs(np.sum(deviates)) / np.sqrt(len(deviates))))


def leaves(made: Sequence[AllocationList]) -> float:
    """Compare each bit of the leaves between the arms."""
    return bits(
        np.array([list(leaf_of(slot)) for one in made for slot in one.slots], dtype=np.uint8),
        np.concatenate([arms(one) for one in made]) == 1,
    )


def bits(content: npt.NDArray[np.uint8], mark: npt.NDArray[np.bool_]) -> float:
    """Compare how often each bit is set; the smallest p value, times the bits."""
    ones = np.unpackbits(content, axis=1).astype(float)
    ones = ones[:, ones.std(axis=0) > 0]
    deviation = ones[mark].mean(axis=0) - ones[~mark].mean(axis=0)
    error = ones.std(axis=0) * np.sqrt(1 / mark.sum() + 1 / (~mark).sum())
    return float(2 * stats.norm.sf(np.abs(deviation / error).max()) * ones.shape[1])


TESTS: dict[str, Told] = {
    "ranks of slot numbers": rank_sum(numbers, arms),
    "ranks of kit numbers": rank_sum(kit_numbers, kit_arms),
    "digits of slot numbers": digits(numbers, arms),
    "digits of kit numbers": digits(kit_numbers, kit_arms),
    "all digits at once": model_of_digits,
    "runs in the order of the numbers": runs,
    "bits of the leaves": leaves,
}


@pytest.mark.parametrize("name", TESTS)
def test_nothing_is_told(name: str) -> None:
    assert TESTS[name](lists()) > LEVEL


def test_kits_of_a_slot_have_nothing_to_do_with_each_other() -> None:
    """Neither do their numbers follow the number of the slot, by which kits of one arm could be gathered."""
    pairs = [(one.kits[0].number, one.kits[1].number, one.number) for made in lists() for one in made.slots]
    first, second, slot = np.array(pairs, dtype=float).T
    assert stats.spearmanr(first, second).pvalue > LEVEL
    assert stats.spearmanr(first, slot).pvalue > LEVEL


def test_lists_of_different_seeds_share_no_more_numbers_than_by_chance() -> None:
    one, other = ({slot.number for slot in made.slots} for made in lists()[:2])
    assert len(one & other) <= 12  # 100 of 9,000 each: 1.1 expected


def test_ciphertext_tells_neither_arm_nor_how_many_of_each() -> None:
    keys = {purpose: make_key() for purpose in PURPOSES}
    recipients = [Recipient(name=name, purpose=name, public_key=key.public_key) for name, key in keys.items()]
    one, files = of_unequal_names(), {"list.age": "list", "production.age": "production"}
    sizes, envelopes, marks = set(), [], []
    for place in range(20):
        made = make_list(one, hashlib.sha256(bytes([place])).digest())
        sealed = seal(one, made, recipients)
        sizes.add(
            tuple(len(opened(sealed.files[name], keys[purpose], name)) for name, purpose in files.items())
        )
        sizes_inside = {len(opened(slot.envelope, keys["code_break"], "slot")) for slot in sealed.slots}
        assert len(sizes_inside) == 1
        envelopes += [slot.envelope for slot in sealed.slots]
        marks.append(arms(made))
    assert len({mark.sum() for mark in marks}) > 3  # the lists have not as many of each arm
    assert len(sizes) == 1
    mark = np.concatenate(marks) == 1
    lengths = np.array([len(envelope) for envelope in envelopes])  # age adds to its header by chance
    assert stats.mannwhitneyu(lengths[mark], lengths[~mark]).pvalue > RARE
    tail = sizes_inside.pop() + 32  # nonce, content, tag
    payload = np.array([list(envelope[-tail:]) for envelope in envelopes], dtype=np.uint8)
    assert bits(payload, mark) > RARE


def of_unequal_names() -> Study:
    """Return a study whose arms have ids of very different length."""
    names, one = {"ACT": "A", "PBO": "A-MUCH-LONGER-NAME"}, study()
    arms_of = [
        replace(arm, id=names[arm.id], dosing=arm.dosing and replace(arm.dosing, product=names[arm.id]))
        for arm in one.arms
    ]
    rule = replace(
        one.randomisation, method="complete", ratio=dict.fromkeys(names.values(), 1), block_sizes=()
    )
    return replace(one, arms=tuple(arms_of), randomisation=rule)


def leaking(made: AllocationList) -> AllocationList:
    """Give half of one arm's slots and kits numbers that end alike, and small ones."""
    slots = []
    for place, slot in enumerate(made.slots):
        told = slot.arm == made.parameters["arms"][0] and place % 2 == 0
        number = 10_000 + place * 10 + 7 if told else slot.number
        kits = tuple(replace(kit, number=100_000 + place if told else kit.number) for kit in slot.kits)
        salt = bytes(32) if told else slot.salt
        slots.append(replace(slot, number=number, kits=kits, salt=salt))
    return replace(made, slots=tuple(slots))


@pytest.mark.parametrize("name", [name for name in TESTS if name != "bits of the leaves"])
def test_a_leak_is_found(name: str) -> None:
    assert TESTS[name]([leaking(made) for made in lists()]) < LEVEL


def test_a_leak_of_bits_is_found() -> None:
    rng = np.random.default_rng(20_240_601)
    mark = rng.random(4000) < 0.5
    content = rng.integers(0, 256, (4000, 40), dtype=np.uint8)
    assert bits(content, mark) > LEVEL
    content[mark & (rng.random(4000) < 0.3), 17] |= 4
    assert bits(content, mark) < RARE
