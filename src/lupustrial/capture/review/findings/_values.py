"""Values as they were written: last digits that are preferred, rows of values that stand twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from scipy.special import chdtrc

from lupustrial.capture.review.findings._model import Evidence, Finding, where
from lupustrial.capture.store import Place

DIGITS = 10
ENOUGH = 50  # values of an item by one account
SPREAD = 50  # steps of the last digit between lowest and highest value; below, digits are not even by nature
LEVEL = 0.001  # of all tests of a review together (Bonferroni)
VECTOR = 4  # numbers on a page that have to agree


def digit_preference(evidence: Evidence) -> Iterator[Finding]:
    """Give items in which an account prefers last digits: Pearson's chi-squared against even digits, df 9."""
    groups: dict[tuple[str, str, str], dict[Place, str]] = defaultdict(dict)
    numeric = _numeric(evidence)
    for change in evidence.changes:
        value = None if change.new is None else change.new.value
        if (change.place.form, change.item) in numeric and value is not None:
            groups[change.by, change.place.form, change.item][change.place] = value
    tests = []
    for key, values in sorted(groups.items()):
        digits = last_digits(list(values.values()))
        if digits is not None:
            tests.append((key, digits, *chi_squared(digits)))
    for (person, form, item), digits, statistic, p in tests:
        if p * len(tests) < LEVEL:
            counts = tuple(str(digits[digit]) for digit in range(DIGITS))
            yield Finding(
                method="digits",
                subject=f"{person}/{form}.{item}",
                message=f"last digits of {form}.{item} by {person} are not even: chi-squared {statistic:.1f} "
                f"with 9 degrees of freedom, p {_p(p)}, {len(tests)} such tests in this review",
                form=form,
                item=item,
                person=person,
                table=(tuple(map(str, range(DIGITS))), counts),
            )


def last_digits(values: Sequence[str]) -> Counter[int] | None:
    """Count last digits of the values that have the most usual number of decimals; None where too few."""
    places = Counter(len(value.partition(".")[2]) for value in values)
    if not places:
        return None
    usual = max(sorted(places), key=lambda decimals: places[decimals])
    kept = [value for value in values if len(value.partition(".")[2]) == usual]
    try:
        numbers = [Decimal(value) for value in kept]
    except InvalidOperation:
        return None
    if len(kept) < ENOUGH or (max(numbers) - min(numbers)).scaleb(usual) < SPREAD:
        return None
    return Counter(int(value.strip()[-1]) for value in kept)


def chi_squared(digits: Mapping[int, int]) -> tuple[float, float]:
    """Return Pearson's statistic against even digits, and its p value."""
    total = sum(digits.values())
    even = total / DIGITS
    statistic = sum((digits.get(digit, 0) - even) ** 2 / even for digit in range(DIGITS))
    return statistic, float(chdtrc(DIGITS - 1, statistic))


def duplicated(evidence: Evidence) -> Iterator[Finding]:
    """Give pages of one form that hold the same numbers, `VECTOR` or more, of two participants or visits."""
    numeric = _numeric(evidence)
    pages: dict[Place, dict[str, str]] = defaultdict(dict)
    for change in evidence.changes:
        if (change.place.form, change.item) in numeric:
            if change.new is None or change.new.value is None:
                pages[change.place].pop(change.item, None)
            else:
                pages[change.place][change.item] = change.new.value
    alike: dict[tuple[str, tuple[tuple[str, str], ...]], list[Place]] = defaultdict(list)
    for place, values in pages.items():
        if len(values) >= VECTOR and len(set(values.values())) > 1:
            alike[place.form, tuple(sorted(values.items()))].append(place)
    for (form, vector), places in sorted(alike.items(), key=lambda pair: pair[1][0]):
        if len(places) > 1:
            yield Finding(
                method="duplicates",
                subject="+".join(
                    f"{one.participant}/{one.visit}/{form}/{one.repeat}" for one in sorted(places)
                ),
                message=f"{len(vector)} numbers of {form} are the same on {len(places)} pages: "
                + "; ".join(where(place) for place in sorted(places)),
                participant=places[0].participant,
                form=form,
                table=(tuple(item for item, _ in vector), tuple(value for _, value in vector)),
            )


def _numeric(evidence: Evidence) -> frozenset[tuple[str, str]]:
    return frozenset(
        (form.id, item.id)
        for form in evidence.study.forms
        for item in form.items
        if item.type in ("integer", "decimal")
    )


def _p(p: float) -> str:
    return "below 0.0001" if p < 0.0001 else f"{p:.4f}"  # noqa: PLR2004 - the least that is printed
