"""Variables of every table are those of SDTMIG 3.4, in its order (metadata of CDISC's open rules project)."""

from __future__ import annotations

import pickle
from pathlib import Path

import polars as pl
import pytest
import tiny_trial

from lupustrial.sdtm import domains, submitted, tabulate, variables

_METADATA = Path(__file__).resolve().parents[3].parent / "shared" / "conformance" / "variables_metadata.pkl"
#: Longest name of a variable in a transport file.
_NAME = 8


@pytest.fixture(scope="module")
def metadata() -> dict[str, dict[str, dict[str, str]]]:
    if not _METADATA.exists():
        pytest.skip(f"no SDTMIG metadata at {_METADATA.parent.name}/{_METADATA.name}")
    with _METADATA.open("rb") as file:
        return pickle.load(file)["library_variables_metadata/sdtmig/3-4"]  # noqa: S301 - our own shared folder


@pytest.mark.parametrize("domain", domains())
def test_declared_variables_are_those_of_the_guide(
    domain: str, metadata: dict[str, dict[str, dict[str, str]]]
) -> None:
    guide = sorted(metadata[domain].values(), key=lambda one: int(one["ordinal"]))
    declared = [(one.name, one.label, one.type) for one in variables(domain)]
    assert declared == [(one["name"], one["label"], one["simpleDatatype"]) for one in guide]


def test_every_table_has_variables_of_its_domain_in_order_and_keys_of_one_study() -> None:
    tables = tabulate(tiny_trial.study(), tiny_trial.source())
    for domain, table in tables.items():
        known = [one.name for one in variables(domain)]
        assert submitted(table).columns == [name for name in known if name in table.columns]
        assert all(len(name) <= _NAME for name in table.columns)
        assert table["STUDYID"].unique().to_list() in (["TINY"], [])


def test_numeric_variables_are_numbers_and_character_variables_are_text() -> None:
    tables = tabulate(tiny_trial.study(), tiny_trial.source())
    for domain, table in tables.items():
        shown = submitted(table)
        for one in variables(domain):
            if one.name in shown.columns:
                assert shown.schema[one.name].is_numeric() == (one.type == "Num"), one.name
                assert one.type == "Num" or shown.schema[one.name] == pl.String, one.name
