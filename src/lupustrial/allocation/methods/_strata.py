"""Strata of a study: all of them, and the one to which a participant belongs."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from lupustrial.allocation.methods._method import Profile
from lupustrial.allocation.methods._rule import POOL
from lupustrial.errors import AllocationError, Fault, closest
from lupustrial.study import Context, Expression, Factor, Study

_PLACE = "levels of a participant"


def strata_of(study: Study) -> tuple[str, ...]:
    """Return the ids of the strata that have a list of their own, in order.

    An id joins the levels in the order of the factors with ``/``, the site last where `by_site`; the last
    part changes fastest. It is ``"all"`` where there is no factor, and for minimisation, which has one pool.
    """
    if study.randomisation.method == "minimisation":
        return (POOL,)
    return tuple("/".join(profile) or POOL for profile in profiles_of(study))


def profiles_of(study: Study) -> tuple[Profile, ...]:
    """Return all combinations of levels (and sites, where `by_site`), whatever the method."""
    rule = study.randomisation
    levels = [[level.id for level in factor.levels] for factor in rule.strata]
    if rule.by_site:
        levels.append([site.id for site in study.sites])
    return tuple(itertools.product(*levels))


def profile_of(study: Study, levels: Mapping[str, str], site: str) -> Profile:
    """Return the levels of a participant in the order of the factors, with the site last where `by_site`.

    Args:
        study: The study.
        levels: Level of each factor, by id.
        site: Id of the site, always checked.

    Raises:
        AllocationError: ALLOC-004, a factor has no level here, or a factor, level or site is unknown.
    """
    rule, faults = study.randomisation, []
    factors = {factor.id: factor for factor in rule.strata}
    for name in levels:
        if name not in factors:
            hint = closest(name, list(factors)) or f"the study has {', '.join(factors) or 'none'}"
            faults.append(_fault("ALLOC-004", f"there is no factor `{name}`", hint))
    for factor in rule.strata:
        known = [level.id for level in factor.levels]
        level = levels.get(factor.id)
        if level is None:
            hint = f"give one of {', '.join(known)}"
            faults.append(_fault("ALLOC-004", f"factor `{factor.id}` has no level", hint))
        elif level not in known:
            hint = closest(level, known) or f"it has {', '.join(known)}"
            faults.append(_fault("ALLOC-004", f"factor `{factor.id}` has no level `{level}`", hint))
    sites = [one.id for one in study.sites]
    if site not in sites:
        hint = closest(site, sites) or f"the study has {', '.join(sites)}"
        faults.append(_fault("ALLOC-004", f"there is no site `{site}`", hint))
    if faults:
        raise AllocationError(faults)
    return (*(levels[factor.id] for factor in rule.strata), *((site,) if rule.by_site else ()))


def stratum_of(study: Study, levels: Mapping[str, str], site: str) -> str:
    """Return the id of the stratum whose list allocates a participant; ``"all"`` for minimisation.

    Raises:
        AllocationError: ALLOC-004, as `profile_of`.
    """
    profile = profile_of(study, levels, site)
    return POOL if study.randomisation.method == "minimisation" else "/".join(profile) or POOL


def levels_of(study: Study, facts: Context, *, participant: str = "") -> dict[str, str]:
    """Return the level of each factor, decided from the participant's items.

    Args:
        study: The study.
        facts: Form to item to value; what is absent or None is missing.
        participant: Named in a fault.

    Raises:
        AllocationError: ALLOC-005, a factor has no level that applies, or several, or one that missing
            items leave open. All such factors are named.
    """
    found: dict[str, str] = {}
    faults: list[Fault] = []
    place = f"participant {participant}" if participant else _PLACE
    for factor in study.randomisation.strata:
        level, problem = _level_of(factor, facts)
        if problem is not None:
            faults.append(_fault("ALLOC-005", *problem, place=place))
        else:
            found[factor.id] = level
    if faults:
        raise AllocationError(faults)
    return found


def _level_of(factor: Factor, facts: Context) -> tuple[str, tuple[str, str] | None]:
    """Return the level, or what is wrong and how to mend it."""
    applies: list[str] = []
    missing: list[str] = []
    for level in factor.levels:
        condition = Expression.compile(level.when, place=f"factor {factor.id}, level {level.id}")
        answer = condition.evaluate(facts)
        if answer is None:
            missing += [f"{form}.{item}" for form, item in condition.missing(facts)] or [level.when]
        elif answer:
            applies.append(level.id)
    if len(applies) > 1:
        message = f"factor `{factor.id}` has several levels that apply: {', '.join(applies)}"
        return "", (message, "mend the conditions of the levels so that they exclude each other")
    if missing:
        message = f"factor `{factor.id}` cannot be decided without {', '.join(dict.fromkeys(missing))}"
        return "", (message, "enter these items before randomisation")
    if not applies:
        message = f"factor `{factor.id}` has no level that applies"
        return "", (message, "check the items, or the conditions of the levels")
    return applies[0], None


def _fault(number: str, message: str, hint: str, *, place: str = _PLACE) -> Fault:
    return Fault(id=number, message=message, place=place, hint=hint)
