"""Read XML that came from outside: no document types, no entities, nothing fetched, size and depth bounded.

Names are kept without their prefix. FlowJo files are met whose prefixes are declared nowhere (RGLab/CytoML
issue 46); the local names of FlowJo 10 and Gating-ML 2.0 are unambiguous.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from xml.parsers import expat

from lupustrial.errors import CytometryError, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

_LARGEST = 256 * 1024 * 1024
_DEEPEST = 500
_DOCTYPE = "a document type declaration is not allowed, since it can hold entities"


@dataclass(slots=True, eq=False)
class Element:
    """An element: local names, the line where it starts, the declared name spaces on it."""

    name: str
    attributes: dict[str, str]
    line: int
    children: list[Element] = field(default_factory=list)
    text: str = ""
    spaces: tuple[str, ...] = ()

    def all(self, name: str) -> Iterator[Element]:
        """Yield the children of a name."""
        return (child for child in self.children if child.name == name)

    def first(self, name: str) -> Element | None:
        """Return the first child of a name; None where there is none."""
        return next(self.all(name), None)

    def get(self, name: str) -> str | None:
        """Return an attribute; None where it is absent."""
        return self.attributes.get(name)


class _RefusedError(Exception):
    """A construct that is never read."""


class _Builder:
    """Handlers of expat that build the tree, and stop at what is not allowed."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._parser = parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.StartDoctypeDeclHandler = self._doctype
        parser.buffer_text = True

    @property
    def line(self) -> int:
        """The line the parser stands at."""
        return self._parser.CurrentLineNumber

    def read(self, data: bytes) -> Element:
        """Return the root of the document."""
        self._parser.Parse(data, True)  # noqa: FBT003 - expat takes no names
        if self.root is None:
            raise _RefusedError("the document is empty")
        return self.root

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= _DEEPEST:
            raise _RefusedError(f"elements are nested more than {_DEEPEST} deep")
        plain = {
            key.rpartition(":")[2]: value for key, value in attributes.items() if not key.startswith("xmlns")
        }
        spaces = tuple(value for key, value in attributes.items() if key.startswith("xmlns"))
        element = Element(
            name=name.rpartition(":")[2], attributes=plain, line=self._parser.CurrentLineNumber, spaces=spaces
        )
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _data(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text

    def _doctype(self, *_parts: object) -> None:
        raise _RefusedError(_DOCTYPE)


def read_xml(path: Path) -> Element:
    """Return the root element of an XML file.

    Raises:
        CytometryError: CYTO-030 the file cannot be read, is no XML, or holds what is not allowed.
    """
    data = _bytes_of(path)
    builder = _Builder()
    try:
        return builder.read(data)
    except _RefusedError as refused:
        message, line = str(refused), builder.line
    except expat.ExpatError as error:
        message, line = f"this is not well-formed XML: {expat.errors.messages[error.code]}", error.lineno
    except (ValueError, LookupError) as error:  # an encoding that is unknown, or is none
        message, line = f"its text cannot be decoded: {error}", builder.line
    raise CytometryError(Fault(id="CYTO-030", message=message, place=f"{path}:{line}", hint=_hint(data)))


def _bytes_of(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > _LARGEST:
            message, hint = f"the file has {size} bytes, more than {_LARGEST}", "export fewer samples a file"
            raise CytometryError(Fault(id="CYTO-030", message=message, place=str(path), hint=hint))
        return path.read_bytes()
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        raise CytometryError(Fault(id="CYTO-030", message=message, place=str(path))) from error


def _hint(data: bytes) -> str:
    if data.startswith(b"PK"):
        return "this is a zip archive (.acs, .wspt): give the workspace or Gating-ML file inside it"
    if data.startswith(b"FCS"):
        return "this is an FCS file: give the strategy first, then the file of events"
    return "give a FlowJo 10 workspace (.wsp) or a Gating-ML 2.0 file; in FlowJo 11 export as FlowJo 10 .wsp"
