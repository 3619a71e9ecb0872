"""What a strategy does with absent stains, exclusions, stand-ins and controls."""

from __future__ import annotations

import numpy as np
import pytest

from lupustrial.cytometry import Interval, Polygon, Tube, region_from
from lupustrial.cytometry.gates import METHODS, Parameters, register
from lupustrial.cytometry.strategy import gate_tube, ready_strategies, ready_strategy, strategy_from

HEAD = "format: 1\nid: test\nversion: 1\npopulations:\n"


def two_peaks(seed: int = 1, events: int = 4_000) -> Tube:
    """Return a tube in which every column has a low and a high half."""
    random = np.random.default_rng(seed)
    columns = {name: random.normal(100, 10, events) + 150 * (random.random(events) < 0.5) for name in "ABCD"}
    return Tube.of_columns("tube", columns)


def test_children_of_a_population_that_is_passed_over_take_its_parent() -> None:
    text = HEAD + (
        "  live: {method: valley, column: Viability, absent: pass}\n"
        "  T: {parent: live, method: valley, column: A}\n"
    )
    gated = gate_tube(two_peaks(), strategy_from(text, "s"))
    assert gated.gate("T").parent is None
    assert gated.skipped["live"] == "the tube has no column Viability; all events stands for it"


def test_a_skipped_population_takes_all_that_rests_on_it_along() -> None:
    text = HEAD + (
        "  B: {method: valley, column: CD19, absent: skip}\n"
        "  naive B: {parent: B, method: valley, column: A}\n"
        "  NK: {method: valley, column: B, exclude: [B]}\n"
    )
    gated = gate_tube(two_peaks(), strategy_from(text, "s"))
    assert [gate.population for gate in gated.gates] == ["NK"]
    assert "no column CD19" in gated.skipped["naive B"]
    assert "B not taken out, as it is not gated" in gated.gate("NK").placed.reason


def test_excluded_events_are_out_and_the_region_says_so() -> None:
    text = HEAD + (
        "  high: {method: valley, column: A}\n"
        "  both: {parent: high, method: valley, column: B}\n"
        "  rest: {method: valley, column: C, exclude: [both]}\n"
    )
    gated = gate_tube(two_peaks(), strategy_from(text, "s"))
    rest = gated.gate("rest")
    assert not (rest.inside & gated.gate("both").inside).any()
    assert np.array_equal(rest.placed.region.contains(gated.tube), rest.inside)
    assert region_from(rest.placed.region.as_plain()).as_plain() == rest.placed.region.as_plain()


def test_a_population_is_no_surer_than_what_is_taken_out_of_it() -> None:
    text = HEAD + (
        "  doubtful: {method: tail, column: A, hold: 0.9}\n"
        "  rest: {method: valley, column: C, exclude: [doubtful]}\n"
    )
    gated = gate_tube(two_peaks(), strategy_from(text, "s"))
    assert gated.gate("rest").placed.confidence == gated.gate("doubtful").placed.confidence < 0.7


@pytest.mark.parametrize("step", ["gate", "exclusion"])
def test_a_doubtful_gate_counts_by_the_share_it_takes_out(step: str) -> None:
    random = np.random.default_rng(7)
    confidence = {}
    for share in (0.01, 0.05, 0.3):
        away = np.where(random.random(20_000) < share, 60, 0)
        tube = Tube.of_columns(
            "tube", {"A": random.normal(100, 10, 20_000) + away, "C": two_peaks(5, 20_000).column("C")}
        )
        side = "{method: mixture, columns: [A, C], towards: [1, 0], share: [0.9, 1]}"
        if step == "gate":
            text = (
                "  cells:\n    gates:\n      - {method: valley, column: C}\n      - {method: tail, column: A,"
                " side: below, hold: 0.999, optional: true}\n"
            )
        else:
            text = f"  away: {side}\n  cells: {{method: valley, column: C, exclude: [away]}}\n"
        confidence[share] = gate_tube(tube, strategy_from(HEAD + text, "s")).gate("cells").placed.confidence
    assert confidence[0.01] > confidence[0.05] > confidence[0.3]
    assert confidence[0.01] > 0.9
    assert confidence[0.3] <= 0.6


def test_a_stand_in_is_taken_and_told_where_a_control_is_absent() -> None:
    text = HEAD + (
        "  positive:\n    method: quantile_of_control\n    column: A\n    control: FMO A\n"
        "    otherwise: {method: valley, column: A}\n"
    )
    gate = gate_tube(two_peaks(), strategy_from(text, "s")).gate("positive")
    assert gate.method == "valley"
    assert "quantile_of_control not placed (the tube has no control FMO A)" in gate.placed.reason


