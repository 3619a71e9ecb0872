"""SRI, SRI with classic BILAG and SRI-50 by hand, from the points 1 to 9 of the reference text."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from lupustrial.errors import InstrumentError
from lupustrial.instruments import DOMAINS, INSTRUMENTS, score

CLASSIC = (
    "general",
    "mucocutaneous",
    "neurological",
    "musculoskeletal",
    "cardiorespiratory",
    "vasculitis",
    "renal",
    "haematological",
)
Row = dict[str, Any]
CODES = [item.code for item in INSTRUMENTS["sledai_2k"].items]


def at(grades: str, pga: float | None = 1.0, domains: tuple[str, ...] = DOMAINS, **more: Any) -> Row:
    letters = {
        f"grade_{domain}": None if letter == "." else letter
        for domain, letter in zip(domains, grades, strict=True)
    }
    return {"pga": pga, **letters, **more}


def scored(name: str, *visits: Row, **settings: str) -> Row:
    frame = pl.DataFrame(
        [{"USUBJID": "P", "VISITNUM": n, **row} for n, row in enumerate(visits)], infer_schema_length=None
    )
    return score(name, frame, settings=settings).row(-1, named=True)


# Points 1, 2, 4: "and"; A to B is not new; one A and one B fail because of the A.
@pytest.mark.parametrize(
    ("base", "now", "new_a", "new_b", "ok"),
    [
        ("CCCCCCCCC", "CCCCCCCCC", 0, 0, "Y"),
        ("CCCCCCCCC", "BCCCCCCCC", 0, 1, "Y"),
        ("CCCCCCCCC", "ACCCCCCCC", 1, 0, "N"),
        ("CCCCCCCCC", "BBCCCCCCC", 0, 2, "N"),
        ("CCCCCCCCC", "ABCCCCCCC", 1, 1, "N"),
        ("AACCCCCCC", "BBCCCCCCC", 0, 0, "Y"),
        ("BCCCCCCCC", "ACCCCCCCC", 1, 0, "N"),
        ("DECCCCCCC", "BACCCCCCC", 1, 1, "N"),
    ],
)
def test_new_grades(base: str, now: str, new_a: int, new_b: int, ok: str) -> None:
    row = scored("sri", at(base, sledai=10), at(now, sledai=6))
    assert (row["n_new_a"], row["n_new_b"], row["bilag_ok"], row["responder"]) == (new_a, new_b, ok, ok)


# Point 3: against baseline, not the visit before.
def test_new_is_against_baseline() -> None:
    visits = [at("BCCCCCCCC", sledai=10), at("CCCCCCCCC", sledai=6), at("BCCCCCCCC", sledai=6)]
    assert (scored("sri", *visits)["n_new_b"], scored("sri", *visits)["responder"]) == (0, "Y")


# Points 5 and 7: a baseline of 6 cannot fall by 8.
@pytest.mark.parametrize("base", [7, 8])
def test_a_baseline_below_the_points(base: int) -> None:
    visits = [at("CCCCCCCCC", sledai=base), at("CCCCCCCCC", sledai=0)]
    assert scored("sri8", *visits)["responder"] == ("Y" if base == 8 else "N")
    row = scored("sri8", *visits, sri_denominator="baseline_sledai_at_least_x")
    assert (row["responder"], row["state"]) == (("Y", "responder") if base == 8 else (None, "not evaluable"))


@pytest.mark.parametrize(
    ("lower", "upper", "state"),
    [(3, 3, "not evaluable"), (3, 4, "undecided"), (4, 4, "non-responder"), (4, 9, "non-responder")],
)
def test_whether_one_counts_can_be_open(lower: int, upper: int, state: str) -> None:
    """A new A fails whoever counts; whether the participant counts depends on baseline SLEDAI."""
    first = at("CCCCCCCCC", sledai=None, sledai_lower=lower, sledai_upper=upper)
    visits = [first, at("ACCCCCCCC", sledai=0)]
    assert scored("sri", *visits, sri_denominator="baseline_sledai_at_least_x")["state"] == state
    assert scored("sri", *visits)["state"] == "non-responder"


# Point 8: a domain that was not done is not "no new A".
def test_a_domain_not_done_leaves_it_open() -> None:
    row = scored("sri", at("CCCCCCCCC", sledai=10), at(".CCCCCCCC", sledai=6))
    assert (row["bilag_ok"], row["n_new_a"], row["n_new_b"], row["state"]) == (None, None, None, "undecided")
    assert scored("sri", at("ACCCCCCCC", sledai=10), at(".CCCCCCCC", sledai=6))["responder"] == "Y"


# Point 9: baseline is the flagged row, although the screening row stands before it.
def test_screening_is_not_baseline() -> None:
    visits = [at("CCCCCCCCC", sledai=12, ABLFL=None), at("CCCCCCCCC", sledai=9, ABLFL="Y")]
    row = scored("sri", *visits, at("CCCCCCCCC", sledai=6, ABLFL=None))
    assert (row["sledai_ok"], row["responder"]) == ("N", "N")


# Point 6: belimumab trials used SELENA-SLEDAI and classic BILAG.
@pytest.mark.parametrize(
    ("base", "now", "ok"),
    [
        ("CCCCCCCC", "CCCCCBCC", "Y"),
        ("CCCCCCCC", "CCCCCACC", "N"),  # vasculitis
        ("CCCCCCCC", "BCBCCCCC", "N"),
        ("CCBCCCCC", "BCBCCCCC", "Y"),
    ],
)
def test_classic_bilag_has_eight_domains_of_its_own(base: str, now: str, ok: str) -> None:
    row = scored("sri_classic", at(base, domains=CLASSIC, sledai=10), at(now, domains=CLASSIC, sledai=6))
    assert (row["bilag_ok"], row["responder"]) == (ok, ok)


def test_classic_and_2004_are_never_mixed() -> None:
    both = at("CCCCCCCC", domains=CLASSIC, sledai=10) | at("CCCCCCCCC")
    for name, foreign in (
        ("sri_classic", ("constitutional", "neuropsychiatric", "gastrointestinal", "ophthalmic")),
        ("sri", ("general", "neurological", "vasculitis")),
        ("bicla", ("general", "neurological", "vasculitis")),
    ):
        with pytest.raises(InstrumentError) as caught:
            scored(name, both)
        assert [fault.place for fault in caught.value.faults] == [f"column grade_{one}" for one in foreign]
    with pytest.raises(InstrumentError) as caught:
        scored("sri_classic", at("CCCCCCCCC", sledai=10))
    assert {fault.id for fault in caught.value.faults} == {"INSTR-004", "INSTR-005"}


# SRI-50: the fall is from SLEDAI-2K at baseline to S2K RI-50 at the visit, by half points too.
@pytest.mark.parametrize(("ri50", "ok"), [(5.5, "Y"), (6.0, "Y"), (6.5, "N"), (0.0, "Y")])
def test_sri50_counts_half_points(ri50: float, ok: str) -> None:
    visits = [at("CCCCCCCCC", sledai=10, s2k_ri50=None), at("CCCCCCCCC", sledai=10, s2k_ri50=ri50)]
    row = scored("sri50", *visits)
    assert (row["sledai_ok"], row["bilag_ok"], row["pga_ok"], row["responder"]) == (ok, "Y", "Y", ok)
    assert row["reasons"].startswith(f"SLEDAI 10 to S2K RI-50 {ri50:g} (needs a fall of 4): ")


def test_sri50_keeps_the_other_components_and_its_points_can_be_set() -> None:
    first = at("CCCCCCCCC", sledai=10, s2k_ri50=None)
    assert scored("sri50", first, at("ACCCCCCCC", sledai=4, s2k_ri50=4.0))["responder"] == "N"
    assert scored("sri50", first, at("CCCCCCCCC", 1.3, sledai=4, s2k_ri50=4.0))["responder"] == "N"
    six = {"sri_points": "6"}
    assert scored("sri50", first, at("CCCCCCCCC", sledai=4, s2k_ri50=4.0), **six)["responder"] == "Y"
    assert scored("sri50", first, at("CCCCCCCCC", sledai=4, s2k_ri50=4.5), **six)["responder"] == "N"


@pytest.mark.parametrize(
    ("lower", "upper", "verdict"), [(0.0, 6.0, "Y"), (0.0, 6.5, None), (6.0, 7.0, None), (6.5, 7.0, "N")]
)
def test_sri50_with_bounds(lower: float, upper: float, verdict: str | None) -> None:
    later = at("CCCCCCCCC", sledai=10, s2k_ri50=None, s2k_ri50_lower=lower, s2k_ri50_upper=upper)
    row = scored("sri50", at("CCCCCCCCC", sledai=10, s2k_ri50=None), later)
    assert (row["sledai_ok"], row["responder"]) == (verdict, verdict)
    assert f"S2K RI-50 {lower:g}-{upper:g} " in row["reasons"]


def test_sri50_nothing_known_of_the_visit_or_of_baseline() -> None:
    known = at("CCCCCCCCC", sledai=10, s2k_ri50=0.0)
    unknown = at("CCCCCCCCC", sledai=None, s2k_ri50=None)
    assert scored("sri50", known, unknown)["responder"] is None
    assert "S2K RI-50 0-105 " in scored("sri50", known, unknown)["reasons"]
    assert scored("sri50", unknown, known)["responder"] is None
    # From a baseline of 105 at most, RI-50 above 101 cannot have fallen by 4.
    assert scored("sri50", unknown, known | {"s2k_ri50": 101.0})["responder"] is None
    assert scored("sri50", unknown, known | {"s2k_ri50": 101.5})["responder"] == "N"
    with pytest.raises(InstrumentError) as caught:
        scored("sri50", known, unknown | {"s2k_ri50_lower": 2.0, "s2k_ri50_upper": 1.5})
    assert [fault.id for fault in caught.value.faults] == ["INSTR-012"]


def test_sri50_from_descriptors() -> None:
    """Arthritis (4) half better counts 2 and vasculitis (8) resolved 0: 12 falls to 2."""
    quiet = dict.fromkeys(CODES, "N")
    first = quiet | {"ARTH": "Y", "VASC": "Y", "ARTH_half": None} | at("CCCCCCCCC")
    later = quiet | {"ARTH": "Y", "ARTH_half": "Y"} | at("CCCCCCCCC")
    row = scored("sri50", first, later)
    assert row["reasons"].startswith("SLEDAI 12 to S2K RI-50 2 (needs a fall of 4): yes; ")
    # Vasculitis not done at baseline: it was 4 or 12, and 4 cannot have fallen by 4.
    row = scored("sri50", first | {"VASC": None}, later)
    assert row["reasons"].startswith("SLEDAI 4-12 to S2K RI-50 2 (needs a fall of 4): undecided; ")


def test_a_steroid_increase_counts_only_where_it_is_asked() -> None:
    visits = [at("CCCCCCCCC", sledai=10), at("CCCCCCCCC", sledai=6, steroid_increase="Y")]
    assert scored("sri", *visits)["responder"] == "Y"
    row = scored("sri", *visits, sri_requires_no_steroid_increase="yes")
    assert (row["responder"], row["reasons"].rpartition("; ")[2]) == ("N", "glucocorticoid increased: yes")
    unknown = [visits[0], visits[1] | {"steroid_increase": None}]
    assert scored("sri", *unknown, sri_requires_no_steroid_increase="yes")["responder"] is None
    calm = [visits[0], visits[1] | {"steroid_increase": "N"}]
    assert scored("sri", *calm, sri_requires_no_steroid_increase="yes")["responder"] == "Y"


def test_no_new_b_at_all_by_setting() -> None:
    visits = [at("CCCCCCCCC", sledai=10), at("BCCCCCCCC", sledai=6)]
    assert scored("sri", *visits)["responder"] == "Y"
    assert scored("sri", *visits, sri_max_new_b="0")["responder"] == "N"


def test_reasons_name_the_values() -> None:
    row = scored("sri5", at("CCCCCCCCC", 2.0, sledai=12), at("ABCCCCCCC", 2.5, sledai=8))
    assert row["reasons"] == (
        "SLEDAI 12 to 8 (needs a fall of 5): no; "
        "new BILAG A and B constitutional C to A, mucocutaneous C to B: no; PGA 2 to 2.5: no"
    )
