"""Least-squares means, their contrasts and tests of terms as rows over a design; docs/methods/models.md."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lupustrial.stats._arguments import Floats, check_choice, refuse
from lupustrial.stats._coding import Term, model_matrix
from lupustrial.stats._design import Design
from lupustrial.stats._variables import check_level

WEIGHTS = ("equal", "proportional")
KINDS = ("II", "III")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LinearFunctions:
    """Linear functions of the coefficients of a design, one a row.

    Attributes:
        factors: The factors whose levels name a row.
        labels: For each row one text by factor: a level, or ``"TRT - PBO"`` for a difference.
        matrix: Shape (rows, p); times the coefficients it gives the values.
        weights: How levels of the other factors were weighted: ``"equal"`` or ``"proportional"``.
    """

    factors: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    matrix: Floats
    weights: str


def lsmean_rows(
    design: Design,
    factors: Sequence[str],
    *,
    at: Mapping[str, str | float] | None = None,
    weights: str = "equal",
) -> LinearFunctions:
    """Return the rows of least-squares means (models.md, eq. 5, 6).

    Args:
        design: The design.
        factors: Factors whose levels are wanted, e.g. ``["ARMCD", "AVISIT"]``; the last runs fastest. None
            at all gives one row, the overall mean.
        at: Values at which other variables are held; a factor of ``factors`` keeps this level only.
        weights: Of the levels of factors that are neither in ``factors`` nor in ``at``: ``"equal"``, or
            ``"proportional"`` to how often their combinations occur in the rows of the design. Covariates
            stand at their mean over those rows.

    Returns:
        One row for each combination of levels.

    Raises:
        StatisticsError: Unknown option (STAT-006), a name that is not in the model or no factor (STAT-009),
            an unknown level or value (STAT-010).
    """
    check_choice("weights", weights, WEIGHTS)
    at = at or {}
    for name in factors:
        _check_factor(design, name)
    fixed = _base_shares(design, weights=weights)
    fixed |= {name: design.share_at(name, value) for name, value in at.items()}
    levels = [(str(at[name]),) if name in at else design.levels[name] for name in factors]
    labels = tuple(itertools.product(*levels))
    n = design.n if weights == "proportional" else 1
    rows = []
    for label in labels:
        held = {name: design.share_at(name, level) for name, level in zip(factors, label, strict=True)}
        rows.append(model_matrix(design.terms, design.levels, fixed | held, n).mean(axis=0))
    return LinearFunctions(factors=tuple(factors), labels=labels, matrix=np.array(rows), weights=weights)


def _base_shares(design: Design, *, weights: str) -> dict[str, Floats]:
    """Return factors as observed or with equal weights, and covariates at their mean."""
    shares = {name: np.array([[values.mean()]]) for name, values in design.covariates.items()}
    if weights == "proportional":
        seen = design.shares()
        return shares | {name: seen[name] for name in design.levels}
    return shares | {name: np.full((1, len(one)), 1 / len(one)) for name, one in design.levels.items()}


def _check_factor(design: Design, name: str) -> None:
    if name not in design.levels:
        hint = f"factors of the model: {', '.join(design.levels) or 'none'}"
        raise refuse("STAT-009", f"{name!r} is not a factor of {design.formula!r}", "factors", hint)


def contrast_rows(
    design: Design,
    factor: str,
    *,
    by: Sequence[str] = (),
    reference: str | None = None,
    at: Mapping[str, str | float] | None = None,
    weights: str = "equal",
) -> LinearFunctions:
    """Return the differences of least-squares means, each other level minus the reference (models.md, eq. 7).

    Args:
        design: The design.
        factor: The factor that is compared, e.g. ``"ARMCD"``.
        by: Factors within whose levels it is compared, e.g. ``["AVISIT"]``.
        reference: The level subtracted; else the reference level of the design.
        at: As for `lsmean_rows`.
        weights: As for `lsmean_rows`.

    Returns:
        For each level (or combination) of ``by`` one row for each level of ``factor`` but the reference;
        labelled ``("TRT - PBO", "VIS1")``.

    Raises:
        StatisticsError: As `lsmean_rows`; ``factor`` in ``by`` or ``at`` (STAT-009).
    """
    _check_factor(design, factor)
    if factor in by or factor in (at or {}):
        raise refuse("STAT-009", f"{factor!r} is compared and held", "by, at", "name it once")
    levels = design.levels[factor]
    reference = levels[0] if reference is None else reference
    check_level(factor, reference, levels)
    means = lsmean_rows(design, (*by, factor), at=at, weights=weights)
    found = dict(zip(means.labels, means.matrix, strict=True))
    labels, rows = [], []
    for *within, level in means.labels:
        if level != reference:
            labels.append((f"{level} - {reference}", *within))
            rows.append(found[(*within, level)] - found[(*within, reference)])
    return LinearFunctions(
        factors=(factor, *by), labels=tuple(labels), matrix=np.array(rows), weights=weights
    )


def hypothesis_rows(design: Design, term: str, *, kind: str = "III") -> Floats:
    """Return the rows L of the hypothesis L b = 0 for a term, as SAS defines it (models.md, eq. 8 to 10).

    A term contains another if it has all its factors and more, and the same covariates.

    Args:
        design: The design, with columns that do not depend on each other.
        term: Name of a term, e.g. ``"ARMCD:AVISIT"``.
        kind: ``"II"``: the term after all that do not contain it. ``"III"``: unweighted means over the terms
            that contain it; it does not depend on reference levels.

    Returns:
        Shape (columns of the term, p), of full row rank.

    Raises:
        StatisticsError: Unknown option (STAT-006) or term (STAT-009), dependent columns (STAT-011).
    """
    check_choice("kind", kind, KINDS)
    wanted = design.term(term)
    check_independent(design.matrix, design.names)
    if kind == "III":
        return _type_three(design, wanted)
    holders = [other for other in design.terms if _contains(other, wanted, design)]
    own, held = list(wanted.columns), _columns(holders)
    others = sorted(set(range(len(design.names))) - {*own, *held})
    rest = design.matrix[:, others]
    left = design.matrix[:, own] - rest @ np.linalg.lstsq(rest, design.matrix[:, own], rcond=None)[0]
    rows = np.zeros((len(own), len(design.names)))
    rows[:, own] = np.eye(len(own))
    rows[:, held] = np.linalg.solve(left.T @ left, left.T @ design.matrix[:, held])
    return _tidy(rows)


def _columns(terms: Iterable[Term]) -> list[int]:
    return [column for term in terms for column in term.columns]


def _contains(outer: Term, inner: Term, design: Design) -> bool:
    """Return whether a term has all factors of the other and more, and the same covariates (eq. 8)."""
    parts = [
        [set(t.variables) & set(kind) for kind in (design.levels, design.covariates)] for t in (outer, inner)
    ]
    (factors, covariates), (own_factors, own_covariates) = parts
    return covariates == own_covariates and factors > own_factors


def _type_three(design: Design, term: Term) -> Floats:
    """Return the coefficients of a term coded to sum to zero, by those of the design (eq. 10)."""
    coded = model_matrix(design.terms, design.levels, design.shares(), design.n, contrast="sum")
    lengths = np.linalg.norm(coded, axis=0)
    change = np.linalg.lstsq(coded / lengths, design.matrix, rcond=None)[0] / lengths[:, None]
    own = list(term.columns)
    return _tidy(_one_a_column(change[own], own))


def _one_a_column(rows: Floats, own: list[int]) -> Floats:
    """Return the same hypothesis with the identity in the term's own columns, as SAS writes its rows.

    F of a linear model does not depend on how a hypothesis is written; Satterthwaite's degrees of freedom do.
    The block of own columns is the change of the term's coding, so it has an inverse.
    """
    return np.linalg.solve(rows[:, own], rows).astype(np.float64)


def _tidy(rows: Floats) -> Floats:
    """Put 0 for what is only rounding."""
    return np.where(np.abs(rows) < 1e-12 * np.abs(rows).max(), 0.0, rows)


def check_independent(matrix: Floats, names: Sequence[str]) -> None:
    """Raise if columns of a design depend on earlier ones (STAT-011)."""
    dependent = dependent_columns(matrix)
    if dependent:
        message = f"columns that follow from others: {', '.join(names[place] for place in dependent)}"
        hint = "leave a term out, or join levels: a combination may not occur; center a variable far from 0"
        raise refuse("STAT-011", message, "formula", hint)


_DEPENDENT = 1e-7  # the limit of R's lm


def dependent_columns(matrix: Floats, *, limit: float = _DEPENDENT) -> list[int]:
    """Return the columns of which no more than ``limit`` of their length is left after those before.

    What is left is what regression on the columns before does not explain; that is the rule of R's ``lm``.
    """
    n, p = matrix.shape
    lengths = np.linalg.norm(matrix, axis=0)
    if n >= p and (lengths > 0).all():
        corner: Floats = np.linalg.qr(matrix / lengths).R
        if (np.abs(np.diag(corner)) > limit).all():
            return []
    kept: list[Floats] = []
    dependent = []
    for place, length in enumerate(lengths.tolist()):
        left = matrix[:, place].copy()
        for _ in range(2):  # twice is enough for orthogonality to rounding
            for direction in kept:
                left -= (direction @ left) * direction
        size = math.sqrt(left @ left)
        if size > limit * length:
            kept.append(left / size)
        else:
            dependent.append(place)
    return dependent
