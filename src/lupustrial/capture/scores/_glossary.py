"""The glossary beside an item, in our own words: the note of the form, and the instrument's definition."""

from __future__ import annotations

from collections.abc import Mapping

from lupustrial.capture.scores._uses import uses_of
from lupustrial.study import Study


def glossary_of(study: Study, form: str) -> Mapping[str, tuple[str, ...]]:
    """Return by item id what counts, for every item of a form of which something is told.

    The note of the form comes first; the definition of the instrument follows where the note does not say it.
    """
    found = _KNOWN.get((study.digest, form))
    if found is None:
        found = {item.id: [item.note] for item in study.form(form).items if item.note}
        for use in uses_of(study).values():
            defined = {one.code: one.definition for one in use.instrument.inputs if one.definition}
            for code, pair in use.items.items():
                if pair[0] == form and code in defined:
                    told = found.setdefault(pair[1], [])
                    if not any(_same(defined[code], text) for text in told):
                        told.append(_sentence(defined[code]))
        _KNOWN[study.digest, form] = found
    return {item: tuple(texts) for item, texts in found.items()}


_KNOWN: dict[tuple[str, str], dict[str, list[str]]] = {}


def _same(one: str, other: str) -> bool:
    """Whether two texts say the same: one holds the words of the other, capitals and stops apart."""
    words, others = _words(one), _words(other)
    return words <= others or others <= words


def _words(text: str) -> set[str]:
    return {"".join(letter for letter in word.casefold() if letter.isalnum()) for word in text.split()} - {""}


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."
