"""The study as data: frozen dataclasses, one for each thing that a study folder declares.

Field names are the keys of the YAML files (``docs/study-folder.md``). Pydantic validates YAML into these
classes at the boundary; inside, they are plain and immutable. Nothing here reads a file or computes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from lupustrial.study._assumptions import SampleSizePlan

Scalar = str | int | float | bool


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
    """A trial site; `country` is ISO 3166-1 alpha-3."""

    id: str
    name: str
    country: str


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


@dataclass(frozen=True, kw_only=True)
class Randomisation:
    """How participants are allocated; details that a publication does not give stand in `not_published`."""

    method: Literal["complete", "permuted_blocks", "none"]
    ratio: Mapping[str, int] = field(default_factory=dict)
    block_sizes: tuple[int, ...] = ()
    strata: tuple[str, ...] = ()
    not_published: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Role:
    """Who may do what; `blinded` roles never see an arm or a treatment-revealing item."""

    id: str
    name: str
    blinded: bool = True


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
        sdtm: SDTM target; ``None`` = not submitted.
        note: Glossary text in own words.
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
    sdtm: SdtmTarget | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form of the case report form, filled in at `visits`; repeating forms have numbered repeats.

    `date` names the item that dates the records; without it the visit date does. A form that is not tied
    to visits (diaries, logs) has ``log: true``: its records carry the visit at which they were collected.
    """

    id: str
    title: str
    visits: tuple[str, ...]
    items: tuple[Item, ...]
    repeating: bool = False
    log: bool = False
    date: str | None = None
    instrument: str | None = None
    sdtm: SdtmTarget | None = None
    note: str = ""

    def item(self, item_id: str) -> Item:
        """Return the item with this id; KeyError where the form has none."""
        for item in self.items:
            if item.id == item_id:
                return item
        raise KeyError(item_id)


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
class Derivation:
    """How an analysis parameter comes about.

    ======================  ======================================================================
    kind                    fields used
    ======================  ======================================================================
    ``score``               `use` (an InstrumentUse), `output` (a column of its scores)
    ``item``                `form`, `item` (a finding; codes Y/N become 1/0)
    ``within_limits``       `parameter`: 1 when inside the reference limits, 0 when outside
    ``composite``           `use`, `output`: a responder index; its `components` are parameters
    ``daily_dose``          `form` (a drug log): prednisone-equivalent mg/day, mean over the window
    ``reduction``           `parameter`, `percent`: 1 when reduced from baseline by at least percent
    ``resolved``            `parameter`: 1 when present at baseline and absent now
    ``decreased``           `parameter`: 1 when lower than at baseline
    ``subject``             `variable` of ADSL
    ``body_surface``        `components` ``height`` and ``weight`` (parameters): Mosteller, m2
    ``months_since``        `form`, `item` (a date): months (30.4375 days) from it to the first dose
    ``background_drug``     `form` (a drug log), `drug` (CMDECOD): 1 when taken the day before the first dose
    ``event``               `form` (an event log), `where` (CEL over its items): 1 when >= 1 such event began
                            on or after the first dose
    ======================  ======================================================================

    Kinds from ``subject`` down to ``background_drug`` have one row a participant, at baseline; ``event`` has
    one row a participant with AVISIT ``Overall`` and a null AVISITN; all others one row a visit.
    """

    kind: Literal[
        "score",
        "item",
        "within_limits",
        "composite",
        "daily_dose",
        "reduction",
        "resolved",
        "decreased",
        "subject",
        "body_surface",
        "months_since",
        "background_drug",
        "event",
    ]
    use: str | None = None
    output: str | None = None
    form: str | None = None
    item: str | None = None
    parameter: str | None = None
    percent: Decimal | None = None
    variable: str | None = None
    drug: str | None = None
    where: str | None = None
    components: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """An analysis parameter (PARAMCD) of an ADaM basic data structure.

    `missing` says what stands at a planned visit that has no value after the participant has left:
    ``none`` nothing, ``locf`` the last observation, ``nri`` 0 (non-responder), each flagged in DTYPE.
    `restrict` is CEL over the baseline items and ``participant.…`` outside which the parameter is not
    defined, e.g. ``history.LN == 'Y'``.
    """

    id: str
    label: str
    dataset: str
    derive: Derivation
    type: Literal["number", "binary", "grade"] = "number"
    unit: str | None = None
    decimals: int = 1
    missing: Literal["none", "locf", "nri"] = "none"
    restrict: str | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class EventRule:
    """How an intercurrent event is found in the data; from the visit at which it is found it has happened.

    ====================  =======================================================================
    kind                  the event has happened at the first planned visit after baseline
    ====================  =======================================================================
    ``left study``        that comes after the last visit attended, of one whose participation ended early
    ``stopped treatment`` that comes after the last dose, of one who did not complete treatment
    ``above baseline``    at which `parameter` is higher than at baseline, from week `from_week` on
    ``present``           at which the binary `parameter` is 1, from week `from_week` on
    ====================  =======================================================================
    """

    kind: Literal["left study", "stopped treatment", "above baseline", "present"]
    parameter: str | None = None
    from_week: int | None = None


