"""Numbers of slots and kits: drawn by chance, all different, with a check digit."""

from __future__ import annotations

from typing import Protocol

_MODULUS = 10
_SHORTEST = 4  # digits before the check digit
_SPARSE = 10  # so many numbers are possible for each that is drawn


class Draws(Protocol):
    """A source of whole numbers below a bound, all equally likely."""

    def below(self, bound: int, /) -> int:
        """Return a number from 0 to `bound` - 1."""
        ...


def check_digit(number: int) -> int:
    """Return the check digit of ISO/IEC 7064, MOD 11,10.

    It notices every wrong digit and nearly every swap of neighbours.
    """
    product = _MODULUS
    for digit in str(number):
        total = (product + int(digit)) % _MODULUS or _MODULUS
        product = 2 * total % (_MODULUS + 1)
    return (_MODULUS + 1 - product) % _MODULUS


def with_check(number: int) -> int:
    """Append its check digit to a number."""
    return number * _MODULUS + check_digit(number)


def check_holds(number: int) -> bool:
    """Whether the last digit of a number is the check digit of those before it."""
    return number >= _MODULUS and check_digit(number // _MODULUS) == number % _MODULUS


def draw_numbers(draws: Draws, count: int) -> list[int]:
    """Draw different numbers with check digits, in the order drawn.

    All have as many digits: at least five, and so many that ten numbers were possible for each one drawn, so
    that a number cannot be guessed from others. A number that was drawn before is drawn again.
    """
    digits = max(_SHORTEST, len(str(count * _SPARSE - 1)))
    lowest = 10 ** (digits - 1)
    seen: dict[int, None] = {}
    while len(seen) < count:
        seen.setdefault(lowest + draws.below(10**digits - lowest))
    return [with_check(number) for number in seen]
