"""Archives written part by part, with no date of making in them: same content, same bytes."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO

_WHEN = (1980, 1, 1, 0, 0, 0)  # the first day that the format knows
_UNIX = 3
_RIGHTS = 0o100644 << 16


class Archive:
    """A ZIP archive; `digests` holds the SHA-256 of each part that was written."""

    def __init__(self, file: IO[bytes]) -> None:
        """Begin an archive in a file that was opened for writing."""
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self.digests: dict[str, str] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[Callable[[bytes], None]]:
        """Give a function that writes to a part."""
        info = zipfile.ZipInfo(name, _WHEN)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.create_system = _UNIX
        info.external_attr = _RIGHTS
        digest = hashlib.sha256()
        with self._zip.open(info, "w", force_zip64=True) as file:

            def write(content: bytes) -> None:
                digest.update(content)
                file.write(content)

            yield write
        self.digests[name] = digest.hexdigest()

    @contextmanager
    def writer(self, name: str) -> Iterator[Callable[[str], None]]:
        """Give a function that writes text (UTF-8) to a part."""
        with self.part(name) as write:
            yield lambda text: write(text.encode("utf-8"))

    def text(self, name: str, content: str) -> None:
        """Write a part of text."""
        with self.writer(name) as write:
            write(content)

    def table(
        self, name: str, header: Sequence[str], rows: Iterable[Sequence[str]], *, mark: bool = True
    ) -> int:
        """Write a part as CSV (RFC 4180; `mark`: begin with the sign by which spreadsheets know UTF-8).

        Returns:
            How many rows there are under the header.
        """
        count = 0
        with self.writer(name) as write:
            if mark:
                write("\ufeff")
            write(_line(header))
            for row in rows:
                write(_line(row))
                count += 1
        return count

    def close(self) -> None:
        """Finish the archive."""
        self._zip.close()


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
