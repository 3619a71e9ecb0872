"""The text of a consent document as blocks: headings, paragraphs and lists of a few signs of Markdown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Block:
    """A block of a text. `lines` are the entries of a list, or one line; nothing in them is markup."""

    kind: Literal["heading", "paragraph", "list"]
    level: int
    lines: tuple[str, ...]


def blocks_of(text: str) -> tuple[Block, ...]:
    """Return the blocks of a text: ``#`` begins a heading, ``-`` or ``*`` an entry of a list.

    Everything else is a paragraph; a blank line ends it. Any other sign stays as it is.
    """
    found: list[Block] = []
    for part in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in part.splitlines() if line.strip()]
        if not lines:
            continue
        head = re.fullmatch(r"(#{1,4})\s+(.*)", lines[0])
        if head is not None:
            found.append(Block(kind="heading", level=min(len(head[1]) + 1, 4), lines=(head[2],)))
            lines = lines[1:]
        if lines and all(re.match(r"[-*]\s+", line) for line in lines):
            found.append(Block(kind="list", level=0, lines=tuple(line[1:].strip() for line in lines)))
        elif lines:
            found.append(Block(kind="paragraph", level=0, lines=(" ".join(lines),)))
    return tuple(found)
