"""What LLDAS and DORIS declare so that ``explain`` can say why a participant is, or is not, in the state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from lupustrial.instruments._explains import Criterion, Explains, PreviousVisit

#: Steps that are proposed: PGA by 0.01, doses by 0.1 mg, in units of the last of four decimals.
_PGA_STEP, _DOSE_STEP = 100, 1000

#: A step of the glucocorticoid dose is measured against 60 mg/day, not against all that is permitted.
_DOSE_SPAN = 600_000

_NAMES = {
    "pga": "PGA",
    "prednisolone_mg": "prednisolone",
    "sledai": "SLEDAI-2K",
    "clinical_sledai": "clinical SLEDAI",
}
_PGA = Criterion(name="PGA", flag="pga_ok", columns=("pga",))
_DOSE = Criterion(name="prednisolone", flag="dose_ok", columns=("prednisolone_mg",))


def explains_lldas(items: Sequence[str], instead: Sequence[str], doses: Sequence[str]) -> Explains:
    """Return what LLDAS declares.

    Args:
        items: The descriptors of SLEDAI-2K.
        instead: The components that may come in their place.
        doses: The maintenance drugs that have a ceiling.
    """
    return Explains(
        title="LLDAS",
        verdict="met",
        criteria=(*_low_activity(items), *_no_new_activity(items), _PGA, _DOSE, *_treatment(doses)),
        not_evaluable="New activity is judged against an earlier assessment, and there is none.",
        outcomes={"Y": "LLDAS", "N": "no LLDAS"},
        names=_NAMES,
        either=((tuple(instead), tuple(items)), (("flare", "new_bilag_activity"), ("new_activity",))),
        previous=PreviousVisit(
            columns=(*items, *instead),
            setting="lldas_previous",
            option="last_assessed",
            asked_with="preceding_row",
        ),
        protocol={"criterion5_met": 0, "investigational_drug": 1, "other_treatment_ok": 0},
        grain={"pga": _PGA_STEP, "prednisolone_mg": _DOSE_STEP, **dict.fromkeys(doses, _DOSE_STEP)},
        spans={"prednisolone_mg": _DOSE_SPAN},
    )


def _low_activity(items: Sequence[str]) -> tuple[Criterion, ...]:
    low = partial(Criterion, name="low activity", flag="activity_ok")
    return (
        low(columns=("sledai", "major_organ_activity", *items)),
        low(columns=("haemolytic_anaemia", "gi_activity"), when={"lldas_criterion1": ("full",)}),
    )


def _no_new_activity(items: Sequence[str]) -> tuple[Criterion, ...]:
    new = partial(Criterion, name="no new activity", flag="new_ok")
    with_bilag = "no_new_sledai_item_and_no_new_bilag"
    return (
        new(columns=("new_activity",)),
        new(
            columns=tuple(items),
            at=("previous", "visit"),
            when={"lldas_criterion2": ("no_new_sledai_item", with_bilag)},
        ),
        new(columns=("new_bilag_activity",), when={"lldas_criterion2": (with_bilag,)}),
        new(columns=("flare",), when={"lldas_criterion2": ("no_flare",)}),
    )


def _treatment(doses: Sequence[str]) -> tuple[Criterion, ...]:
    standard = partial(Criterion, name="standard treatment", flag="treatment_ok")
    return (
        standard(columns=("criterion5_met",), when={"lldas_criterion5": ("stated",)}),
        standard(
            columns=(*doses, "investigational_drug", "other_treatment_ok"),
            when={"lldas_criterion5": ("dose_ceilings",)},
        ),
    )


def _doris(items: Sequence[str], title: str, verdict: str, criteria: Sequence[Criterion]) -> Explains:
    """Return what both DORIS definitions declare, with the criteria of one after those of activity."""
    clinical = Criterion(name="clinical SLEDAI", flag="clinical_ok", columns=("clinical_sledai", *items))
    return Explains(
        title=title,
        verdict=verdict,
        criteria=(clinical, _PGA, *criteria),
        not_evaluable="",
        names=_NAMES,
        either=((("clinical_sledai",), tuple(items)),),
        protocol={"background_stable": 0},
        grain={"pga": _PGA_STEP, "prednisolone_mg": _DOSE_STEP},
        spans={"prednisolone_mg": _DOSE_SPAN},
    )


def explains_doris2021(items: Sequence[str]) -> Explains:
    """Return what DORIS 2021 declares; `items` are the clinical descriptors of SLEDAI-2K."""
    background = partial(Criterion, name="stable background", flag="background_ok")
    stable, drug = ("background_stable",), ("immunosuppressant_or_biologic",)
    asked = ("all", *drug)
    criteria = (
        _DOSE,
        background(
            columns=stable,
            when={"doris_stable_background": asked, "doris_background_missing": ("stable",)},
            blank_holds=True,
        ),
        background(
            columns=stable, when={"doris_stable_background": asked, "doris_background_missing": ("unknown",)}
        ),
        background(columns=drug, when={"doris_stable_background": drug}),
    )
    outcomes = {"Y": "remission", "N": "no remission"}
    return replace(_doris(items, "DORIS 2021", "met", criteria), outcomes=outcomes)


def explains_doris2017(items: Sequence[str], serology: Sequence[str]) -> Explains:
    """Return what the framework of 2017 declares; what is explained is which of the states it is.

    Args:
        items: The clinical descriptors of SLEDAI-2K.
        serology: The others.
    """
    treated = ("prednisolone_mg", "immunosuppressant_or_biologic")
    criteria = (
        Criterion(name="normal serology", flag="serology_ok", columns=tuple(serology)),
        Criterion(name="off therapy", flag="off_therapy_ok", columns=treated),
        Criterion(name="on therapy", flag="on_therapy_ok", columns=(*treated, "background_stable")),
    )
    return replace(_doris(items, "DORIS 2017", "state", criteria), outcomes={"none": "no remission"})
