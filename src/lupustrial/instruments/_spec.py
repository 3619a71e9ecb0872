"""What an instrument declares: its inputs, settings and outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from lupustrial.instruments._explains import Explains

#: ``yn`` and ``flag`` Y/N, yes/no or Boolean; ``ord`` whole numbers; ``num`` decimals; ``grade`` A to E;
#: ``date``; ``sex`` F (1) or M (0).
Kind = Literal["yn", "flag", "ord", "num", "grade", "date", "sex"]

_KINDS = {"yn": "Y/N", "flag": "Y/N", "grade": "A to E", "date": "date (YYYY-MM-DD)", "sex": "F/M"}

#: The nine domains of BILAG-2004, in form order.
DOMAINS: tuple[str, ...] = (
    "constitutional",
    "mucocutaneous",
    "neuropsychiatric",
    "musculoskeletal",
    "cardiorespiratory",
    "gastrointestinal",
    "ophthalmic",
    "renal",
    "haematological",
)


@dataclass(frozen=True, kw_only=True)
class Input:
    """One column that an instrument reads.

    Attributes:
        code: Column name.
        label: What it is, in own words (never the copyrighted form text).
        kind: Kind of value.
        unit: Unit in which the column must be given.
        decimals: Decimals to which a number is rounded before it is compared.
        low: Lowest permitted value, in units of the last decimal.
        high: Highest permitted value, in units of the last decimal.
        required: Whether the column must be in the frame. An item column that is absent is not done.
        item: Whether it is an item of the instrument (others are attribution flags, history, bounds).
        definition: What counts, in own words.
        source: Where the item or its grading comes from.
        trust: Trust tag of that source.
        aliases: Other names under which the column may come.
        lookalike: What a value outside the range most often is, with the remedy (a unit slip).
        values: The permitted whole numbers, where they are not all those from `low` to `high`.
    """

    code: str
    label: str
    kind: Kind
    unit: str = ""
    decimals: int = 0
    low: int = 0
    high: int = 1
    required: bool = False
    item: bool = True
    definition: str = ""
    source: str = ""
    trust: str = ""
    aliases: tuple[str, ...] = ()
    lookalike: str = ""
    values: tuple[int, ...] = ()

    @property
    def permitted(self) -> str:
        """The values that it takes, in words: ``Y/N``, ``A to E``, ``10 to 3000 umol/L``."""
        if self.kind in _KINDS:
            return _KINDS[self.kind]
        if self.values:
            return ", ".join(map(str, self.values))
        unit = 10**self.decimals
        return f"{self.low / unit:g} to {self.high / unit:g} {self.unit}".rstrip()


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A switch that changes a rule.

    `allowed` enumerates the options; for a whole number it is ``("integer 0..365",)``. `tag` is the trust
    tag of the default, `question` what a clinician must answer to confirm it.
    """

    name: str
    allowed: tuple[str, ...]
    default: str
    tag: str
    question: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Open:
    """An uncertain rule for which no other wording is known, so that no setting can switch it."""

    rule: str
    tag: str
    question: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """A component of a composite that may be given as the items of its own instrument instead.

    Attributes:
        instrument: Id of the component's instrument, or by an option of a setting, that id.
        setting: The setting whose option picks the instrument; empty where there is no choice.
        columns: By output of that instrument, the input of the composite that it fills.
        defaults: Settings of that instrument in which the composite starts from another default.
    """

    instrument: str | Mapping[str, str]
    columns: Mapping[str, str]
    setting: str = ""
    defaults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Check:
    """A consistency check: where `when` is true, the item is queried.

    Attributes:
        id: Stable id, e.g. ``BILAG-Q03``.
        item: Column that the query points at.
        when: Boolean expression over the scored frame in order (inputs as given, as integers, null where not
            done; outputs; ``_pos``, ``_base``, ``_after``; ``_date``, null where visits have none); null
            counts as false.
        message: What is odd and what to verify, in one sentence.
        shows: Inputs and outputs whose values the query shows.
        before: Inputs whose values at the preceding visit the query shows.
    """

    id: str
    item: str
    when: pl.Expr = field(compare=False)
    message: str
    shows: tuple[str, ...] = ()
    before: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """An instrument: what it reads, what it returns, how it can be set.

    `outputs` gives the columns that ``score`` adds to the keys, with their types. `parts` are the components
    that may be given as items, `checks` the consistency checks that ``queries`` runs. `prepare` turns what
    the caller gave into the declared inputs, before anything is checked. `explains` is there where
    ``explain`` can say why the verdict came out as it did.
    """

    id: str
    title: str
    version: str
    summary: str
    inputs: tuple[Input, ...]
    settings: tuple[Setting, ...]
    outputs: Mapping[str, pl.DataType]
    sources: tuple[str, ...]
    open: tuple[Open, ...] = ()
    parts: tuple[Part, ...] = ()
    checks: tuple[Check, ...] = ()
    prepare: Callable[[pl.DataFrame], pl.DataFrame] | None = field(default=None, compare=False)
    explains: Explains | None = None

    @property
    def items(self) -> tuple[Input, ...]:
        """The inputs that are items of the instrument."""
        return tuple(each for each in self.inputs if each.item)
