"""Questions about a verdict, put to ``score`` in batches: what would it be if only this were known?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from lupustrial.instruments._explains import Explains
from lupustrial.instruments._known import Held, Key, Known
from lupustrial.instruments._score import score
from lupustrial.instruments._spec import Input, Instrument

#: What a question says of a fact instead of a value: nothing, or what is held of it (value or bounds).
UNKNOWN, HELD = -1, -2

#: Questions: a row each, a column a fact in the order of ``Known.facts``; values, UNKNOWN or HELD.
Choices = npt.NDArray[np.int64]

# Texts by value; the last stands for what is not known.
_LETTERS, _ANSWERS = pl.Series(["E", "D", "C", "B", "A", None]), pl.Series(["N", "Y", None])
_NO_VERDICT = ("undecided", "not evaluable")


class Questions:
    """The questions that can be asked about one participant and visit.

    Attributes:
        keys: The facts, in order.
        held: What is known of each.
        verdict: The verdict that all facts together give; None where there is none.
    """

    def __init__(
        self, instrument: Instrument, explains: Explains, known: Known, settings: Mapping[str, str]
    ) -> None:
        """Take what is known for the visit, and the resolved settings of the instrument."""
        self.keys: Sequence[Key] = tuple(known.facts)
        self.held: Sequence[Held] = tuple(known.facts.values())
        self._instrument, self._explains, self._known = instrument, explains, known
        rule = explains.previous
        self._settings = {**settings, **({} if rule is None else {rule.setting: rule.asked_with})}
        self._answers: dict[bytes, str | None] = {}
        self.verdict: str | None = self.verdicts(np.full((1, len(self.keys)), HELD))[0]

    def verdicts(self, choices: Choices) -> list[str | None]:
        """Return the verdict of each question; None where what it says leaves it open."""
        asked = [row.tobytes() for row in choices]
        new = {row: number for number, row in enumerate(asked) if row not in self._answers}
        if new:
            self._answers |= zip(new, self._scored(choices[list(new.values())]), strict=True)
        return [self._answers[row] for row in asked]

    def _scored(self, choices: Choices) -> list[str | None]:
        """Return the verdicts that ``score`` gives."""
        # The visit stands last, whatever its place in time; its rows are those with an answer.
        places = sorted(self._known.rows, key=lambda place: place == self._known.visit)
        frame = pl.concat([self._rows(choices, place) for place in places])
        scored = score(self._instrument.id, frame, settings=self._settings, reasons=False)
        found = scored[self._explains.verdict].tail(len(choices))
        return found.replace(dict.fromkeys(_NO_VERDICT)).to_list()

    def same(self, choices: Choices) -> npt.NDArray[np.bool_]:
        """Return whether the verdict of each question is the one that all facts together give."""
        return np.array([verdict == self.verdict for verdict in self.verdicts(choices)], dtype=bool)

    def decided_by(self, kept: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Return for each row of flags whether the flagged facts, known alone, give the verdict."""
        return self.same(np.where(kept, HELD, UNKNOWN).astype(np.int64))

    def _rows(self, choices: Choices, place: int) -> pl.DataFrame:
        """Return what each question says of one row of the participant."""
        said: dict[str, pl.Series | pl.Expr] = {}
        for number, ((column, _), held) in enumerate(zip(self.keys, self.held, strict=True)):
            if held.row == place:
                said |= self._columns(column, held, choices[:, number])
        codes = {column for column, _ in self.keys} | {
            bound
            for (column, _), held in zip(self.keys, self.held, strict=True)
            if held.value is None
            for bound in self._explains.bounds[column]
        }
        blank = {
            each.code: pl.lit(None, dtype=_dtype(each))
            for each in self._instrument.inputs
            if each.required or each.code in codes
        }
        keys = {key: pl.lit(value) for key, value in self._known.rows[place].items()}
        people = pl.DataFrame({"USUBJID": range(len(choices))}).cast(pl.String)
        return people.with_columns(**keys, **(blank | said))

    def _columns(self, column: str, held: Held, said: npt.NDArray[np.int64]) -> dict[str, pl.Series]:
        """Return the columns of one fact."""
        if held.value is not None:
            values = np.where(said == HELD, held.value, said)
            return {column: _series(held.of, values, said != UNKNOWN)}
        ends = zip(self._explains.bounds[column], (held.low, held.high), strict=True)
        return {
            bound: _series(held.of, np.full(len(said), end), said == HELD)
            for bound, end in ends
            if end is not None
        }


def _dtype(of: Input) -> pl.DataType:
    return pl.Float64() if of.kind in ("num", "ord") else pl.String()


def _series(of: Input, values: npt.NDArray[np.int64], given: npt.NDArray[np.bool_]) -> pl.Series:
    """Return values as a frame has them, null where not given."""
    texts = {"grade": _LETTERS, "yn": _ANSWERS, "flag": _ANSWERS}.get(of.kind)
    if texts is not None:
        return texts.gather(pl.Series(np.where(given, values, len(texts) - 1)))
    numbers = pl.Series(np.where(given, values, np.nan), nan_to_null=True)
    return numbers / 10**of.decimals if of.kind == "num" else numbers