@dataclass(frozen=True, kw_only=True)
class IntercurrentEvent:
    """An intercurrent event and its strategy (ICH E9(R1)).

    With a `rule` the strategy is applied to the data of every analysis that names the estimand; without one
    it only says in words what the parameters already do.
    """

    event: str
    strategy: Literal[
        "treatment policy", "hypothetical", "composite", "while on treatment", "principal stratum"
    ]
    detail: str = ""
    rule: EventRule | None = None


@dataclass(frozen=True, kw_only=True)
class Estimand:
    """The five attributes of ICH E9(R1)."""

    id: str
    treatment: str
    population: str
    variable: str
    intercurrent_events: tuple[IntercurrentEvent, ...]
    summary: str
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Stratum:
    """A factor by which analyses are stratified: a participant has it, or has it not, at baseline.

    He or she has it when one of the binary parameters `any_of` is 1 at the baseline visit.
    """

    id: str
    label: str
    any_of: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Component:
    """One part of a response: a binary `parameter` that is 1, or a number that changed since baseline enough.

    `falls_by`: the number is lower than at baseline by at least so much; `rises_by_less_than`: it is not
    higher by so much or more.
    """

    parameter: str
    falls_by: Decimal | None = None
    rises_by_less_than: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Model:
    """What the model of an analysis is made of; each method uses the keys that it needs.

    `covariance` and, where it does not converge, those of `fallback` in their order are the structures of
    the mixed model for repeated measures, `df` its degrees of freedom. `imputations` data sets are imputed
    from `seed`, under `reference` for what is missing after an event with the strategy "hypothetical".
    `deltas` are the shifts of a tipping-point analysis, in units of the parameter or, of a binary one, in
    log odds. `components` are what a response is made of, all of which must be met, for imputing them in its
    place.
    """

    covariance: str = "us"
    fallback: tuple[str, ...] = ("toeph", "arh1", "csh", "ar1")
    df: Literal["kenward_roger", "satterthwaite"] = "kenward_roger"
    imputations: int = 100
    seed: int = 20200101
    reference: Literal["MAR", "J2R", "CR", "CIR", "LMCF"] = "MAR"
    deltas: tuple[Decimal, ...] = ()
    components: tuple[Component, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """One planned analysis: for each parameter and visit, the statistics of `methods`.

    `methods` name entries of ``lupustrial.analysis.METHODS``; the first test named in `plan` is the one the
    protocol prespecifies, all others are supportive. `claims` maps ``PARAM@week`` (or ``PARAM@week@arm`` for
    a within-arm claim) to the id of a published claim, so that the result stands beside the printed p value.
    `published` is false where the publication gives no figures of this analysis (another population, say): of
    records made from published tables its results are then marked "not published".
    `strata` name strata of the plan. `observed` leaves out values that the parameter's `missing` put in.
    """

    id: str
    title: str
    population: str
    parameters: tuple[str, ...]
    methods: tuple[str, ...]
    weeks: tuple[int, ...] = ()
    by: Literal["arm", "none"] = "arm"
    contrast: Literal["between arms", "within arm", "none"] = "none"
    plan: str | None = None
    estimand: str | None = None
    primary: bool = False
    where: str | None = None  # CEL over ``participant`` that restricts the rows further
    claims: Mapping[str, str] = field(default_factory=dict)
    published: bool = True
    strata: tuple[str, ...] = ()
    observed: bool = False
    model: Model = field(default_factory=Model)
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of a table shell; `format` is a cell template such as ``"{n} ({percent})"``.

    A row without `parameter` is a heading. `analysis` is where its statistics come from; `week` is given
    where the rows of a table differ in it (else the columns give it). In a further plan `beside` names the
    analysis of ``analysis.yaml`` whose results stand in the columns with ``beside: true``.
    """

    label: str
    parameter: str | None = None
    analysis: str | None = None
    week: int | None = None
    format: str | None = None
    indent: int = 0
    beside: str | None = None


@dataclass(frozen=True, kw_only=True)
class Display:
    """A table or figure shell.

    For tables: `columns` as declared, `rows`. For figures: `figure` names the kind, `parameter`, `analysis`,
    `weeks`, axis texts, and `test` (``METHOD`` of that analysis, or ``ANALYSIS:METHOD``) the test whose
    significance is starred. ``adjusted by visit`` draws the differences of the method that the analysis
    plans (or of `test`), ``tipping point`` a difference against what is assumed of missing values. `number`
    is the printed number (``Table 1``, ``Figure 2A``).
    """

    id: str
    number: str
    title: str
    kind: Literal["table", "figure"]
    population: str | None = None
    figure: (
        Literal[
            "consort",
            "rate by visit",
            "median by visit",
            "mean by visit",
            "bars",
            "box by visit",
            "adjusted by visit",
            "tipping point",
        ]
        | None
    ) = None
    parameter: str | None = None
    analysis: str | None = None
    test: str | None = None
    weeks: tuple[int, ...] = ()
    columns: tuple[Mapping[str, Any], ...] = ()
    rows: tuple[Row, ...] = ()
    ylabel: str = ""
    footnotes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AnalysisPlan:
    """``analysis.yaml``: parameters, estimands, analyses and display shells, fixed before unblinding."""

    parameters: tuple[Parameter, ...]
    estimands: tuple[Estimand, ...]
    analyses: tuple[Analysis, ...]
    displays: tuple[Display, ...]
    alpha: Decimal = Decimal("0.05")
    confidence: Decimal = Decimal("0.95")
    quantile: Literal["hf6", "hf7"] = "hf6"  # Hyndman-Fan definition; SPSS uses 6
    notes: tuple[str, ...] = ()
    strata: tuple[Stratum, ...] = ()
    title: str = ""

    def parameter(self, parameter_id: str) -> Parameter:
        """Return the parameter with this id; KeyError where there is none."""
        for parameter in self.parameters:
            if parameter.id == parameter_id:
                return parameter
        raise KeyError(parameter_id)


@dataclass(frozen=True, kw_only=True)
class FurtherPlan:
    """``analysis-NAME.yaml``: another plan for the parameters of ``analysis.yaml``, told apart from it."""

    title: str
    estimands: tuple[Estimand, ...]
    analyses: tuple[Analysis, ...]
    displays: tuple[Display, ...]
    alpha: Decimal = Decimal("0.05")
    confidence: Decimal = Decimal("0.95")
    quantile: Literal["hf6", "hf7"] = "hf6"
    notes: tuple[str, ...] = ()
    strata: tuple[Stratum, ...] = ()


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
    references: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    further_plans: Mapping[str, FurtherPlan] = field(default_factory=dict)  # by NAME

    def under(self, name: str) -> Study:
        """Return the study with a further plan in place of the plan; KeyError where there is none."""
        further = self.further_plans[name]
        own = {each.name: getattr(further, each.name) for each in fields(FurtherPlan)}
        return replace(self, plan=AnalysisPlan(parameters=self.plan.parameters, **own), further_plans={})

    def form(self, form_id: str) -> Form:
        """Return the form with this id; KeyError where there is none."""
        for form in self.forms:
            if form.id == form_id:
                return form
        raise KeyError(form_id)

    def arm(self, arm_id: str) -> Arm:
        """Return the arm with this id; KeyError where there is none."""
        for arm in self.arms:
            if arm.id == arm_id:
                return arm
        raise KeyError(arm_id)

    def visit(self, visit_id: str) -> Visit:
        """Return the visit with this id; KeyError where there is none."""
        for visit in self.visits:
            if visit.id == visit_id:
                return visit
        raise KeyError(visit_id)

    @property
    def reference_arm(self) -> Arm:
        """The control arm, against which differences are taken (arm minus reference)."""
        return next(arm for arm in self.arms if arm.reference)

    @property
    def baseline_visit(self) -> Visit:
        """The visit at which baseline is assessed, before the first dose."""
        return next(visit for visit in self.visits if visit.baseline)
