"""A small part of the formula language of Wilkinson and Rogers; docs/methods/models.md, "Formula"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lupustrial.errors import StatisticsError
from lupustrial.stats._arguments import refuse

_TOKEN = re.compile(r"\s*(?:(?P<name>[A-Za-z_.][\w.]*)|(?P<number>[01](?![\w.]))|(?P<sign>[-+*:()~]))")
_HINT = "use names, + - * : ( ) ~ and 0 or 1, as in 'AVAL ~ BASE + ARM*AVISIT'; compute transforms first"

_Terms = list[frozenset[str]]
_INTERCEPT: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Formula:
    """A formula taken apart.

    Attributes:
        text: As it was given.
        response: Name left of ``~``, if there is one.
        intercept: Whether the model has one.
        terms: The variables of each term, without the intercept: main effects first, then products of
            two and so on, each in the order of the formula.
    """

    text: str
    response: str | None
    intercept: bool
    terms: tuple[tuple[str, ...], ...]

    @property
    def variables(self) -> tuple[str, ...]:
        """Every variable right of ``~`` once, in the order of the formula."""
        return tuple(dict.fromkeys(name for term in self.terms for name in term))


def parse_formula(text: str) -> Formula:
    """Take a formula apart (STAT-009 where it cannot be read)."""
    parser = _Parser(text)
    response = parser.response()
    terms = parser.total(intercept=[_INTERCEPT])
    if parser.here:
        raise parser.fault(f"{parser.here!r} where the formula should end or go on")
    order = {name: place for place, name in enumerate(parser.seen)}
    kept = [tuple(sorted(term, key=order.__getitem__)) for term in terms if term]
    return Formula(
        text=text, response=response, intercept=_INTERCEPT in terms, terms=tuple(sorted(kept, key=len))
    )


class _Parser:
    """Reads tokens from left to right; a method reads one kind of phrase and returns its terms."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[str] = []
        self.seen: dict[str, None] = {}
        place = 0
        while text[place:].strip():
            match = _TOKEN.match(text, place)
            if match is None:
                raise self.fault(f"{text[place:].split(maxsplit=1)[0]!r} is not part of the formula language")
            self.tokens.append(match[0].strip())
            place = match.end()
        if self.tokens.count("~") != 1 or self.tokens.index("~") > 1:
            raise self.fault("a formula has one ~ with at most one name to its left")

    def fault(self, message: str) -> StatisticsError:
        return refuse("STAT-009", f"{message} in {self.text!r}", "formula", _HINT)

    @property
    def here(self) -> str:
        return self.tokens[0] if self.tokens else ""

    def response(self) -> str | None:
        first = self.tokens.pop(0)
        if first == "~":
            return None
        if not _is_name(first):
            raise self.fault(f"{first!r} is not the name of a response")
        self.tokens.pop(0)
        return first

    def total(self, *, intercept: _Terms) -> _Terms:
        """Read ``a + b - c``; ``intercept`` is what the sum starts from."""
        terms = list(intercept)
        sign = self.tokens.pop(0) if self.here in {"+", "-"} else "+"
        while True:
            if self.here in {"0", "1"}:
                one, found = self.tokens.pop(0) == "1", [_INTERCEPT]
                sign = sign if one else {"+": "-", "-": "+"}[sign]
            else:
                found = self.product()
            if sign == "+":
                terms = list(dict.fromkeys([*terms, *found]))
            else:
                terms = [term for term in terms if term not in found]
            if self.here not in {"+", "-"}:
                return terms
            sign = self.tokens.pop(0)

    def product(self) -> _Terms:
        """Read ``a * b``: both and their interactions."""
        terms = self.interaction()
        while self.here == "*":
            self.tokens.pop(0)
            other = self.interaction()
            terms = list(dict.fromkeys([*terms, *other, *_crossed(terms, other)]))
        return terms

    def interaction(self) -> _Terms:
        """Read ``a : b``."""
        terms = self.atom()
        while self.here == ":":
            self.tokens.pop(0)
            terms = list(dict.fromkeys(_crossed(terms, self.atom())))
        return terms

    def atom(self) -> _Terms:
        """Read a name or something in brackets."""
        first = self.tokens.pop(0) if self.tokens else ""
        if first == "(":
            terms = self.total(intercept=[])
            if self.here != ")":
                raise self.fault("a bracket that is not closed")
            self.tokens.pop(0)
            return terms
        if not _is_name(first):
            raise self.fault(f"{first!r} where a name should stand" if first else "a formula that breaks off")
        self.seen.setdefault(first)
        return [frozenset({first})]


def _is_name(token: str) -> bool:
    return token[:1].isalpha() or token[:1] in {"_", "."}


def _crossed(left: _Terms, right: _Terms) -> _Terms:
    return [a | b for a in left for b in right]
