"""Every condition of a study compiles, refers to facts that exist, and can be true and false."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lupustrial.errors import StudyError, closest
from lupustrial.study._expression import Expression, Token, tokens_of
from lupustrial.study._facts import Fact, facts_of
from lupustrial.study._inspection import Inspection, Path

_SAMPLES = 24  # made-up participants with whom a condition is tried
_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A condition, where it stands, and which forms (or ``participant``, ``planned``) it may refer to."""

    text: str
    path: Path
    scope: tuple[str, ...]
    form: str | None = None  # the form it belongs to
    adsl: bool = False  # ``participant.VARIABLE`` are variables of ADSL


def check_conditions(inspection: Inspection) -> None:
    """STUDY-040 to STUDY-046."""
    facts = facts_of(inspection.study)
    for condition in _conditions(inspection):
        try:
            expression = Expression.compile(condition.text, place=inspection.tree.at(*condition.path))
        except StudyError as error:
            inspection.faults.extend(error.faults)
            continue
        if condition.adsl:
            _check_adsl(inspection, condition, expression)
            continue
        known = _check_references(inspection, condition, expression, facts)
        if known and _check_literals(inspection, condition, facts):
            _check_type(inspection, condition, expression, facts)
        _check_moment(inspection, condition, expression)


def _conditions(inspection: Inspection) -> Iterator[Condition]:
    study = inspection.study
    forms = tuple(form.id for form in study.forms)
    for group in ("inclusion", "exclusion"):
        for place, criterion in enumerate(getattr(study.eligibility, group)):
            path: Path = ("eligibility", group, place, "expression")
            yield Condition(text=criterion.expression, path=path, scope=("participant", *forms))
    for place, factor in enumerate(study.randomisation.strata):
        for position, level in enumerate(factor.levels):
            path = ("randomisation", "strata", place, "levels", position, "when")
            yield Condition(text=level.when, path=path, scope=("participant", *forms))
    for place, population in enumerate(study.populations):
        path = ("populations", place, "expression")
        yield Condition(text=population.expression, path=path, scope=("participant",))
    for place, form in enumerate(study.forms):
        for position, item in enumerate(form.items):
            path = ("forms", place, "items", position)
            scope = ("planned", *forms)
            if item.when is not None:
                yield Condition(text=item.when, path=(*path, "when"), scope=scope, form=form.id)
            for number, check in enumerate(item.checks):
                where: Path = (*path, "checks", number, "expression")
                yield Condition(text=check.expression, path=where, scope=scope, form=form.id)
    yield from _plan_conditions(inspection, forms)


def _plan_conditions(inspection: Inspection, forms: tuple[str, ...]) -> Iterator[Condition]:
    plan = inspection.study.plan
    scope = ("participant", *forms)
    for place, parameter in enumerate(plan.parameters):
        path: Path = ("plan", "parameters", place)
        if parameter.restrict is not None:
            yield Condition(text=parameter.restrict, path=(*path, "restrict"), scope=scope)
        where, log = parameter.derive.where, parameter.derive.form
        if where is not None and log is not None:
            yield Condition(text=where, path=(*path, "derive", "where"), scope=(log,), form=log)
    for place, analysis in enumerate(plan.analyses):
        if analysis.where is not None:
            yield Condition(
                text=analysis.where,
                path=("plan", "analyses", place, "where"),
                scope=("participant",),
                adsl=True,
            )


def _check_adsl(inspection: Inspection, condition: Condition, expression: Expression) -> None:
    """STUDY-041 for conditions over ADSL, whose variables the room `adam` decides."""
    for form, item in expression.references:
        if form != "participant":
            message = f"`{form}.{item}` cannot be used here"
            hint = "this condition sees participant.VARIABLE, with the variables of ADSL"
            inspection.error("STUDY-041", condition.path, message, hint)
    for name in expression.bare:
        message = f"`{name}` stands alone in `{condition.text}`"
        inspection.error(
            "STUDY-041", condition.path, message, f"write participant.{name}, or texts in quotes"
        )


def _check_references(
    inspection: Inspection, condition: Condition, expression: Expression, facts: dict[str, dict[str, Fact]]
) -> bool:
    """STUDY-041: all names exist and may be used here; return whether they do."""
    sound = True
    for name in expression.bare:
        hint = closest(name, [f"{form}.{item}" for form in condition.scope for item in facts.get(form, {})])
        message = f"`{name}` stands alone in `{condition.text}`"
        inspection.error(
            "STUDY-041", condition.path, message, hint or "write facts as form.ITEM, texts in quotes"
        )
        sound = False
    for form, item in expression.references:
        if form not in condition.scope:
            sound = False
            if form in facts:
                message = f"`{form}.{item}` cannot be used here"
                hint = f"this condition sees {_listed(condition.scope)}"
                inspection.error("STUDY-041", condition.path, message, hint)
            else:
                inspection.refer("STUDY-041", condition.path, form, condition.scope, "forms")
        elif item not in facts.get(form, {}):
            sound = False
            kind = "facts" if form in ("participant", "planned") else f"items of form {form}"
            if form in facts and not inspection.doubtful(form):
                inspection.refer("STUDY-041", condition.path, item, facts.get(form, {}), kind)
    return sound


