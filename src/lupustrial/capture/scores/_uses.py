"""Which scores a study has, and from which items each is made; worked out once a version of the protocol."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lupustrial.instruments import INSTRUMENTS, Instrument
from lupustrial.study import (
    InstrumentUse,
    Parameter,
    Scalar,
    Study,
    component_inputs,
    implied_limits,
    is_limit,
    item_inputs,
    pair_of,
)

#: Form and item.
Pair = tuple[str, str]

#: The instrument that judges the dose of a log of glucocorticoids.
DOSE_INSTRUMENT = "steroid_reduction"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A reference limit of an item, by the sex of the participant: ``"low"`` or ``"high"``."""

    pair: Pair
    side: str


@dataclass(frozen=True, kw_only=True)
class Component:
    """An input of a composite: an output of another score, an item, or the dose of a log."""

    use: str = ""
    output: str = ""
    pair: Pair | None = None


@dataclass(frozen=True, kw_only=True)
class Use:
    """A score of the study.

    Attributes:
        id: Id of the use in instruments.yaml; of one that a form alone declares, the id of the form.
        declared: The use as the study declares it.
        instrument: The instrument.
        settings: Settings of the instrument; those of the study that it does not have are left out.
        items: By input of the instrument the item that is recorded at a visit.
        once: By input the item that is known once a participant.
        limits: By input the reference limit that stands for it.
        components: By input of a composite what stands for it; empty where the use is no composite.
        log: Form with the log of glucocorticoids from which the dose is computed; empty where there is none.
    """

    id: str
    declared: InstrumentUse
    instrument: Instrument
    settings: Mapping[str, Scalar]
    items: Mapping[str, Pair] = field(default_factory=dict)
    once: Mapping[str, Pair] = field(default_factory=dict)
    limits: Mapping[str, Limit] = field(default_factory=dict)
    components: Mapping[str, Component] = field(default_factory=dict)
    log: str = ""

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The items that it reads itself."""
        return (*self.items.values(), *self.once.values(), *(limit.pair for limit in self.limits.values()))


def uses_of(study: Study) -> Mapping[str, Use]:
    """Return the scores of a study by id, in the order of instruments.yaml, then of the forms.

    A use whose instrument is not known, or of whose inputs nothing is recorded, is left out.
    """
    found = _KNOWN.get(study.digest)
    if found is None:
        uses = [*(_use(study, one) for one in _declared(study))]
        found = {use.id: use for use in uses if use is not None}
        _KNOWN[study.digest] = found
    return found


#: By digest of the study: a server holds the few versions of one protocol.
_KNOWN: dict[str, dict[str, Use]] = {}


def _declared(study: Study) -> Iterator[InstrumentUse]:
    """Yield the declared uses, then what forms and parameters imply."""
    yield from study.instruments
    taken = {(use.instrument, use.form) for use in study.instruments}
    ids = {use.id for use in study.instruments}
    for form in study.forms:
        if form.instrument is not None and (form.instrument, form.id) not in taken and form.id not in ids:
            yield InstrumentUse(id=form.id, instrument=form.instrument, form=form.id)
    logs = {use.form for use in study.instruments if use.instrument == DOSE_INSTRUMENT}
    for parameter in study.plan.parameters:
        form_id = parameter.derive.form
        if parameter.derive.kind == "daily_dose" and form_id not in logs and parameter.id not in ids:
            logs.add(form_id)
            yield InstrumentUse(id=parameter.id, instrument=DOSE_INSTRUMENT, form=form_id)


def _use(study: Study, declared: InstrumentUse) -> Use | None:
    instrument = INSTRUMENTS.get(declared.instrument)
    if instrument is None:
        return None
    known = {setting.name for setting in instrument.settings}
    settings = {name: value for name, value in declared.settings.items() if name in known}
    codes = [one.code for one in instrument.inputs]
    existing = {(form.id, item.id) for form in study.forms for item in form.items}
    all_items = {
        code: pair
        for code, pair in item_inputs(declared, codes, existing).items()
        if code in codes and _bare(pair) in existing
    }
    named = component_inputs(study, declared, codes)
    components = {code: _component(study, name) for code, name in named.items() if not is_limit(name)}
    named_limits: dict[str, Pair | str] = {code: name for code, name in named.items() if is_limit(name)}
    own_limits: dict[str, Pair | str] = {code: pair for code, pair in all_items.items() if is_limit(pair[1])}
    targets = own_limits | named_limits | implied_limits(codes, all_items, named)
    found = {code: _limit(study, target) for code, target in targets.items()}
    limits = {code: limit for code, limit in found.items() if limit is not None}
    items = {code: pair for code, pair in all_items.items() if not is_limit(pair[1])}
    once = {code: pair for code, pair in items.items() if _is_once(study, pair)}
    log = _log(study, declared)
    if not (items or components or log):
        return None
    return Use(
        id=declared.id,
        declared=declared,
        instrument=instrument,
        settings=settings,
        items={code: pair for code, pair in items.items() if code not in once},
        once=once,
        limits=limits,
        components={code: one for code, one in components.items() if one is not None},
        log=log,
    )


def _bare(pair: Pair) -> Pair:
    form, item = pair
    return (form, item.removesuffix(".high").removesuffix(".low"))


def _parameter(study: Study, name: str) -> Parameter | None:
    return next((one for one in study.plan.parameters if one.id == name), None)


def _component(study: Study, name: str) -> Component | None:
    parameter = _parameter(study, name)
    if parameter is None:
        return None
    derive = parameter.derive
    if derive.kind == "score" and derive.use is not None:
        return Component(use=derive.use, output=derive.output or "score")
    if derive.kind == "item" and derive.form is not None and derive.item is not None:
        return Component(pair=(derive.form, derive.item))
    if derive.kind == "daily_dose":
        uses = [
            use for use in _declared(study) if use.form == derive.form and use.instrument == DOSE_INSTRUMENT
        ]
        return Component(use=uses[0].id, output="dose") if uses else None
    return None


def _limit(study: Study, target: Pair | str) -> Limit | None:
    """Return the limit that is meant; of a parameter it is that of the item behind it."""
    if isinstance(target, str):
        name, _, side = target.rpartition(".")
        parameter = _parameter(study, name)
        if parameter is None or parameter.derive.kind != "item":
            return None
        return Limit(pair=(parameter.derive.form or "", parameter.derive.item or ""), side=side)
    form, item = target
    bare, _, side = item.rpartition(".")
    return Limit(pair=(form, bare), side=side)


def _is_once(study: Study, pair: Pair) -> bool:
    """Whether an item is known once a participant: of a form before baseline, or no finding (as ADaM)."""
    form = study.form(pair[0])
    item = form.item(pair[1])
    finding = item.sdtm is not None and item.sdtm.testcd is not None
    first = study.baseline_visit.number
    return not finding or all(study.visit(visit).number < first for visit in form.visits)


def _log(study: Study, declared: InstrumentUse) -> str:
    """Return the log of drugs behind a use that judges a dose."""
    if declared.instrument != DOSE_INSTRUMENT or declared.form is None:
        return ""
    found = pair_of(declared.items.get("dose", ""))[0]
    form = study.form(declared.form)
    is_log = any(item.sdtm is not None and item.sdtm.variable == "CMDOSE" for item in form.items)
    return form.id if is_log and not found else ""
