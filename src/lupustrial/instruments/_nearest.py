"""The nearest change of a visit's facts that would flip a responder verdict.

Nearest means: fewest facts changed, then the smallest steps. Steps of different components are compared
as shares of their ranges (SLEDAI 105 points, PGA 3, four steps from E to A). This measure is ours; it
decides only what is shown. Dated protocol rules (treatment failure) are not proposed as a change unless
they are what fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lupustrial.instruments._bilag_items import RANK
from lupustrial.instruments._pga import HIGHEST as PGA_HIGHEST
from lupustrial.instruments._pga import WORSENING, is_worse
from lupustrial.instruments._sledai import HIGHEST as SLEDAI_HIGHEST
from lupustrial.instruments._spec import DOMAINS
from lupustrial.instruments._sri_rules import fell_by, is_new_a, is_new_b

#: What is known: by (column, ``baseline`` or ``visit``), the columns that say it.
Facts = Mapping[tuple[str, str], Mapping[str, object]]

_LETTERS = {rank: letter for letter, rank in RANK.items()}


@dataclass(frozen=True, kw_only=True)
class Change:
    """One fact of the visit that would have to be different: its name, its value and what it would be."""

    name: str
    value: str
    to: str


@dataclass(frozen=True, kw_only=True)
class _Known:
    """All components of one participant, exact: SLEDAI in points, PGA in hundredths, grades as ranks."""

    sledai: tuple[int, int]
    pga: tuple[int, int]
    grades: Mapping[str, tuple[int, int]]


def nearest_change(facts: Facts, verdict: str, settings: Mapping[str, str]) -> tuple[Change, ...] | None:
    """Return the change; empty where none at this visit flips it, None where a component is not exact."""
    known = _known(facts)
    if known is None:
        return None
    return _to_fail(known, settings) if verdict == "Y" else _to_hold(known, facts, settings)


def _known(facts: Facts) -> _Known | None:
    def both(name: str) -> tuple[object, object]:
        now = [facts.get((name, place), {}).get(name) for place in ("baseline", "visit")]
        return now[0], now[1]

    names = ["sledai", "pga", *(f"grade_{domain}" for domain in DOMAINS)]
    pairs = {name: both(name) for name in names}
    if any(value is None for pair in pairs.values() for value in pair):
        return None
    hundredths = [int(float(str(value)) * 100 + 0.5) for value in pairs["pga"]]
    points = [int(float(str(value))) for value in pairs["sledai"]]
    return _Known(
        sledai=(points[0], points[1]),
        pga=(hundredths[0], hundredths[1]),
        grades={
            domain: (RANK[str(pairs[f"grade_{domain}"][0])], RANK[str(pairs[f"grade_{domain}"][1])])
            for domain in DOMAINS
        },
    )


def _grade_change(domain: str, now: int, to: int) -> Change:
    return Change(name=f"grade_{domain}", value=_LETTERS[now], to=_LETTERS[to])


def _pga_change(now: int, to: int) -> Change:
    return Change(name="pga", value=f"{now / 100:g}", to=f"{to / 100:g}")


def _to_fail(known: _Known, settings: Mapping[str, str]) -> tuple[Change, ...]:
    """One fact is always enough: SLEDAI can rise to a point where the fall is one too small."""
    options: list[tuple[float, Change]] = []
    base, now = known.sledai
    rise = base - int(settings["sri_points"]) + 1
    options.append(((rise - now) / SLEDAI_HIGHEST, Change(name="sledai", value=str(now), to=str(rise))))
    new_b = sum(is_new_b(*pair) for pair in known.grades.values())
    for domain, (before, grade) in known.grades.items():
        for to in (RANK["B"], RANK["A"]):
            fails = is_new_a(before, to) or (is_new_b(before, to) and new_b == int(settings["sri_max_new_b"]))
            if to > grade and fails:
                options.append(((to - grade) / RANK["A"], _grade_change(domain, grade, to)))
    base, now = known.pga
    worse = base + WORSENING + (settings["pga_worse_operator"] == ">")
    if worse <= PGA_HIGHEST:
        options.append(((worse - now) / PGA_HIGHEST, _pga_change(now, worse)))
    return (min(options, key=lambda option: option[0])[1],)


def _to_hold(known: _Known, facts: Facts, settings: Mapping[str, str]) -> tuple[Change, ...]:
    """Mend every component that fails."""
    points = int(settings["sri_points"])
    if known.sledai[0] < points:
        return ()
    changes = []
    base, now = known.sledai
    if not fell_by(points, base, now):
        changes.append(Change(name="sledai", value=str(now), to=str(base - points)))
    changes += _mended_grades(known, int(settings["sri_max_new_b"]))
    base, now = known.pga
    if is_worse(base, now, settings["pga_worse_operator"]):
        changes.append(_pga_change(now, base + WORSENING - (settings["pga_worse_operator"] == ">=")))
    asked = ["treatment_failure"]
    if settings["sri_requires_no_steroid_increase"] == "yes":
        asked.append("steroid_increase")
    changes += [
        Change(name=name, value="Y", to="N")
        for name in asked
        if facts.get((name, "visit"), {}).get(name) == "Y"
    ]
    return tuple(changes)


def _mended_grades(known: _Known, most_new_b: int) -> Iterator[Change]:
    """Lower every new A, and as many new B as are too many, by the fewest steps."""
    new_b = [domain for domain, pair in known.grades.items() if is_new_b(*pair)]
    for domain in new_b[most_new_b:]:
        yield _grade_change(domain, RANK["B"], RANK["C"])
    spare = max(most_new_b - len(new_b), 0)
    for domain, (before, now) in known.grades.items():
        if is_new_a(before, now):
            was_b = before == RANK["B"]
            to = RANK["B"] if was_b or spare else RANK["C"]
            spare -= not was_b and spare > 0
            yield _grade_change(domain, now, to)
