"""Ids are unique and well formed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lupustrial.study._inspection import Inspection, Path
from lupustrial.study._model import Study
from lupustrial.study._plan import AnalysisPlan, FurtherPlan

_LOWER = re.compile(r"[a-z][a-z0-9_]*")
_UPPER = re.compile(r"[A-Z][A-Z0-9_]*")
_STUDY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_WITHOUT_BLANKS = re.compile(r"[^\s@|]+")

#: Words that CEL keeps for itself, and the names under which it sees what is not a form.
_RESERVED = frozenset(
    {"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let"}
    | {"loop", "null", "package", "namespace", "return", "true", "var", "void", "while"}
    | {"all", "exists", "exists_one", "filter", "has", "map", "size", "participant", "planned"}
)


def check_ids(inspection: Inspection) -> None:
    """STUDY-010 and STUDY-011."""
    study = inspection.study
    lists: tuple[tuple[Path, tuple[str, ...], str, re.Pattern[str]], ...] = (
        (("arms",), tuple(arm.id for arm in study.arms), "arm", _WITHOUT_BLANKS),
        (("products",), tuple(product.id for product in study.products), "product", _WITHOUT_BLANKS),
        (("epochs",), tuple(epoch.id for epoch in study.epochs), "epoch", _WITHOUT_BLANKS),
        (("visits",), tuple(visit.id for visit in study.visits), "visit", _WITHOUT_BLANKS),
        (("sites",), tuple(site.id for site in study.sites), "site", _WITHOUT_BLANKS),
        (("populations",), tuple(p.id for p in study.populations), "population", _WITHOUT_BLANKS),
        (("roles",), tuple(role.id for role in study.roles), "role", _WITHOUT_BLANKS),
        (
            ("eligibility", "inclusion"),
            tuple(c.id for c in study.eligibility.inclusion),
            "criterion",
            _WITHOUT_BLANKS,
        ),
        (
            ("eligibility", "exclusion"),
            tuple(c.id for c in study.eligibility.exclusion),
            "criterion",
            _WITHOUT_BLANKS,
        ),
        (("forms",), tuple(form.id for form in study.forms), "form", _LOWER),
        (("instruments",), tuple(use.id for use in study.instruments), "instrument use", _WITHOUT_BLANKS),
        (("plan", "parameters"), tuple(p.id for p in study.plan.parameters), "parameter", _UPPER),
        *_of_plans(study),
    )
    for path, ids, kind, pattern in lists:
        inspection.unique(path, ids, kind)
        _well_formed(inspection, path, ids, kind, pattern)
    for place, form in enumerate(study.forms):
        path = ("forms", place, "items")
        ids = tuple(item.id for item in form.items)
        inspection.unique(path, ids, f"item of {form.id}")
        _well_formed(inspection, path, ids, "item", _UPPER)
    _between_lists(inspection)
    if not _STUDY.fullmatch(study.id):
        hint = "use letters, digits, dots, dashes"
        inspection.error("STUDY-011", ("id",), f"study id `{study.id}` is not a name", hint)


def _of_plans(study: Study) -> Iterator[tuple[Path, tuple[str, ...], str, re.Pattern[str]]]:
    """Return the ids of the plan and of the further plans."""
    plans: dict[Path, AnalysisPlan | FurtherPlan] = {("plan",): study.plan}
    plans |= {("further_plans", name): plan for name, plan in study.further_plans.items()}
    for path, plan in plans.items():
        for section, kind in (
            ("strata", "stratum"),
            ("estimands", "estimand"),
            ("analyses", "analysis"),
            ("displays", "display"),
        ):
            yield (*path, section), tuple(one.id for one in getattr(plan, section)), kind, _WITHOUT_BLANKS


def _well_formed(
    inspection: Inspection, path: Path, ids: tuple[str, ...], kind: str, pattern: re.Pattern[str]
) -> None:
    wanted = {
        _LOWER: "a lower-case letter, then lower-case letters, digits, `_`",
        _UPPER: "a capital letter, then capitals, digits, `_`",
        _WITHOUT_BLANKS: "a name without blanks, `@` and `|`",
    }[pattern]
    for place, name in enumerate(ids):
        if not pattern.fullmatch(name):
            inspection.error(
                "STUDY-011", (*path, place, "id"), f"{kind} id `{name}` is not a name", f"use {wanted}"
            )
        elif pattern is not _WITHOUT_BLANKS and name in _RESERVED:
            hint = "choose another: the word has a meaning in expressions"
            inspection.error("STUDY-011", (*path, place, "id"), f"{kind} id `{name}` is reserved", hint)


def _between_plans(inspection: Inspection) -> None:
    """Analyses and displays of all plans have different ids: results and files are named by them."""
    study = inspection.study
    for section, kind in (("analyses", "analysis"), ("displays", "display")):
        known = {one.id: "analysis.yaml" for one in getattr(study.plan, section)}
        for name, plan in study.further_plans.items():
            for place, one in enumerate(getattr(plan, section)):
                if one.id in known:
                    path: Path = ("further_plans", name, section, place, "id")
                    message = f"{kind} `{one.id}` also stands in {known[one.id]}"
                    inspection.error("STUDY-010", path, message, "rename one: results bear this name")
            known |= {one.id: f"analysis-{name}.yaml" for one in getattr(plan, section)}


def _between_lists(inspection: Inspection) -> None:
    """Criteria share one numbering, populations one set of flags, arms one of labels, plans one of ids."""
    study = inspection.study
    _between_plans(inspection)
    inclusion = {criterion.id for criterion in study.eligibility.inclusion}
    for place, criterion in enumerate(study.eligibility.exclusion):
        if criterion.id in inclusion:
            path: Path = ("eligibility", "exclusion", place, "id")
            inspection.error(
                "STUDY-010", path, f"criterion `{criterion.id}` stands twice", "rename it, e.g. E01"
            )
    for section, key, names in (
        ("populations", "flag", [population.flag for population in study.populations]),
        ("arms", "label", [arm.label for arm in study.arms]),
    ):
        for place, name in enumerate(names):
            if name in names[:place]:
                path = (section, place, key)
                inspection.error("STUDY-010", path, f"{key} `{name}` stands twice", "each needs its own")
    for place, population in enumerate(study.populations):
        if not re.fullmatch(r"[A-Z][A-Z0-9]{0,5}FL", population.flag):
            path = ("populations", place, "flag")
            hint = "a flag has at most 8 capitals and digits and ends in FL, e.g. MITTFL"
            inspection.error("STUDY-011", path, f"`{population.flag}` is not a flag variable", hint)
