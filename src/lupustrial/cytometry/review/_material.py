"""Review material: a ZIP of what readers are shown, without events, names and dates; always the same bytes.

``run.json`` names the tubes with their hashes, ``tubes/<code>.json`` holds a tube. The web application takes
such a file in; it draws and counts from the views and never needs the files of events.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lupustrial.cytometry._gate import hash_of
from lupustrial.cytometry.review._model import TubeReview
from lupustrial.cytometry.review._plain import FORMAT, hash_in, text_of, tube_from, tube_plain
from lupustrial.errors import CytometryError, Fault

#: Limits of a file that is taken in: bytes of the ZIP, of all it holds, of one tube; tubes; gates of a tube.
MOST_PACKED, MOST_UNPACKED, MOST_OF_TUBE = 10 * 2**20, 200 * 2**20, 4 * 2**20
MOST_TUBES = 5_000


@dataclass(frozen=True, kw_only=True)
class Material:
    """What a file of review material holds.

    Attributes:
        tubes: In the order of their codes.
        digest: SHA-256 over the tubes: the identity of the material.
    """

    tubes: tuple[TubeReview, ...]
    digest: str


def pack(tubes: Iterable[TubeReview]) -> bytes:
    """Return the tubes of a run as a ZIP; the order in which they are given does not matter.

    Raises:
        CytometryError: CYTO-087, there is none, or two have one code.
    """
    ordered = sorted(tubes, key=lambda tube: tube.code)
    texts = {tube.code: _json(tube_plain(tube)) for tube in ordered}
    message = _mixed(ordered)
    if message:
        raise _refused(message, "pack the tubes of one run")
    run = {
        "format": FORMAT,
        "tubes": {code: hashlib.sha256(text).hexdigest() for code, text in texts.items()},
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, text in [
            ("run.json", _json(run)),
            *((f"tubes/{code}.json", t) for code, t in texts.items()),
        ]:
            about = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = 0o644 << 16
            archive.writestr(about, text)
    return buffer.getvalue()


def unpack(packed: bytes) -> Material:
    """Read review material; nothing of it is trusted.

    Raises:
        CytometryError: CYTO-085, the file is too large or no such ZIP; CYTO-087, what it holds is not what it
            says, with a fault for each tube.
    """
    if len(packed) > MOST_PACKED:
        raise _unreadable(f"the file has more than {MOST_PACKED // 2**20} MiB")
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            texts = _texts(archive)
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
        zlib.error,
    ) as error:
        raise _unreadable("the file is no ZIP of review material") from error
    if "run.json" not in texts:
        raise _unreadable("the ZIP holds no run.json")
    return _material(texts)


def _texts(archive: zipfile.ZipFile) -> dict[str, bytes]:
    files = archive.infolist()
    names = [file.filename for file in files]
    if len(files) > MOST_TUBES + 1 or sum(file.file_size for file in files) > MOST_UNPACKED:
        raise _unreadable(f"the ZIP holds more than {MOST_TUBES} tubes or {MOST_UNPACKED // 2**20} MiB")
    if len(set(names)) != len(names):
        raise _unreadable("a name stands twice in the ZIP")
    found = {}
    for file in files:
        with archive.open(file) as stream:
            text = stream.read(MOST_OF_TUBE + 1)
        if len(text) > MOST_OF_TUBE:
            raise _unreadable(f"{file.filename[:60]} has more than {MOST_OF_TUBE // 2**20} MiB")
        found[file.filename] = text
    return found


#: What a file that is none of ours makes the readers below raise.
_BROKEN = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError, OverflowError)


def _material(texts: Mapping[str, bytes]) -> Material:
    try:
        told = _run(_read(texts["run.json"]))
    except _BROKEN as error:
        raise _refused("run.json cannot be read", "make the file anew with `lupustrial gate`") from error
    named = {"run.json", *(f"tubes/{code}.json" for code in told)}
    faults = [
        _fault("there is a file that run.json does not name", name) for name in sorted(texts.keys() - named)
    ]
    tubes = []
    for code, digest in sorted(told.items()):
        try:
            tubes.append(_tube(texts.get(f"tubes/{code}.json", b""), digest, code))
        except _BROKEN as error:
            faults.append(_fault(f"the tube cannot be read: {error}"[:200], code[:20]))
    if not told:
        faults.append(_fault("there is no tube", "run.json"))
    if faults:
        raise CytometryError(faults)
    return Material(tubes=tuple(tubes), digest=hash_of(told))


def _run(plain: Mapping[str, Any]) -> dict[str, str]:
    if plain["format"] != FORMAT:
        raise ValueError(f"format {plain['format']} is not known")
    return {text_of(code): hash_in(digest) for code, digest in plain["tubes"].items()}


def _tube(text: bytes, digest: str, code: str) -> TubeReview:
    if hashlib.sha256(text).hexdigest() != digest:
        raise ValueError("it is not there, or is not what run.json says")
    tube = tube_from(_read(text))
    if tube.code != code:
        raise ValueError("its code is not the one under which it stands")
    return tube


def _mixed(tubes: Sequence[TubeReview]) -> str:
    if not tubes:
        return "there is no tube"
    if len({tube.code for tube in tubes}) != len(tubes):
        return "two tubes have one code: a file was gated twice"
    return ""


def _read(text: bytes) -> Any:
    return json.loads(text.decode())


def _json(plain: Mapping[str, Any]) -> bytes:
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def _fault(message: str, place: str) -> Fault:
    hint = "make the file anew with `lupustrial gate`"
    return Fault(id="CYTO-087", message=message, place=f"review material, {place[:80]}", hint=hint)


def _refused(message: str, hint: str) -> CytometryError:
    return CytometryError(Fault(id="CYTO-087", message=message, place="review material", hint=hint))


def _unreadable(message: str) -> CytometryError:
    hint = "bring the file review-material.zip that `lupustrial gate` made"
    return CytometryError(Fault(id="CYTO-085", message=message, place="review material", hint=hint))
