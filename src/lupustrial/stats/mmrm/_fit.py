"""Fit a mixed model for repeated measures (docs/methods/mmrm.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lupustrial.stats._arguments import Floats, check_choice, refuse
from lupustrial.stats._linear_functions import dependent_columns
from lupustrial.stats.mmrm._data import Labels, Packed, checked_rows, pack
from lupustrial.stats.mmrm._likelihood import Covariance
from lupustrial.stats.mmrm._prepared import PreparedMMRM
from lupustrial.stats.mmrm._result import MMRM
from lupustrial.stats.mmrm._shared import SharedCovariance
from lupustrial.stats.mmrm._spatial import SpatialCovariance
from lupustrial.stats.mmrm._structures import COVARIANCES, SPATIAL

METHODS = ("reml", "ml")
#: Part of the mean square that is only rounding.
NOTHING = 1e-26
#: Part of a column left after regression on those before it, below which Cholesky is not trusted.
CLOSE = 1e-4


def fit_mmrm(
    y: Sequence[float] | Floats,
    x: Sequence[Sequence[float]] | Floats,
    subject: Labels,
    visit: Labels,
    *,
    covariance: str = "us",
    group: Labels | None = None,
    weights: Sequence[float] | Floats | None = None,
    method: str = "reml",
    coordinates: Sequence[float] | Floats | None = None,
    visits: Labels | None = None,
    names: Sequence[str] | None = None,
    on_failure: str = "raise",
) -> MMRM:
    """Fit a mixed model for repeated measures by (restricted) maximum likelihood.

    The outcomes of a participant are normal with mean ``x @ beta`` and a covariance over the visits;
    participants are independent. Missing outcomes are taken to be missing at random.

    Args:
        y: (n,) outcome; NaN where it is missing: such rows are dropped and counted.
        x: (n, p) design with independent columns, see `model_design`; nothing missing.
        subject: (n,) label of the participant.
        visit: (n,) label of the visit; one row for each participant and visit.
        covariance: ``"us"`` unstructured, ``"toep"``/``"toeph"`` Toeplitz, ``"ar1"``/``"arh1"``
            autoregressive, ``"cs"``/``"csh"`` compound symmetry, ``"ad"``/``"adh"`` ante-dependence (the
            second of a pair has one variance a visit), ``"sp_exp"``/``"sp_gau"`` exponential or Gaussian in
            the distance.
        group: (n,) label of the group, the same in all rows of a participant; each has its own covariance.
        weights: (n,) above 0; the variance of a row is divided by its weight.
        method: ``"reml"`` or ``"ml"``.
        coordinates: (n,) or (n, d) place of the visit, for the spatial covariances only.
        visits: Labels of the visits in order; sorted labels without it.
        names: (p,) names of the columns for results and faults.
        on_failure: ``"raise"``, or ``"return"`` the last iterate with ``converged=False`` and a note.

    Raises:
        StatisticsError: Missing or infinite values other than of ``y`` (STAT-002); lengths that differ, no
            outcome, more columns than rows (STAT-003); an outcome without variation (STAT-004); an unknown
            option (STAT-006); dependent columns (STAT-011); no convergence, or a singular covariance
            (STAT-013); two rows for a visit, or a participant in two groups (STAT-020); a covariance
            parameter that the visits seen do not determine (STAT-021).

    Source: Harville, JASA 1977;72:320; Jennrich and Schluchter, Biometrics 1986;42:805.
    """
    prepared = prepare_mmrm(
        y,
        x,
        subject,
        visit,
        covariance=covariance,
        group=group,
        weights=weights,
        method=method,
        coordinates=coordinates,
        visits=visits,
        names=names,
    )
    return prepared.fit(on_failure=on_failure)


def prepare_mmrm(
    y: Sequence[float] | Floats,
    x: Sequence[Sequence[float]] | Floats,
    subject: Labels,
    visit: Labels,
    *,
    covariance: str = "us",
    group: Labels | None = None,
    weights: Sequence[float] | Floats | None = None,
    method: str = "reml",
    coordinates: Sequence[float] | Floats | None = None,
    visits: Labels | None = None,
    names: Sequence[str] | None = None,
) -> PreparedMMRM:
    """Check and pack the data of `fit_mmrm` for repeated fits: `PreparedMMRM.fit` leaves out or repeats.

    Arguments and errors are those of `fit_mmrm`.
    """
    check_choice("covariance", covariance, COVARIANCES)
    check_choice("method", method, METHODS)
    _check_coordinates(covariance, coordinates)
    rows = checked_rows(
        y=y,
        x=x,
        subject=subject,
        visit=visit,
        group=group,
        weights=weights,
        coordinates=coordinates,
        visits=visits,
    )
    named = _column_names(names, rows.z.shape[1] - 1)
    data = pack(rows)
    working, back, shift = _orthonormal(data, named)
    model = _covariance(covariance, working)
    empirical = _empirical(working)
    _refuse_no_variation(data, working, empirical)
    _refuse_unidentified(model, model.start(empirical))
    return PreparedMMRM(
        covariance=covariance,
        method=method,
        names=named,
        data=data,
        working=working,
        model=model,
        back=back,
        shift=shift,
        empirical=empirical,
        long=(rows.z[:, :-1], rows.subject.codes),
    )


def _check_coordinates(covariance: str, coordinates: object) -> None:
    if (covariance in SPATIAL) != (coordinates is not None):
        need = "needs coordinates" if covariance in SPATIAL else "takes no coordinates"
        hint = f"coordinates go with {' and '.join(SPATIAL)} only"
        raise refuse("STAT-006", f"{covariance} {need}", "coordinates", hint)


def _column_names(names: Sequence[str] | None, p: int) -> tuple[str, ...]:
    named = tuple(names) if names is not None else tuple(f"x[{k}]" for k in range(p))
    if len(named) != p:
        raise refuse("STAT-003", f"{len(named)} names for {p} columns", "names", "give one name a column")
    return named


def _orthonormal(data: Packed, names: tuple[str, ...]) -> tuple[Packed, Floats, Floats]:
    """Return the data with orthonormal columns and residuals, and the way back to coefficients."""
    n, m, width = data.z.shape
    p = width - 1
    flat = data.z.reshape(n * m, width)
    if data.n_obs <= p:
        message = f"{p} coefficients, but {data.n_obs} observed outcomes"
        raise refuse("STAT-003", message, "x", "leave terms out of the model")
    basis, back = _basis(flat[:, :p], names)
    along = basis.T @ flat[:, p]
    z = np.empty_like(flat)
    z[:, :p] = basis
    z[:, p] = flat[:, p] - basis @ along
    return replace(data, z=z.reshape(data.z.shape)), back, back @ along


def _basis(x: Floats, names: tuple[str, ...]) -> tuple[Floats, Floats]:
    """Return orthonormal columns Q and the triangle B with ``x @ B == Q`` (STAT-011).

    Two rounds of Cholesky are as orthogonal as Householder's method and faster, unless columns are close to
    dependent; then Householder's method decides.
    """
    lengths = np.sqrt((x**2).sum(0))
    scaled = x / np.where(lengths > 0, lengths, 1.0)
    gram = scaled.T @ scaled
    try:
        first = np.linalg.cholesky(gram)
        if np.diag(first).min() > CLOSE:
            back = np.linalg.inv(first).T
            basis = scaled @ back
            again = np.linalg.inv(np.linalg.cholesky(basis.T @ basis)).T
            return basis @ again, back @ again / lengths[:, None]
    except np.linalg.LinAlgError:
        pass
    if lost := dependent_columns(x):
        message = f"columns that follow from earlier ones: {', '.join(names[k] for k in lost)}"
        hint = "leave a term out or join levels: with missing outcomes dropped, a combination may not occur"
        raise refuse("STAT-011", message, "x", hint)
    basis, corner = np.linalg.qr(scaled)
    return basis, np.linalg.inv(corner) / lengths[:, None]


def _covariance(covariance: str, data: Packed) -> Covariance:
    if data.place is None:
        return SharedCovariance(covariance, seen=data.seen, group=data.group, groups=data.groups)
    spatial = SpatialCovariance(
        covariance,
        seen=data.seen,
        place=data.place,
        group=data.group,
        groups=data.groups,
        pattern=data.pattern,
    )
    if spatial.coincident():
        hint = "two visits at one place would be the same measurement: mend the coordinates"
        raise refuse("STAT-021", "a participant has two visits at one place", "coordinates", hint)
    return spatial


def _empirical(data: Packed) -> Floats:
    """Return for each group the mean products of residuals over the participants who have both visits."""
    rest = data.z[..., -1]
    every = np.zeros((len(data.groups), data.m, data.m))
    member = data.group[data.pattern]
    for g in range(len(data.groups)):
        at = member == g
        seen = data.seen[data.pattern[at]].astype(np.float64)
        every[g] = rest[at].T @ rest[at] / np.maximum(seen.T @ seen, 1.0)
        lacking = np.flatnonzero(~seen.any(0))
        every[g, lacking, lacking] = np.diag(every[g]).sum() / max(data.m - len(lacking), 1)
    return every


def _refuse_no_variation(data: Packed, working: Packed, empirical: Floats) -> None:
    """Refuse an outcome that the design explains completely, in all or at one visit (STAT-004)."""
    square = float((data.z[..., -1] ** 2).sum()) / data.n_obs
    left = np.diagonal(empirical, axis1=1, axis2=2)
    seen = np.stack([working.seen[working.group == g].any(0) for g in range(len(data.groups))])
    flat = np.argwhere(seen & (left <= NOTHING * square))
    if len(flat):
        g, k = flat[0].tolist()
        where = f"visit {data.visits[k]!r}" + (f" of {data.groups[g]!r}" if len(data.groups) > 1 else "")
        message = f"the design explains the outcome completely at {where}"
        hint = (
            "leave the visit out (a change from baseline is 0 at baseline), or the terms that fit it exactly"
        )
        raise refuse("STAT-004", message, "y", hint)


def _refuse_unidentified(model: Covariance, start: Floats) -> None:
    lost = model.unidentified(start)
    if lost:
        message = f"the visits seen together do not determine {', '.join(lost)}"
        hint = "choose a covariance with fewer parameters, or leave a visit out"
        raise refuse("STAT-021", message, "covariance", hint)
