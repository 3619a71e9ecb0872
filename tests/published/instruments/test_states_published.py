"""What is printed about LLDAS, DORIS and SLE-DAS, against the tables that the rules read."""

from __future__ import annotations

from lupustrial.instruments import INSTRUMENTS
from lupustrial.instruments._tables import read_table


def limits(table: str) -> dict[str, str]:
    return {row["name"]: row["value"] for row in read_table(table)}


def test_lldas_as_printed() -> None:
    """Franklyn 2016, Table 1 [S11]: SLEDAI-2K at most 4, PGA at most 1, prednisolone at most 7.5 mg."""
    assert limits("lldas") == {"sledai_at_most": "4", "pga_at_most": "1", "prednisolone_at_most": "7.5"}


def test_maintenance_doses_as_printed() -> None:
    """Golder 2016, Table 3, footnote b [S13]."""
    printed = {"hydroxychloroquine": 400, "methotrexate": 30, "azathioprine": 200}
    printed |= {"mycophenolate_mofetil": 3000, "mycophenolic_acid": 2160, "leflunomide": 20}
    found = {row["code"].partition("_mg")[0]: int(row["ceiling"]) for row in read_table("lldas_treatments")}
    assert found == printed


def test_doris_2021_as_printed() -> None:
    """Van Vollenhoven 2021, Table 2 [S14]: clinical SLEDAI 0, PGA below 0.5; its abstract: 5 mg or less."""
    printed = {"clinical_sledai": "0", "pga_limit": "0.5", "prednisolone_limit": "5"}
    assert printed.items() <= limits("doris").items()


def test_sledas_has_seventeen_parameters() -> None:
    """Jesus 2019, Table 1 [S16]: 17, of which arthritis is given by a flag and a count."""
    codes = {each.code for each in INSTRUMENTS["sledas"].items}
    assert len(codes - {"swollen_joints"}) == 17


def test_sledas_meaningful_change() -> None:
    """Worsening by at least 1.72 [S18]."""
    assert limits("sledas_limits")["meaningful_change"] == "1.72"


def test_every_rule_row_has_a_source_and_a_tag() -> None:
    for table in ("lldas", "lldas_major", "lldas_treatments", "doris", "sledas", "sledas_limits"):
        assert all(row["source"] and row["trust"] for row in read_table(table)), table
