"""The design of a linear model from a formula and columns; docs/methods/models.md, eq. 1 to 4."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lupustrial.errors import Fault, StatisticsError, closest
from lupustrial.stats._arguments import Floats, check_choice, refuse
from lupustrial.stats._coding import Term, coded_terms, model_matrix
from lupustrial.stats._formula import Formula, parse_formula
from lupustrial.stats._variables import (
    Codes,
    Columns,
    Factor,
    Raw,
    check_lengths,
    check_level,
    read_column,
)

MISSING = ("refuse", "drop")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Design:
    """A design matrix and where it comes from.

    Attributes:
        formula: As given.
        response: Name of the response; ``None`` where the formula has none.
        y: Response of the rows kept, shape (n,); ``None`` where the formula has none.
        matrix: Shape (n, p).
        names: The p columns as R names them, e.g. ``"ARMCDTRT:AVISITVIS2"``.
        terms: The terms with their columns, the intercept first.
        levels: Levels of each factor, reference first; only levels that occur.
        codes: Place of each row's level of each factor, shape (n,).
        covariates: Values of each covariate, shape (n,).
        rows: Places of the rows kept in the input, shape (n,).
        n_dropped: Rows left out because a value was missing.
    """

    formula: str
    response: str | None
    y: Floats | None
    matrix: Floats
    names: tuple[str, ...]
    terms: tuple[Term, ...]
    levels: Mapping[str, tuple[str, ...]]
    codes: Mapping[str, Codes]
    covariates: Mapping[str, Floats]
    rows: NDArray[np.intp]
    n_dropped: int

    @property
    def n(self) -> int:
        """Rows kept."""
        return self.rows.size

    def term(self, name: str) -> Term:
        """Return a term by its name, in which the order of variables does not matter (STAT-009)."""
        for term in self.terms:
            if name == term.name or (term.variables and set(name.split(":")) == set(term.variables)):
                return term
        known = [term.name for term in self.terms]
        hint = closest(name, known) or f"one of: {', '.join(known)}"
        raise refuse("STAT-009", f"{name!r} is not a term of {self.formula!r}", "term", hint)

    def shares(self) -> dict[str, Floats]:
        """Return for each factor its indicators, shape (n, levels), and each covariate, shape (n, 1)."""
        return _shares(self.levels, self.codes, self.covariates)

    def share_at(self, name: str, value: object) -> Floats:
        """Return one row of `shares`: a factor at one level, or a covariate at one value.

        Raises:
            StatisticsError: A name that is not in the model (STAT-009), a level that does not occur or a
                value that is not a finite number (STAT-010).
        """
        if name in self.levels:
            check_level(name, value, self.levels[name])
            return np.array([[float(level == value) for level in self.levels[name]]])
        if name not in self.covariates:
            known = (*self.levels, *self.covariates)
            hint = closest(name, known) or f"known: {', '.join(known)}"
            raise refuse("STAT-009", f"{name!r} is not in {self.formula!r}", "at", hint)
        if not isinstance(value, int | float | np.number) or not np.isfinite(value):
            raise refuse("STAT-010", f"{value!r} is not a value of a covariate", name, "give a finite number")
        return np.array([[float(value)]])

    def matrix_at(self, values: Mapping[str, str | float]) -> Floats:
        """Return the matrix that the same rows would have with some variables set to one value for all.

        Raises:
            StatisticsError: As `share_at`.
        """
        shares = self.shares() | {name: self.share_at(name, value) for name, value in values.items()}
        return model_matrix(self.terms, self.levels, shares, self.n)


def _shares(
    levels: Mapping[str, tuple[str, ...]], codes: Mapping[str, Codes], covariates: Mapping[str, Floats]
) -> dict[str, Floats]:
    """Return the indicators of each factor and each covariate as a column; see `Design.shares`."""
    factors = {name: np.eye(len(levels[name]))[place] for name, place in codes.items()}
    return factors | {name: values[:, None] for name, values in covariates.items()}


def model_design(
    formula: str,
    columns: Columns,
    *,
    reference: Mapping[str, str] | None = None,
    levels: Mapping[str, Sequence[str]] | None = None,
    missing: str = "refuse",
) -> Design:
    """Make the design matrix of a formula, coded and named as R does by default (models.md, eq. 1 to 3).

    Args:
        formula: ``"y ~ a + b*c + d:e"``, with ``0`` or ``-1`` for no intercept; ``"~ a"`` has no response.
        columns: For each name n values: numbers (a covariate; true and false are 1 and 0) or texts (a
            factor). ``None``, NaN and ``""`` are missing.
        reference: Reference level by factor; else the first level.
        levels: Order of levels by factor; else as sorted. Levels that do not occur are left out.
        missing: ``"refuse"`` or ``"drop"`` rows in which a variable of the formula is missing.

    Returns:
        The design with the rows it kept and the number it dropped.

    Raises:
        StatisticsError: Infinite values, or missing values unless dropped (STAT-002); no rows (STAT-003); a
            formula that cannot be read or names what is not there (STAT-009); columns of different
            length, mixed content, a factor with one level or an unknown level (STAT-010).
    """
    check_choice("missing", missing, MISSING)
    parsed = parse_formula(formula)
    reference, levels = reference or {}, levels or {}
    wanted = tuple(dict.fromkeys((*parsed.variables, *((parsed.response,) if parsed.response else ()))))
    _check_names(parsed, wanted, known=tuple(columns), options=(*reference, *levels))
    raw = {
        name: read_column(name, columns[name], order=levels.get(name), reference=reference.get(name))
        for name in wanted
    }
    check_lengths(raw)
    kept = _complete_rows(raw, missing=missing)
    response = _response(parsed, raw)
    variables = {name: _kept(raw[name].variable, kept) for name in parsed.variables}
    factors = {name: value for name, value in variables.items() if isinstance(value, Factor)}
    _check_factors(factors, reference)
    covariates = {name: value for name, value in variables.items() if not isinstance(value, Factor)}
    return _made(parsed, factors, covariates, kept, response)


def _made(
    formula: Formula,
    factors: Mapping[str, Factor],
    covariates: Mapping[str, Floats],
    kept: NDArray[np.bool_],
    response: Floats | None,
) -> Design:
    levels = {name: factor.levels for name, factor in factors.items()}
    codes = {name: factor.codes for name, factor in factors.items()}
    terms, names = coded_terms(formula, levels)
    n = int(kept.sum())
    return Design(
        formula=formula.text,
        response=formula.response,
        y=None if response is None else response[kept],
        matrix=model_matrix(terms, levels, _shares(levels, codes, covariates), n),
        names=names,
        terms=terms,
        levels=levels,
        codes=codes,
        covariates=covariates,
        rows=np.flatnonzero(kept),
        n_dropped=kept.size - n,
    )


def _check_names(
    formula: Formula, wanted: Sequence[str], *, known: Sequence[str], options: Sequence[str]
) -> None:
    """Raise with every name that is not there (STAT-009)."""
    if not wanted:
        hint = "name a response or a variable"
        raise refuse("STAT-009", f"{formula.text!r} names no variable", "formula", hint)
    faults = []
    for there, names in ((known, wanted), (formula.variables, options)):
        for name in dict.fromkeys(names):
            if name not in there:
                hint = closest(name, there) or f"known: {', '.join(there)}"
                faults.append(
                    Fault(id="STAT-009", message=f"no variable {name!r}", place="formula", hint=hint)
                )
    if faults:
        raise StatisticsError(faults)


def _complete_rows(raw: Mapping[str, Raw], *, missing: str) -> NDArray[np.bool_]:
    kept: NDArray[np.bool_] = ~np.logical_or.reduce([column.missing for column in raw.values()])
    if missing == "refuse" and not kept.all():
        counts = [
            f"{name} {int(column.missing.sum())}" for name, column in raw.items() if column.missing.any()
        ]
        message = f"missing values in {int((~kept).sum())} rows ({', '.join(counts)})"
        raise refuse("STAT-002", message, "columns", "impute them, or drop the rows with missing='drop'")
    if not kept.any():
        raise refuse("STAT-003", "no row without missing values", "columns", "there is nothing to fit")
    return kept


def _response(formula: Formula, raw: Mapping[str, Raw]) -> Floats | None:
    if formula.response is None:
        return None
    response = raw[formula.response].variable
    if isinstance(response, Factor):
        hint = "code the response as numbers, e.g. 1 for a responder and 0 for others"
        raise refuse("STAT-010", "the response is text", formula.response, hint)
    return response


def _kept(variable: Factor | Floats, kept: NDArray[np.bool_]) -> Factor | Floats:
    return variable.kept(kept) if isinstance(variable, Factor) else variable[kept]


def _check_factors(factors: Mapping[str, Factor], reference: Mapping[str, str]) -> None:
    """Raise for a factor with one level, or whose reference level went with the missing rows (STAT-010)."""
    faults = []
    for name, factor in factors.items():
        if len(factor.levels) == 1:
            message = f"every row has the level {factor.levels[0]!r}"
            hint = "leave the factor out of the formula"
            faults.append(Fault(id="STAT-010", message=message, place=name, hint=hint))
        elif reference.get(name, factor.levels[0]) not in factor.levels:
            message = f"no complete row has the reference level {reference[name]!r}"
            hint = f"choose one of: {', '.join(factor.levels)}"
            faults.append(Fault(id="STAT-010", message=message, place=name, hint=hint))
    if faults:
        raise StatisticsError(faults)
