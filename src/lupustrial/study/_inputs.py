"""Where the inputs of an instrument come from: items of forms, their reference limits, other parameters.

The instrument itself is not known here: only the codes of its inputs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from lupustrial.study._model import InstrumentUse, Item, Limits, Study

#: Form and item. A reference limit of the item is written with the item: ``CREAT.high``, ``CREAT.low``.
Pair = tuple[str, str]

_BOUNDS = ("low", "high")
_ENDINGS = {"uln": "high", "lln": "low"}


def item_inputs(use: InstrumentUse, codes: Collection[str], known: Collection[Pair]) -> dict[str, Pair]:
    """Return the item that each input comes from, where it comes from an item.

    Args:
        use: Use of the instrument.
        codes: Codes of its inputs.
        known: Items that there are, as form and item.

    Returns:
        By code the form and item: the item of that code on the use's form, or what the use's `items` name.
    """
    own = {code: (use.form, code) for code in codes if use.form is not None and (use.form, code) in known}
    return own | {code: pair_of(name) for code, name in use.items.items()}


def component_inputs(study: Study, use: InstrumentUse, codes: Collection[str]) -> dict[str, str]:
    """Return which parameter stands for which input of a responder index.

    The first composite parameter of the use that names `components` says it for all of them. An input that it
    does not name is the parameter whose score has an output of that name (``grade_renal``), or the parameter
    of that id, capitals apart (``sledai``: SLEDAI). Empty where the use is no composite.
    """
    parameters = study.plan.parameters
    members = [one for one in parameters if one.derive.kind == "composite" and one.derive.use == use.id]
    if not members:
        return {}
    named = dict(next((one.derive.components for one in members if one.derive.components), {}))
    outputs = {str(one.derive.output): one.id for one in parameters if one.derive.kind == "score"}
    ids = {one.id.lower(): one.id for one in parameters}
    for code in codes:
        found = outputs.get(code) or ids.get(code)
        if code not in named and code not in use.items and found is not None:
            named[code] = found
    return named


def implied_limits(
    codes: Collection[str], items: Mapping[str, Pair], components: Mapping[str, str]
) -> dict[str, Pair | str]:
    """Return the reference limits that inputs ``X_uln`` and ``X_lln`` mean, where nothing else names them.

    Returns:
        By code the limit of the item that stands for ``X``, or, where a parameter does, that parameter with
        the side: ``PROT24.high``.
    """
    implied: dict[str, Pair | str] = {}
    for code in codes:
        whose, _, end = code.rpartition("_")
        side = _ENDINGS.get(end)
        if side is None or code in items or code in components:
            continue
        if whose in items:
            form, item = items[whose]
            implied[code] = (form, f"{item}.{side}")
        elif whose in components:
            implied[code] = f"{components[whose]}.{side}"
    return implied


def is_limit(name: str) -> bool:
    """Whether a name is that of a reference limit (``CREAT.high``)."""
    return "." in name and name.rpartition(".")[2] in _BOUNDS


def pair_of(name: str) -> Pair:
    """Return form and item of ``form.ITEM``; the ending of a limit stays with the item."""
    form, _, item = name.partition(".")
    return (form, item)


def limits_for(item: Item, sex: str | None) -> Limits:
    """Return the reference limits of an item for a sex: those for that sex, else those for everyone."""
    own = [limits for limits in item.normal if limits.sex == sex]
    common = [limits for limits in item.normal if limits.sex is None]
    return next(iter(own or common), Limits())
