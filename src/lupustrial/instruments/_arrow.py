"""The memory of a Polars column as NumPy arrays, without a copy, null or not.

Polars holds its columns as Arrow lays them out, and hands them out through Arrow's C stream interface; both
are published and fixed, and the three structures of the interface stand here. NumPy then reads numbers, the
bits of flags and of nulls, and of every text the first eight bytes, which say whether it is Y or N. Asking
Polars for each of these block by block takes several times as long.
"""

from __future__ import annotations

import ctypes
import struct
from typing import Any

import numpy as np
import polars as pl

from lupustrial.instruments._narrow import Array

#: Rows: a stretch, or their numbers.
Rows = slice | Array

_NUMBERS: dict[bytes, type[np.generic]] = {
    b"c": np.int8,
    b"C": np.uint8,
    b"s": np.int16,
    b"S": np.uint16,
    b"i": np.int32,
    b"I": np.uint32,
    b"l": np.int64,
    b"L": np.uint64,
    b"f": np.float32,
    b"g": np.float64,
}

#: A text takes 16 bytes: its length (4), its first four bytes, and eight more or where the text is.
_WORDS_OF_A_TEXT = 2
_BITS = 8


class _Schema(ctypes.Structure):
    """Arrow's ``ArrowSchema``."""

    _fields_ = (
        ("format", ctypes.c_char_p),
        ("name", ctypes.c_char_p),
        ("metadata", ctypes.c_void_p),
        ("flags", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("children", ctypes.c_void_p),
        ("dictionary", ctypes.c_void_p),
        ("release", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
        ("private_data", ctypes.c_void_p),
    )


class _Array(ctypes.Structure):
    """Arrow's ``ArrowArray``."""

    _fields_ = (
        ("length", ctypes.c_int64),
        ("null_count", ctypes.c_int64),
        ("offset", ctypes.c_int64),
        ("n_buffers", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("buffers", ctypes.POINTER(ctypes.c_void_p)),
        ("children", ctypes.c_void_p),
        ("dictionary", ctypes.c_void_p),
        ("release", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
        ("private_data", ctypes.c_void_p),
    )


class _Stream(ctypes.Structure):
    """Arrow's ``ArrowArrayStream``; the capsule that holds it gives it back."""

    _fields_ = (
        ("get_schema", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)),
        ("get_next", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)),
        ("get_last_error", ctypes.c_void_p),
        ("release", ctypes.c_void_p),
        ("private_data", ctypes.c_void_p),
    )


_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_pointer.restype, _pointer.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)


class _Held:
    """A column handed out by Polars, given back when nothing refers to this object any more."""

    def __init__(self, column: pl.Series) -> None:
        capsule = column.__arrow_c_stream__()
        address = _pointer(capsule, b"arrow_array_stream")
        stream, schema, self.array = _Stream.from_address(address), _Schema(), _Array()
        if stream.get_schema(address, ctypes.addressof(schema)):
            raise MemoryError("Polars does not tell the layout of the column")
        self.format: bytes = schema.format
        schema.release(ctypes.addressof(schema))
        if stream.get_next(address, ctypes.addressof(self.array)):
            raise MemoryError("Polars does not hand out the column")

    def __del__(self) -> None:
        if self.array.release:
            self.array.release(ctypes.addressof(self.array))

    def memory(self, buffer: int, kind: type[np.generic], length: int) -> Array:
        """Return the first `length` values of a buffer."""
        size = np.dtype(kind).itemsize * length
        block: Any = (ctypes.c_char * size).from_address(self.array.buffers[buffer])
        block.owner = self  # an array made of the block keeps it, and with it the column
        return np.frombuffer(block, kind)


class ArrowColumn:
    """A column of numbers, flags or texts that has rows; its memory is held as long as this object lives.

    `is_flags` tells whether it holds flags.
    """

    def __init__(self, column: pl.Series) -> None:
        """Take the column over; one in several pieces is put together first, which copies it."""
        held = _Held(column.rechunk())
        self._offset = held.array.offset
        stop = self._offset + held.array.length
        bytes_of_bits = -(-stop // _BITS)
        self._valid = held.memory(0, np.uint8, bytes_of_bits) if held.array.null_count else None
        self.is_flags = held.format == b"b"
        if self.is_flags:
            self._values = held.memory(1, np.uint8, bytes_of_bits)
        elif held.format == b"vu":
            words = held.memory(1, np.uint64, _WORDS_OF_A_TEXT * stop)
            self._values, self._tails = words[::_WORDS_OF_A_TEXT], words[1::_WORDS_OF_A_TEXT]
        else:
            self._values = held.memory(1, _NUMBERS[held.format], stop)

    def missing(self, rows: Rows) -> Array | None:
        """Return where rows are null; None where none of the column is."""
        return None if self._valid is None else ~self._bits(self._valid, rows)

    def flags(self, rows: Rows) -> Array:
        """Return the rows of a column of flags; what stands for null is anything."""
        return self._bits(self._values, rows)

    def values(self, rows: Rows) -> Array:
        """Return the rows of numbers, of texts the first words (see `words`); null may be anything."""
        return np.ascontiguousarray(self._values[self._offset :][rows])

    def tails(self, rows: Rows) -> Array:
        """Return the second words of texts (see `words`)."""
        return self._tails[self._offset :][rows]

    def _bits(self, memory: Array, rows: Rows) -> Array:
        bits: Array
        if isinstance(rows, slice):
            start, stop = self._offset + rows.start, self._offset + rows.stop
            bits = np.unpackbits(memory[start // _BITS : -(-stop // _BITS)], bitorder="little")
            bits = bits[start % _BITS :][: stop - start]
        else:
            at = self._offset + rows
            bits = memory[at // _BITS] >> (at % _BITS).astype(np.uint8) & 1
        return bits.view(np.bool_)


def words(text: str) -> tuple[np.uint64, np.uint64]:
    """Return the two words of a text of at most twelve bytes: length and four bytes, eight bytes."""
    first, second = struct.unpack("=QQ", struct.pack("=i12s", len(text), text.encode()))
    return np.uint64(first), np.uint64(second)
