"""What labels say and look like: facts of each line, a code that is read, the same bytes each time."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from pathlib import Path

import kit_trial as trial
import pytest
import qr
from PIL import Image

from lupustrial.allocation.kits import (
    Kit,
    label_gaps,
    label_pages,
    label_sheet,
    labels,
    presentation,
    read_number,
)
from lupustrial.study import Product, Registration, Study, load_study

ROOT = Path(__file__).resolve().parents[3]
DPI = 300


def kit(slot: int = 1107, nth: int = 1, **more: object) -> Kit:
    own = {"batch": "W01", "expiry": dt.date(2027, 5, 31), **more}
    return Kit(number=trial.number(slot, nth), study="KITS", slot=slot, type="CYC", nth=nth, **own)  # type: ignore[arg-type]


@pytest.fixture
def study() -> Study:
    return trial.study(registrations=(Registration(register="CTIS", id="2024-500001-11-00"),))


def test_a_label_names_the_product_with_its_comparator_and_everything_that_annex_vi_asks_for(
    study: Study,
) -> None:
    (label,) = labels(study, [kit()])
    assert label.trial == "KITS (2024-500001-11-00)"
    assert label.product == "Real drug 1 or Dummy drug"
    assert label.contents == "3 vials; Injection; for subcutaneous use"
    assert (label.number, label.code) == ("110 710", "KITS:110710")
    assert (label.batch, label.expiry) == ("W01", "05/2027")
    assert label.storage == "Store between 2.0 °C and 8.0 °C."
    assert label.lines == ("Contact: Trial Pharmacy, 1 Main Road, Tel. 0123 456789",)
    assert label_gaps(study) == []


def test_a_date_within_a_month_is_printed_to_the_day(study: Study) -> None:
    (label,) = labels(study, [kit(expiry=dt.date(2027, 5, 15))])
    assert label.expiry == "15 MAY 2027"


def test_labels_differ_in_number_batch_and_expiry_alone_and_follow_the_numbers(study: Study) -> None:
    kits = [kit(slot, nth) for slot in (1205, 1107, 1111) for nth in (2, 1, 3)]
    made = labels(study, kits)
    assert [label.kit for label in made] == sorted(one.number for one in kits)
    own = {"kit": 0, "number": "", "code": ""}
    assert len({dataclasses.replace(label, **own) for label in made}) == 1  # type: ignore[arg-type]


def test_products_that_do_not_match_are_not_named_since_the_kit_could_hold_either(study: Study) -> None:
    third = Product(id="TAB", name="Tablet", strength="5 mg", form="TABLET")
    several = dataclasses.replace(study, products=(*study.products, third))
    assert presentation(several, several.kits[0]) == "Kit of a cycle"
    assert "looks like" in label_gaps(several)[0].hint
    assert labels(several, [kit()])[0].contents == "3 vials; for subcutaneous use"


def test_what_the_study_does_not_know_is_warned_of(study: Study) -> None:
    bare = dataclasses.replace(study.kits[0], storage=None, label=("Protect from light.",))
    faults = label_gaps(dataclasses.replace(study, kits=(bare,)))
    assert {(fault.id, fault.severity) for fault in faults} == {("ALLOC-084", "warning")}
    assert [fault.message.split(" lacks ")[1] for fault in faults] == [
        "the storage conditions (j)",
        "the telephone number of the main contact (a)",
    ]


def test_blanks_are_left_where_they_are_asked_for(study: Study) -> None:
    (label,) = labels(study, [kit(batch=None, expiry=None)], blank=True)
    assert (label.batch, label.expiry) == ("", "")


def _pixels(mm: float) -> int:
    return round(mm / 25.4 * DPI)


def _cut(page: bytes, box: tuple[float, float, float, float]) -> Image.Image:
    return Image.open(io.BytesIO(page)).crop(tuple(_pixels(mm) for mm in box))  # type: ignore[arg-type]


def test_the_code_on_the_printed_label_is_read_and_at_least_15_mm_wide(study: Study) -> None:
    made = labels(study, [kit(1107, nth) for nth in (1, 2, 3)])
    (page,) = label_pages(made)
    assert Image.open(io.BytesIO(page)).size == (_pixels(210), _pixels(297))
    for at, label in enumerate(made):
        column, row = at % 2, at // 2
        right, top = 4.65 + 99.1 * (column + 1) + 2.5 * column, 13.1 + 67.7 * row
        matrix, wide = qr.find(_cut(page, (right - 28, top + 1, right - 1, top + 26)))
        assert qr.read(matrix) == label.code == f"KITS:{label.kit}"
        assert read_number(study.id, qr.read(matrix)) == label.kit
        assert wide >= _pixels(15)


def test_the_code_on_a_vial_is_read_and_each_vial_of_the_kit_has_one(study: Study) -> None:
    made = labels(study, [kit()])
    (page,) = label_pages(made, packaging="immediate", skip=1)
    assert Image.open(io.BytesIO(page)).crop((0, 0, _pixels(55), _pixels(297))).convert("L").getextrema() == (
        255,
        255,
    )
    for column in (1, 2, 3):
        right = 9.85 + 45.7 * (column + 1) + 2.5 * column
        matrix, _ = qr.find(_cut(page, (right - 17, 21.3 + 1, right - 1, 21.3 + 20)))
        assert qr.read(matrix) == "KITS:110710"


def test_the_same_labels_give_the_same_bytes(study: Study) -> None:
    made = labels(study, [kit(1107, nth) for nth in (1, 2, 3)])
    first = label_sheet(made)
    assert first == label_sheet(made)
    assert first.startswith(b"%PDF-")
    assert first != label_sheet(made, skip=1)
    assert label_sheet(made, guides=False) != first


def test_nine_labels_take_two_sheets_and_used_places_are_left_out(study: Study) -> None:
    made = labels(study, [kit(slot, nth) for slot in (1107, 1103, 1111) for nth in (1, 2, 3)])
    assert len(label_pages(made)) == 2
    assert len(label_pages(made[:7], skip=1)) == 1
    assert len(label_pages(made[:7], skip=2)) == 2


def test_the_il2_study_can_be_labelled() -> None:
    study = load_study(ROOT / "studies" / "il2-sle")
    il2 = dataclasses.replace(kit(), study=study.id, type="CYCLE")
    (label,) = labels(study, [il2])
    assert label.product.startswith("Recombinant human interleukin-2")
    assert " or Placebo of the same formulation" in label.product
    assert label.contents.startswith("7 vials; ")
    assert [fault.message.split(" lacks ")[1] for fault in label_gaps(study)] == [
        "the telephone number of the main contact (a)"
    ]
    assert label_sheet([label]) != label_sheet([label], packaging="immediate")
