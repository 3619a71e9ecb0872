"""Label swaps that stand in public files."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from cytometry_files import shared
from quality_tubes import exchanged

from lupustrial.cytometry import Tube
from lupustrial.cytometry.quality import check_tube, evidence_of


def _euroflow(name: str) -> Tube:
    frame = pl.read_parquet(shared(f"euroflow_lst_sim/{name}.parquet"))
    columns = [column for column, kind in frame.schema.items() if kind.is_numeric()]
    return Tube.of_columns(name, {each: frame[each].to_numpy().astype(np.float32) for each in columns})


def test_the_swapped_headers_of_the_public_file_are_found_and_named() -> None:
    # MANIFEST: C15's header exchanges CD38 with CD4+CD20 and CD5 with CD56; the columns here are mended.
    good = _euroflow("C15")
    as_published = exchanged(exchanged(good, "CD38", "CD4+CD20"), "CD5", "CD56+IgK")
    finding = {each.check: each for each in check_tube(None, as_published, specimen="whole blood")}[
        "QC-LABELS"
    ]
    assert finding.verdict == "fail"
    pairs = {frozenset(pair) for pair in evidence_of(as_published, "whole blood").expected.exchanges}
    assert pairs == {frozenset({"CD38", "CD4+CD20"}), frozenset({"CD5", "CD56+IgK"})}


@pytest.mark.parametrize("name", ["C01", "C04", "C05", "C15"])
def test_good_public_files_do_not_fail(name: str) -> None:
    findings = check_tube(None, _euroflow(name), specimen="whole blood")
    assert [each.message for each in findings if each.verdict == "fail"] == []
    time = {each.check: each for each in findings}["QC-TIME"]
    assert (time.verdict, time.message) == ("pass", "Not looked at: no time channel.")
