"""Which columns a term has, how they are named, and their product; docs/methods/models.md, eq. 1 to 4."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lupustrial.stats._arguments import Floats
from lupustrial.stats._formula import Formula

INTERCEPT = "(Intercept)"

Levels = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """A term of a formula and the columns that it owns.

    Attributes:
        name: As R writes it, e.g. ``"ARMCD:AVISIT"`` or ``"(Intercept)"``.
        variables: Its variables in the order of the formula; none for the intercept.
        columns: Places of its columns in the matrix.
        full: Its factors with a column for every level, because the term without them is not in
            the model (models.md, eq. 3); the others have none for their reference level.
    """

    name: str
    variables: tuple[str, ...]
    columns: tuple[int, ...]
    full: frozenset[str]


def coded_terms(formula: Formula, levels: Levels) -> tuple[tuple[Term, ...], tuple[str, ...]]:
    """Return the terms with their columns, and the names of all columns."""
    terms: list[Term] = []
    names: list[str] = []
    intercept: list[tuple[str, ...]] = [()] if formula.intercept else []
    for variables in (*intercept, *formula.terms):
        full = _full(variables, formula.terms, intercept=formula.intercept, levels=levels)
        own = _column_names(variables, full, levels) if variables else [INTERCEPT]
        columns = tuple(range(len(names), len(names) + len(own)))
        name = ":".join(variables) or INTERCEPT
        terms.append(Term(name=name, variables=variables, columns=columns, full=full))
        names += own
    return tuple(terms), tuple(names)


def _full(
    variables: tuple[str, ...], terms: Sequence[tuple[str, ...]], *, intercept: bool, levels: Levels
) -> frozenset[str]:
    """Return the factors of a term that need a column for every level (eq. 3)."""
    factors = [name for name in variables if name in levels]
    earlier = terms[: terms.index(variables)] if variables else ()
    full = set()
    for name in factors:
        rest = set(variables) - {name}
        if rest and not any(rest <= set(term) for term in earlier):
            full.add(name)
    first = next((term for term in terms if any(name in levels for name in term)), ())
    if not intercept and variables == first:
        full |= set(factors[:1])
    return frozenset(full)


def _column_names(variables: tuple[str, ...], full: frozenset[str], levels: Levels) -> list[str]:
    names = [""]
    for variable in variables:
        own = [variable]
        if variable in levels:
            own = [variable + level for level in levels[variable][variable not in full :]]
        names = [f"{left}:{right}" if left else right for right in own for left in names]
    return names


def model_matrix(
    terms: Sequence[Term],
    levels: Levels,
    shares: Mapping[str, Floats],
    n: int,
    *,
    contrast: str = "treatment",
) -> Floats:
    """Multiply the columns of the variables of each term, the first variable running fastest (eq. 2).

    Args:
        terms: The terms.
        levels: Levels by factor.
        shares: For a factor n rows of weights over its levels (a single 1 for data, equal weights for the
            mean over balanced levels); for a covariate n rows of one value. A single row holds for all n.
        n: Rows wanted.
        contrast: ``"treatment"``, or ``"sum"``, which codes the last level as minus all others (eq. 4).
    """
    blocks = []
    for term in terms:
        block = np.ones((n, 1))
        for name in term.variables:
            part = shares[name]
            if name in levels and name not in term.full:
                part = part[:, 1:] if contrast == "treatment" else part[:, :-1] - part[:, -1:]
            block = (part[:, :, None] * block[:, None, :]).reshape(n, -1)
        blocks.append(block)
    return np.hstack(blocks) if blocks else np.empty((n, 0))
