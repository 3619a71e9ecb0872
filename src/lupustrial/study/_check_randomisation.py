"""The way of allocating fits the design and the arms; kits fit the doses and visits."""

from __future__ import annotations

from fractions import Fraction

from lupustrial.study._inspection import Inspection, Path
from lupustrial.study._randomisation import Randomisation

_PATH: Path = ("randomisation",)
_LEVELS = 2  # fewer do not divide anybody

#: Keys that a method cannot do without; any other method has no use for them.
_NEEDS: dict[str, tuple[str, ...]] = {
    "permuted_blocks": ("block_sizes",),
    "biased_coin": ("probability",),
    "big_stick": ("maximum_imbalance",),
    "urn": ("urn_start", "urn_added"),
    "minimisation": ("probability", "imbalance"),
}
_LOWEST = {"maximum_imbalance": 1, "urn_start": 0, "urn_added": 1, "slots": 1}


def check_randomisation(inspection: Inspection) -> None:
    """STUDY-017 to STUDY-019 and STUDY-105 to STUDY-108."""
    study = inspection.study
    rule = study.randomisation
    if study.design.randomised != (rule.method != "none"):
        message = (
            f"design.randomised is {str(study.design.randomised).lower()}, the method is `{rule.method}`"
        )
        inspection.error("STUDY-017", (*_PATH, "method"), message, "make them agree")
    if rule.method != "none" and not inspection.doubtful("arms"):
        _check_ratio(inspection, rule)
        _check_keys(inspection, rule)
        _check_values(inspection, rule)
    _check_factors(inspection, rule)
    _check_kits(inspection)


def _check_ratio(inspection: Inspection, rule: Randomisation) -> None:
    arms = [arm.id for arm in inspection.study.arms]
    for arm in rule.ratio:
        inspection.refer("STUDY-017", (*_PATH, "ratio", arm), arm, arms, "arms")
    for arm in arms:
        if arm not in rule.ratio:
            inspection.error(
                "STUDY-017", (*_PATH, "ratio"), f"the ratio leaves out arm `{arm}`", f"add `{arm}: 1`"
            )
    for arm, share in rule.ratio.items():
        if share < 1:
            inspection.error(
                "STUDY-017", (*_PATH, "ratio", arm), f"the share of `{arm}` is {share}", "write 1 or more"
            )
    if set(rule.ratio) == set(arms):
        _check_blocks(inspection, rule, sum(rule.ratio.values()))


def _check_blocks(inspection: Inspection, rule: Randomisation, total: int) -> None:
    if rule.method == "permuted_blocks" and not rule.block_sizes and not inspection.doubtful("block_sizes"):
        hint = f"list `block_sizes`, multiples of {total}"
        inspection.error("STUDY-018", _PATH, "permuted blocks need block sizes", hint)
    for place, size in enumerate(rule.block_sizes):
        path: Path = (*_PATH, "block_sizes", place)
        if size < 1 or (total > 0 and size % total):
            hint = f"use multiples of {total}, the sum of the ratio"
            inspection.error("STUDY-018", path, f"block size {size} cannot hold the ratio", hint)
        elif size == total:
            message = f"with blocks of {size} whoever knows {size - 1} allocations knows the next"
            inspection.warning("STUDY-019", path, message, "use larger blocks of several sizes")
    slots = rule.slots or inspection.study.design.planned_participants
    if rule.method == "permuted_blocks" and rule.block_sizes and slots < 2 * max(rule.block_sizes):
        message = f"a list of {slots} slots holds fewer than two blocks of {max(rule.block_sizes)}"
        hint = "give `slots`, or use smaller blocks"
        inspection.warning("STUDY-108", (*_PATH, "block_sizes"), message, hint)


def _check_keys(inspection: Inspection, rule: Randomisation) -> None:
    """STUDY-105: each method has the keys that it needs, and none that it does not know."""
    needed = _NEEDS.get(rule.method, ())
    for key in dict.fromkeys(key for keys in _NEEDS.values() for key in keys):
        given = bool(rule.block_sizes) if key == "block_sizes" else getattr(rule, key) is not None
        if key in needed and not given and key != "block_sizes":
            hint = "docs/allocation/methods.md tells what it means"
            inspection.error("STUDY-105", (*_PATH, "method"), f"`{rule.method}` needs `{key}`", hint)
        elif given and key not in needed:
            hint = "remove it, or name the method that it belongs to"
            inspection.error("STUDY-105", (*_PATH, key), f"`{rule.method}` has no use for `{key}`", hint)


