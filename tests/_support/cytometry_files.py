"""Files of events for tests: shared public ones by name, and small ones made byte by byte."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pytest

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "cytometry"


def shared(name: str) -> Path:
    """Return a shared public file; the test is skipped, and says so, where it is not beside the checkout."""
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"shared/data/cytometry/{name} is not beside this checkout")
    return path


def raw_fcs(
    data: bytes,
    keywords: Mapping[str, str],
    *,
    version: str = "3.1",
    delimiter: str = "/",
    header: tuple[int, int] | None = None,
    stated: tuple[int, int] | None = None,
) -> bytes:
    """Return an FCS file made by hand, independent of `write_fcs`: HEADER, TEXT at byte 58, DATA after it.

    `header` and `stated` replace the offsets of DATA in HEADER and in TEXT. A keyword with the value None of
    the mapping is left out.
    """
    begin = 3000
    end = begin + len(data) - 1
    told = stated or (begin, end)
    every = {"$BEGINDATA": str(told[0]), "$ENDDATA": str(told[1]), **keywords}
    if version == "2.0":
        every = {key: value for key, value in every.items() if key not in ("$BEGINDATA", "$ENDDATA")}
    text = delimiter + "".join(f"{key}{delimiter}{value}{delimiter}" for key, value in every.items())
    raw = text.encode("utf-8")
    ends = header or (begin, end)
    head = f"FCS{version}    {58:>8}{58 + len(raw) - 1:>8}{ends[0]:>8}{ends[1]:>8}{0:>8}{0:>8}".encode()
    return (head + raw).ljust(begin) + data


def integers(*channels: tuple[str, int, int, str, str]) -> dict[str, str]:
    """Return keywords of integer data; of each channel name, bits, range, amplifier ($PnE) and gain."""
    keywords = {"$MODE": "L", "$DATATYPE": "I", "$BYTEORD": "1,2,3,4", "$PAR": str(len(channels))}
    for number, (name, bits, top, amplifier, gain) in enumerate(channels, 1):
        keywords |= {
            f"$P{number}N": name, f"$P{number}B": str(bits), f"$P{number}R": str(top),
            f"$P{number}E": amplifier, f"$P{number}G": gain,
        }  # fmt: skip
    return keywords


def floats(names: Iterable[str], rows: list[list[float]], **more: str) -> tuple[bytes, dict[str, str]]:
    """Return DATA and keywords of a little-endian float data set."""
    columns = list(names)
    keywords = {"$MODE": "L", "$DATATYPE": "F", "$BYTEORD": "1,2,3,4", "$PAR": str(len(columns))}
    keywords["$TOT"] = str(len(rows))
    for number, name in enumerate(columns, 1):
        keywords |= {
            f"$P{number}N": name, f"$P{number}B": "32", f"$P{number}R": "262144", f"$P{number}E": "0,0",
        }  # fmt: skip
    keywords |= {f"${key}": value for key, value in more.items()}
    return b"".join(struct.pack("<f", value) for row in rows for value in row), keywords


def write(folder: Path, content: bytes, name: str = "tube.fcs") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(content)
    return path


def stained(seed: int, events: int, spill: np.ndarray) -> np.ndarray:
    """Return raw light of cells that each carry one of the dyes, or none, spilled over; for compensation."""
    random = np.random.default_rng(seed)
    dyes = len(spill)
    light = random.normal(100, 30, (events, dyes))
    carries = random.integers(0, dyes + 1, events)
    for dye in range(dyes):
        light[carries == dye, dye] += random.lognormal(9.5, 0.4, np.count_nonzero(carries == dye))
    return light @ spill
