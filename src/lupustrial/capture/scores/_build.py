"""From the outputs of an instrument to a card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lupustrial.capture.scores._card import LineState, ScoreCard, ScoreLine, Shape
from lupustrial.capture.scores._dose import doses_of
from lupustrial.capture.scores._scored import Result, Scorer
from lupustrial.capture.scores._sight import ScoreSight
from lupustrial.capture.scores._signing import signing_of
from lupustrial.capture.scores._uses import Use
from lupustrial.capture.scores._words import (
    INACTIVE,
    answer_of,
    domain_name,
    grade_span,
    in_words,
    label_of,
    number,
    phrase,
    points_of,
)
from lupustrial.instruments import DOMAINS

_TOLD = frozenset({"score", "lower", "upper", "completeness", "reasons", "scored_by"})
_STATES: Mapping[str, LineState] = {"yes": "met", "no": "not met"}
_MOST_FACTS = 12


def card_of(scorer: Scorer, use: Use, visit: str, sight: ScoreSight, *, nearest: bool) -> ScoreCard | None:
    """Return the card of a score at a visit; None where nothing of it was recorded there.

    Args:
        scorer: Scores one participant, from what may be read.
        use: The score.
        visit: The visit.
        sight: How much of it is seen; not ``"none"``.
        nearest: Whether to look for the nearest change of a verdict, which takes longer than the rest.
    """
    result = scorer.result(use) if sight == "all" else scorer.alone(use, visit)
    if visit not in result.values:
        return None
    shape = _shape(use)
    signing = signing_of(use)
    title = use.instrument.title
    if result.fault:
        return ScoreCard(
            use=use.id, title=title, visit=visit, shape=shape, signing=signing,
            completeness="refused", fault=result.fault,
        )  # fmt: skip
    outputs = result.visits.get(visit)
    if outputs is None or (shape == "verdict" and outputs.get("state") == "not evaluable"):
        return None
    known = {name: value for name, value in outputs.items() if name in use.instrument.outputs}
    builder = _BUILDERS[shape]
    made = builder(scorer, use, visit, result, known, sight)
    if nearest and sight == "all" and use.instrument.explains is not None:
        made["nearest"] = _nearest(scorer, use, visit)
    return ScoreCard(
        use=use.id,
        title=title,
        visit=visit,
        shape=shape,
        signing=signing,
        completeness=made.pop("completeness", None) or known.get("completeness") or "",
        outputs={name: value for name, value in known.items() if value is not None},
        **made,
    )


Made = dict[str, Any]


def _shape(use: Use) -> Shape:
    outputs = use.instrument.outputs
    if use.log:
        return "dose"
    if any(name.startswith("grade_") for name in outputs):
        return "grades"
    return "score" if "score" in outputs else "verdict"


def _score(
    scorer: Scorer, use: Use, visit: str, result: Result, outputs: Mapping[str, Any], sight: ScoreSight
) -> Made:
    """Lay out a sum: the items that make it, what lacks, and the range."""
    study = scorer.answers.study
    values = result.values[visit]
    lines = []
    for clause in str(outputs.get("reasons") or "").split("; "):
        found = points_of(clause)
        if found is not None:
            code, points = found
            value = answer_of(study, use.items.get(code), str(values.get(code) or ""))
            lines.append(ScoreLine(label=label_of(study, use, code), value=value, points=points))
    headline = number(outputs.get("score"))
    return {
        "headline": headline,
        "span": "" if headline else _span(outputs.get("lower"), outputs.get("upper")),
        "lines": tuple(lines),
        "facts": tuple(_facts(outputs)),
        "lacking": _lacking(scorer, use, visit, values) if outputs.get("completeness") != "complete" else (),
        "before": _before(scorer, visit, result, "score") if sight == "all" else "",
    }


def _span(low: object, high: object) -> str:
    if low is None or high is None:
        return ""
    return _("between %(low)s and %(high)s") % {"low": number(low), "high": number(high)}


def _facts(outputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what else an instrument tells: not its texts, and no part that is 0."""
    told = 0
    for name, value in outputs.items():
        if name in _TOLD or value in (None, "not evaluable") or (name.startswith("organ_") and value == 0):
            continue
        if told < _MOST_FACTS:
            yield phrase(name), number(value)
        told += 1


