"""What SRI and BICLA declare so that ``explain`` can say why a participant is, or is not, a responder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lupustrial.instruments._explains import Criterion, Explains, Place

_OUTCOMES = {"Y": "a responder", "N": "a non-responder"}
_BOTH: tuple[Place, ...] = ("baseline", "visit")

_SLEDAI = Criterion(name="SLEDAI", flag="sledai_ok", columns=("sledai",), at=_BOTH)
_PGA = Criterion(name="PGA", flag="pga_ok", columns=("pga",), at=_BOTH)

# Null means that no failure was recorded, and a failure stays.
_FAILURE = Criterion(
    name="treatment failure", columns=("treatment_failure",), blank_holds=True, absorbing=True
)
_STEROIDS = Criterion(
    name="glucocorticoid increase",
    columns=("steroid_increase",),
    when={"sri_requires_no_steroid_increase": ("yes",)},
)


def _bilag(name: str, flag: str, domains: Sequence[str]) -> Criterion:
    return Criterion(name=name, flag=flag, columns=tuple(f"grade_{one}" for one in domains), at=_BOTH)


def _bounds(domains: Sequence[str]) -> Mapping[str, tuple[str, str]]:
    grades = {f"grade_{one}": (f"lower_{one}", f"upper_{one}") for one in domains}
    return {"sledai": ("sledai_lower", "sledai_upper"), **grades}


def _names(domains: Sequence[str]) -> Mapping[str, str]:
    return {"sledai": "SLEDAI", "pga": "PGA", **{f"grade_{one}": f"BILAG {one}" for one in domains}}


def explains_sri(domains: Sequence[str]) -> Explains:
    """Return what SRI declares, over the domains of either BILAG."""
    return Explains(
        title="SRI-{sri_points}",
        criteria=(_SLEDAI, _bilag("BILAG", "bilag_ok", domains), _PGA, _FAILURE, _STEROIDS),
        not_evaluable="A response is judged after baseline and among those who can respond.",
        outcomes=_OUTCOMES,
        names=_names(domains),
        bounds=_bounds(domains),
        protocol={"treatment_failure": 1, "steroid_increase": 1},
    )


def explains_sri50(domains: Sequence[str]) -> Explains:
    """Return what SRI-50 declares: SRI with another first component."""
    plain = explains_sri(domains)
    points = (
        replace(_SLEDAI, name="S2K RI-50", at=("baseline",)),
        replace(_SLEDAI, name="S2K RI-50", columns=("s2k_ri50",), at=("visit",)),
    )
    return replace(
        plain,
        title="SRI-50",
        criteria=(*points, *plain.criteria[1:]),
        names={**plain.names, "s2k_ri50": "S2K RI-50"},
        bounds={**plain.bounds, "s2k_ri50": ("s2k_ri50_lower", "s2k_ri50_upper")},
    )


def explains_bicla(domains: Sequence[str]) -> Explains:
    """Return what BICLA declares."""
    return Explains(
        title="BICLA",
        criteria=(
            _bilag("improvement of BILAG A and B", "bilag_improved_ok", domains),
            _bilag("new BILAG A or B", "bilag_ok", domains),
            _SLEDAI,
            _PGA,
            _FAILURE,
        ),
        not_evaluable="A response is judged after baseline and among those with a BILAG A or B at baseline.",
        outcomes=_OUTCOMES,
        names=_names(domains),
        bounds=_bounds(domains),
        protocol={"treatment_failure": 1},
    )
