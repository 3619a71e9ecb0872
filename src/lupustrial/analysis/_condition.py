"""The condition of an analysis (``where``, in CEL) as SQL over ADSL, so that a result's query can state it.

Only what both languages share is accepted: ``participant.VARIABLE`` compared with a text or a number, joined
by ``&&``, ``||``, ``!`` and brackets. Anything else is refused by `check_plan`, never half-translated.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"\s*(?:(?P<variable>participant\.[A-Z][A-Z0-9_]*)"
    r"|(?P<text>'[^'\\]*'|\"[^\"\\]*\")"
    r"|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<operator>==|!=|<=|>=|<|>|&&|\|\||!|\(|\)))"
)
_SQL = {"==": "=", "!=": "<>", "&&": "AND", "||": "OR", "!": "NOT"}


def to_sql(expression: str) -> str:
    """Translate a condition over ``participant`` to SQL over ADSL.

    Raises:
        ValueError: The expression uses something else; the message names the first place that does.
    """
    words: list[str] = []
    position = 0
    text = expression.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ValueError(
                f"{text[position:].strip()!r} is not participant.VARIABLE, a text, a number or an operator"
            )
        words.append(_word(match))
        position = match.end()
    if not words:
        raise ValueError("the condition is empty")
    return " ".join(words)


def variables(expression: str) -> tuple[str, ...]:
    """Return the ADSL variables that a condition names, in alphabetical order."""
    return tuple(sorted(set(re.findall(r"participant\.([A-Z][A-Z0-9_]*)", expression))))


def _word(match: re.Match[str]) -> str:
    token = match.group().strip()
    if match["variable"]:
        return token.removeprefix("participant.")
    if match["text"]:
        return "'" + token[1:-1].replace("'", "''") + "'"
    return _SQL.get(token, token)
