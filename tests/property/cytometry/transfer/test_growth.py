"""A population that grows or brightens is counted, not aligned away (interleukin-2 does both to Treg)."""

from __future__ import annotations

import numpy as np
import pytest
from treg_clouds import Labelled, batch

from lupustrial.cytometry import Setting
from lupustrial.cytometry.transfer import Template, TemplateGate, make_template, place_template

SEEDS = (11, 12, 13, 14)


def setting(tube: Labelled, template: Template | None = None) -> Setting:
    templates = {} if template is None else {"Treg": template}
    return Setting(tube=tube.tube, parent=tube.parent, populations={"naive": tube.naive}, templates=templates)


def count(template: Template, tube: Labelled) -> int:
    placed = place_template(setting(tube, template), TemplateGate(template="Treg", anchor=template.anchor))
    return int(np.count_nonzero(placed.region.contains(tube.tube)))


@pytest.mark.parametrize("anchor", [None, "naive"])
@pytest.mark.parametrize("change", [{"expansion": 1.5}, {"expansion": 3.0}, {"brightening": 1.2}], ids=str)
def test_the_ratio_of_counts_is_kept_within_ten_percent(anchor: str | None, change: dict[str, float]) -> None:
    found = []
    for seed in SEEDS:
        before, after = batch(seed, 2, 1), batch(seed, 2, 1, **change)
        reference = before[0][0]
        template = make_template(setting(reference), reference.drawn, population="Treg", anchor=anchor)
        old, new = before[1][0], after[1][0]
        # the steady gate stands at the same place before and after, whatever the cells do
        assert new.straight == old.straight
        told = count(template, new) / count(template, old)
        true = new.straight.contains(new.tube).sum() / old.straight.contains(old.tube).sum()
        found.append(told / true - 1)
    assert abs(float(np.median(found))) <= 0.10
    assert max(map(abs, found)) <= 0.20
