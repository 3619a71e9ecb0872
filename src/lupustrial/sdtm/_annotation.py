"""The annotated case report form as a table: for every item of every form, where it goes in SDTM.

Annotations (`SdtmTarget`) are read like this; no domain or item of a particular study is known to the code.

- **Findings** (LB, VS, RS, CP, …): the item has `testcd` and `test`; one record becomes one row.
- **Events and interventions** (AE, CM, EX, DS, MH, …): items with a `variable` and no `test` share one row a
  filled-in form (visit and repeat). `test` and `testcd` on the *form* are the topic and its decode.
  An item with its own `test` has its own row: `test` is the topic (``--TERM``, ``--TRT``), `testcd` the
  decode, and the value goes to `variable`, or to ``--OCCUR`` of a prespecified row where there is none.
- **DM, SV**: the item has a `variable`. ``SV.SVSTDTC`` is the date of the visit.
- `supp` names a supplemental qualifier of the domain.

Domain, category, subcategory, specimen and method come from the form where the item has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lupustrial.errors import Fault, StudyError, closest
from lupustrial.sdtm._schema import Class, class_of, domains, variables
from lupustrial.study import Form, Item, SdtmTarget, Study

_MAX_TESTCD = 8
_MAX_TEST = 40
#: Collected on the form, used by the rule of the domain, but no variable of it: an injection not given.
_COLLECTED_ONLY = frozenset({"EXOCCUR", "EXSTAT", "EXREASND"})


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """One item with its SDTM target, everything that the form lends filled in.

    `kind` is ``finding``, ``own row`` (an event or intervention with its own topic), ``form row`` (one
    variable of a row that the form makes), ``single`` (a variable of DM or SV) or ``supp``.
    """

    index: int
    form: Form
    item: Item
    domain: str
    kind: str
    testcd: str | None = None
    test: str | None = None
    cat: str | None = None
    scat: str | None = None
    spec: str | None = None
    method: str | None = None
    variable: str | None = None
    supp: str | None = None
    label: str | None = None

    @property
    def class_(self) -> Class:
        """The observation class of the target domain."""
        return class_of(self.domain)


def annotate(study: Study) -> tuple[Annotation, ...]:
    """Return the annotations of a study in form and item order; items that are not submitted have none.

    Raises:
        StudyError: SDTM-001 unknown domain, SDTM-002 unknown variable, SDTM-003 a target that names nothing
            or too much, SDTM-004 a test code or name that SDTM does not allow, SDTM-005 two items of a form
            with one target.
    """
    annotations: list[Annotation] = []
    faults: list[Fault] = []
    for index, (form, item) in enumerate(all_items(study)):
        if item.sdtm is None:
            continue
        annotation = _merge(index, form, item, item.sdtm)
        found = list(_faults(annotation))
        faults.extend(found)
        if not found:
            annotations.append(annotation)
    faults.extend(_collisions(annotations))
    if faults:
        raise StudyError(faults)
    return tuple(annotations)


def all_items(study: Study) -> Iterator[tuple[Form, Item]]:
    """Yield every item of every form with its form, in the order of the study."""
    for form in study.forms:
        for item in form.items:
            yield form, item


def _merge(index: int, form: Form, item: Item, own: SdtmTarget) -> Annotation:
    lent = form.sdtm or SdtmTarget()
    domain = own.domain or lent.domain or ""
    same = own.domain in (None, lent.domain)
    return Annotation(
        index=index,
        form=form,
        item=item,
        domain=domain,
        kind=_kind(domain, own),
        testcd=own.testcd,
        test=own.test,
        cat=own.cat or (lent.cat if same else None),
        scat=own.scat or (lent.scat if same else None),
        spec=own.spec or (lent.spec if same else None),
        method=own.method or (lent.method if same else None),
        variable=own.variable,
        supp=own.supp,
        label=own.label,
    )


def _kind(domain: str, own: SdtmTarget) -> str:
    if own.supp:
        return "supp"
    if domain in ("DM", "SV"):
        return "single"
    if domain in domains() and class_of(domain) in ("events", "interventions"):
        return "own row" if own.test else "form row"
    return "finding"


def _faults(annotation: Annotation) -> Iterator[Fault]:
    place = f"form {annotation.form.id}, item {annotation.item.id}"
    known = domains()
    if annotation.domain not in known or annotation.class_ in ("trial design", "relationship"):
        message = f"the SDTM domain {annotation.domain or '(none)'} is not known"
        hint = closest(annotation.domain, known) or f"use one of {', '.join(known)}"
        yield Fault(id="SDTM-001", message=message, place=place, hint=hint)
        return
    names = [variable.name for variable in variables(annotation.domain)]
    variable = annotation.variable
    if variable is not None and variable not in names and variable not in _COLLECTED_ONLY:
        message = f"{annotation.domain} has no variable {variable} in SDTMIG 3.4"
        hint = closest(variable, names) or "use `supp` for a supplemental qualifier"
        yield Fault(id="SDTM-002", message=message, place=place, hint=hint)
    yield from _shape(annotation, place)
    yield from _lengths(annotation, place)


def _shape(annotation: Annotation, place: str) -> Iterator[Fault]:
    needs = {
        "finding": annotation.testcd is not None and annotation.test is not None,
        "own row": annotation.test is not None,
        "form row": annotation.variable is not None,
        "single": annotation.variable is not None,
        "supp": annotation.variable is None,
    }
    if not needs[annotation.kind]:
        wanted = {
            "finding": "`testcd` and `test`",
            "own row": "`test`",
            "form row": "`variable`",
            "single": "`variable`",
            "supp": "`supp` without `variable`",
        }[annotation.kind]
        message = f"the annotation of an item of {annotation.domain} is incomplete or ambiguous"
        yield Fault(id="SDTM-003", message=message, place=place, hint=f"give {wanted}")


def _lengths(annotation: Annotation, place: str) -> Iterator[Fault]:
    code = annotation.supp or (annotation.testcd if annotation.kind == "finding" else None)
    if code is not None and (len(code) > _MAX_TESTCD or not code.isascii() or code[:1].isdigit()):
        message = f"the code {code!r} is longer than {_MAX_TESTCD} characters or starts with a digit"
        yield Fault(id="SDTM-004", message=message, place=place, hint="shorten it; SDTM allows 8 characters")
    text = annotation.test if annotation.kind == "finding" else annotation.label
    if text is not None and len(text) > _MAX_TEST:
        message = f"the name {text!r} is longer than {_MAX_TEST} characters"
        yield Fault(id="SDTM-004", message=message, place=place, hint="shorten it; SDTM allows 40 characters")


def _collisions(annotations: list[Annotation]) -> Iterator[Fault]:
    seen: dict[tuple[str | None, ...], Annotation] = {}
    for one in annotations:
        topic = one.test if one.kind == "own row" else None
        finding = (one.testcd, one.cat, one.scat, one.spec, one.method) if one.kind == "finding" else ()
        key = (one.form.id, one.domain, one.variable, one.supp, topic, *finding)
        first = seen.setdefault(key, one)
        if first is not one:
            message = f"items {first.item.id} and {one.item.id} have the same SDTM target"
            place = f"form {one.form.id}, item {one.item.id}"
            yield Fault(id="SDTM-005", message=message, place=place, hint="give each item its own target")
