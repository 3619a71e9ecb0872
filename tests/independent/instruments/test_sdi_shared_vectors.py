"""The damage index against the worked examples of the reference folder; skipped loudly where absent."""

from __future__ import annotations

from shared_vectors import cases, one

from lupustrial.instruments import INSTRUMENTS


@cases("sdi")
def test_sdi(case: dict[str, str]) -> None:
    row = dict.fromkeys((item.code for item in INSTRUMENTS["sdi"].items), 0)
    pairs = (pair.split("=") for pair in case["item_number=event_count"].split(";") if pair)
    row |= {f"SDI_{int(item):02d}": int(number) for item, number in pairs}
    found = one("sdi", [row])
    assert (found["score"], found["completeness"]) == (int(case["expected"]), "complete")
