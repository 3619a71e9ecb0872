"""What the report holds, how it is marked, and that the same results give the same bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import lupustrial.report as room
from lupustrial.report import Published, render_png, render_report, table_texts
from lupustrial.study import Stamp, Study

PUBLISHED = {
    "C001": Published(p="0.052", verdict="reproduced by the (N-1) chi-square"),
    "C004": Published(p="0.036", verdict="reproduced by no two-sided test"),
}


class Page(HTMLParser):
    """Collects ids, links, images, headings and header cells of a page."""

    def __init__(self, text: str) -> None:
        """Read a page."""
        super().__init__()
        self.ids, self.links, self.images, self.headings, self.headers, self.outside = [], [], [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note what a tag says."""
        given = dict(attributes)
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.links.append(given["href"])
        if tag == "img":
            self.images.append(given)
        if tag == "th":
            self.headers.append(given)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag in ("script", "link", "iframe", "object") or str(given.get("src", "")).startswith(
            ("http", "//")
        ):
            self.outside.append((tag, given))


@pytest.fixture(scope="module")
def out(study: Study, ard: pl.DataFrame, stamp: Stamp, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    render_report(study, ard, stamp, folder, published=PUBLISHED)
    return folder


@pytest.fixture(scope="module")
def html(out: Path) -> str:
    return (out / "report.html").read_text(encoding="utf-8")


def test_public_names_are_pinned() -> None:
    assert sorted(room.__all__) == [
        "GraphFigure",
        "Published",
        "render_graph",
        "render_lineage",
        "render_png",
        "render_report",
        "table_texts",
    ]


def test_every_display_of_the_plan_is_written(study: Study, out: Path) -> None:
    for display in study.plan.displays:
        names = ["figures/{}.svg"] if display.kind == "figure" else ["tables/{}.html", "tables/{}.csv"]
        assert all((out / name.format(display.id)).stat().st_size > 100 for name in names)
    assert (out / "report.pdf").read_bytes().startswith(b"%PDF-")


def test_rendering_twice_gives_the_same_bytes(
    study: Study, ard: pl.DataFrame, stamp: Stamp, out: Path, tmp_path: Path
) -> None:
    again = render_report(study, ard, stamp, tmp_path, published=PUBLISHED)
    assert len(again) > 20
    for path in again:
        assert path.read_bytes() == (out / path.relative_to(tmp_path)).read_bytes(), path.name


def test_no_file_carries_a_date_of_making(out: Path) -> None:
    assert (
        b"CreationDate" not in (out / "report.pdf").read_bytes()
        or b"D:1970" in (out / "report.pdf").read_bytes()
    )
    for path in (out / "figures").iterdir():
        assert "dc:date" not in path.read_text(encoding="utf-8")


def test_the_page_is_one_file_without_script_or_outside_resource(html: str) -> None:
    page = Page(html)
    assert page.outside == []
    assert all(image["src"].startswith("data:image/svg+xml;base64,") for image in page.images)
    assert "@import" not in html
    assert "url(" not in html


def test_ids_are_unique_and_every_link_has_its_target(html: str) -> None:
    page = Page(html)
    assert len(page.ids) == len(set(page.ids))
    targets = {link[1:] for link in page.links if link.startswith("#")}
    assert targets <= set(page.ids)
    assert len(targets) > 100


def test_every_number_of_a_table_links_to_its_result(html: str) -> None:
    cell = re.search(
        r'<td id="KEY-0-(?P<anchor>r-[^"]+)"><a href="#(?P<href>[^"]+)" title="(?P<title>[^"]+)">16/29', html
    )
    assert cell is not None
    assert cell["anchor"] == cell["href"]
    assert cell["title"] == "A-SRI4|SRI4|12|IL-2|count"
    entry = html.partition(f'<tr id="{cell["href"]}">')[2].partition("</tr>")[0]
    assert "percent 55.1724" in entry
    assert "PARAMCD = &#39;SRI4&#39; AND AVISITN = 12" in entry


def test_a_reader_who_does_not_see_the_figures_has_them_in_words_and_as_tables(html: str) -> None:
    page = Page(html)
    assert len(page.images) == 14
    assert all(len(image["alt"]) > 20 for image in page.images)
    assert html.count("<summary>Data of Figure") == 13
    assert all("scope" in header for header in page.headers)
    for before, after in zip(page.headings, page.headings[1:], strict=False):
        assert after <= before + 1, "a level of headings is skipped"


def test_key_results_say_counts_difference_planned_and_printed_p(out: Path) -> None:
    text = (out / "tables" / "KEY.csv").read_text(encoding="utf-8")
    assert "Week 12 (primary),16/29 (55.2),9/30 (30.0),25.2 (0.1 to 46.3),0.0504,0.052,reproduced by" in text
    assert "Week 24,19/29 (65.5),11/30 (36.7),28.9 (3.4 to 49.6),0.027,—,—" in text
    assert "0.036,reproduced by no two-sided test" in text


def test_synthetic_data_are_stamped_on_every_page_table_and_figure(out: Path) -> None:
    sentence = "Synthetic data: no record was observed in a real person."
    assert (out / "report.html").read_text(encoding="utf-8").count(sentence) >= 2
    for path in [*(out / "tables").iterdir(), *(out / "figures").iterdir()]:
        assert sentence in path.read_text(encoding="utf-8"), path.name


def test_observed_data_carry_no_stamp_and_no_dagger(study: Study, ard: pl.DataFrame, tmp_path: Path) -> None:
    observed = ard.with_columns(PROVENANCE=pl.lit("observed"))
    render_report(study, observed, Stamp(synthetic=False, origin="A trial."), tmp_path)
    for path in [tmp_path / "report.html", tmp_path / "tables" / "T1.csv", tmp_path / "figures" / "F2A.svg"]:
        text = path.read_text(encoding="utf-8")
        assert "ynthetic" not in text
        assert "\N{DAGGER}" not in text


def test_what_is_not_published_has_a_dagger_and_what_is_has_none(out: Path) -> None:
    text = (out / "tables" / "T2.csv").read_text(encoding="utf-8")
    sledai = next(line for line in text.splitlines() if line.startswith('"SELENA-SLEDAI'))
    pga = next(line for line in text.splitlines() if line.startswith('"PGA'))
    # of SLEDAI the six summaries are published; the four p values rest on pairs, which are drawn
    values = re.findall(r",([^,]*\([^)]*\)[^,]*)", sledai.partition('"')[2].partition('"')[2])
    assert len(values) == 6
    assert not any("\N{DAGGER}" in value for value in values)
    assert sledai.count("\N{DAGGER}") == 4
    assert pga.count("\N{DAGGER}") == 10


def test_notes_of_the_stamp_estimands_populations_and_methods_are_printed(
    study: Study, stamp: Stamp, html: str
) -> None:
    assert stamp.notes[0] in html
    assert all(one.id in html for one in study.plan.estimands)
    assert all(one.flag in html for one in study.populations)
    assert "hypergeometric probabilities" in html
    assert study.digest in html
    assert all(one.id in html for one in study.registrations)


def test_links_to_deeper_lineage_are_used_where_there_are_any(
    study: Study, ard: pl.DataFrame, stamp: Stamp, tmp_path: Path
) -> None:
    def href(row: Mapping[str, Any]) -> str | None:
        return f"lineage/{row['PARAMCD']}.html" if row["PARAMCD"] == "SRI4" else None

    render_report(study, ard, stamp, tmp_path, lineage_href=href)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert '<a href="lineage/SRI4.html" title="A-SRI4|SRI4|12|IL-2|count">16/29' in text
    assert 'href="lineage/AGE.html"' not in text


def test_blinded_results_are_shown_for_all_together_and_stamped(
    study: Study, blinded_ard: pl.DataFrame, stamp: Stamp, tmp_path: Path
) -> None:
    render_report(study, blinded_ard, stamp, tmp_path)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Blinded: no arm is known" in text
    assert "All participants (n = 59)" in text.replace("\N{NO-BREAK SPACE}", " ")
    main = text.partition("<main")[2].partition('<section id="plan"')[0]
    assert "IL-2 (n" not in main
    assert "placebo (n" not in main
    header = (tmp_path / "tables" / "T2.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header.count("All participants") == 5  # baseline, week 12, its p, week 24, its p
    assert "IL-2" not in header


def test_a_picture_for_a_readme_can_be_had(study: Study, ard: pl.DataFrame, stamp: Stamp) -> None:
    picture = render_png(study, ard, stamp, "F2A", dpi=60)
    assert picture.startswith(b"\x89PNG")
    assert picture == render_png(study, ard, stamp, "F2A", dpi=60)


def test_treated_weeks_are_those_of_the_dosing(study: Study) -> None:
    from lupustrial.report._figure_draw import treated_weeks

    # seven injections every other day, a cycle of four weeks, three cycles
    assert treated_weeks(study) == ((0.0, 2.0), (4.0, 6.0), (8.0, 10.0))


def test_arms_differ_in_more_than_colour() -> None:
    from lupustrial.report._figure_style import look

    first, second = look(0, 2), look(1, 2)
    assert first.marker != second.marker
    assert first.line != second.line
    assert first.hatch != second.hatch


def test_a_table_can_be_had_as_texts_for_a_terminal(study: Study, ard: pl.DataFrame) -> None:
    header, rows = table_texts(study, ard, "KEY", published=PUBLISHED)
    assert header[1:5] == ("IL-2 (n = 29)", "placebo (n = 30)", "Difference (95 % CI)", "P by the plan")
    first = next(row for row in rows if row[0] == "Week 12 (primary)")
    assert first[1:6] == ("16/29 (55.2)", "9/30 (30.0)", "25.2 (0.1 to 46.3)", "0.0504", "0.052")
    assert table_texts(study, ard, "NONE") == ((), ())
