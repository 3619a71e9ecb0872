"""The pages of a review: what stands on them, in which order, and what must never stand there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from reviewed_tubes import GATES, gated_cloud, reviewed

from lupustrial.cytometry import Finding, Interval
from lupustrial.cytometry.review import (
    MATERIAL,
    Reagent,
    code_of,
    miflowcyt,
    review_files,
    review_tube,
    sheets_of,
    unpack,
    write_review,
)

FAIL = Finding(
    check="QC-LABELS", verdict="fail", message="CD3 and CD56 look swapped", columns=("CD3", "CD56")
)


def text(files: dict[str, bytes], name: str) -> str:
    return files[name].decode()


def test_a_sheet_begins_with_the_most_doubtful_tube() -> None:
    tubes = reviewed(7, findings={4: [FAIL]})
    page = text(review_files(tubes), "gates/nk.html")
    codes = re.findall(r'<li id="t([0-9A-Z]{8})"', page)
    assert codes[0] == tubes[3].code
    assert sorted(codes) == sorted(tube.code for tube in tubes)
    doubts = [float(one) for one in re.findall(r"Doubt (\d\.\d\d)<", page)]
    assert doubts == sorted(doubts, reverse=True)
    assert f'href="#t{codes[1]}">Next tube' in page


def test_a_drawing_tells_its_numbers_in_words() -> None:
    tube = reviewed(1)[0]
    gate = tube.gate("NK")
    assert gate is not None
    page = text(review_files([tube]), "gates/nk.html")
    told = f"NK of tube {tube.code}: {gate.count} of {gate.parent_count} events, {gate.percent:.2f} % of"
    assert told in page


def test_nothing_on_the_pages_tells_whose_the_tube_is() -> None:
    secret = {"SRC": "Li Na", "FIL": "01-001 W4.fcs", "DATE": "03-MAY-2024", "SMNO": "01-001", "OP": "Wang"}
    gated = gated_cloud(1, name="01-001 W4.fcs", keywords={**secret, "CYT": "FACSAria II", "P1V": "450"})
    finding = Finding(check="QC-TIME", verdict="warn", message="01-001 W4.fcs drifts")
    plots = {"Time of 1": "<svg xmlns='http://www.w3.org/2000/svg'><title>01-001 W4</title></svg>"}
    files = review_files([review_tube(gated, [finding], plots=plots)])
    whole = b"\n".join(content for name, content in files.items() if name != MATERIAL)
    (tube,) = unpack(files[MATERIAL]).tubes
    for told in ("01-001", "W4", "Li Na", "MAY", "Wang"):
        assert told.encode() not in whole
        assert told not in repr(tube)
    assert b"this tube drifts" in whole
    assert tube.instrument == {"CYT": "FACSAria II", "P1V": "450"}


def test_pages_need_neither_script_nor_network() -> None:
    files = review_files(reviewed(2))
    for name, content in files.items():
        if name.endswith(".html"):
            assert b"<script" not in content
            assert not re.search(rb'(?:src|href)="(?:https?:)?//', content)


def test_names_are_escaped() -> None:
    gates = [("<b>&", None, Interval(column="CD3", low=0.5), 0.9)]
    files = review_files([review_tube(gated_cloud(1, gates=gates), batch="<i>")])
    for content in files.values():
        assert b"<b>&" not in content
        assert b"<i>" not in content


def test_strategies_of_one_run_have_sheets_of_their_own() -> None:
    from dataclasses import replace

    first = review_tube(gated_cloud(1))
    other = replace(review_tube(gated_cloud(2)), strategy="functional")
    sheets = sheets_of([first, other])
    assert [sheet.title for sheet in sheets][:2] == ["Lymphocytes (functional)", "CD3+ (functional)"]
    assert len({sheet.slug for sheet in sheets}) == len(sheets) == 2 * len(GATES)


def test_names_that_are_alike_get_files_of_their_own() -> None:
    region = Interval(column="CD3", low=0.5)
    gates = [(name, None, region, 0.9) for name in ("CD3+", "CD3 pos", "CD3-", "+")]
    files = review_files([review_tube(gated_cloud(1, gates=gates))])
    names = [name for name in files if name.startswith("gates/")]
    assert names == ["gates/cd3-pos.html", "gates/cd3-pos-2.html", "gates/cd3-neg.html", "gates/pos.html"]


def test_a_tube_without_control_material_charts_nothing_and_says_so() -> None:
    assert "No technical control was named" in text(review_files(reviewed(1)), "controls.html")


def test_controls_are_charted_in_the_order_of_the_batches() -> None:
    tubes = [review_tube(gated_cloud(at), batch=f"B{at}", control=True) for at in (10, 2, 1)]
    page = text(review_files(tubes, targets={"NK": (12.0, 0.1)}), "controls.html")
    nk = page[page.index(">NK</h2>") :]
    assert re.findall(r'<th scope="row">(B\d+)</th>', nk)[:3] == ["B1", "B2", "B10"]
    assert "1-3s" in nk[nk.index("<tbody>") :]


def test_the_tree_shows_children_below_their_parent() -> None:
    tube = reviewed(1)[0]
    page = text(review_files([tube]), f"tubes/{tube.code}.html")
    rows = re.findall(r'<th scope="row" class="i(\d)"><a [^>]*>([^<]+)</a>', page)
    assert rows == [("0", "Lymphocytes"), ("1", "CD3+"), ("2", "CD4+ T"), ("1", "NK")]


def test_miflowcyt_has_every_heading_and_says_what_is_not_given() -> None:
    parts = miflowcyt(
        [review_tube(gated_cloud(1, keywords={"CYT": "FACSAria II", "P1V": "450"}))],
        given={"purpose": "Treg under IL-2"},
        reagents=[Reagent(analyte="CD3", reporter="BV421", clone="UCHT1")],
    )
    headings = {heading.number: heading for part in parts for heading in part.headings}
    assert [part.number for part in parts] == ["1", "2", "3", "4"]
    assert headings["1.1"].texts == ("Treg under IL-2",)
    assert headings["1.4"].texts == ("Not given.",)
    assert headings["2.4"].rows == (
        ("CD3", "BV421", "UCHT1", "not given", "not given", "not given", "not given"),
    )
    assert headings["3.2"].texts == ("By the files: FACSAria II.",)
    assert headings["3.3"].rows == (("1", "450"),)
    assert [row[1] for row in headings["4.4.3"].rows] == [row[0] for row in GATES]


def test_a_code_hides_the_hash_and_depends_on_the_secret() -> None:
    digest = "ab" * 32
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{8}", code_of(digest))
    assert code_of(digest) == code_of(digest) != code_of(digest, "of the trial")


def test_the_folder_holds_what_is_told(tmp_path: Path) -> None:
    written = write_review(tmp_path / "review", reviewed(2))
    assert sorted(path for path in (tmp_path / "review").rglob("*") if path.is_file()) == sorted(written)


@pytest.mark.parametrize("name", ["index.html", "controls.html", "miflowcyt.html"])
def test_every_link_leads_somewhere(name: str) -> None:
    files = review_files(reviewed(2))
    for page in files:
        if not page.endswith(".html"):
            continue
        folder = page.rpartition("/")[0]
        for link in re.findall(r'href="([^"#]+)', text(files, page)):
            target = link.removeprefix("../") if link.startswith("../") else f"{folder}/{link}".lstrip("/")
            assert target in files, (page, link)
    assert name in files
