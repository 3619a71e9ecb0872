"""TEXT: keywords and values between delimiters (FCS 3.1 §3.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lupustrial.cytometry.fcs._bytes import Source

#: Bytes of a TEXT segment, and of its keywords; real ones have 2 to 60 kB.
LONGEST_TEXT = 4 * 1024**2
MOST_KEYWORDS = 100_000
_WHOLE = frozenset(" \t\r\n\0")


@dataclass(kw_only=True, eq=False)
class Text:
    """Keywords of a data set and where each stands.

    Attributes:
        values: Upper case, without ``$``.
        at: Byte of the file at which each value begins.
        standard: Names that were written with ``$``.
        notes: What looked odd.
        empty_values: Whether a doubled delimiter is an empty value, against the standard.
        doubled: Whether there are doubled delimiters.
    """

    values: dict[str, str] = field(default_factory=dict)
    at: dict[str, int] = field(default_factory=dict)
    standard: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    empty_values: bool = False
    doubled: bool = False

    @property
    def advice(self) -> str:
        """What to try where keywords do not come out as they should."""
        if self.doubled and not self.empty_values:
            return "TEXT has doubled delimiters: if they are empty values, read it with empty_values=True"
        return "the file is damaged or was written by faulty software: export it again"


def read_segment(source: Source, first: int, last: int, text: Text, *, what: str = "TEXT") -> None:
    """Add the keywords of the bytes first to last (both included) to `text`; those present stay.

    A doubled delimiter stands for itself (FCS 3.1 §3.2.4), or for an empty value where `text` says so.

    Raises:
        CytometryError: CYTO-012 the segment lies outside the file or is no list of keywords and values.
    """
    size = len(source.data)
    if not 0 < first < last:
        source.refuse(
            "CYTO-012", f"{what} cannot run from byte {first} to {last}", first, "export the file again"
        )
    if last >= size:
        message = f"{what} runs to byte {last}, the file has {size} bytes"
        source.refuse("CYTO-012", message, size, "the file is truncated: copy it again")
    if last - first >= LONGEST_TEXT:
        source.refuse(
            "CYTO-012", f"{what} has {last - first + 1} bytes", first, "no cytometer writes so many"
        )
    raw = source.data[first : last + 1]
    pairs = list(_pairs(source, raw, first, what, text))
    encoding = _encoding(raw)
    if encoding != "utf-8":
        text.notes.append(f"{what} is not UTF-8 and was read as Latin-1")
    for keyword, value, at in pairs:
        _add(source, text, keyword.decode(encoding), value.decode(encoding), at)


def _encoding(raw: bytes) -> str:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _pairs(
    source: Source, raw: bytes, first: int, what: str, text: Text
) -> Iterator[tuple[bytes, bytes, int]]:
    """Yield keyword, value and the byte of the value; a doubled delimiter stands for itself."""
    delimiter = raw[:1]
    if delimiter[0] == 0 or delimiter.isalnum() or delimiter[0] > 126:  # noqa: PLR2004 - ASCII, FCS 3.1 §3.2.4
        message = f"{what} begins with byte {delimiter[0]}, which is no delimiter"
        source.refuse("CYTO-012", message, first, "the offset of TEXT in the HEADER is wrong")
    body = raw.rstrip(b" \t\r\n\0") if delimiter not in b" \t\r\n\0" else raw
    if not body.endswith(delimiter) or len(body) < 2:  # noqa: PLR2004 - two delimiters at least
        text.notes.append(f"{what} does not end with its delimiter")
        body += delimiter
    text.doubled |= 2 * delimiter in body
    split = _plain if text.empty_values else _unescaped
    pieces = list(split(body, delimiter, first))
    if len(pieces) > 2 * MOST_KEYWORDS:
        source.refuse("CYTO-012", f"{what} has more than {MOST_KEYWORDS} keywords", first, "export it again")
    if len(pieces) % 2:
        piece, at = pieces[-1]
        message = f"{what} ends with a keyword without a value: {piece[:40].decode('latin-1')!r}"
        source.refuse("CYTO-012", message, at, text.advice)
    for (keyword, at), (value, begins) in zip(pieces[::2], pieces[1::2], strict=True):
        shown = repr(keyword[:40].decode("latin-1"))
        if not keyword.strip() or (delimiter in keyword and b"$" in keyword):
            source.refuse("CYTO-012", f"{what} has a keyword {shown}", at, text.advice)
        if delimiter in keyword:
            text.notes.append(f"{what} has a keyword {shown}: perhaps two, with an empty value between them")
        yield keyword, value, begins


def _plain(body: bytes, delimiter: bytes, first: int) -> Iterator[tuple[bytes, int]]:
    """Split at every delimiter."""
    begins = 1
    for token in body[1:-1].split(delimiter):
        yield token, first + begins
        begins += len(token) + 1


def _unescaped(body: bytes, delimiter: bytes, first: int) -> Iterator[tuple[bytes, int]]:
    """Split at delimiters that stand alone; an even run of them is text, half as long."""
    parts: list[bytes] = []
    begins = at = 1
    tokens = body[1:-1].split(delimiter)
    position = 0
    while position < len(tokens):
        parts.append(tokens[position])
        at += len(tokens[position]) + 1
        position += 1
        run = 1
        while position < len(tokens) and not tokens[position] and position + 1 < len(tokens):
            run += 1
            position += 1
            at += 1
        parts.append(delimiter * (run // 2))
        if run % 2:
            yield b"".join(parts), first + begins
            parts = []
            begins = at
    if parts:
        yield b"".join(parts), first + begins


def _add(source: Source, text: Text, keyword: str, value: str, at: int) -> None:
    name = keyword.strip().upper()
    standard = name.startswith("$")
    name = name.removeprefix("$")
    value = value.strip().strip("\0")
    if name not in text.values:
        text.values[name], text.at[name] = value, at
        if standard:
            text.standard.add(name)
        return
    if text.values[name] == value:
        return
    if standard and name in text.standard:
        message = f"${name} stands twice with different values: {text.values[name][:40]!r} and {value[:40]!r}"
        source.refuse("CYTO-012", message, at, "the file was edited: export it again")
    if standard:
        text.values[name], text.at[name] = value, at
        text.standard.add(name)
    text.notes.append(f"keyword {name} stands twice; ${name} of the standard, or the first, is used")
