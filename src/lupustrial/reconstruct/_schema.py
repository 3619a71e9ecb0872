"""The files of a study's folder ``published/`` as data (``docs/reconstruct.md`` explains each key)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

Scalar = str | int | Decimal
Name = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    """Frozen, and strict about keys, so that a misspelt key is a fault and not an ignored wish."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SetSpec(_Part):
    """Who is counted: all randomised, those who stayed to a week, or those of them with a trait."""

    label: str
    size: Mapping[str, int]
    stays: int = 0
    trait: str | None = None


class Printed(_Part):
    """The figures of one cell of a published table; decimals as printed."""

    count: int | None = None
    mean: Decimal | None = None
    sd: Decimal | None = None
    median: Decimal | None = None
    q1: Decimal | None = None
    q3: Decimal | None = None
    min: Decimal | None = None
    max: Decimal | None = None


class FigureSpec(_Part):
    """One line of a published table: a parameter at a week (none: over the whole treatment) by arm."""

    where: str
    parameter: str
    week: int | None = None
    set: str
    print: Mapping[str, Printed]


class RateSpec(_Part):
    """What is printed of a comparison whose counts are not: Pearson's chi-square, two-sided."""

    where: str
    parameter: str
    weeks: tuple[int, ...]
    significant: bool
    higher: str | None = None
    alpha: Decimal


class TargetsFile(_Part):
    """``targets.yaml``: every published figure that the cohort has to reproduce.

    `flow` names the steps of the participant flow (PARAMCD of the disposition results) whose numbers are
    printed.
    """

    source: str
    short: str
    contacted: int
    flow: tuple[str, ...] = ()
    sets: Mapping[str, SetSpec]
    figures: tuple[FigureSpec, ...]
    rates: tuple[RateSpec, ...] = ()


