"""Words for what instruments and studies say in codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lupustrial.capture.scores._uses import Pair, Use
from lupustrial.study import Study

#: Grades that say that a domain is not active.
INACTIVE: Mapping[str, Any] = {
    "D": gettext_lazy("not active now, involved before"),
    "E": gettext_lazy("never involved"),
}
_DOMAINS: Mapping[str, Any] = {
    "constitutional": gettext_lazy("Constitutional"),
    "mucocutaneous": gettext_lazy("Mucocutaneous"),
    "neuropsychiatric": gettext_lazy("Neuropsychiatric"),
    "musculoskeletal": gettext_lazy("Musculoskeletal"),
    "cardiorespiratory": gettext_lazy("Cardiorespiratory"),
    "gastrointestinal": gettext_lazy("Gastrointestinal"),
    "ophthalmic": gettext_lazy("Ophthalmic"),
    "renal": gettext_lazy("Renal"),
    "haematological": gettext_lazy("Haematological"),
}
_POINTS = re.compile(r"(?P<code>[A-Za-z0-9_]+) (?P<points>\+\d+)")
_VALUE = re.compile(r"\b(?P<code>[A-Z][A-Z0-9]*_[A-Z0-9_]+)=(?P<value>[^\s,;()]+)")
_PLACES = 4


def number(value: object) -> str:
    """Return a value as text: numbers without trailing zeros, yes and no in words; empty for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        return f"{round(value, _PLACES):g}"
    return {"Y": _("yes"), "N": _("no")}.get(str(value), str(value))


def phrase(name: str) -> str:
    """Return a name of a table as words: ``organ_cns`` is ``organ cns``."""
    return name.replace("_", " ")


def domain_name(domain: str) -> str:
    """Return the name of a domain of BILAG."""
    return str(_DOMAINS.get(domain, phrase(domain)))


def grade_span(low: str, high: str) -> str:
    """Return between which grades an open one lies; the milder is `low`."""
    if (low, high) == ("E", "D"):
        return _("D or E")
    return low if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high}


def label_of(study: Study, use: Use, code: str) -> str:
    """Return the label of an input: that of the item on the form, else of the instrument."""
    pair = use.items.get(code) or use.once.get(code)
    if pair is not None:
        return study.form(pair[0]).item(pair[1]).label
    return next((one.label for one in use.instrument.inputs if one.code == code), phrase(code))


def answer_of(study: Study, pair: Pair | None, value: str) -> str:
    """Return an answer in the words of its codelist, a number behind them: ``worse (3)``."""
    if pair is None:
        return value
    codelist = study.form(pair[0]).item(pair[1]).codelist
    decode = {entry.value: entry.decode for entry in study.codelists.get(codelist or "", ())}
    told = decode.get(value)
    if told is None or told == value:
        return value
    return f"{told} ({value})" if value.isdecimal() else told


def points_of(clause: str) -> tuple[str, str] | None:
    """Return item and points of ``SEIZ +8``; None where the clause says something else."""
    found = _POINTS.fullmatch(clause)
    return None if found is None else (found["code"], found["points"])


def in_words(study: Study, use: Use, text: str) -> str:
    """Return a clause with its item codes as labels and answers in words."""

    def told(found: re.Match[str]) -> str:
        code = found["code"]
        if all(one.code != code for one in use.instrument.inputs):
            return found[0]
        value = answer_of(study, use.items.get(code), found["value"])
        return f"{label_of(study, use, code)}: {value}"

    return _VALUE.sub(told, text)
