"""The SDTM annotations of forms and items are sound (SDTM Implementation Guide 3.4, section 4)."""

from __future__ import annotations

import re
from dataclasses import replace

from lupustrial.errors import closest
from lupustrial.study._inspection import Inspection, Path
from lupustrial.study._model import Form, Item, SdtmTarget

#: Domains that a form can be annotated with, by observation class.
FINDINGS = (
    "CP",
    "DA",
    "EG",
    "FA",
    "FT",
    "IE",
    "IS",
    "LB",
    "MB",
    "MI",
    "PC",
    "PE",
    "PP",
    "QS",
    "RE",
    "RP",
    "RS",
)
FINDINGS_2 = ("SC", "SS", "TR", "TU", "UR", "VS")
EVENTS = ("AE", "CE", "DS", "DV", "HO", "MH")
INTERVENTIONS = ("AG", "CM", "EC", "EX", "ML", "PR", "SU")
SPECIAL = ("DM", "SV", "CO", "SE")
DOMAINS = tuple(sorted((*FINDINGS, *FINDINGS_2, *EVENTS, *INTERVENTIONS, *SPECIAL)))

#: Domains of measurements, where a number is expected to have a unit.
_MEASURED = ("CP", "EG", "LB", "PC", "VS")

_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,7}")
_LONGEST = {"test": 40, "label": 40}

#: Variables without the prefix of their domain.
_SHARED = frozenset({"VISIT", "VISITNUM", "VISITDY", "EPOCH", "ARM", "ARMCD", "SITEID"})
_DEMOGRAPHICS = frozenset(
    {"RFICDTC", "RFSTDTC", "RFENDTC", "RFXSTDTC", "RFXENDTC", "RFPENDTC", "BRTHDTC", "AGE", "AGEU", "SEX"}
    | {"RACE", "ETHNIC", "COUNTRY", "DTHDTC", "DTHFL", "INVID", "INVNAM", "SITEID", "DMDTC", "SUBJID"}
)


def target_of(form: Form, item: Item) -> SdtmTarget | None:
    """Return the item's SDTM target, completed from its form's; ``None`` where it is not submitted."""
    target = item.sdtm
    if target is None or form.sdtm is None:
        return target
    inherited = {
        key: getattr(form.sdtm, key)
        for key in ("domain", "cat", "scat", "spec", "method")
        if getattr(target, key) is None
    }
    return replace(target, **inherited)


def check_sdtm(inspection: Inspection) -> None:
    """STUDY-027 and STUDY-029 to STUDY-034."""
    used: dict[tuple[str | None, ...], str] = {}
    for place, form in enumerate(inspection.study.forms):
        if form.sdtm is not None and form.sdtm.domain is not None:
            _check_domain(inspection, ("forms", place, "sdtm", "domain"), form.sdtm.domain)
        for position, item in enumerate(form.items):
            target = target_of(form, item)
            if target is None:
                continue
            path: Path = ("forms", place, "items", position, "sdtm")
            if _check_target(inspection, path, target) and target.testcd is not None:
                _check_unique(inspection, path, target, f"{form.id}.{item.id}", used)
                _check_unit(inspection, path, item, target)


def _check_domain(inspection: Inspection, path: Path, domain: str) -> bool:
    if domain in DOMAINS or re.fullmatch(r"[XYZ][A-Z]", domain):
        return True
    hint = closest(domain, DOMAINS) or f"known: {', '.join(DOMAINS)}, and X-, Y-, Z- of your own"
    inspection.error("STUDY-033", path, f"`{domain}` is not an SDTM domain", hint)
    return False


def _check_target(inspection: Inspection, path: Path, target: SdtmTarget) -> bool:
    """Check one target; return whether its kind and domain are known."""
    if target.domain is None:
        inspection.error(
            "STUDY-033", path, "the annotation has no domain", "add `domain:` here or to the form's `sdtm`"
        )
        return False
    if not _check_domain(inspection, (*path, "domain"), target.domain):
        return False
    kinds = [key for key in ("testcd", "variable", "supp") if getattr(target, key) is not None]
    if len(kinds) != 1:
        message = f"the annotation has {' and '.join(kinds) or 'neither testcd, variable nor supp'}"
        hint = "give testcd and test (a finding), or `variable`, or `supp` and `label` (a qualifier)"
        inspection.error("STUDY-034", path, message, hint)
        return False
    for key in ("testcd", "variable", "supp"):
        name = getattr(target, key)
        if name is not None and not _NAME.fullmatch(name):
            hint = "at most 8 capitals, digits and `_`, first a letter"
            inspection.error("STUDY-029", (*path, key), f"{key} `{name}` is not a valid name", hint)
    _check_texts(inspection, path, target)
    if target.variable is not None:
        _check_variable(inspection, (*path, "variable"), target.domain, target.variable)
    return True


def _check_texts(inspection: Inspection, path: Path, target: SdtmTarget) -> None:
    for key, most in _LONGEST.items():
        text = getattr(target, key)
        if text is not None and len(text) > most:
            message = f"{key} has {len(text)} characters: `{text}`"
            inspection.error("STUDY-030", (*path, key), message, f"at most {most} are allowed")
    if target.testcd is not None and target.test is None:
        inspection.error(
            "STUDY-034", path, f"testcd `{target.testcd}` has no test", "add its name as `test:`"
        )
    if target.test is not None and target.testcd is None and target.variable is None:
        inspection.error(
            "STUDY-034", path, f"test `{target.test}` has no testcd", "add its code as `testcd:`"
        )
    finding = target.domain in (*FINDINGS, *FINDINGS_2) or (target.domain or "")[:1] in "XYZ"
    if target.testcd is not None and not finding:
        message = f"{target.domain} is no findings domain, but has testcd `{target.testcd}`"
        inspection.error("STUDY-034", path, message, "name a `variable` of the domain, or another `domain`")


def _check_variable(inspection: Inspection, path: Path, domain: str, variable: str) -> None:
    if variable in _SHARED or variable.startswith(domain):
        return
    if domain == "DM" and variable in _DEMOGRAPHICS:
        return
    hint = f"variables of {domain} begin with {domain}"
    if domain == "DM":
        hint = closest(variable, sorted(_DEMOGRAPHICS)) or hint
    inspection.error("STUDY-032", path, f"`{variable}` is no variable of {domain}", hint)


def _check_unique(
    inspection: Inspection,
    path: Path,
    target: SdtmTarget,
    item: str,
    used: dict[tuple[str | None, ...], str],
) -> None:
    key = (target.domain, target.cat, target.spec, target.testcd)
    if key in used:
        category = f" with category {target.cat}" if target.cat else ""
        message = f"testcd `{target.testcd}` of {target.domain}{category} already stands for {used[key]}"
        inspection.error("STUDY-031", (*path, "testcd"), message, "give each its own testcd or `cat`")
    used.setdefault(key, item)


def _check_unit(inspection: Inspection, path: Path, item: Item, target: SdtmTarget) -> None:
    if item.type in ("integer", "decimal") and item.unit is None and target.domain in _MEASURED:
        hint = "add `unit:`, in UCUM or CDISC notation (a ratio or titre has one too, e.g. `titre`)"
        message = f"item `{item.id}` is a number without a unit"
        inspection.warning("STUDY-027", path[:-1], message, hint)
