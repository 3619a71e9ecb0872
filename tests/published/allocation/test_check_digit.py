"""The check digit of kits and slots against numbers that others publish with ISO/IEC 7064, MOD 11,10."""

from __future__ import annotations

import pytest

from lupustrial.allocation._numbers import check_holds, with_check

#: In the documentation of python-stdnum, the last three as German VAT, Croatian OIB and German tax number.
PUBLISHED = (794623, 136695976, 33392005961, 36574261809)


@pytest.mark.parametrize("number", PUBLISHED)
def test_published_numbers_hold(number: int) -> None:
    assert check_holds(number)
    assert with_check(number // 10) == number


@pytest.mark.parametrize("number", PUBLISHED)
def test_every_wrong_digit_is_noticed(number: int) -> None:
    digits = str(number)
    for at, right in enumerate(digits):
        for wrong in "0123456789":
            if wrong != right and not (at == 0 and wrong == "0"):
                assert not check_holds(int(digits[:at] + wrong + digits[at + 1 :]))
