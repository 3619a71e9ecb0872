"""Events into an FCS 3.1 file: list mode, 32-bit floats, little-endian."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry.fcs._model import Channel, Spill
from lupustrial.errors import CytometryError, Fault

_TEXT_BEGINS = 256
_HEADER_ENDS = 99_999_999
_DELIMITER = "\f"  # as FACSDiva: in no name, so that no reader has to undouble it
_OWN = frozenset({
    "BEGINANALYSIS", "BEGINDATA", "BEGINSTEXT", "BYTEORD", "DATATYPE", "ENDANALYSIS", "ENDDATA", "ENDSTEXT",
    "MODE", "NEXTDATA", "PAR", "TOT", "SPILLOVER", "SPILL",
})  # fmt: skip


def write_fcs(
    path: str | Path,
    events: NDArray[np.floating],
    channels: Sequence[Channel | str],
    *,
    keywords: Mapping[str, str] | None = None,
    spill: Spill | None = None,
) -> None:
    """Write an FCS 3.1 file; the same arguments give the same bytes.

    Args:
        path: The file; it is written beside itself and moved into place.
        events: (events, channels) values as they are to stand in the file. Where a channel has a gain, a
            reader divides by it; where the keyword TIMESTEP is given, a reader multiplies time by it.
        channels: Of each column: a `Channel` (its number, bits and decades are not used) or a $PnN.
        keywords: Further keywords, with or without ``$``: those of the standard get it.
        spill: Matrix for $SPILLOVER.

    Raises:
        CytometryError: CYTO-028 the arguments do not go together; all faults at once.
    """
    columns = [Channel(number=0, name=each) if isinstance(each, str) else each for each in channels]
    values = np.asarray(events)
    stated = {name.strip().removeprefix("$").upper(): str(value) for name, value in (keywords or {}).items()}
    _check(Path(path).name, values, columns, stated, spill)
    text = _text(columns, len(values), stated, spill)
    data = np.ascontiguousarray(values, dtype="<f4")
    first = _TEXT_BEGINS + len(text)
    last = first + data.nbytes - 1 if len(data) else 0
    ends = (first, last) if last <= _HEADER_ENDS and len(data) else (0, 0)
    head = "FCS3.1    " + "".join(f"{n:>8}" for n in (_TEXT_BEGINS, first - 1, *ends, 0, 0))
    target = Path(path)
    partial = target.with_name(f".{target.name}.partial")
    with partial.open("wb") as file:
        file.write(head.encode("ascii").ljust(_TEXT_BEGINS))
        file.write(text)
        file.write(data.data)
    partial.replace(target)


def _text(columns: Sequence[Channel], count: int, stated: Mapping[str, str], spill: Spill | None) -> bytes:
    """Return TEXT with the offsets of DATA, which depend on its own length."""
    pairs = {
        "$BEGINANALYSIS": "0", "$ENDANALYSIS": "0", "$BEGINSTEXT": "0", "$ENDSTEXT": "0",
        "$BYTEORD": "1,2,3,4", "$DATATYPE": "F", "$MODE": "L", "$NEXTDATA": "0",
        "$PAR": str(len(columns)), "$TOT": str(count),
    }  # fmt: skip
    for number, channel in enumerate(columns, 1):
        pairs |= _of_channel(number, channel)
    if spill is not None:
        numbers = [repr(float(each)) for each in spill.matrix.ravel()]
        pairs["$SPILLOVER"] = ",".join([str(len(spill.channels)), *spill.channels, *numbers])
    pairs |= {_dollar(name): value for name, value in stated.items()}
    begin = end = 0
    while True:
        offsets = {"$BEGINDATA": str(begin), "$ENDDATA": str(end)}
        text = "".join(
            f"{_DELIMITER}{_escaped(name)}{_DELIMITER}{_escaped(value)}"
            for name, value in (pairs | offsets).items()
        )
        raw = (text + _DELIMITER).encode()
        first = _TEXT_BEGINS + len(raw)
        wanted = (first, first + 4 * count * len(columns) - 1) if count else (0, 0)
        if (begin, end) == wanted:
            return raw
        begin, end = wanted


def _of_channel(number: int, channel: Channel) -> dict[str, str]:
    pairs = {
        f"$P{number}N": channel.name, f"$P{number}B": "32", f"$P{number}E": "0,0",
        f"$P{number}R": f"{channel.range:.0f}", f"$P{number}G": repr(float(channel.gain)),
    }  # fmt: skip
    if channel.marker:
        pairs[f"$P{number}S"] = channel.marker
    return pairs


_STANDARD = frozenset({
    "ABRT", "BEGINDATETIME", "BTIM", "CELLS", "COM", "CYT", "CYTSN", "DATE", "ENDDATETIME", "ETIM", "EXP",
    "FIL", "GATE", "INST", "LAST_MODIFIED", "LAST_MODIFIER", "LOST", "OP", "ORIGINALITY", "PLATEID",
    "PLATENAME", "PROJ", "SMNO", "SRC", "SYS", "TIMESTEP", "TR", "UNICODE", "VOL", "WELLID",
})  # fmt: skip


def _dollar(name: str) -> str:
    voltage = name.startswith("P") and name[1:-1].isdigit() and name[-1] in "VFLOPTD"
    return f"${name}" if name in _STANDARD or voltage else name


def _escaped(text: str) -> str:
    return text.replace(_DELIMITER, 2 * _DELIMITER)


def _check(
    name: str,
    values: NDArray[np.floating],
    columns: Sequence[Channel],
    stated: Mapping[str, str],
    spill: Spill | None,
) -> None:
    wrong: list[tuple[str, str]] = []
    if values.ndim != 2 or values.shape[1] != len(columns) or not columns:  # noqa: PLR2004 - events by channels
        wrong.append(
            (f"events have the shape {values.shape} for {len(columns)} channels", "one column a channel")
        )
    names = [channel.name for channel in columns]
    if len(set(names)) < len(names):
        wrong.append(("a channel name stands twice", "name each channel differently"))
    wrong += [(f"channel name {each!r} is empty or holds a comma", "FCS 3.1 forbids it")
              for each in names if not each.strip() or "," in each]  # fmt: skip
    for key, value in [*stated.items(), *((f"name of channel {n}", each) for n, each in enumerate(names, 1))]:
        if not key or not value.strip() or _DELIMITER in (key[:1], key[-1:], value[:1], value[-1:]):
            wrong.append((f"{key or 'a keyword'} is empty or has a form feed at an end", "give it a value"))
    for key in stated:
        if key in _OWN:
            wrong.append(
                (f"keyword {key} is written by write_fcs itself", "leave it out; a matrix goes into spill")
            )
    if spill is not None and (
        not set(spill.channels) <= set(names) or spill.matrix.shape != (len(spill.channels),) * 2
    ):
        wrong.append(
            ("the matrix does not fit the channels", "name channels of the file, one row and column each")
        )
    if wrong:
        raise CytometryError(
            Fault(id="CYTO-028", message=message, place=name, hint=hint) for message, hint in wrong
        )