def test_a_control_tube_is_looked_at_in_the_same_parent() -> None:
    text = HEAD + (
        "  high: {method: valley, column: A}\n"
        "  answer:\n    parent: high\n    method: quantile_of_control\n    column: B\n"
        "    control: unstimulated\n    quantile: 0.9\n"
    )
    strategy = strategy_from(text, "s")
    tube, control = two_peaks(1), two_peaks(2)
    gated = gate_tube(tube, strategy, controls={"unstimulated": control})
    parent = gate_tube(control, strategy_from(HEAD + "  high: {method: valley, column: A}\n", "s")).gate(
        "high"
    )
    cut = gated.gate("answer").placed.numbers["cut"]
    values = np.sort(control.column("B")[parent.inside])
    rank = int(np.ceil(0.9 * len(values)))
    assert values[rank - 1] <= cut <= values[rank]


def test_an_optional_gate_is_left_out_where_its_column_is_absent() -> None:
    text = HEAD + (
        "  cells:\n    gates:\n      - {method: valley, column: A}\n"
        "      - {method: valley, column: CD45, optional: true}\n"
    )
    gate = gate_tube(two_peaks(), strategy_from(text, "s")).gate("cells")
    assert isinstance(gate.placed.region, Interval)
    assert "without the gate valley" in gate.placed.reason


def test_a_column_may_bear_another_name() -> None:
    text = HEAD.replace("populations", "columns: {CD3: [CD3e, A]}\npopulations") + (
        "  T: {method: valley, column: CD3}\n"
    )
    gated = gate_tube(two_peaks(), strategy_from(text, "s"))
    assert gated.tube.names == ("CD3", "B", "C", "D")


def test_a_static_region_is_the_same_in_every_tube() -> None:
    text = HEAD + "  box: {method: static, region: {shape: interval, column: A, low: 120, high: null}}\n"
    strategy = strategy_from(text, "s")
    regions = {gate_tube(two_peaks(seed), strategy).gate("box").placed.region for seed in (1, 2)}
    assert regions == {Interval(column="A", low=120.0)}


def test_order_comments_and_title_leave_the_hash_and_parameters_change_it() -> None:
    lines = ("  a: {method: valley, column: A}\n", "  b: {parent: a, method: valley, column: B}\n")
    first = strategy_from(HEAD + "".join(lines), "s")
    second = strategy_from("# told\n" + HEAD.replace("id:", "title: x\nid:") + "".join(lines[::-1]), "other")
    third = strategy_from(HEAD + "".join(lines).replace("column: B", "column: B, depth: 0.2"), "s")
    assert first.hash == second.hash != third.hash


def test_the_hash_of_a_template_is_part_of_the_hash_of_a_gating() -> None:
    class Named:
        def __init__(self, text: str) -> None:
            self.hash = text

    text = HEAD + (
        "  high:\n    method: template\n    template: x\n    otherwise: {method: valley, column: A}\n"
    )
    strategy = strategy_from(text, "s")
    assert strategy.templates == ("x",)
    without = gate_tube(two_peaks(), strategy).strategy_hash
    assert without != strategy.hash


def test_a_method_is_registered_once() -> None:
    with pytest.raises(ValueError, match="registered already"):
        register("valley", Parameters, METHODS["tail"].place)


def test_ready_strategies_can_be_read_and_say_what_they_are_for() -> None:
    names = ready_strategies()
    assert {"tbnk", "t-memory", "nk", "treg", "functional"} <= set(names)
    for name in names:
        strategy = ready_strategy(name)
        assert strategy.id == name
        assert strategy.title
        assert strategy.populations


def test_singlets_are_a_wedge_of_three_corners() -> None:
    random = np.random.default_rng(3)
    area = random.lognormal(11, 0.2, 500)
    tube = Tube.of_columns("tube", {"FSC-A": area, "FSC-H": 0.8 * area})
    text = HEAD + "  singlets: {method: ratio_band, columns: [FSC-A, FSC-H]}\n"
    gate = gate_tube(tube, strategy_from(text, "s")).gate("singlets")
    assert isinstance(gate.placed.region, Polygon)
    assert len(gate.placed.region.vertices) == 3
    assert gate.count == 500