def _check_values(inspection: Inspection, rule: Randomisation) -> None:
    """STUDY-106: every number can be meant."""
    for key, lowest in _LOWEST.items():
        value = getattr(rule, key)
        if value is not None and value < lowest:
            hint = f"write a whole number from {lowest}"
            inspection.error("STUDY-106", (*_PATH, key), f"`{key}` is {value}", hint)
    if rule.probability is not None and not 0 < rule.probability <= 1:
        hint = "write a number above that of chance and at most 1, e.g. 0.8"
        inspection.error("STUDY-106", (*_PATH, "probability"), f"`probability` is {rule.probability}", hint)
    elif rule.probability is not None and rule.ratio and all(share > 0 for share in rule.ratio.values()):
        chance = Fraction(min(rule.ratio.values()), sum(rule.ratio.values()))
        if Fraction(rule.probability) <= chance:
            message = f"`probability` {rule.probability} does not prefer the arm that lags behind"
            hint = f"write more than {float(chance):.2g}, its share by the ratio"
            inspection.error("STUDY-106", (*_PATH, "probability"), message, hint)
        elif rule.probability == 1:
            message = "with probability 1 whoever knows the balance knows the next allocation"
            inspection.warning(
                "STUDY-107", (*_PATH, "probability"), message, "use a random element, e.g. 0.8"
            )
    if rule.method == "urn" and len(set(rule.ratio.values())) > 1:
        message = "an urn is defined for equal shares only"
        hint = "use permuted_blocks, biased_coin or big_stick, or a ratio of ones"
        inspection.error("STUDY-106", (*_PATH, "ratio"), message, hint)


def _check_factors(inspection: Inspection, rule: Randomisation) -> None:
    """STUDY-106 and STUDY-010: factors divide, and their levels differ."""
    inspection.unique((*_PATH, "strata"), (factor.id for factor in rule.strata), "factor")
    for place, factor in enumerate(rule.strata):
        path: Path = (*_PATH, "strata", place)
        inspection.unique((*path, "levels"), (level.id for level in factor.levels), f"level of {factor.id}")
        if len(factor.levels) < _LEVELS and not inspection.doubtful(factor.id):
            message = f"factor `{factor.id}` has {len(factor.levels)} level"
            inspection.error("STUDY-106", (*path, "levels"), message, "give it two or more, or remove it")
        if factor.weight < 1:
            message = f"the weight of `{factor.id}` is {factor.weight}"
            inspection.error("STUDY-106", (*path, "weight"), message, "write 1 or more")
        for position, name in enumerate((factor.id, *(level.id for level in factor.levels))):
            if "/" in name or not name.strip():
                where = (*path, "id") if position == 0 else (*path, "levels", position - 1, "id")
                hint = "use letters, digits, `-` and `_`"
                inspection.error("STUDY-011", where, f"`{name}` cannot be part of a stratum's name", hint)
    if rule.method == "minimisation" and not rule.strata and not rule.by_site:
        message = "minimisation without a factor has nothing to balance"
        inspection.error("STUDY-105", (*_PATH, "method"), message, "list `strata`, or use another method")


def _check_kits(inspection: Inspection) -> None:
    """STUDY-109: kits are handed out at visits that exist, hold doses, and keep at a range."""
    study = inspection.study
    visits = [visit.id for visit in study.visits]
    inspection.unique(("kits",), (kit.id for kit in study.kits), "kit")
    for place, kit in enumerate(study.kits):
        path: Path = ("kits", place)
        for position, visit in enumerate(kit.dispensed):
            inspection.refer("STUDY-022", (*path, "dispensed", position), visit, visits, "visits")
        for key, lowest in (("units", 1), ("spare", 0)):
            if getattr(kit, key) < lowest:
                message = f"`{key}` of kit `{kit.id}` is {getattr(kit, key)}"
                inspection.error("STUDY-109", (*path, key), message, f"write a whole number from {lowest}")
        if not kit.dispensed and not inspection.doubtful(kit.id):
            hint = "list the visits at which it is handed out"
            inspection.error("STUDY-109", path, f"kit `{kit.id}` is handed out at no visit", hint)
        if kit.storage is not None and kit.storage.low >= kit.storage.high:
            message = f"kit `{kit.id}` keeps between {kit.storage.low} and {kit.storage.high} °C"
            inspection.error("STUDY-109", (*path, "storage"), message, "write the lower temperature as `low`")
    _check_doses(inspection)


def _check_doses(inspection: Inspection) -> None:
    """STUDY-110: all kits of a participant together hold the doses of every arm."""
    study = inspection.study
    if not study.kits or inspection.doubtful("arms", "kits"):
        return
    packed = sum(kit.units * len(kit.dispensed) for kit in study.kits)
    for place, arm in enumerate(study.arms):
        if arm.dosing is not None and packed < arm.dosing.injections * arm.dosing.cycles:
            needed = arm.dosing.injections * arm.dosing.cycles
            message = f"arm `{arm.id}` needs {needed} doses, the kits of a participant hold {packed}"
            hint = "raise `units`, or hand out kits at more visits"
            inspection.error("STUDY-110", ("arms", place, "dosing"), message, hint)