def _lacking(scorer: Scorer, use: Use, visit: str, values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the items without a value: label, and whether they were called not done."""
    study, found = scorer.answers.study, []
    words = {"not done": _("not done"), "unknown": _("unknown"), "not applicable": _("not applicable")}
    for code, pair in use.items.items():
        if values.get(code) is None:
            status = scorer.answers.status(pair, visit)
            found.append((label_of(study, use, code), words.get(status, _("not answered"))))
    return tuple(found)


def _before(scorer: Scorer, visit: str, result: Result, output: str) -> str:
    """Return the result at the visit before, with its name."""
    earlier = _previous(scorer, visit, result)
    value = number(result.visits[earlier].get(output)) if earlier else ""
    return f"{value} ({_name(scorer, earlier)})" if value else ""


def _previous(scorer: Scorer, visit: str, result: Result) -> str:
    visits = scorer.answers.visits
    before = [name for name in result.visits if visits[name].number < visits[visit].number]
    return max(before, key=lambda name: visits[name].number) if before else ""


def _name(scorer: Scorer, visit: str) -> str:
    return scorer.answers.study.visit(visit).name


def _grades(
    scorer: Scorer, use: Use, visit: str, result: Result, outputs: Mapping[str, Any], sight: ScoreSight
) -> Made:
    """Lay out grades: one line a domain with what decides it and the grade before."""
    study = scorer.answers.study
    clauses = str(outputs.get("reasons") or "").split("; ")
    earlier = _previous(scorer, visit, result) if sight == "all" else ""
    past = result.visits[earlier] if earlier else {}
    lines, withheld = [], []
    for domain in DOMAINS:
        if f"grade_{domain}" not in use.instrument.outputs:
            continue
        grade, low, high = (outputs.get(f"{part}_{domain}") for part in ("grade", "lower", "upper"))
        if low is None:
            withheld.append(domain)
            continue
        open_ = grade is None or low != high
        lines.append(
            ScoreLine(
                label=domain_name(domain),
                value=str(grade) if grade is not None else grade_span(str(low), str(high)),
                why=_decides(clauses, domain, str(grade or ""), lambda text: in_words(study, use, text)),
                before=str(past.get(f"grade_{domain}") or ""),
                state="open" if open_ else "plain",
            )
        )
    worst = outputs.get("worst")
    return {
        "headline": _worst(worst, [line.value for line in lines]),
        "lines": tuple(lines),
        "facts": tuple(
            (phrase(name), number(outputs[name]))
            for name in ("numeric", "active")
            if outputs.get(name) is not None
        ),
        "lacking": _lacking(scorer, use, visit, result.values[visit]) if _some_open(outputs) else (),
        "withheld": ""
        if sight == "all"
        else _(
            "Not shown: %(domains)s, and whether an inactive domain is D or E. They depend on other "
            "visits, which this role does not see."
        )
        % {"domains": ", ".join(domain_name(domain).lower() for domain in withheld)},
    }


def _worst(worst: object, shown: list[str]) -> str:
    """Return the worst grade; where it is not certain, the worst of those that are shown."""
    if worst:
        return _("worst grade %(grade)s") % {"grade": worst}
    active = [grade for grade in ("A", "B", "C") if grade in shown]
    return _("worst grade shown %(grade)s") % {"grade": active[0]} if active else ""


def _some_open(outputs: Mapping[str, Any]) -> bool:
    return any(value == "incomplete" for name, value in outputs.items() if name.startswith("completeness"))


def _decides(clauses: list[str], domain: str, grade: str, words: Any) -> str:
    """Return in words what decides the grade of a domain."""
    told = []
    for clause in clauses:
        head, _sep, rest = clause.partition(": ")
        if head.split(" ")[0] == domain and rest:
            told.append(_("incomplete: %(span)s") % {"span": rest} if " incomplete" in head else words(rest))
    if not told:
        told.append(str(INACTIVE.get(grade, "") if grade else _("not active now")))
    return "; ".join(told)


def _verdict(
    scorer: Scorer, use: Use, visit: str, result: Result, outputs: Mapping[str, Any], sight: ScoreSight
) -> Made:
    """Lay out a verdict: its components, met or not."""
    del sight
    lines, notes = [], []
    for clause in str(outputs.get("reasons") or "").split("; "):
        label, separator, word = clause.rpartition(": ")
        if separator:
            state = _STATES.get(word, "open")
            lines.append(ScoreLine(label=label, value=_verdict_words()[state], state=state))
        elif clause:
            notes.append(clause)
    headline = outputs.get("state") or next(
        (number(outputs[name]) for name in outputs if name not in _TOLD and outputs[name] is not None), ""
    )
    return {
        "headline": str(headline),
        "lines": tuple(lines),
        "note": "; ".join(notes),
        "lacking": _lacking(scorer, use, visit, result.values[visit])
        if outputs.get("completeness") == "incomplete"
        else (),
    }


def _verdict_words() -> Mapping[str, str]:
    return {"met": _("met"), "not met": _("not met"), "open": _("open")}


def _dose(
    scorer: Scorer, use: Use, visit: str, result: Result, outputs: Mapping[str, Any], sight: ScoreSight
) -> Made:
    """Lay out a dose: the mean, and each record with its conversion."""
    del sight
    dose = doses_of(scorer.answers, use).get(visit)
    if dose is None:
        return {}
    facts = [
        (phrase(name), number(value))
        for name, value in outputs.items()
        if name == "responder" and value is not None
    ]
    if dose.pulse:
        facts.append((_("by vein or muscle, mg"), number(dose.pulse)))
    days = ngettext("mean of %(days)s day", "mean of %(days)s days", dose.days) % {"days": dose.days}
    return {
        "headline": "" if dose.mg is None else _("%(mg)s mg a day as prednisone") % {"mg": number(dose.mg)},
        "completeness": "refused" if dose.fault else ("complete" if dose.mg is not None else "incomplete"),
        "facts": tuple(facts),
        "note": f"{days}. {dose.note}" if dose.note else days,
        "records": dose.records,
        "before": _earlier_dose(scorer, visit, result),
        "fault": dose.fault,
    }


def _earlier_dose(scorer: Scorer, visit: str, result: Result) -> str:
    earlier = _previous(scorer, visit, result)
    value = number(result.values[earlier].get("dose")) if earlier else ""
    return f"{value} ({_name(scorer, earlier)})" if value else ""


def _nearest(scorer: Scorer, use: Use, visit: str) -> str:
    """Return the nearest change that turns a verdict, in words; empty where there is no verdict."""
    told = scorer.explained(use, visit)
    if told is None or told.verdict is None:
        return ""
    if told.change is None:
        return _("The nearest change cannot be given: not every component is known.")
    if not told.change:
        return _("No change at this visit makes %(other)s.") % {"other": told.otherwise}
    steps = "; ".join(
        _("%(label)s %(to)s instead of %(value)s") % {"label": each.label, "to": each.to, "value": each.value}
        for each in told.change
    )
    return _("Nearest change that makes %(other)s: %(steps)s.") % {"other": told.otherwise, "steps": steps}


_BUILDERS = {"score": _score, "grades": _grades, "verdict": _verdict, "dose": _dose}
