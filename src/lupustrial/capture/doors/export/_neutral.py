"""Texts that a spreadsheet would take for a formula, made harmless and given back unchanged.

A spreadsheet runs a cell that begins with ``=``, ``+``, ``-`` or ``@`` (also full-width), or with a tab or a
carriage return before one. Where it splits lines at another sign than ours, a cell begins behind that sign.
One apostrophe more is put before whatever would begin so; `give_back` takes one away. The two are exact
inverses for every text. Numbers are left alone: a negative number is not a formula.
"""

from __future__ import annotations

import re

_SIGNS = "=+\\-@＝＋－＠"
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_FIRST = re.compile(rf"\A('*)(?=[{_SIGNS}\t\r])")
_INNER = re.compile(rf"([,;|\t\r\n\"])('*)(?=[{_SIGNS}])")
_FIRST_BACK = re.compile(rf"\A'('*)(?=[{_SIGNS}\t\r])")
_INNER_BACK = re.compile(rf"([,;|\t\r\n\"])'('*)(?=[{_SIGNS}])")


def neutral(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    if _NUMBER.fullmatch(text):
        return text
    return _INNER.sub(r"\1'\2", _FIRST.sub(r"'\1", text))


def give_back(text: str) -> str:
    """Return the text from which `neutral` made this one."""
    if _NUMBER.fullmatch(text):
        return text
    return _INNER_BACK.sub(r"\1\2", _FIRST_BACK.sub(r"\1", text))


def formula_like(text: str) -> bool:
    """Whether a spreadsheet could take a text for a formula."""
    return neutral(text) != text
