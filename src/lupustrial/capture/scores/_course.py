"""The course of scores over the visits of a participant: a table and charts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting
from lupustrial.capture.charts import Chart, Series, line_chart
from lupustrial.capture.scores._at import readable
from lupustrial.capture.scores._scored import Result, Scorer
from lupustrial.capture.scores._sight import scores_seen
from lupustrial.capture.scores._uses import Use, uses_of
from lupustrial.capture.scores._words import domain_name, number
from lupustrial.instruments import DOMAINS
from lupustrial.study import Study

_GRADES = ("E", "D", "C", "B", "A")


@dataclass(frozen=True, kw_only=True)
class Course:
    """The course of one score.

    Attributes:
        use: Id of the score.
        title: Title of the instrument.
        columns: What the table has beside the visit.
        rows: Name of each visit and its values as text; a visit without a result has en dashes.
        charts: Charts of it, as HTML.
        fault: Why it cannot be scored.
    """

    use: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    charts: tuple[SafeString, ...]
    fault: str = ""


def course_of(trial: Trial, acting: Acting, participant: str) -> tuple[Course, ...]:
    """Return the course of every score that somebody sees at every visit (``scores_seen``, none at hand)."""
    study = trial.study
    with trial.reading() as tx:
        answers = readable(tx, study, acting, participant, at=None)
    scorer = Scorer(answers=answers)
    unscheduled = [name for name in answers.visits if study.is_unscheduled(name)]
    order = [one.id for one in sorted(answers.visits.values(), key=lambda visit: visit.number)]
    found = []
    for use in uses_of(study).values():
        sights = (
            scores_seen(study, acting, use.id, visit=visit, at=None, unscheduled=unscheduled)
            for visit in order
        )
        if any(sight != "all" for sight in sights):
            continue
        result = scorer.result(use)
        if result.fault:
            found.append(
                Course(
                    use=use.id, title=use.instrument.title, columns=(), rows=(), charts=(), fault=result.fault
                )
            )
        elif result.visits:
            found.append(_course(study, use, result, [visit for visit in order if visit in result.visits]))
    return tuple(found)


def _course(study: Study, use: Use, result: Result, visits: Sequence[str]) -> Course:
    columns = _columns(use)
    names = [study.visit(visit).name for visit in visits]
    source: Mapping[str, Mapping[str, Any]] = {
        visit: {**result.visits[visit], "dose": result.values[visit].get("dose")} for visit in visits
    }
    rows = tuple(
        (name, tuple(number(source[visit].get(output)) or "–" for output in columns))
        for name, visit in zip(names, visits, strict=True)
    )
    return Course(
        use=use.id,
        title=use.instrument.title,
        columns=tuple(columns.values()),
        rows=rows,
        charts=tuple(_charts(use, source, visits)),
    )


def _columns(use: Use) -> dict[str, str]:
    """Return the outputs that the table shows, with their headings."""
    outputs = use.instrument.outputs
    if use.log:
        return {"dose": _("Prednisone equivalent, mg a day"), "responder": _("Reduced")}
    grades = {f"grade_{domain}": domain_name(domain) for domain in DOMAINS if f"grade_{domain}" in outputs}
    if grades:
        return grades | ({"numeric": _("Numeric")} if "numeric" in outputs else {})
    if "score" in outputs:
        return {"score": _("Score"), "lower": _("At least"), "upper": _("At most")}
    return {name: name.replace("_", " ") for name in outputs if name in ("state", "responder", *_oks(use))}


def _oks(use: Use) -> tuple[str, ...]:
    return tuple(name for name in use.instrument.outputs if name.endswith("_ok"))


def _charts(use: Use, source: Mapping[str, Mapping[str, Any]], visits: Sequence[str]) -> Iterator[SafeString]:
    """Yield a chart of the number, and one of the grades of each domain that was ever active."""
    outputs = use.instrument.outputs
    if use.log or "score" in outputs:
        output, unit = ("dose", _("mg a day")) if use.log else ("score", _("Score"))
        values = tuple(_float(source[visit].get(output)) for visit in visits)
        yield line_chart(
            _chart(
                use,
                output,
                use.instrument.title,
                visits,
                values,
                y_label=unit,
                decimals=0 if _whole(values) else 2,
            )
        )
    for domain in DOMAINS:
        letters = [source[visit].get(f"grade_{domain}") for visit in visits]
        if any(letter in ("A", "B", "C") for letter in letters):
            ranks = tuple(float(_GRADES.index(letter)) if letter in _GRADES else None for letter in letters)
            title = f"{use.instrument.title}: {domain_name(domain)}"
            yield line_chart(_chart(use, domain, title, visits, ranks, y_label=_("Grade"), levels=_GRADES))


def _chart(
    use: Use,
    part: str,
    title: str,
    visits: Sequence[str],
    values: tuple[float | None, ...],
    *,
    y_label: str,
    decimals: int = 0,
    levels: tuple[str, ...] = (),
) -> Chart:
    return Chart(
        id=f"chart-{_plain(use.id)}-{_plain(part)}",
        title=title,
        categories=tuple(visits),
        series=(Series(label=title, values=values),),
        x_label=_("Visit"),
        y_label=y_label,
        decimals=decimals,
        levels=levels,
    )


def _plain(text: str) -> str:
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in text.lower())


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _whole(values: Sequence[float | None]) -> bool:
    return all(value is None or value == int(value) for value in values)
