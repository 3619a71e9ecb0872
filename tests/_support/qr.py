"""Reads QR codes of versions 1 to 3 (ISO/IEC 18004), independently of what made them.

An image is sampled at the middle of each module; format, mask, codewords and Reed-Solomon syndromes are those
of the standard. Nothing is corrected: a code with a wrong module is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from PIL import Image

Matrix = list[list[int]]

_DATA = {
    1: {"L": 19, "M": 16, "Q": 13, "H": 9},
    2: {"L": 34, "M": 28, "Q": 22, "H": 16},
    3: {"L": 55, "M": 44},
}
_LEVELS = {0b01: "L", 0b00: "M", 0b11: "Q", 0b10: "H"}
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_MASKS: Sequence[Callable[[int, int], bool]] = (
    lambda i, j: (i + j) % 2 == 0,
    lambda i, _: i % 2 == 0,
    lambda _, j: j % 3 == 0,
    lambda i, j: (i + j) % 3 == 0,
    lambda i, j: (i // 2 + j // 3) % 2 == 0,
    lambda i, j: i * j % 2 + i * j % 3 == 0,
    lambda i, j: (i * j % 2 + i * j % 3) % 2 == 0,
    lambda i, j: ((i + j) % 2 + i * j % 3) % 2 == 0,
)


def find(image: Image.Image) -> tuple[Matrix, int]:
    """Return the modules of the only code in an image, and the pixels that it is wide."""
    grey = image.convert("L").point(lambda value: 255 if value < 128 else 0)
    box = grey.getbbox()
    assert box is not None, "no code there"
    left, top, right, bottom = box
    wide = right - left
    run = next(x for x in range(wide) if not grey.getpixel((left + x, top + 2)))
    size = round(wide / (run / 7))
    assert abs((bottom - top) - wide) <= 2, "no square"
    step = wide / size
    matrix = [
        [
            int(grey.getpixel((int(left + (column + 0.5) * step), int(top + (row + 0.5) * step))) > 0)
            for column in range(size)
        ]
        for row in range(size)
    ]
    return matrix, wide


def read(matrix: Matrix) -> str:
    """Return the text of a code."""
    size = len(matrix)
    version = (size - 17) // 4
    level, mask = _format(matrix)
    bits = [matrix[i][j] ^ _MASKS[mask](i, j) for i, j in _path(size, version)]
    words = [int("".join(map(str, bits[at : at + 8])), 2) for at in range(0, len(bits) - 7, 8)]
    data = _DATA[version][level]
    assert not any(_syndromes(words, len(words) - data)), "codewords are wrong"
    return _text("".join(f"{word:08b}" for word in words[:data]))


def _format(matrix: Matrix) -> tuple[str, int]:
    places = [(8, j) for j in (0, 1, 2, 3, 4, 5, 7, 8)] + [(i, 8) for i in (7, 5, 4, 3, 2, 1, 0)]
    value = int("".join(str(matrix[i][j]) for i, j in places), 2) ^ 0b101010000010010
    return _LEVELS[value >> 13], value >> 10 & 0b111


def _path(size: int, version: int) -> Iterator[tuple[int, int]]:
    """Give the places of the bits, two columns at a time from the right, up and down."""
    upwards = True
    right = size - 1
    while right > 0:
        if right == 6:
            right -= 1
        for step in range(size):
            row = size - 1 - step if upwards else step
            for column in (right, right - 1):
                if not _fixed(row, column, size, version):
                    yield row, column
        upwards = not upwards
        right -= 2


def _fixed(row: int, column: int, size: int, version: int) -> bool:
    corners = (row < 9 and column < 9) or (row < 9 and column >= size - 8) or (row >= size - 8 and column < 9)
    middle = size - 7
    aligned = version > 1 and abs(row - middle) <= 2 and abs(column - middle) <= 2
    return corners or aligned or row == 6 or column == 6


def _syndromes(words: Sequence[int], count: int) -> list[int]:
    powers, value = [], 1
    for _ in range(255):
        powers.append(value)
        value = value << 1 ^ (0x11D if value & 0x80 else 0)
    logs = {power: at for at, power in enumerate(powers)}
    found = []
    for root in range(count):
        total = 0
        for word in words:
            total = (powers[(logs[total] + root) % 255] if total else 0) ^ word
        found.append(total)
    return found


def _text(bits: str) -> str:
    out, at = "", 0

    def take(count: int) -> int:
        nonlocal at
        at += count
        return int(bits[at - count : at], 2)

    while at + 4 <= len(bits) and (mode := take(4)):
        if mode == 0b0001:
            count = take(10)
            while count > 0:
                digits = min(count, 3)
                out += f"{take({3: 10, 2: 7, 1: 4}[digits]):0{digits}d}"
                count -= digits
        elif mode == 0b0010:
            count = take(9)
            for _ in range(count // 2):
                first, second = divmod(take(11), 45)
                out += _ALPHABET[first] + _ALPHABET[second]
            out += _ALPHABET[take(6)] if count % 2 else ""
        else:
            assert mode == 0b0100, f"mode {mode}"
            out += bytes(take(8) for _ in range(take(8))).decode()
    return out
