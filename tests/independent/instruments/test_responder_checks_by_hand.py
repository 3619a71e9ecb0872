"""Consistency checks of SRI and BICLA, each at and beside what raises it."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from lupustrial.instruments import DOMAINS, INSTRUMENTS, queries

CLASSIC = tuple(each.code.removeprefix("grade_") for each in INSTRUMENTS["bilag_classic"].items)[:8]


def asked(name: str, *visits: dict[str, Any]) -> list[tuple[float, str, str]]:
    domains = CLASSIC if name == "sri_classic" else DOMAINS
    calm = {"sledai": 4, "pga": 1.0, **{f"grade_{domain}": "C" for domain in domains}}
    extra = {"s2k_ri50": 4.0} if name == "sri50" else {}
    frame = pl.DataFrame(
        [{"USUBJID": "P", "VISITNUM": n, **calm, **extra, **row} for n, row in enumerate(visits)],
        infer_schema_length=None,
    )
    return queries(name, frame).select("VISITNUM", "query", "item").rows()


@pytest.mark.parametrize("name", ["sri", "sri4", "sri_classic", "sri50", "bicla"])
def test_each_check(name: str) -> None:
    assert asked(name, {}, {}) == []
    failed = [{"treatment_failure": value} for value in ("N", "Y", None, "N", "Y")]
    assert asked(name, *failed) == [(3, "RESP-Q01", "treatment_failure")]
    never = [{"grade_renal": grade} for grade in ("E", "D", "E", "D", "E")]
    assert asked(name, *never) == [(2, "RESP-Q02", "grade_renal"), (4, "RESP-Q02", "grade_renal")]
    assert asked(name, {"grade_vasculitis" if name == "sri_classic" else "grade_ophthalmic": "E"}, {}) == []
    for grade, query in (("B", []), ("A", [(0, "RESP-Q03", "pga"), (0, "RESP-Q04", "sledai")])):
        assert asked(name, {"grade_haematological": grade, "pga": 0.0, "sledai": 0}) == query
    assert asked(name, {"grade_renal": "A", "pga": 0.01, "sledai": 1}) == []
    assert asked(name, {"grade_renal": "A", "pga": None, "sledai": None}) == []


def test_a_query_shows_what_was_seen() -> None:
    first = {"sledai": 4, "pga": 0.0, **{f"grade_{domain}": "C" for domain in DOMAINS}, "grade_renal": "A"}
    (query,) = queries("bicla", pl.DataFrame([{"USUBJID": "P", "VISITNUM": 0, **first}])).rows(named=True)
    assert query["message"] == "PGA is 0 while a BILAG domain is A: verify both."
    assert query["values"].startswith("pga=0, grade_constitutional=C, ")
    assert "grade_renal=A" in query["values"]
