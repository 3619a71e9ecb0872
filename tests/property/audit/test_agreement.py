"""What must hold for every printed p value and every claim."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial import audit
from lupustrial.audit._printed import agreement


@settings(deadline=None)
@given(p_value=st.floats(0, 1), digits=st.integers(1, 6))
def test_a_p_value_agrees_with_its_own_print(p_value: float, digits: int) -> None:
    text = str(Decimal(f"{p_value:.12g}").quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))
    printed = audit.parse_printed_p(f"{Decimal(text):f}")
    assert printed is not None
    assert printed.decimals == digits
    assert agreement(printed, p_value, alpha=0.05) == "rounded"


@settings(max_examples=60, deadline=None)
@given(
    n1=st.integers(1, 20),
    n2=st.integers(1, 20),
    data=st.data(),
    within=st.booleans(),
    printed=st.integers(0, 999),
)
def test_any_counts_are_judged_without_failing(
    *, n1: int, n2: int, data: st.DataObject, within: bool, printed: int
) -> None:
    x1, x2 = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n2))
    p = audit.parse_printed_p(f"0.{printed:03d}")
    assert p is not None
    claim = audit.Claim(
        id="C1",
        location="",
        description="",
        design="within-arm" if within else "between-arm",
        group1=audit.Group(x=x1, n=n1),
        group2=audit.Group(x=x2, n=n2),
        summary="",
        stated_test="chi-square",
        reported_p=p,
    )
    (verdict,) = audit.audit_claims([claim])
    assert verdict.status in {"stated", "other", "truncated", "nearby", "none"}
    assert verdict.conclusion.endswith(".")
    assert all(f.p_value is None or 0 <= f.p_value <= 1 for f in verdict.findings)
    assert all((f.p_value is None) == bool(f.reason) for f in verdict.findings)
    assert verdict.stated is not None
    # a p reproduced by the stated test rounds to the print
    if verdict.status == "stated":
        assert verdict.stated.p_value == pytest.approx(float(p.value or 0), abs=0.0005 + 1e-9)
    assert audit.render_markdown([verdict])
