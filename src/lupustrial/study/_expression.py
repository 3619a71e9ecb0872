"""Conditions in CEL (Common Expression Language) over the facts of one participant.

A fact is written ``form.ITEM``, ``participant.fact`` or ``planned.fact``. What is not known is left out of
the context. CEL then decides where it can: ``a.X > 1 || b.Y == 'Y'`` is true when either side is known to be
true, whatever the other is (three-valued logic). Where it cannot decide, the answer is ``None``.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Self

import cel

from lupustrial.errors import Fault, StudyError
from lupustrial.study._model import Scalar

Context = Mapping[str, Mapping[str, Scalar | Decimal | dt.date | None]]

_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*)
      | (?P<string>[rRbB]{0,2}(?:\"{3}(?:\\.|[^\\])*?\"{3}|'{3}(?:\\.|[^\\])*?'{3}
                                |"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))
      | (?P<number>(?:\d+\.\d+|\.\d+|\d+)(?:[eE][-+]?\d+)?[uU]?)
      | (?P<name>[A-Za-z_]\w*)
      | (?P<operator>&&|\|\||==|!=|<=|>=|[^\s\w])""",
    re.VERBOSE | re.DOTALL,
)
_MACROS = frozenset({"all", "exists", "exists_one", "filter", "map"})
_WORDS = frozenset({"true", "false", "null", "in"})
_SHOWN = 80  # characters of an expression that a message quotes
_LONGEST = 20_000  # characters; a longer text is a mistake, and deep nesting would exhaust the parser


@dataclass(frozen=True, slots=True)
class Token:
    """A lexical element of an expression: its kind (string, number, name, operator) and text."""

    kind: str
    text: str


def tokens_of(text: str) -> list[Token]:
    """Split an expression into its tokens, without comments and blanks."""
    found = ((match.lastgroup, match.group()) for match in _TOKEN.finditer(text))
    return [Token(kind, part) for kind, part in found if kind is not None and kind != "comment"]


@dataclass(frozen=True, kw_only=True)
class Expression:
    """A compiled CEL condition.

    Attributes:
        text: The source text.
        references: The facts referred to, as (form, ITEM) pairs in order of first appearance.
        tested: Those of them that stand in ``has(form.ITEM)``, for which absence is an answer.
        bare: Names that stand alone, which is always a mistake: a fact is ``form.ITEM``.
    """

    text: str
    references: tuple[tuple[str, str], ...]
    tested: frozenset[tuple[str, str]]
    bare: tuple[str, ...]
    program: Any = field(repr=False, compare=False)

    @classmethod
    def compile(cls, text: str, *, place: str = "expression") -> Self:
        """Compile a condition.

        Args:
            text: CEL source.
            place: Where it stands, for the fault.

        Raises:
            StudyError: STUDY-040, the text is not CEL.
        """
        try:
            program = _compile(text)
        except ValueError as error:
            hint = "see the notes on CEL in docs/study-folder.md"
            raise StudyError(Fault(id="STUDY-040", message=str(error), place=place, hint=hint)) from None
        references, tested, bare = _names(text)
        return cls(text=text, references=references, tested=tested, bare=bare, program=program)

    def evaluate(self, context: Context) -> bool | None:
        """Decide the condition.

        Args:
            context: Form to item to value. Numbers of any kind, text, booleans, dates (compared as ISO 8601
                text). A fact that is absent, or ``None``, is missing.

        Returns:
            True or false, or ``None`` when the missing facts (or a value of another type than the condition
            expects) leave it open.

        Raises:
            StudyError: STUDY-043, the expression gives something else than true or false.
        """
        try:
            result = self.program.execute(self._bindings(context))
        except (KeyError, TypeError, ValueError, RuntimeError, ArithmeticError):
            return None
        if isinstance(result, bool):
            return result
        message = f"`{self.text}` gives {result!r}, neither true nor false"
        raise StudyError(
            Fault(id="STUDY-043", message=message, place="expression", hint="compare it with something")
        )

    def missing(self, context: Context) -> tuple[tuple[str, str], ...]:
        """Return the facts whose absence leaves the condition open; empty when it is decided."""
        if self.evaluate(context) is not None:
            return ()
        return tuple(
            (form, item)
            for form, item in self.references
            if (form, item) not in self.tested and context.get(form, {}).get(item) is None
        )

    def facts(self, context: Context) -> dict[str, Scalar | None]:
        """Return each fact referred to with the value seen, ``None`` where it is missing."""
        bound = self._bindings(context)
        return {f"{form}.{item}": bound[form].get(item) for form, item in self.references}

    def _bindings(self, context: Context) -> dict[str, dict[str, Scalar]]:
        """Give CEL what it may see: only the facts referred to, without the missing ones."""
        bound: dict[str, dict[str, Scalar]] = {}
        for form, item in self.references:
            facts = bound.setdefault(form, {})
            value = context.get(form, {}).get(item)
            if value is not None:
                facts[item] = _bind(value)
        return bound


def _bind(value: Scalar | Decimal | dt.date) -> Scalar:
    """Numbers become floats (CEL does not mix kinds in arithmetic), dates ISO 8601 text."""
    if isinstance(value, bool | str):
        return value
    if isinstance(value, dt.date):
        return value.isoformat()
    return float(value)


@functools.lru_cache(maxsize=4096)
def _compile(text: str) -> Any:
    if len(text) > _LONGEST:
        raise ValueError(f"the expression has {len(text)} characters, more than {_LONGEST}")
    try:
        return cel.compile(text)
    except ValueError as error:
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        raise ValueError(f"`{shown}` is not CEL: {_reason(str(error))}") from None


def _reason(report: str) -> str:
    """Shorten the parser's report to what went wrong and in which column."""
    found = re.search(r"<input>:(\d+):(\d+): (?:Syntax error: )?([^\n]*)", report)
    if found is None:
        return report.splitlines()[0]
    line, column, reason = found.groups()
    place = f"column {column}" if line == "1" else f"line {line}, column {column}"
    return f"{reason.split(' expecting ')[0]} ({place})"


def _names(text: str) -> tuple[tuple[tuple[str, str], ...], frozenset[tuple[str, str]], tuple[str, ...]]:
    """Find the facts, those only tested by ``has``, and the names that stand alone."""
    tokens = [Token("operator", ""), Token("operator", ""), *tokens_of(text), *[Token("operator", "")] * 3]
    bound = {
        tokens[place + 2].text
        for place, token in enumerate(tokens[:-2])
        if token.text in _MACROS and tokens[place + 1].text == "(" and tokens[place + 2].kind == "name"
    }
    pairs: dict[tuple[str, str], None] = {}
    tested: set[tuple[str, str]] = set()
    used: set[tuple[str, str]] = set()
    bare: dict[str, None] = {}
    for place in range(2, len(tokens) - 3):
        token, before = tokens[place], tokens[place - 1]
        dot, member, after = tokens[place + 1 : place + 4]
        if token.kind != "name" or before.text == "." or token.text in _WORDS or token.text in bound:
            continue
        if dot.text == "." and member.kind == "name" and after.text != "(":
            pair = (token.text, member.text)
            pairs[pair] = None
            in_has = before.text == "(" and tokens[place - 2].text == "has" and after.text == ")"
            (tested if in_has else used).add(pair)
        elif dot.text != "(":
            bare[token.text] = None
    return tuple(pairs), frozenset(tested - used), tuple(bare)
