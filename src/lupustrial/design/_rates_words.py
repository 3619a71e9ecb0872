"""The size of a trial of two proportions in sentences."""

from __future__ import annotations

from lupustrial.design._answers import SizeRow
from lupustrial.design._words import dropout_sentence, level, percent, share, together
from lupustrial.stats import SampleSize


def size_sentences(row: SizeRow, formula: SampleSize, *, test: str) -> list[str]:
    """Return size, power, level, what the usual formula gives, and dropout.

    Args:
        row: The exact size; without sizes where tables are too many to enumerate.
        formula: The size by the normal approximation.
        test: The test in words, with its article.
    """
    at, wanted = level(formula.alpha, formula.alternative), share(formula.power)
    if row.n1 is None or row.n2 is None or row.power is None:
        size, enrolled = (formula.n1, formula.n2), (formula.n1_enrolled, formula.n2_enrolled)
        why = "normal approximation; too many tables to enumerate"
        words = [f"With {together(*size)}, {test} has {wanted} power at a {at} ({why})."]
    else:
        size, enrolled = (row.n1, row.n2), (row.enrolled1 or 0, row.enrolled2 or 0)
        exact = f"{percent(row.power)} at a {at}, by enumeration of all possible tables"
        beyond = f"every larger trial that was looked at has at least {wanted} too"
        words = [f"With {together(*size)}, {test} has a power of {exact}; {beyond}."]
        if row.level is not None:
            worst = percent(row.level, 2)
            words.append(
                f"The largest type I error of the test at this size, whatever the common rate, is {worst}."
            )
        equal = formula.n1 == formula.n2
        given = f"{formula.n1} a group" if equal else f"{formula.n1} and {formula.n2}"
        words.append(f"The usual normal approximation gives {given}.")
    return [*words, dropout_sentence(size, enrolled, formula.dropout)]
