"""The report as a page: what it says on top, what it groups, and that it names no arm."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from blinding_trials import ARMS, halves, noise_trial, source

from lupustrial.blinding import BlindingReport, groups_of, p_text, predictability, render_blinding


def report_of(**more: object) -> BlindingReport:
    rng = np.random.default_rng(1)
    trial, rows = noise_trial(30, 8, rng)
    return predictability(trial, source(rows, halves(30, rng)), permutations=19, repeats=1, **more)  # type: ignore[arg-type]


def test_on_top_stands_for_whom_it_is() -> None:
    page = render_blinding(report_of())
    banner = page[page.index("<aside") : page.index("</aside>")]
    assert "For the unblinded statistician only" in banner
    assert "no longer blinded to which items differ" in banner
    assert "Synthetic records" in banner


def test_with_dummy_labels_it_says_so_instead() -> None:
    page = render_blinding(report_of(labels="dummy"))
    banner = page[page.index("<aside") : page.index("</aside>")]
    assert "Dummy labels" in banner
    assert "unblinded statistician only" not in banner


def test_roles_that_see_the_same_stand_together_and_unblinded_ones_apart() -> None:
    groups = groups_of(report_of())
    assert [group.roles for group in groups] == [("doctor", "assessor"), ("statistician",), ("engineer",)]
    assert [group.verdict for group in groups][1:] == [
        "is not blinded",
        "sees nothing that could tell the arm",
    ]


def test_the_same_report_gives_the_same_page_without_script_or_address() -> None:
    page = render_blinding(report_of())
    assert page == render_blinding(report_of())
    assert "<script" not in page
    assert "http" not in page


def test_no_arm_is_in_page_or_log(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        page = render_blinding(report_of())
    printed = capsys.readouterr()
    for arm in ARMS:
        assert arm not in page + caplog.text + printed.out + printed.err


def test_p_never_reads_as_nought() -> None:
    assert [p_text(value) for value in (0.0004, 0.002, 0.0217, 1.0)] == ["<0.001", "0.002", "0.022", "1.000"]


def test_progress_counts_each_set_of_records_once() -> None:
    told: list[tuple[int, int]] = []
    report_of(progress=lambda done, total, _text: told.append((done, total)))
    assert told == [(0, 2), (1, 2), (2, 2)]  # all records, which doctor and assessor see too, and nothing
