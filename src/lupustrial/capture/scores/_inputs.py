"""Everything that goes into a score: its items, those of its components, and what orders and bounds them."""

from __future__ import annotations

from lupustrial.capture.scores._uses import Pair, Use, uses_of
from lupustrial.study import Form, Item, Study


def annotated(study: Study, domain: str, variable: str) -> Pair | None:
    """Return form and item that go to an SDTM variable; None where there is none."""
    for form in study.forms:
        for item in form.items:
            if item.sdtm is not None and item.sdtm.variable == variable and _domain(form, item) == domain:
                return (form.id, item.id)
    return None


def _domain(form: Form, item: Item) -> str | None:
    own = item.sdtm.domain if item.sdtm is not None else None
    return own or (form.sdtm.domain if form.sdtm is not None else None)


def inputs_of(study: Study, use: Use) -> frozenset[Pair]:
    """Return every item that can change a score: transitively, with sex, dates of visits and first dose."""
    found = _KNOWN.get((study.digest, use.id))
    if found is None:
        found = frozenset(_pairs(study, use, frozenset()) | _beside(study))
        _KNOWN[study.digest, use.id] = found
    return found


_KNOWN: dict[tuple[str, str], frozenset[Pair]] = {}


def _pairs(study: Study, use: Use, open_uses: frozenset[str]) -> set[Pair]:
    pairs = set(use.pairs)
    if use.log:
        pairs |= {(use.log, item.id) for item in study.form(use.log).items}
    if use.limits:
        sex = annotated(study, "DM", "SEX")
        pairs |= {sex} if sex is not None else set()
    uses = uses_of(study)
    for component in use.components.values():
        if component.pair is not None:
            pairs.add(component.pair)
        elif component.use in uses and component.use not in open_uses:
            pairs |= _pairs(study, uses[component.use], open_uses | {use.id})
    return pairs


def _beside(study: Study) -> set[Pair]:
    """Return what puts visits in order and tells baseline: dates of visits, and of the first dose."""
    wanted = (("SV", "SVSTDTC"), ("EX", "EXSTDTC"), ("EX", "EXOCCUR"))
    return {pair for name in wanted if (pair := annotated(study, *name)) is not None}
