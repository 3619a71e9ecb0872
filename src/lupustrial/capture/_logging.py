"""What the server logs: names of addresses, kinds of faults and where; never what somebody typed."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType
from typing import Any

_Info = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class NoPaths(logging.Filter):
    """Put the name of the address in place of its path, which may hold the number of a participant."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record; it is always let through."""
        request: Any = getattr(record, "request", None)
        if request is not None:
            path = getattr(request, "path", "")
            match = getattr(request, "resolver_match", None)
            name = getattr(match, "view_name", None) or "-"
            arguments = record.args if isinstance(record.args, tuple) else ()
            record.args = tuple(name if argument == path else argument for argument in arguments)
        return True


class NoValues(logging.Formatter):
    """A trace without the messages of exceptions: a database names the values that it refused."""

    def formatException(self, ei: _Info) -> str:  # noqa: N802 - the name that logging calls
        """Return files, lines and functions, and the types of the exceptions."""
        error = ei[1]
        lines: list[str] = []
        while error is not None:
            lines.append(f"{type(error).__module__}.{type(error).__qualname__}")
            lines += [
                f"  {frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(error.__traceback__)
            ]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(lines)
