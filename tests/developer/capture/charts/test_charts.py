"""Charts: everything in the drawing is also in words, and nothing of a text is taken as markup."""

from __future__ import annotations

import re
from typing import Any

import pytest
from capture_site import CaptureSite


def _chart(**more: Any) -> Any:
    from lupustrial.capture.charts import Chart, Series

    about: dict[str, Any] = {
        "id": "one", "title": "SLEDAI", "categories": ("W0", "W2", "W4"), "x_label": "Visit",
        "y_label": "Points", "series": (Series(label="Total", values=(12, None, 4)),),
    }  # fmt: skip
    return Chart(**{**about, **more})


@pytest.mark.usefixtures("site")
def test_a_line_has_title_description_and_its_values_as_a_table() -> None:
    from lupustrial.capture.charts import line_chart

    drawn = line_chart(_chart())
    assert '<title id="one-t">SLEDAI</title>' in drawn
    assert "Total: W0 12 to W4 4, lowest 4 (W4), highest 12 (W0)." in drawn
    cells = re.findall(r'<tr><th scope="row">(\w+)</th><td>(.*?)</td></tr>', drawn)
    assert cells == [("W0", "12"), ("W2", "–"), ("W4", "4")]
    assert drawn.count("chart-point") == 2
    assert len(re.findall(r'class="chart-line[^>]*d="M[\d. ]+M[\d. ]+"', drawn)) == 1  # a gap, not a bridge


@pytest.mark.usefixtures("site")
def test_the_policy_of_the_pages_is_kept_and_texts_are_escaped() -> None:
    from lupustrial.capture.charts import Series, bar_chart, line_chart, stacked_chart

    bad = '<script>alert("1")</script>'
    chart = _chart(title=bad, categories=(bad, "b", "c"), series=(Series(label=bad, values=(1, 2, 3)),) * 2)
    for draw in (line_chart, bar_chart, stacked_chart):
        drawn = draw(chart)
        assert "<script" not in drawn
        assert "style=" not in drawn
        assert "&lt;script&gt;" in drawn


@pytest.mark.usefixtures("site")
def test_stacked_bars_stand_on_one_another() -> None:
    from lupustrial.capture.charts import Series, stacked_chart

    drawn = stacked_chart(
        _chart(
            categories=("a",), high=10, low=0,
            series=(Series(label="x", values=(4,)), Series(label="y", values=(6,))),
        )
    )  # fmt: skip
    found = re.findall(
        r'<rect class="chart-bar chart-\d" x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"', drawn
    )
    (low, low_height), (high, high_height) = [(float(y), float(height)) for y, height in found[-2:]]
    assert high + high_height == pytest.approx(low)
    assert high_height / low_height == pytest.approx(1.5, rel=1e-2)


def test_levels_are_printed_by_name(site: CaptureSite) -> None:
    from lupustrial.capture.charts import Series, line_chart

    del site
    drawn = line_chart(
        _chart(levels=("E", "D", "C", "B", "A"), series=(Series(label="Renal", values=(4, 2, 0)),))
    )
    assert re.findall(r'<tr><th scope="row">(\w+)</th><td>(.*?)</td></tr>', drawn) == [
        ("W0", "A"), ("W2", "C"), ("W4", "E")
    ]  # fmt: skip


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    "wrong", [{"id": "Has Blank"}, {"categories": ("a",)}, {"positions": (1.0,)}, {"series": "seven"}]
)
def test_what_cannot_be_drawn_is_a_mistake_of_the_caller(wrong: dict[str, Any]) -> None:
    from lupustrial.capture.charts import Series

    if wrong.get("series") == "seven":
        wrong = {"series": (Series(label="x", values=(1, 2, 3)),) * 7}
    with pytest.raises(ValueError, match=r"chart id|need a value|at most"):
        _chart(**wrong)


@pytest.mark.usefixtures("site")
def test_a_chart_without_values_says_so() -> None:
    from lupustrial.capture.charts import Series, bar_chart

    drawn = bar_chart(_chart(series=(Series(label="x", values=(None, None, None)),)))
    assert "There is nothing to show yet." in drawn
    assert "<svg" not in drawn
