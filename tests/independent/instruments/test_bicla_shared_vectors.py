"""BICLA against the worked examples of the reference folder."""

from __future__ import annotations

from shared_vectors import cases, one

from lupustrial.instruments import DOMAINS


@cases("bicla")
def test_bicla(case: dict[str, str]) -> None:
    rows = [
        {
            "sledai": int(case[f"sledai_{when}"]),
            "pga": float(case[f"pga_{when}"]),
            **{f"grade_{domain}": case[f"bilag_{when}"][n] for n, domain in enumerate(DOMAINS)},
            "treatment_failure": case["treatment_failure"] if when == "visit" else None,
        }
        for when in ("base", "visit")
    ]
    state = {"yes": "responder", "no": "non-responder", "not_evaluable": "not evaluable"}
    assert one("bicla", rows)["state"] == state[case["expected"]]
