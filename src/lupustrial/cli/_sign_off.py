"""Who signed the uncertain rules of an instrument, and whether the signature covers the settings in force."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from lupustrial.errors import Fault
from lupustrial.instruments import INSTRUMENTS, settings_hash, sign_off_items
from lupustrial.study import InstrumentUse, Study

#: ``none`` nobody signed; ``incomplete`` a name, role, date or hash is missing, which counts as none;
#: ``void`` signed for other settings or another version; ``valid``.
State = Literal["none", "incomplete", "void", "valid"]

#: The hash, or its beginning as ``scored_by`` shows it.
_HASH = re.compile(r"[0-9a-f]{12,64}")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """An uncertain rule.

    Attributes:
        id: Stable id within a listing.
        instruments: The instruments that have it.
        rule: The setting, or for a rule that nothing can switch what it is about.
        tag: Trust tag.
        options: Options; none where no other wording is known.
        chosen: The option in force.
        question: What a clinician must answer.
    """

    id: str
    instruments: tuple[str, ...]
    rule: str
    tag: str
    options: tuple[str, ...]
    chosen: str
    question: str


@dataclass(frozen=True, kw_only=True)
class Signing:
    """The uncertain rules of one instrument use of a study, and its signature."""

    use: str
    instrument: str
    version: str
    settings_hash: str
    state: State
    by: str | None
    role: str | None
    date: str | None
    rules: tuple[Rule, ...]

    def said(self) -> str:
        """Return the state of the signature in words."""
        who = f"{self.by} ({self.role}) on {self.date}"
        match self.state:
            case "valid":
                return f"signed by {who}"
            case "void":
                return f"void: signed by {who}, settings or version changed since"
            case "incomplete":
                return "not signed: the signature lacks a name, role, date or settings_hash"
            case _:
                return "not signed" if self.rules else "no uncertain rule"


def rules_of(name: str, prefix: str, settings: dict[str, Any] | None = None) -> Iterator[Rule]:
    """Yield the uncertain rules of an instrument with the options in force; ids begin with `prefix`."""
    fixed = iter(INSTRUMENTS[name].open)
    for item in sign_off_items(name, settings):
        rule = item.setting or next(fixed).rule
        yield Rule(
            id=f"{prefix}.{'-'.join(re.findall(r'[a-z0-9_]+', rule.casefold()))}",
            instruments=(name,),
            rule=rule,
            tag=item.tag,
            options=item.allowed if item.setting else (),
            chosen=item.chosen,
            question=item.question,
        )


def all_rules(names: Sequence[str]) -> list[Rule]:
    """Return the uncertain rules of several instruments at their defaults; those that are the same, once."""
    found: dict[tuple[object, ...], Rule] = {}
    for name in names:
        for rule in rules_of(name, name):
            key = (rule.rule, rule.options, rule.chosen, rule.question)
            first = found.get(key, rule)
            shared = tuple(dict.fromkeys((*first.instruments, name)))
            found[key] = Rule(**{**asdict(first), "instruments": shared})
    return list(found.values())


def signings(study: Study) -> list[Signing]:
    """Return the uncertain rules and the signature of every instrument use of a checked study."""
    return [_signing(use) for use in study.instruments]


def _signing(use: InstrumentUse) -> Signing:
    settings = dict(use.settings)
    digest = settings_hash(use.instrument, settings)
    signed = use.sign_off
    return Signing(
        use=use.id,
        instrument=use.instrument,
        version=INSTRUMENTS[use.instrument].version,
        settings_hash=digest,
        state=state_of(use, digest),
        by=signed.by,
        role=signed.role,
        date=None if signed.date is None else signed.date.isoformat(),
        rules=tuple(rules_of(use.instrument, use.id, settings)),
    )


def state_of(use: InstrumentUse, digest: str) -> State:
    """Return whether a use is signed for the settings that have this hash."""
    signed = use.sign_off
    given = (signed.by, signed.role, signed.date, signed.settings_hash)
    if not any(given):
        return "none"
    if not all(given) or not _HASH.fullmatch(str(signed.settings_hash)):
        return "incomplete"
    return "valid" if digest.startswith(str(signed.settings_hash)) else "void"


def check_signature(use: InstrumentUse, place: str) -> Iterator[Fault]:
    """Yield a warning where a signature counts for nothing, with the remedy."""
    digest = settings_hash(use.instrument, dict(use.settings))
    state = state_of(use, digest)
    if state == "void":
        yield Fault(
            id="STUDY-092",
            message=f"the signature of {use.sign_off.by} is void: settings or version changed since",
            place=place,
            hint=f'have the rules confirmed anew, then write settings_hash: "{digest}"',
            severity="warning",
        )
    if state == "incomplete":
        yield Fault(
            id="STUDY-094",
            message="the signature counts for nothing: it lacks a name, role, date or settings_hash",
            place=place,
            hint="lupustrial instruments --sign-off STUDY prints the settings_hash that is signed",
            severity="warning",
        )
