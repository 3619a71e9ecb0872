"""How well a labelling of the columns fits the expectations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry.quality._expectation import Expectation, Sign, implied

Mask = NDArray[np.bool_]
Bits = NDArray[np.uint64]
#: A share so far outside its bounds counts as one whole misfit.
_WHOLE = 0.25
#: Misfit of an expectation that cannot be looked at because nothing is given.
_EMPTY = 0.3
#: Misfit of an expectation that cannot be looked at because a column does not part into dim and bright.
_UNKNOWN = 0.15
#: Fewer events given are not looked at.
_LEAST_GIVEN = 30
#: Expectations with these look at all events; the others at those of low side scatter.
_NOT_NEAR = frozenset({"CD14", "CD11C", "CD123", "SSC"})


@dataclass(frozen=True, kw_only=True)
class Looked:
    """An expectation as it was found: `share` of `given` events.

    `share` is None where too few events are given; `given` too where a column shows no two kinds of events.
    """

    expectation: Expectation
    given: int | None
    share: float | None

    @property
    def misfit(self) -> float:
        """0 inside the bounds, 1 from 25 points outside; 0.3 where nothing is given, 0.15 where not told."""
        if self.share is None:
            return _UNKNOWN if self.given is None else _EMPTY
        outside = max(self.expectation.low - self.share, self.share - self.expectation.high, 0.0)
        return min(outside / _WHOLE, 1.0)


class Labelled:
    """Columns as bright or dim, and the markers each is said to bear.

    Sets of events are held as bits, 64 to a word: thousands of labellings are tried for a tube.

    Args:
        bright: (events,) masks by column; a column that does not part into dim and bright has none.
        markers: Of each column; several where stains share a colour.
        near: (events,) events with the side scatter of lymphocytes, where there is side scatter.
        count: Events.
        everywhere: Markers that all events of the specimen bear: a column of one hill is bright.
    """

    def __init__(
        self,
        bright: Mapping[str, Mask],
        markers: Mapping[str, frozenset[str]],
        *,
        near: Mask | None,
        count: int,
        everywhere: frozenset[str] = frozenset(),
    ) -> None:
        """Keep the masks."""
        self.everywhere = everywhere
        self._all = _bits(np.ones(count, dtype=np.bool_))
        self._bright = {name: _bits(mask) for name, mask in bright.items()}
        self._near = self._all if near is None else _bits(near)
        self.markers = dict(markers)
        self.column = _columns(markers)

    def labelled(self, labels: Mapping[str, str]) -> Labelled:
        """Return the same columns with the labels of others: `labels` tells the label by column."""
        other = copy(self)
        other.markers = {column: self.markers[labels.get(column, column)] for column in self.markers}
        other.column = _columns(other.markers)
        return other

    def asked(self, rules: Iterable[Expectation]) -> tuple[Expectation, ...]:
        """Return the rules that the markers allow to ask, whichever column bears them.

        A dim sign of a marker that is not stained is left out of what is given; a bright one cannot be asked,
        but for CD3 beside CD4+ or CD8+.
        """
        kept = (self._kept(rule) for rule in rules)
        return tuple(dict.fromkeys(rule for rule in kept if rule is not None))

    def look(self, rule: Expectation) -> Looked:
        """Look at one expectation."""
        then = self._set(rule.then)
        given = self._set(rule.given)
        if then is None or given is None:
            return Looked(expectation=rule, given=None, share=None)
        if _NOT_NEAR.isdisjoint(m for m, _ in (*rule.given, *rule.then)):
            given = given & self._near
        count = int(np.bitwise_count(given).sum())
        if count < _LEAST_GIVEN:
            return Looked(expectation=rule, given=count, share=None)
        return Looked(expectation=rule, given=count, share=int(np.bitwise_count(given & then).sum()) / count)

    def _kept(self, rule: Expectation) -> Expectation | None:
        given = tuple(sign for sign in rule.given if sign[0] in self.column)
        missing = [sign for sign in rule.given if sign[0] not in self.column]
        if any(bright and not (marker == "CD3" and _t_cell(given)) for marker, bright in missing):
            return None
        if missing and not any(bright for _, bright in given):
            return None
        if not all(self._alone(marker, rule.given) for marker, bright in given if bright):
            return None
        for marker, bright in rule.then:
            if marker not in self.column or self.markers[self.column[marker]] & {m for m, _ in given}:
                return None
            bounded = rule.high < 1 if bright else rule.low > 0
            if bounded and not self._alone(marker, rule.given):
                return None
        return replace(rule, given=given)

    def _alone(self, marker: str, given: tuple[Sign, ...]) -> bool:
        """Whether the others that share a marker's colour are ruled out by what is given of other columns."""
        together = self.markers[self.column[marker]]
        elsewhere = [sign for sign in given if sign[0] not in together]
        known = implied()
        return all(
            any((each, not bright) in elsewhere for each, bright in known.get(other, ()))
            for other in together - {marker}
        )

    def _set(self, signs: Sequence[Sign]) -> Bits | None:
        found = self._all
        for marker, bright in signs:
            column = self._bright.get(self.column[marker])
            if column is None:
                if marker not in self.everywhere:
                    return None
                column = self._all
            found = found & column if bright else found & ~column
        return found


def _columns(markers: Mapping[str, frozenset[str]]) -> dict[str, str]:
    return {marker: column for column in sorted(markers) for marker in sorted(markers[column])}


def _bits(mask: Mask) -> Bits:
    padded = np.zeros(-(-mask.size // 64) * 64, dtype=np.bool_)
    padded[: mask.size] = mask
    return np.packbits(padded).view(np.uint64)


def misfit_of(labelled: Labelled, rules: Iterable[Expectation]) -> float:
    """Return the sum of the misfits."""
    return sum(labelled.look(rule).misfit for rule in rules)


def _t_cell(signs: Sequence[Sign]) -> bool:
    """CD4+ or CD8+ stand for T cells where CD3 is not stained, or where all events are T cells."""
    return any(sign in {("CD4", True), ("CD8", True)} for sign in signs)
