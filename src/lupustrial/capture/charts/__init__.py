"""Charts as plain SVG, drawn here: readable by a screen reader, without colour, and in the dark."""

from lupustrial.capture.charts._bars import bar_chart, stacked_chart
from lupustrial.capture.charts._line import line_chart
from lupustrial.capture.charts._model import Chart, Series

__all__ = ["Chart", "Series", "bar_chart", "line_chart", "stacked_chart"]
