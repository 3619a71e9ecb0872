"""Why a participant is, or is not, a responder: the least set of facts that decides, and the nearest change.

Nothing is judged twice: every question ("is it still decided without this fact?") is put to ``score``
itself, on a frame in which the other facts are unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments._frame import checked, in_order
from lupustrial.instruments._least import GRADES, Key, least_set
from lupustrial.instruments._nearest import Change, Facts, nearest_change
from lupustrial.instruments._registry import find
from lupustrial.instruments._score import score
from lupustrial.instruments._settings import Scalar, resolve

_COMPONENTS: Mapping[str, tuple[str, ...]] = {"sledai": ("sledai",), "bilag": GRADES, "pga": ("pga",)}


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One known component: column name, ``baseline`` or ``visit``, and value as text."""

    name: str
    at: str
    value: str

    def __str__(self) -> str:
        """Render as ``SLEDAI 12 at baseline``."""
        return f"{_named(self.name)} {self.value} at {'baseline' if self.at == 'baseline' else 'the visit'}"


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why a responder index came out as it did.

    Attributes:
        instrument: Id of the instrument.
        participant: USUBJID.
        visit: The visit as it was asked for.
        verdict: ``Y``, ``N``, or None when undecided or not evaluable.
        state: As scored: responder, non-responder, undecided, not evaluable.
        facts: The least set of facts that decides the verdict: known alone, they give it; without any one of
            them, and nothing else known, it is open.
        failing: Components that fail, all of them.
        change: The nearest change of the visit's facts that flips the verdict; empty where none does,
            None where a component is not known exactly.
        missing: Facts whose absence leaves a component open.
        settings: The settings in force.
    """

    instrument: str
    participant: str
    visit: str
    verdict: str | None
    state: str
    facts: tuple[Fact, ...]
    failing: tuple[str, ...]
    change: tuple[Change, ...] | None
    missing: tuple[Key, ...]
    settings: Mapping[str, str]

    def prose(self) -> str:
        """Return the explanation as plain sentences."""
        head = f"{self.participant}, visit {self.visit}, SRI-{self.settings['sri_points']}: {self.state}."
        if self.state == "not evaluable":
            return f"{head} A response is judged after baseline and among those who can respond."
        if self.verdict is None:
            absent = ", ".join(f"{_named(name)} ({at})" for name, at in self.missing)
            return f"{head} It cannot be decided: not known {absent}."
        parts = [head, f"What decides: {'; '.join(str(fact) for fact in self.facts)}."]
        if len(self.failing) > 1:
            parts.append(f"Not met: {', '.join(self.failing)}.")
        wanted = "a non-responder" if self.verdict == "Y" else "a responder"
        if self.change:
            steps = "; ".join(
                f"{_named(each.name)} {each.to} instead of {each.value}" for each in self.change
            )
            parts.append(f"Nearest change that makes {wanted}: {steps}.")
        elif self.change is None:
            parts.append("The nearest change cannot be given: not every component is known.")
        else:
            parts.append(f"No change at this visit makes {wanted}.")
        return " ".join(parts)


def explain(
    name: str, frame: pl.DataFrame, *, visit: float | str, settings: Mapping[str, Scalar] | None = None
) -> Explanation:
    """Explain a participant's responder index at a visit.

    Args:
        name: ``sri``, the responder index that can be explained.
        frame: The rows of one participant, as for ``score``.
        visit: VISITNUM of the row to explain, or its ADT (ISO 8601) where the frame has no VISITNUM.
        settings: As for ``score``.

    Raises:
        InstrumentError: As ``score``; INSTR-014 for another instrument, several participants or an absent
            visit.
    """
    instrument = find(name)
    if name != "sri":
        raise _refused(
            f"{name!r} cannot be explained", "instrument", "its reasons say why; explain takes sri"
        )
    chosen = resolve(instrument, settings)
    rows = in_order(checked(frame, instrument.inputs))
    if rows["USUBJID"].n_unique() != 1:
        raise _refused("needs the rows of exactly one participant", "frame", "filter by USUBJID")
    key = "VISITNUM" if "VISITNUM" in frame.columns else "ADT"
    at = [row for row, value in enumerate(frame[key]) if _is_visit(value, visit)]
    if len(at) != 1:
        held = ", ".join(map(str, frame[key]))
        raise _refused(f"{visit!r} is not a visit of the frame", key, f"it has {held}")
    facts = _facts(rows, at[0])
    result = score(name, frame, settings=settings, reasons=False).row(at[0], named=True)
    return _explained(facts, result, str(visit), chosen)


def _refused(message: str, place: str, hint: str) -> InstrumentError:
    return InstrumentError(Fault(id="INSTR-014", message=message, place=place, hint=hint))


def _named(name: str) -> str:
    return {"sledai": "SLEDAI", "pga": "PGA"}.get(name, name.replace("grade_", "BILAG ").replace("_", " "))


def _is_visit(value: object, visit: float | str) -> bool:
    if isinstance(value, int | float) and not isinstance(visit, str):
        return value == visit
    return str(value) == str(visit)


def _facts(rows: pl.DataFrame, at: int) -> Facts:
    """Return what is known by (name, place): the value, or where that is missing its bounds."""
    now = rows.filter(pl.col("_row") == at)
    known: dict[Key, Mapping[str, object]] = {}
    for place, row in (("baseline", rows.filter("_base")), ("visit", now)):
        values = row.row(0, named=True)
        for name in ("sledai", *GRADES, "pga"):
            bare = name.removeprefix("grade_")
            bounds = (
                ("sledai_lower", "sledai_upper") if bare == "sledai" else (f"lower_{bare}", f"upper_{bare}")
            )
            columns = (name,) if values[name] is not None else bounds
            held = {each: _told(each, values[each]) for each in columns if values.get(each) is not None}
            if held:
                known[name, place] = held
    if rows.filter(pl.col("_pos") <= now["_pos"].item())["treatment_failure"].max() == 1:
        known["treatment_failure", "visit"] = {"treatment_failure": "Y"}
    increase = now["steroid_increase"].item()
    if increase is not None:
        known["steroid_increase", "visit"] = {"steroid_increase": "Y" if increase else "N"}
    return known


def _told(column: str, value: int) -> object:
    """Return a checked value as a frame has it: SLEDAI in points, PGA on its scale, grades as letters."""
    if column.startswith("sledai"):
        return value
    return value / 100 if column == "pga" else "EDCBA"[value]


def _explained(
    facts: Facts, result: Mapping[str, str | None], visit: str, settings: Mapping[str, str]
) -> Explanation:
    failing = [name.upper() for name in _COMPONENTS if result[f"{name}_ok"] == "N"]
    if ("treatment_failure", "visit") in facts:
        failing.append("treatment failure")
    asked = settings["sri_requires_no_steroid_increase"] == "yes"
    if asked and facts.get(("steroid_increase", "visit")) == {"steroid_increase": "Y"}:
        failing.append("glucocorticoid increase")
    verdict = result["responder"]
    deciding = least_set(facts, verdict, failing, settings) if verdict else []
    wanted = [name for name in _COMPONENTS if result[f"{name}_ok"] is None]
    missing = [
        (name, place)
        for component in wanted
        for name in _COMPONENTS[component]
        for place in ("baseline", "visit")
        if name not in facts.get((name, place), {})
    ]
    if asked and ("steroid_increase", "visit") not in facts:
        missing.append(("steroid_increase", "visit"))
    return Explanation(
        instrument="sri",
        participant=str(result["USUBJID"]),
        visit=visit,
        verdict=verdict,
        state=str(result["state"]),
        facts=tuple(Fact(name=name, at=place, value=_value(facts[name, place])) for name, place in deciding),
        failing=tuple(failing) if result["state"] != "not evaluable" else (),
        change=nearest_change(facts, verdict, settings) if verdict else None,
        missing=tuple(missing) if result["state"] != "not evaluable" else (),
        settings=settings,
    )


def _value(held: Mapping[str, object]) -> str:
    """Return ``12``, or for bounds ``9 to 14``, ``at least 9``, ``at most 14``."""
    texts = {column: f"{v:g}" if isinstance(v, int | float) else str(v) for column, v in held.items()}
    if len(texts) > 1:
        return " to ".join(texts.values())
    ((column, text),) = texts.items()
    return f"at least {text}" if "lower" in column else f"at most {text}" if "upper" in column else text
