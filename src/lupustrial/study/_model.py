"""The study as data: frozen dataclasses, one for each thing that a study folder declares.

Field names are the keys of the YAML files (``docs/study-folder.md``). Pydantic validates YAML into these
classes at the boundary; inside, they are plain and immutable. Nothing here reads a file or computes.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Literal, Protocol, TypeVar

from lupustrial.study._assumptions import SampleSizePlan
from lupustrial.study._conduct import ConsentVersion, Expedited, Identifier, Unscheduled
from lupustrial.study._cytometry import CytometryPlan
from lupustrial.study._plan import AnalysisPlan, FurtherPlan
from lupustrial.study._quality import SignatureMeaning, VerificationPlan
from lupustrial.study._randomisation import KitType, Randomisation

Scalar = str | int | float | bool

_UNSCHEDULED = re.compile(r"UNS[1-9][0-9]{0,2}")


@dataclass(frozen=True, kw_only=True)
class Registration:
    """An entry in a public trial register."""

    register: str
    id: str


@dataclass(frozen=True, kw_only=True)
class Design:
    """What the trial is, in the words of CDISC trial summary parameters (TS)."""

    intervention_model: Literal["PARALLEL", "CROSS-OVER", "SINGLE GROUP"]
    blinding: Literal["DOUBLE BLIND", "SINGLE BLIND", "OPEN LABEL"]
    control: Literal["PLACEBO", "ACTIVE", "STANDARD OF CARE", "NONE"]
    randomised: bool
    planned_participants: int
    indication: str
    objective: str
    age_min: int | None = None  # completed years
    age_max: int | None = None
    superiority: bool = True


@dataclass(frozen=True, kw_only=True)
class Dosing:
    """A repeated administration: `injections` a cycle, `every_days` apart, for `cycles` of `cycle_days`."""

    product: str
    dose: Decimal
    unit: str
    route: str
    every_days: int
    injections: int
    cycle_days: int
    cycles: int
    background: str = ""


@dataclass(frozen=True, kw_only=True)
class Arm:
    """A treatment arm. `label` is the short name printed in tables; `reference` marks the control."""

    id: str
    label: str
    name: str
    planned: int
    reference: bool = False
    dosing: Dosing | None = None
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Product:
    """An investigational product as it lies in the pharmacy. `matches` names the product it looks like."""

    id: str
    name: str
    strength: str
    form: str
    matches: str | None = None
    manufacturer: str = ""


@dataclass(frozen=True, kw_only=True)
class Epoch:
    """A period of the trial in the order in which participants pass through it."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A planned visit.

    `number` is VISITNUM, `week` is AVISITN for analysis, `day` the target study day (day 1 = first dose,
    no day 0), `window` the allowed days before (negative) and after it.
    """

    id: str
    name: str
    number: int
    week: int
    day: int
    window: tuple[int, int]
    epoch: str
    baseline: bool = False


@dataclass(frozen=True, kw_only=True)
class Site:
    """A trial site; `country` is ISO 3166-1 alpha-3, `time_zone` a name such as ``Asia/Shanghai``."""

    id: str
    name: str
    country: str
    time_zone: str | None = None


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """An eligibility criterion as a CEL expression over form items (``form.ITEM``).

    An inclusion criterion is met when the expression is true, an exclusion criterion applies (and excludes)
    when it is true. `source` says where the wording comes from.
    """

    id: str
    text: str
    expression: str
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Eligibility:
    """All criteria, judged with the items of visit `at` and earlier."""

    at: str
    inclusion: tuple[Criterion, ...]
    exclusion: tuple[Criterion, ...]


@dataclass(frozen=True, kw_only=True)
class Population:
    """An analysis set as a rule: CEL over the facts of ``participant.…`` (`docs/study-folder.md`)."""

    id: str
    name: str
    flag: str  # the ADSL flag variable, e.g. MITTFL
    expression: str
    definition: str
    source: str = ""


#: What a role may be allowed to do beside what it sees.
#: In the allocation: make and seal the list, open the packing list, record who can be allocated, allocate,
#: hand kits out and take them back, release and ship kits, break the code of a participant, assess what an
#: unblinding did, lock the database, copy the list for an interim analysis, reveal it.
#: In the capture of data: enter and change data, answer queries, raise and close them, verify against source,
#: sign, freeze and open again, review the audit trail, export, import, put an amended protocol into force,
#: administer accounts and roles, judge the gates of flow cytometry under blinded codes.
Task = Literal[
    "seal",
    "pack",
    "screen",
    "allocate",
    "dispense",
    "supply",
    "break code",
    "assess",
    "lock",
    "copy list",
    "reveal",
    "enter",
    "answer",
    "query",
    "verify",
    "sign",
    "freeze",
    "review",
    "export",
    "import",
    "amend",
    "administer",
    "gate",
]


@dataclass(frozen=True, kw_only=True)
class Role:
    """Who may do what; `blinded` roles never see an arm or a treatment-revealing item.

    A role without `clinical` sees no item at all, e.g. who runs the system (``_visibility.py``).
    """

    id: str
    name: str
    blinded: bool = True
    may: tuple[Task, ...] = ()
    clinical: bool = True


@dataclass(frozen=True, kw_only=True)
class CodelistEntry:
    """One permitted value with its decode."""

    value: str
    decode: str


@dataclass(frozen=True, kw_only=True)
class SdtmTarget:
    """Where an item goes in SDTM, i.e. its annotation on the annotated CRF.

    Either a finding (`testcd` and `test`), or a `variable` of an events, interventions or special-purpose
    domain, or a supplemental qualifier (`supp`). Missing `domain`, `cat`, `scat`, `spec`, `method` are taken
    from the form's own annotation.
    """

    domain: str | None = None
    testcd: str | None = None
    test: str | None = None
    cat: str | None = None
    scat: str | None = None
    spec: str | None = None
    method: str | None = None
    variable: str | None = None
    supp: str | None = None
    label: str | None = None


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A unit in which an item may be recorded; value x factor = value in the item's standard unit."""

    unit: str
    factor: Decimal


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Reference limits (normal range) in the standard unit, for everyone or for one sex."""

    low: Decimal | None = None
    high: Decimal | None = None
    sex: Literal["F", "M"] | None = None


@dataclass(frozen=True, kw_only=True)
class Check:
    """An edit check: CEL over items of the same participant and visit; false queries the item."""

    id: str
    expression: str
    message: str
    hard: bool = False


@dataclass(frozen=True, kw_only=True)
class Item:
    """One question of a form.

    Attributes:
        id: Item code, upper case, unique in its form.
        label: Question text in own words.
        type: Data type of the recorded value.
        unit: Standard unit; `units` lists further units that may be recorded.
        range: Lowest and highest plausible value in the standard unit; outside is a fault.
        decimals: Digits after the point that are recorded (for type ``decimal``).
        codelist: Name of the codelist of permitted values (for type ``code``).
        required: Whether a form that was filled in must have it (a value or a not-done reason).
        when: CEL condition under which the item is asked; ``None`` = always.
        normal: Reference limits.
        checks: Edit checks.
        reveals_treatment: Whether the result can betray the allocation; hidden from blinded roles.
        hidden_from: Roles that never see it, whatever else they see of the form.
        sdtm: SDTM target; ``None`` = not submitted.
        note: Glossary text in own words.
        folded: Whether it is rare, and folded away on the page until it is answered.
    """

    id: str
    label: str
    type: Literal["code", "integer", "decimal", "text", "date"]
    unit: str | None = None
    units: tuple[Unit, ...] = ()
    range: tuple[Decimal, Decimal] | None = None
    decimals: int | None = None
    codelist: str | None = None
    required: bool = True
    when: str | None = None
    normal: tuple[Limits, ...] = ()
    checks: tuple[Check, ...] = ()
    reveals_treatment: bool = False
    hidden_from: tuple[str, ...] = ()
    sdtm: SdtmTarget | None = None
    note: str = ""
    folded: bool = False


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form of the case report form, filled in at `visits`; repeating forms have numbered repeats.

    `date` names the item that dates the records; without it the visit date does. A form that is not tied
    to visits (diaries, logs) has ``log: true``: its records carry the visit at which they were collected.
    Roles in `entered_by` alone enter it; without, every role that may ``enter`` and sees it. Roles in
    `imported_by` may import it from a file (a laboratory's results) though they do not enter it. Roles in
    `hidden_from` never see it; roles in `hidden_earlier_from` see it at the visit at hand only.
    """

    id: str
    title: str
    visits: tuple[str, ...]
    items: tuple[Item, ...]
    repeating: bool = False
    log: bool = False
    date: str | None = None
    instrument: str | None = None
    entered_by: tuple[str, ...] = ()
    imported_by: tuple[str, ...] = ()
    hidden_from: tuple[str, ...] = ()
    hidden_earlier_from: tuple[str, ...] = ()
    sdtm: SdtmTarget | None = None
    note: str = ""

    def item(self, item_id: str) -> Item:
        """Return the item with this id; KeyError where the form has none."""
        return self._items_by_id[item_id]

    @functools.cached_property
    def _items_by_id(self) -> Mapping[str, Item]:
        return _by_id(self.items)


