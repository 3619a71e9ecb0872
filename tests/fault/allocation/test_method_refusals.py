"""What methods, streams and strata refuse, and that no refusal shows an arm or a seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from lupustrial.allocation.methods import (
    BiasedCoin,
    BigStick,
    Complete,
    DoublyAdaptive,
    Margin,
    Minimisation,
    PermutedBlocks,
    PlayTheWinner,
    Stream,
    Urn,
    allocate_list,
    levels_of,
    method_of,
    profile_of,
    strata_of,
    stratum_of,
)
from lupustrial.errors import AllocationError
from lupustrial.study import Factor, Level, Randomisation, Site, Study, load_study

AB: dict[str, Any] = {"arms": ("ARMXQ", "ARMYQ"), "ratio": (1, 1)}
SEED = bytes.fromhex("c0ffee" + "5e" * 29)


def ids(call: Callable[[], object]) -> list[str]:
    with pytest.raises(AllocationError) as caught:
        call()
    text = str(caught.value)
    assert "ARMXQ" not in text
    assert "5e5e5e" not in text
    assert all(fault.hint for fault in caught.value.faults)
    return [fault.id for fault in caught.value.faults]


@pytest.mark.parametrize("weights", [(0, 0), (), (3, -1), (2**64, 1)])
def test_weights_that_cannot_be_drawn(weights: tuple[int, ...]) -> None:
    assert ids(lambda: Stream(SEED, "x").pick(weights)) == ["ALLOC-002"]


@pytest.mark.parametrize("n", [0, -1, 2**64 + 1])
def test_numbers_below_what_is_not_there(n: int) -> None:
    assert ids(lambda: Stream(SEED, "x").below(n)) == ["ALLOC-002"]


@pytest.mark.parametrize(
    ("seed", "label", "position"),
    [(b"", "x", 0), (SEED[:31], "x", 0), (SEED + b"1", "x", 0), (SEED, "a\0b", 0), (SEED, "x", -1)],
)
def test_streams_that_cannot_be(seed: bytes, label: str, position: int) -> None:
    assert ids(lambda: Stream(seed, label, position=position)) == ["ALLOC-003"]


def test_a_stream_does_not_show_its_seed() -> None:
    stream = Stream(SEED, "list/all")
    stream.word()
    for shown in (repr(stream), str(stream), f"{stream}"):
        assert shown == "<Stream>"
    assert not hasattr(stream, "__dict__")


@pytest.mark.parametrize(
    "make",
    [
        lambda: Complete(arms=("A", "A"), ratio=(1, 1)),
        lambda: Complete(arms=("A", "B"), ratio=(1,)),
        lambda: Complete(arms=(), ratio=()),
        lambda: Complete(arms=("A", "B"), ratio=(1, 0)),
        lambda: PermutedBlocks(**AB, block_sizes=()),
        lambda: PermutedBlocks(**AB, block_sizes=(4, 5)),
        lambda: PermutedBlocks(**AB, block_sizes=(0,)),
        lambda: PermutedBlocks(**AB, block_sizes=(-2,)),
        lambda: BigStick(**AB, maximum_imbalance=0),
        lambda: Urn(arms=("A", "B"), ratio=(1, 2), urn_start=1, urn_added=1),
        lambda: Urn(**AB, urn_start=-1, urn_added=1),
        lambda: Urn(**AB, urn_start=1, urn_added=0),
        lambda: BiasedCoin(**AB, probability=Fraction(1, 2)),
        lambda: BiasedCoin(**AB, probability=Fraction(11, 10)),
        lambda: BiasedCoin(arms=("A",), ratio=(1,), probability=Fraction(9, 10)),
        lambda: Minimisation(**AB, probability=Fraction(4, 5), imbalance="range", margins=()),
        lambda: Minimisation(
            **AB, probability=Fraction(4, 5), imbalance="range", margins=(Margin(id="a", weight=0),)
        ),
        lambda: Minimisation(**AB, probability=Fraction(4, 5), imbalance="sum", margins=(Margin(id="a"),)),  # type: ignore[arg-type]
        lambda: PlayTheWinner(**AB, urn_start=0, urn_added=1),
        lambda: PlayTheWinner(arms=("A", "B"), ratio=(1, 2), urn_start=1, urn_added=1),
        lambda: DoublyAdaptive(**AB, target="best"),  # type: ignore[arg-type]
        lambda: DoublyAdaptive(**AB, target="rsihr", gamma=-1),
        lambda: DoublyAdaptive(**AB, target="rsihr", burn_in=0),
    ],
)
def test_parameters_that_cannot_be_used(make: Callable[[], object]) -> None:
    assert ids(make) == ["ALLOC-006"]


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ({"method": "none"}, "ALLOC-001"),
        ({"method": "biased_coin"}, "ALLOC-006"),
        ({"method": "biased_coin", "probability": Decimal("NaN")}, "ALLOC-006"),
        ({"method": "big_stick"}, "ALLOC-006"),
        ({"method": "urn", "urn_start": 1}, "ALLOC-006"),
        ({"method": "minimisation", "probability": Decimal("0.8"), "by_site": True}, "ALLOC-006"),
    ],
)
def test_studies_whose_method_cannot_be_made(keys: Any, fault: str) -> None:
    rule = Randomisation(ratio={"ARMXQ": 1, "ARMYQ": 1}, **keys)
    assert ids(lambda: method_of(rule)) == [fault]


def test_minimisation_makes_no_list_and_a_list_is_not_shorter_than_nothing() -> None:
    rule = Randomisation(
        method="minimisation",
        ratio={"ARMXQ": 1, "ARMYQ": 1},
        probability=Decimal("0.8"),
        imbalance="range",
        by_site=True,
    )
    assert ids(lambda: allocate_list(rule, SEED, "all", 3)) == ["ALLOC-001"]
    complete = replace(rule, method="complete")
    assert ids(lambda: allocate_list(complete, SEED, "all", -1)) == ["ALLOC-006"]
    assert allocate_list(complete, SEED, "all", 0) == ()


def test_response_adaptive_methods_have_no_name_in_a_study() -> None:
    for name in ("rpw", "dbcd", "play_the_winner", "doubly_adaptive"):
        rule = Randomisation(method=name, ratio={"A": 1, "B": 1})  # type: ignore[arg-type]
        assert ids(lambda rule=rule: method_of(rule)) == ["ALLOC-001"]  # type: ignore[misc]


def test_histories_that_a_method_cannot_have_made() -> None:
    blocks = PermutedBlocks(**AB, block_sizes=(2,))
    assert ids(lambda: blocks.resume([((), "ARMXQ"), ((), "ARMXQ")])) == ["ALLOC-007"]
    assert ids(lambda: blocks.resume([((), "ARMZQ")])) == ["ALLOC-007"]
    several = PermutedBlocks(**AB, block_sizes=(2, 4))
    assert ids(lambda: several.resume([((), "ARMXQ")])) == ["ALLOC-007"]
    stick = BigStick(**AB, maximum_imbalance=1)
    assert ids(lambda: stick.resume([((), "ARMXQ"), ((), "ARMXQ")])) == ["ALLOC-007"]
    state = blocks.start()
    state.record(0)
    assert ids(lambda: state.record(0)) == ["ALLOC-007"]


def test_profiles_that_do_not_fit_minimisation() -> None:
    method = Minimisation(
        **AB,
        probability=Fraction(4, 5),
        imbalance="range",
        margins=(Margin(id="sex", levels=("F", "M")), Margin(id="site")),
    )
    state = method.start()
    for profile in (("F",), ("F", "01", "x"), (), ("f", "01")):
        assert ids(lambda profile=profile: state.weights(profile)) == ["ALLOC-004"]  # type: ignore[misc]
        assert ids(lambda profile=profile: state.record(0, profile)) == ["ALLOC-004"]  # type: ignore[misc]
    assert state.counts == [0, 0]
    assert state.weights(("F", "a site that joined later")) == (1, 1)


def test_more_responses_than_participants() -> None:
    state = PlayTheWinner(**AB, urn_start=1, urn_added=1).start()
    state.record(0)
    state.respond(0, success=True)
    assert ids(lambda: state.respond(0, success=False)) == ["ALLOC-008"]


def _level(id_: str, when: str) -> Level:
    return Level(id=id_, name=id_, when=when)


@pytest.fixture(scope="module")
def study() -> Study:
    loaded = load_study(Path(__file__).resolve().parents[3] / "studies" / "il2-sle")
    nephritis = Factor(
        id="nephritis",
        name="Lupus nephritis",
        levels=(_level("LN", "h.LN == 'Y'"), _level("noLN", "h.LN == 'N'")),
    )
    dose = Factor(
        id="dose",
        name="Prednisone",
        levels=(
            _level("high", "h.DOSE >= 20.0"),
            _level("mid", "h.DOSE >= 10.0"),
            _level("low", "h.DOSE < 5.0"),
        ),
    )
    sites = tuple(Site(id=id_, name=id_, country="CHN") for id_ in ("01", "02"))
    rule = replace(loaded.randomisation, strata=(nephritis, dose), by_site=True)
    return replace(loaded, randomisation=rule, sites=sites)


def test_strata_come_in_order_and_their_ids_join_the_levels(study: Study) -> None:
    strata = strata_of(study)
    assert strata[:4] == ("LN/high/01", "LN/high/02", "LN/mid/01", "LN/mid/02")
    assert len(strata) == len(set(strata)) == 2 * 3 * 2
    assert stratum_of(study, {"dose": "mid", "nephritis": "noLN"}, "02") == "noLN/mid/02"
    pool = replace(study, randomisation=replace(study.randomisation, method="minimisation"))
    assert strata_of(pool) == ("all",)
    assert stratum_of(pool, {"dose": "mid", "nephritis": "noLN"}, "02") == "all"
    assert profile_of(pool, {"dose": "mid", "nephritis": "noLN"}, "02") == ("noLN", "mid", "02")
    plain = replace(study, randomisation=replace(study.randomisation, strata=(), by_site=False))
    assert strata_of(plain) == ("all",)
    assert stratum_of(plain, {}, "01") == "all"


def test_levels_factors_and_sites_that_a_study_does_not_have(study: Study) -> None:
    assert ids(lambda: stratum_of(study, {}, "99")) == ["ALLOC-004"] * 3
    assert ids(lambda: stratum_of(study, {"nephritis": "LN", "dose": "hi"}, "01")) == ["ALLOC-004"]
    assert ids(lambda: stratum_of(study, {"nephritis": "LN", "dose": "mid", "x": "y"}, "01")) == ["ALLOC-004"]
    with pytest.raises(AllocationError, match="did you mean high"):
        stratum_of(study, {"nephritis": "LN", "dose": "hig"}, "01")


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"LN": "Y", "DOSE": 25}, "several levels that apply: high, mid"),
        ({"LN": "Y", "DOSE": 7}, "`dose` has no level that applies"),
        ({"LN": "Y"}, "`dose` cannot be decided without h.DOSE"),
        ({"LN": "maybe", "DOSE": 1}, "`nephritis` has no level that applies"),
    ],
)
def test_participants_of_no_level_or_of_two(study: Study, facts: Any, message: str) -> None:
    assert ids(lambda: levels_of(study, {"h": facts}, participant="01-007")) == ["ALLOC-005"]
    with pytest.raises(AllocationError, match=message) as caught:
        levels_of(study, {"h": facts}, participant="01-007")
    assert caught.value.faults[0].place == "participant 01-007"


def test_all_factors_that_cannot_be_decided_are_named_at_once(study: Study) -> None:
    assert ids(lambda: levels_of(study, {})) == ["ALLOC-005", "ALLOC-005"]
    assert levels_of(study, {"h": {"LN": "N", "DOSE": Decimal("12.5")}}) == {
        "nephritis": "noLN",
        "dose": "mid",
    }