def _listed(scope: tuple[str, ...]) -> str:
    return ", ".join(scope[:8]) + (", …" if len(scope) > 8 else "")  # noqa: PLR2004 - one line


def _check_literals(inspection: Inspection, condition: Condition, facts: dict[str, dict[str, Fact]]) -> bool:
    """STUDY-042: what a fact is compared with can be its value; return whether all can."""
    sound = True
    for form, item, literal in _comparisons(tokens_of(condition.text)):
        fact = facts[form][item]
        is_text = literal.kind == "string"
        value = literal.text.strip("'\"") if is_text else literal.text
        if fact.kind == "code" and fact.values and (not is_text or value not in fact.values):
            hint = closest(value, fact.values) or f"its values are {', '.join(fact.values[:12])}"
        elif fact.kind in ("code", "text", "date") and not is_text:
            hint = f"put it in quotes: '{value}'"
        elif fact.kind == "date" and not _DATE.fullmatch(value):
            hint = "write the date as 'YYYY-MM-DD'"
        elif fact.kind == "number" and literal.kind != "number":
            hint = "write the number without quotes"
        elif fact.kind == "truth" and literal.text not in ("true", "false"):
            hint = f"write {form}.{item} or !{form}.{item}"
        else:
            continue
        sound = False
        message = f"{form}.{item} can never be {literal.text}"
        inspection.error("STUDY-042", condition.path, f"{message} in `{condition.text}`", hint)
    return sound


def _comparisons(tokens: list[Token]) -> Iterator[tuple[str, str, Token]]:
    """Find ``form.ITEM == literal``, ``literal == form.ITEM`` and ``form.ITEM in [literals]``."""
    padded = [*[Token("", "")] * 3, *tokens, *[Token("", "")] * 5]
    for place in range(3, len(padded) - 5):
        if padded[place].text != "." or padded[place - 1].kind != "name" or padded[place + 1].kind != "name":
            continue
        form, item = padded[place - 1].text, padded[place + 1].text
        after, before = padded[place + 2 : place + 5], padded[place - 3 : place - 1]
        if after[0].text in _COMPARISONS and _is_literal(after[1]) and not _is_operator(after[2]):
            yield form, item, after[1]
        if before[1].text in _COMPARISONS and _is_literal(before[0]) and not _is_operator(padded[place - 4]):
            yield form, item, before[0]
        if after[0].text == "in" and after[1].text == "[":
            for token in padded[place + 4 :]:
                if token.text == "]" or token.kind == "":
                    break
                if _is_literal(token):
                    yield form, item, token


def _is_literal(token: Token) -> bool:
    return token.kind in ("string", "number") or token.text in ("true", "false")


def _is_operator(token: Token) -> bool:
    return token.text in ("+", "-", "*", "/", "%")


def _check_type(
    inspection: Inspection, condition: Condition, expression: Expression, facts: dict[str, dict[str, Fact]]
) -> None:
    """STUDY-043: tried with made-up participants, the condition gives true or false."""
    for number in range(_SAMPLES):
        context: dict[str, dict[str, object]] = {}
        for place, (form, item) in enumerate(expression.references):
            samples = _samples(facts[form][item])
            context.setdefault(form, {})[item] = samples[(number // (place + 1) + place) % len(samples)]
        try:
            result = expression.program.execute(context)
        except (KeyError, TypeError, ValueError, RuntimeError, ArithmeticError) as error:
            reason = str(error.args[0] if error.args else error).split(". CEL")[0].split(". Check")[0]
            hint = "numbers are decimals: write 2.0, not 2, in sums and products; texts stand in quotes"
            message = f"`{condition.text}` cannot be computed: {reason}"
            inspection.error("STUDY-043", condition.path, message, hint)
            return
        if not isinstance(result, bool):
            message = f"`{condition.text}` gives {result!r}, neither true nor false"
            inspection.error("STUDY-043", condition.path, message, "compare it, e.g. with `== 'Y'` or `> 0`")
            return


def _samples(fact: Fact) -> tuple[object, ...]:
    if fact.kind == "truth":
        return (True, False)
    if fact.kind == "number":
        return (1.0, 0.0, *fact.bounds, 1000.5)
    if fact.kind == "date":
        return ("2001-02-28", "2030-12-31")
    return fact.values or ("X", "")


def _check_moment(inspection: Inspection, condition: Condition, expression: Expression) -> None:
    """STUDY-045 and STUDY-046: the facts are there when the condition is judged, once each."""
    study = inspection.study
    forms = {form.id: form for form in study.forms}
    order = [visit.id for visit in study.visits]
    for name in dict.fromkeys(form for form, _ in expression.references):
        form = forms.get(name)
        if form is None:
            continue
        if condition.path[0] == "eligibility" and study.eligibility.at in order and form.visits:
            last = order.index(study.eligibility.at)
            if not any(visit in order[: last + 1] for visit in form.visits):
                message = f"form `{name}` is not yet filled in at {study.eligibility.at}"
                hint = f"add {study.eligibility.at} to its visits, or judge eligibility later"
                inspection.error("STUDY-045", condition.path, message, hint)
        if condition.form is not None and name != condition.form and form.repeating:
            message = f"form `{name}` repeats: it has no single value to refer to"
            inspection.error("STUDY-046", condition.path, message, "refer to a form that does not repeat")