@dataclass(frozen=True, kw_only=True)
class SignOff:
    """Which clinician confirmed the uncertain rules of an instrument, when, and with which settings.

    `settings_hash` is the hash of the instrument with the settings that were signed, as
    ``lupustrial instruments --sign-off STUDY`` prints it; the signature covers no others.
    """

    by: str | None = None
    role: str | None = None
    date: dt.date | None = None
    settings_hash: str | None = None


@dataclass(frozen=True, kw_only=True)
class InstrumentUse:
    """Which instrument is scored from which forms, with which settings, and who signed it off.

    `items` maps an item of the instrument to ``form.ITEM`` where codes differ or come from several forms;
    items whose code is the same in `form` need no mapping.
    """

    id: str
    instrument: str
    form: str | None = None
    items: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Scalar] = field(default_factory=dict)
    sign_off: SignOff = SignOff()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Study:
    """A whole study folder, checked. `digest` is the SHA-256 over all its files, in name order."""

    id: str
    title: str
    short_title: str
    phase: str
    version: str
    sponsor: str
    design: Design
    arms: tuple[Arm, ...]
    epochs: tuple[Epoch, ...]
    visits: tuple[Visit, ...]
    sites: tuple[Site, ...]
    eligibility: Eligibility
    populations: tuple[Population, ...]
    randomisation: Randomisation
    forms: tuple[Form, ...]
    codelists: Mapping[str, tuple[CodelistEntry, ...]]
    instruments: tuple[InstrumentUse, ...]
    plan: AnalysisPlan
    folder: Path
    digest: str
    registrations: tuple[Registration, ...] = ()
    sample_size: SampleSizePlan | None = None
    products: tuple[Product, ...] = ()
    roles: tuple[Role, ...] = ()
    kits: tuple[KitType, ...] = ()
    references: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    further_plans: Mapping[str, FurtherPlan] = field(default_factory=dict)  # by NAME
    unscheduled: Unscheduled | None = None
    consent: tuple[ConsentVersion, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    expedited: Expedited | None = None
    verification: VerificationPlan | None = None
    cytometry: CytometryPlan | None = None
    signatures: tuple[SignatureMeaning, ...] = ()

    def under(self, name: str) -> Study:
        """Return the study with a further plan in place of the plan; KeyError where there is none."""
        further = self.further_plans[name]
        own = {each.name: getattr(further, each.name) for each in fields(FurtherPlan)}
        return replace(self, plan=AnalysisPlan(parameters=self.plan.parameters, **own), further_plans={})

    def form(self, form_id: str) -> Form:
        """Return the form with this id; KeyError where there is none."""
        return self._forms_by_id[form_id]

    def arm(self, arm_id: str) -> Arm:
        """Return the arm with this id; KeyError where there is none."""
        return self._arms_by_id[arm_id]

    def visit(self, visit_id: str) -> Visit:
        """Return the visit with this id; KeyError where there is none.

        Of an unscheduled visit the plan says nothing: its number, week and day are 0, which a planned visit
        never has as its day.
        """
        if visit_id in self._visits_by_id:
            return self._visits_by_id[visit_id]
        if self.is_unscheduled(visit_id):
            name = f"Unscheduled visit {visit_id.removeprefix('UNS')}"
            return Visit(id=visit_id, name=name, number=0, week=0, day=0, window=(0, 0), epoch="")
        raise KeyError(visit_id)

    def is_unscheduled(self, visit_id: str) -> bool:
        """Whether this is the id of an unscheduled visit, and the study has such visits."""
        return self.unscheduled is not None and _UNSCHEDULED.fullmatch(visit_id) is not None

    def forms_at(self, visit_id: str) -> tuple[Form, ...]:
        """Return the forms that may be filled in at a visit, planned or unscheduled, in order."""
        allowed = self.unscheduled.forms if self.unscheduled and self.is_unscheduled(visit_id) else ()
        return tuple(form for form in self.forms if visit_id in form.visits or form.id in allowed)

    def role(self, role_id: str) -> Role:
        """Return the role with this id; KeyError where there is none."""
        return self._roles_by_id[role_id]

    @functools.cached_property
    def _forms_by_id(self) -> Mapping[str, Form]:
        return _by_id(self.forms)

    @functools.cached_property
    def _arms_by_id(self) -> Mapping[str, Arm]:
        return _by_id(self.arms)

    @functools.cached_property
    def _visits_by_id(self) -> Mapping[str, Visit]:
        return _by_id(self.visits)

    @functools.cached_property
    def _roles_by_id(self) -> Mapping[str, Role]:
        return _by_id(self.roles)

    @property
    def reference_arm(self) -> Arm:
        """The control arm, against which differences are taken (arm minus reference)."""
        return next(arm for arm in self.arms if arm.reference)

    @property
    def baseline_visit(self) -> Visit:
        """The visit at which baseline is assessed, before the first dose."""
        return next(visit for visit in self.visits if visit.baseline)


class _Named(Protocol):
    @property
    def id(self) -> str: ...


_One = TypeVar("_One", bound=_Named)


def _by_id(things: Iterable[_One]) -> dict[str, _One]:
    """Return things by id; of two with the same id (a fault that is reported) the first."""
    found: dict[str, _One] = {}
    for one in things:
        found.setdefault(one.id, one)
    return found
