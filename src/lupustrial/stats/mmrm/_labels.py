"""Labels of participants, visits and groups as codes 0, 1, 2, ... in sorted order."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lupustrial.stats._arguments import refuse


@dataclass(frozen=True, slots=True)
class Codes:
    """``labels[codes[i]]`` is the label of row i."""

    codes: NDArray[np.intp]
    labels: tuple[Hashable, ...]


def coded(
    name: str,
    values: Sequence[Hashable] | NDArray[np.generic],
    kept: NDArray[np.bool_],
    *,
    known: Sequence[Hashable] | NDArray[np.generic] | None = None,
) -> Codes:
    """Return codes of the kept rows; labels are sorted, or in the order of ``known`` (STAT-002, STAT-006)."""
    array = values if isinstance(values, np.ndarray) else _as_array(values)
    if array.ndim != 1 or _has_gap(array):
        raise refuse("STAT-002", "a label is missing, or labels are nested", name, "label every row")
    array = array[kept]
    if array.dtype.kind == "O":
        codes = _by_dictionary(array)
    else:
        labels, inverse = np.unique(array, return_inverse=True)
        codes = Codes(inverse.astype(np.intp, copy=False), tuple(labels.tolist()))
    return codes if known is None else _ordered(name, codes, list(known))


def _as_array(values: Sequence[Hashable]) -> NDArray[np.generic]:
    kinds = {type(value) for value in values}
    if kinds <= {str} or kinds <= {int, bool} or kinds <= {float}:
        return np.asarray(values)
    return np.fromiter(values, dtype=object, count=len(values))


def _has_gap(array: NDArray[np.generic]) -> bool:
    if array.dtype.kind == "f":
        return bool(np.isnan(array).any())
    return array.dtype.kind == "O" and any(value is None or _is_nan(value) for value in array)


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _by_dictionary(array: NDArray[np.generic]) -> Codes:
    labels = list(dict.fromkeys(array.tolist()))
    try:
        labels.sort()
    except TypeError:
        labels.sort(key=str)
    place = {label: k for k, label in enumerate(labels)}
    return Codes(np.array([place[value] for value in array.tolist()], dtype=np.intp), tuple(labels))


def _ordered(name: str, codes: Codes, known: list[Hashable]) -> Codes:
    place = {label: k for k, label in enumerate(known)}
    strange = [label for label in codes.labels if label not in place]
    if strange or len(place) < len(known):
        message = f"{strange[0]!r} is not among the labels given" if strange else "a label is given twice"
        raise refuse("STAT-006", message, f"{name}s", "give each label once, in order")
    new = np.array([place[label] for label in codes.labels], dtype=np.intp)
    return Codes(new[codes.codes], tuple(known))
