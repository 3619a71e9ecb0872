"""What a fitted model tells, and what tests of its coefficients need."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lupustrial.stats._arguments import Floats
from lupustrial.stats.mmrm._likelihood import Point, Problem, Slopes


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Inside:
    """The fit in orthonormal columns; `back` takes coefficients to the caller's columns.

    Attributes:
        problem: Data and covariance.
        point: The likelihood at the optimum.
        slopes: Gradient, informations and derivatives there.
        back: (p, p) coefficients of the caller = back @ coefficients of the orthonormal columns.
        long: The caller's rows of the design and the participant (0, 1, ...) of each.
        memo: Covariances of the coefficients that were had already, by name.
    """

    problem: Problem
    point: Point
    slopes: Slopes
    back: Floats
    long: tuple[Floats, NDArray[np.intp]]
    memo: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class MMRM:
    """A fitted mixed model for repeated measures.

    Attributes:
        covariance: Structure used, e.g. ``"us"``.
        method: ``"reml"`` or ``"ml"``.
        beta: (p,) estimated coefficients of the columns of ``x``.
        vcov: (p, p) their model-based covariance; tests choose their own.
        names: The p columns of ``x``.
        theta: (k,) covariance parameters as SAS names and scales them.
        theta_names: Their names, e.g. ``"UN(2,1)"``; with groups followed by the label of the group.
        theta_vcov: (k, k) inverse of the observed information of ``theta``; ``None`` where that is singular.
        theta_vcov_expected: (k, k) inverse of the expected information; ``None`` where that is singular.
        covariances: Group to its (m, m) covariance in the order of ``visits``; the key is ``None`` without
            groups. Spatial structures depend on the coordinates: the mapping is empty.
        visits: Labels of the m visits in order.
        minus2_log_likelihood: -2 log L; for REML without the term log|X'X|, as SAS and mmrm print it.
        aic: -2 log L + 2 k (REML) or + 2 (k + p) (ML).
        bic: -2 log L + log(participants) k (REML) or (k + p) (ML).
        n_obs: Rows used.
        n_subjects: Participants with at least one row used.
        n_missing: Rows dropped because the outcome was missing.
        weighted: Whether the rows had weights.
        converged: False only where ``on_failure="return"`` was asked for.
        iterations: Steps taken.
        notes: What a reader must know, usually empty; also why a fit did not converge.
    """

    covariance: str
    method: str
    beta: Floats
    vcov: Floats
    names: tuple[str, ...]
    theta: Floats
    theta_names: tuple[str, ...]
    theta_vcov: Floats | None
    theta_vcov_expected: Floats | None
    covariances: dict[Hashable, Floats]
    visits: tuple[Hashable, ...]
    minus2_log_likelihood: float
    aic: float
    bic: float
    n_obs: int
    n_subjects: int
    n_missing: int
    weighted: bool
    converged: bool
    iterations: int
    notes: tuple[str, ...]
    inside: Inside = field(repr=False)
