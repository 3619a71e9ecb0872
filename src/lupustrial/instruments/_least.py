"""The least set of facts that decides a responder verdict: it alone gives it, less leaves it open.

"Least" is by number of facts. SLEDAI, BILAG and PGA share no facts, so a positive verdict needs the least
set of each, and a negative one that of the component with the fewest. Candidates are judged by ``score``
in batches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from lupustrial.instruments._nearest import Facts
from lupustrial.instruments._score import score
from lupustrial.instruments._spec import DOMAINS

#: A fact: column and ``baseline`` or ``visit``.
Key = tuple[str, str]

#: The nine grade columns.
GRADES: tuple[str, ...] = tuple(f"grade_{domain}" for domain in DOMAINS)

_PLACES = ("baseline", "visit")
_NEUTRAL: Facts = {(grade, place): {grade: "E"} for grade in GRADES for place in _PLACES}


def least_set(facts: Facts, verdict: str, failing: Sequence[str], settings: Mapping[str, str]) -> list[Key]:
    """Return the smallest set of facts that gives the verdict (``Y`` or ``N``) by itself.

    Args:
        facts: All that is known.
        verdict: The verdict that they give.
        failing: Names of what fails, as in ``Explanation.failing``; empty for ``Y``.
        settings: Resolved settings of the index.
    """
    if verdict == "Y":
        needed = [*_of_number("sledai", "Y", facts, settings), *_never_too_bad(facts, settings)]
        needed += _of_number("pga", "Y", facts, settings)
        increase = settings["sri_requires_no_steroid_increase"] == "yes"
        return [*needed, ("steroid_increase", "visit")] if increase else needed
    alone = {"treatment failure": "treatment_failure", "glucocorticoid increase": "steroid_increase"}
    sets = [[(alone[name], "visit")] for name in failing if name in alone]
    sets += [_of_number(name.lower(), "N", facts, settings) for name in failing if name in ("SLEDAI", "PGA")]
    if "BILAG" in failing:
        sets.append(_worsened(facts, settings))
    return min(sets, key=len)


def _judge(candidates: Sequence[Facts], settings: Mapping[str, str], component: str) -> list[str | None]:
    """Return the component's flag for each candidate: a participant of whom only these facts are known."""
    names = ["sledai", "sledai_lower", "sledai_upper", "pga", *GRADES]
    names += [f"{end}_{domain}" for end in ("lower", "upper") for domain in DOMAINS]
    rows = []
    for number, facts in enumerate(candidates):
        for visit, place in enumerate(_PLACES):
            row: dict[str, object] = dict.fromkeys(names) | {"USUBJID": f"{number:06d}", "VISITNUM": visit}
            for (_, where), held in facts.items():
                row |= held if where == place else {}
            rows.append(row)
    numeric = ("sledai", "sledai_lower", "sledai_upper", "pga")
    schema = {name: pl.Float64 if name in numeric else pl.String for name in names}
    frame = pl.DataFrame(rows, schema={"USUBJID": pl.String, "VISITNUM": pl.Int64, **schema})
    judged = score("sri", frame, settings=settings, reasons=False).filter(pl.col("VISITNUM") == 1)
    return judged[f"{component}_ok"].to_list()


def _subsets(name: str, facts: Facts) -> list[list[Key]]:
    """The sets of known facts of one column, smallest first."""
    known = [(name, place) for place in ("visit", "baseline") if (name, place) in facts]
    return [[], *([key] for key in known), *([known[::-1]] if len(known) == len(_PLACES) else [])]


def _of_number(name: str, flag: str, facts: Facts, settings: Mapping[str, str]) -> list[Key]:
    """Return the smallest set that gives SLEDAI or PGA its flag."""
    subsets = _subsets(name, facts)
    flags = _judge([{key: facts[key] for key in subset} for subset in subsets], settings, name)
    return subsets[flags.index(flag)]


def _never_too_bad(facts: Facts, settings: Mapping[str, str]) -> list[Key]:
    """Return the smallest set of grades that excludes a new A and too many new B.

    A domain is either shown not to be new at all, or, as often as new B are allowed, only not to be a new A.
    """
    tested = [(grade, subset) for grade in GRADES for subset in _subsets(grade, facts)]
    known = [_only(grade, {key: facts[key] for key in subset}) for grade, subset in tested]
    found: dict[str, dict[str, list[Key]]] = {}
    for allowed in ("0", "1"):
        flags = _judge(known, {**settings, "sri_max_new_b": allowed}, "bilag")
        found[allowed] = {}
        for (grade, subset), flag in zip(tested, flags, strict=True):
            if flag == "Y":
                found[allowed].setdefault(grade, subset)
    is_new = [grade for grade in GRADES if grade not in found["0"]]
    spare = int(settings["sri_max_new_b"]) - len(is_new)
    saving = {grade: len(subset) - len(found["1"][grade]) for grade, subset in found["0"].items()}
    tolerated = [grade for grade in GRADES if saving.get(grade, 0) > 0][:spare] + is_new
    return [key for grade in GRADES for key in found["1" if grade in tolerated else "0"][grade]]


def _only(grade: str, facts: Facts) -> Facts:
    """All other domains known to be never involved."""
    return {key: held for key, held in _NEUTRAL.items() if key[0] != grade} | dict(facts)


def _worsened(facts: Facts, settings: Mapping[str, str]) -> list[Key]:
    """Return the facts of one new A, or of as many new B as are too many."""
    pairs = [[(grade, place) for place in _PLACES] for grade in GRADES]
    pairs = [pair for pair in pairs if all(key in facts for key in pair)]
    known = [{key: facts[key] for key in pair} for pair in pairs]
    for pair, flag in zip(pairs, _judge(known, settings, "bilag"), strict=True):
        if flag == "N":
            return pair
    either = _judge(known, {**settings, "sri_max_new_b": "0"}, "bilag")
    new = [pair for pair, flag in zip(pairs, either, strict=True) if flag == "N"]
    return [key for pair in new[: int(settings["sri_max_new_b"]) + 1] for key in pair]
