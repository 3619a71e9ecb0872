"""The analysis plans as data: what ``analysis.yaml`` and ``analysis-NAME.yaml`` declare.

As in `lupustrial.study._model`, field names are the keys of the YAML files (``docs/study-folder.md``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal


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


#: Structures of the covariance over the visits.
Covariance = Literal["us", "toep", "toeph", "ar1", "arh1", "cs", "csh", "ad", "adh"]


@dataclass(frozen=True, kw_only=True)
class Model:
    """What the model of an analysis is made of; each method uses the keys that it needs.

    `covariance` and, where it does not converge, those of `fallback` in their order are the structures of
    the mixed model for repeated measures, `df` its degrees of freedom. `imputations` data sets are imputed
    from `seed`, under `reference` for what is missing after an event with the strategy "hypothetical".
    `scale` is what the mixed model is fitted on: values as they are or, of percentages, their logits; its
    differences are then log odds ratios. `deltas` are the shifts of a tipping-point analysis, in units of the
    parameter or, of a binary one, in log odds. `components` are what a response is made of, all of which must
    be met, for imputing them in its place.
    """

    covariance: Covariance = "us"
    fallback: tuple[Covariance, ...] = ("toeph", "arh1", "csh", "ar1")
    df: Literal["kenward_roger", "satterthwaite"] = "kenward_roger"
    scale: Literal["value", "logit of percent"] = "value"
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
            "lines by visit",
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
class _Contents:
    """What every plan has."""

    estimands: tuple[Estimand, ...]
    analyses: tuple[Analysis, ...]
    displays: tuple[Display, ...]
    alpha: Decimal = Decimal("0.05")
    confidence: Decimal = Decimal("0.95")
    quantile: Literal["hf6", "hf7"] = "hf6"  # Hyndman-Fan definition; SPSS uses 6
    notes: tuple[str, ...] = ()
    strata: tuple[Stratum, ...] = ()

    def estimand(self, estimand_id: str | None) -> Estimand | None:
        """Return the estimand with this id, or None where there is none."""
        return next((one for one in self.estimands if one.id == estimand_id), None)


@dataclass(frozen=True, kw_only=True)
class AnalysisPlan(_Contents):
    """``analysis.yaml``: parameters, estimands, analyses and display shells, fixed before unblinding."""

    parameters: tuple[Parameter, ...]
    title: str = ""

    def parameter(self, parameter_id: str) -> Parameter:
        """Return the parameter with this id; KeyError where there is none."""
        for parameter in self.parameters:
            if parameter.id == parameter_id:
                return parameter
        raise KeyError(parameter_id)


@dataclass(frozen=True, kw_only=True)
class FurtherPlan(_Contents):
    """``analysis-NAME.yaml``: another plan for the parameters of ``analysis.yaml``, told apart from it."""

    title: str