class Grid(_Part):
    """The values that can be recorded: from `low` to `high` by `step`, or a list."""

    low: Decimal | None = None
    high: Decimal | None = None
    step: Decimal | None = None
    values: tuple[Decimal, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Grid:
        stepped = self.low is not None and self.high is not None and self.step is not None
        if stepped == bool(self.values):
            raise ValueError("a grid has either low, high and step, or values")
        if self.step is not None and self.step <= 0:
            raise ValueError("the step must be above 0")
        return self


class Ends(_Part):
    """Where the quantiles that are not printed are drawn: (probability, value) points, per arm and week."""

    arms: tuple[str, ...] = ()
    weeks: tuple[int, ...] = ()
    points: Mapping[Decimal, Decimal]


class NumberSpec(_Part):
    """A parameter that is a number in each participant.

    Attributes:
        grid: Values that can be recorded.
        skew: Draw mean and SD as a gamma instead of a normal distribution.
        ends: Quantiles assumed where none are printed.
        follows: 1: higher with a higher activity index, -1: lower, 0: unrelated.
        keeps: Rank correlation with the participant's own earlier value, 0 to 1.
        flag: Item that is present exactly when the value lies outside the form's reference limits.
        trait: Defined only in participants with this trait.
        monotone: Between two visits, as a dose is tapered, no value outside the two is drawn.
    """

    grid: Grid
    skew: bool = False
    ends: tuple[Ends, ...] = ()
    follows: int = 0
    keeps: float = 0.8
    flag: str | None = None
    trait: str | None = None
    monotone: bool = False


class ItemSpec(_Part):
    """An item of the activity index: what its presence, and its appearance after baseline, cost."""

    cost: int = 0
    appears: int = 2
    trait: str | None = None
    only: bool = False  # present only where a withdrawal names it


class Link(_Part):
    """When any of `when` holds, one of `then` holds; with a `cost`, an oddity rather than a rule."""

    when: tuple[str, ...]
    then: tuple[str, ...]
    cost: int | None = None


class DomainSpec(_Part):
    """A domain of the graded index: the costs of grades A, B and C, and of each as a new involvement."""

    costs: tuple[int, int, int] = (0, 0, 0)
    appears: tuple[int, int, int] = (3, 3, 1)


class RenalSpec(_Part):
    """How the renal domain and remission follow from 24-hour protein and sediment."""

    trait: str
    protein: str  # a number of this file
    domain: str
    item: str
    sediment: tuple[str, ...]
    firm: tuple[str, ...]  # of these, what makes sediment active by every definition of remission


class ModelFile(_Part):
    """``model.yaml``: what is clinically linked to what, and which values can be recorded."""

    activity: str  # ids of instrument uses of the study
    graded: str | None = None
    response: str | None = None
    renal_use: str | None = None
    renal: RenalSpec | None = None
    global_assessment: str | None = None
    activity_shape: tuple[Ends, ...] = ()
    items: Mapping[str, ItemSpec]
    domains: Mapping[str, DomainSpec] = {}
    links: tuple[Link, ...] = ()
    numbers: Mapping[str, NumberSpec] = {}
    assumed: tuple[FigureSpec, ...] = ()
    effort: float = 4.0


class Recruitment(_Part):
    """First and last screening date (ISO), and how many days before the first dose screening lies."""

    first: str
    last: str
    days_before: tuple[int, int]
    jitter: int = 2


class Withdrawal(_Part):
    """A participant who left, drawn: the last visit attended and what was found there."""

    arm: str
    last: str
    decod: str
    term: str
    items: tuple[str, ...] = ()
    event: str | None = None


class ScreenFailure(_Part):
    """Somebody contacted and not randomised, with the values that show why."""

    values: Mapping[str, Scalar]
    term: str


class EventSpec(_Part):
    """An adverse event as item values; `days` is how long it lasts, `onset` when it may start."""

    id: str
    values: Mapping[str, Scalar]
    days: tuple[int, int]
    onset: tuple[int, int] = (1, 84)
    drawn: bool = True


class Regimen(_Part):
    """A background drug: parameter that counts it, item values, whether a trait makes it more likely."""

    parameter: str
    values: Mapping[str, Scalar]
    alone: bool = True
    prefers: str | None = None


class BodySpec(_Part):
    """Parameters of the body, so that one person's values go together.

    Attributes:
        sex: Parameter that counts women.
        age: Age in years.
        height: Height in cm.
        weight: Weight in kg.
        surface: Body surface (Mosteller).
        duration: Disease duration in months.
        dose: Glucocorticoid dose in mg a day.
        onset: Youngest age at diagnosis, years.
        mass: Lowest and highest body mass index.
        most: Highest dose, mg for each kg.
    """

    sex: str
    age: str
    height: str | None = None
    weight: str | None = None
    surface: str | None = None
    duration: str | None = None
    dose: str | None = None
    onset: int = 8
    mass: tuple[Decimal, Decimal] = (Decimal(16), Decimal(32))
    most: Decimal = Decimal("0.98")


class Logs(_Part):
    """Which items of the log forms hold what."""

    injections: Mapping[str, Scalar] = {}
    dose: Mapping[str, Scalar] = {}
    background: Mapping[str, Scalar] = {}
    events: Mapping[str, Scalar] = {}
    disposition: Mapping[str, Scalar] = {}


class Case(_Part):
    """A value that is recorded when every literal of `when` holds, and the participant's chance falls so.

    Attributes:
        value: A constant.
        between: Drawn between two bounds; with `of`, times another item of the visit.
    """

    when: tuple[str, ...] = ()
    chance: Decimal | None = None
    value: Scalar | None = None
    between: tuple[Decimal, Decimal] | None = None
    of: str | None = None


class Curve(_Part):
    """A number drawn around a mean by week (per arm), with spread between and within participants."""

    weeks: Mapping[str, Mapping[int, Decimal]]
    between: Decimal
    within: Decimal
    log: bool = False
    per: Mapping[str, Decimal] = {}
    low: Decimal | None = None
    high: Decimal | None = None


class Fill(_Part):
    """Where the value of a form item comes from; exactly one of the keys.

    Attributes:
        value: A constant.
        sign: Y or N by a literal of the clinical state (an item, a grade such as ``MUC.A``, a trait).
        number: A number parameter of the model.
        fact: A fact of the participant or visit (dates, sex, slot).
        same: Another item of the visit, times `times`.
        egfr: GFR estimated (CKD-EPI 2021) from this creatinine of the visit, µmol/L.
        cases: The first case whose literals hold.
        curve: A drawn number.
        skip: Never recorded: status not done, with this reason.
        at: Visits at which it is recorded, where these are not all of its form.
    """

    value: Scalar | None = None
    sign: tuple[str, ...] | None = None
    number: str | None = None
    fact: str | None = None
    same: str | None = None
    times: Decimal = Decimal(1)
    egfr: str | None = None
    cases: tuple[Case, ...] | None = None
    curve: Curve | None = None
    skip: str | None = None
    at: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one(self) -> Fill:
        given = [
            name
            for name in type(self).model_fields
            if name not in {"times", "at"} and getattr(self, name) is not None
        ]
        if len(given) != 1:
            raise ValueError(f"an item is filled in one way, not {len(given)} ({', '.join(given) or 'none'})")
        return self


class DrawingFile(_Part):
    """``drawing.yaml``: what is not published and therefore drawn."""

    seed: int
    recorded: str  # the day (ISO) on which every record is said to have been made
    recruitment: Recruitment
    withdrawals: tuple[Withdrawal, ...] = ()
    screen_failures: tuple[ScreenFailure, ...] = ()
    events: tuple[EventSpec, ...] = ()
    background: tuple[Regimen, ...] = ()
    logs: Logs = Logs()
    fill: Mapping[str, Mapping[str, Fill]]
    body: BodySpec | None = None
