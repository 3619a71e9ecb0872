"""Randomisation and blinding in words, in the order of CONSORT 2010 (items 8 to 11)."""

from __future__ import annotations

from lupustrial.study import Randomisation, Study, Task

#: Label, text.
Line = tuple[str, str]


def randomisation_lines(study: Study, commitment: str | None, *, synthetic: bool = False) -> list[Line]:
    """Return what the study says of its randomisation and blinding; empty where nobody is randomised.

    Args:
        study: The study.
        commitment: Digest of the commitment to the sealed list, where the list was revealed with the results.
        synthetic: Whether the trial is a reconstruction, whose list is not that of the trial itself.
    """
    rule = study.randomisation
    if rule.method == "none":
        return []
    arms = {arm.id: arm.label for arm in study.arms}
    ratio = " to ".join(f"{share} {arms.get(arm, arm)}" for arm, share in rule.ratio.items())
    lines = [
        ("Sequence (8a, 8b)", f"{_method(rule)}, {ratio}. {_strata(rule)}"),
        ("Concealment (9)", _concealment(commitment, synthetic=synthetic)),
        ("Who (10)", f"Screened by: {_who(study, 'screen')}. Allocated by: {_who(study, 'allocate')}."),
        ("Blinding (11a)", _blinding(study)),
    ]
    alike = [
        f"{one.name} looks like {_name(study, one.matches)}"
        for one in study.products
        if one.matches is not None
    ]
    kits = [f"{kit.name} ({kit.units} {kit.unit}s)" for kit in study.kits]
    if alike or kits:
        packed = f" Kits, numbered by chance: {'; '.join(kits)}." if kits else ""
        lines.append(("Similarity (11b)", f"{'; '.join(alike) or 'Not stated'}.{packed}"))
    if rule.not_published:
        lines.append(("Not published", "; ".join(rule.not_published) + "."))
    return lines


def _method(rule: Randomisation) -> str:
    match rule.method:
        case "permuted_blocks":
            sizes = [str(size) for size in rule.block_sizes]
            drawn = ", the size of each drawn" if len(sizes) > 1 else ""
            return f"Permuted blocks of {' or '.join(sizes)}{drawn}"
        case "biased_coin":
            return f"Biased coin, probability {rule.probability} for the arm that lags behind"
        case "big_stick":
            return f"Big stick, largest imbalance {rule.maximum_imbalance}"
        case "urn":
            return f"Urn, {rule.urn_start} balls an arm at the start, {rule.urn_added} of each other added"
        case "minimisation":
            measure = "the number there" if rule.imbalance == "total" else f"the {rule.imbalance}"
            return f"Minimisation by {measure} in each factor, probability {rule.probability}"
        case _:
            return "Complete randomisation"


def _strata(rule: Randomisation) -> str:
    factors = [f"{one.name} ({', '.join(level.name for level in one.levels)})" for one in rule.strata]
    factors += ["site"] if rule.by_site else []
    verb = "Balanced over" if rule.method == "minimisation" else "Stratified by"
    return f"{verb} {'; '.join(factors)}." if factors else "Not stratified."


def _concealment(commitment: str | None, *, synthetic: bool) -> str:
    if commitment is None:
        return "The records came with an allocation; how it was kept secret is not known here."
    the = "Of the reconstruction, not of the trial itself: the" if synthetic else "The"
    return (
        f"{the} list was made before the first allocation, sealed as ciphertext, "
        "and revealed after the lock. "
        f"Its commitment: {commitment}. "
        "The folder allocation holds the list and its seed, to be checked against it."
    )


def _who(study: Study, task: Task) -> str:
    return ", ".join(role.name for role in study.roles if task in role.may) or "not stated"


def _blinding(study: Study) -> str:
    blinded = [role.name for role in study.roles if role.blinded]
    others = [role.name for role in study.roles if not role.blinded]
    hidden = [item.label for form in study.forms for item in form.items if item.reveals_treatment]
    text = f"{study.design.blinding.capitalize()}. Blinded: {', '.join(blinded) or 'nobody'}."
    text += f" Not blinded: {', '.join(others)}." if others else ""
    text += f" Hidden from blinded roles, since they tell the arm: {'; '.join(hidden)}." if hidden else ""
    return text


def _name(study: Study, product: str) -> str:
    return next((one.name for one in study.products if one.id == product), product)
