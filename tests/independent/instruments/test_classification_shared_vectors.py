"""Classification criteria against the worked examples of the reference; skipped loudly where absent."""

from __future__ import annotations

from shared_vectors import cases, one, yn

from lupustrial.instruments import INSTRUMENTS


def criteria(instrument: str, met: list[str]) -> dict[str, str]:
    codes = [item.code for item in INSTRUMENTS[instrument].items]
    assert set(met) <= set(codes)
    return {code: "Y" if code in met else "N" for code in codes}


@cases("slicc2012")
def test_slicc(case: dict[str, str]) -> None:
    met = [code for group in ("clinical", "immunologic") for code in case[group].split(";") if code]
    given = criteria("slicc2012", met) | {"biopsy_nephritis": case["biopsy_nephritis"]}
    assert one("slicc2012", [given])["classified"] == yn(case["expected"])


@cases("eular_acr2019")
def test_eular_acr(case: dict[str, str]) -> None:
    met = [pair.split(":")[1] for pair in case["criteria_domain3:code"].split(";") if pair]
    row = one("eular_acr2019", [criteria("eular_acr2019", met) | {"ana_1_80": case["ana_1_80"]}])
    assert row["score"] == int(case["expected_score"])
    assert row["classified"] == yn(case["expected_classified"])
