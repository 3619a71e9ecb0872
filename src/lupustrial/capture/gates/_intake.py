"""Bringing in review material that ``lupustrial gate`` made: looked at whole, kept whole or not at all."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting
from lupustrial.capture.store import keep_gates, tube_of_code
from lupustrial.cytometry.review import (
    Doubted,
    Sheet,
    TubeReview,
    digest_of_gate,
    sheets_of,
    tube_plain,
    unpack,
)
from lupustrial.errors import CaptureError, Fault

#: The largest file that is taken.
BYTES = 10 * 2**20


@dataclass(frozen=True, kw_only=True)
class Brought:
    """What came in: tubes that were new or changed, tubes that were held already, gates to be looked at."""

    tubes: int
    same: int
    gates: int
    look: int


def bring_gates(trial: Trial, acting: Acting, packed: bytes) -> Brought:
    """Take review material in.

    A tube that is held as it is changes nothing. One that was gated anew replaces what was held under its
    code; a decision stays where the gate, its events and those of its parent are the same.

    Args:
        trial: The trial.
        acting: Who brings it; a role that may import.
        packed: The file ``review-material.zip``.

    Raises:
        CaptureError: CAPT-102, the role may not; CAPT-104, the database is locked.
        CytometryError: CYTO-085 or CYTO-087, the file is none, too large, or not what it says.
    """
    if not acting.may("import"):
        raise may_not(acting, "import")
    material = unpack(packed)
    doubts = {
        (one.tube.code, sheet.population): (sheet, one)
        for sheet in sheets_of(material.tubes)
        for one in sheet.rows
    }
    tubes, texts, look = list[dict[str, Any]](), dict[str, str](), 0
    with trial.writing() as tx:
        for tube in material.tubes:
            text = json.dumps(tube_plain(tube), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            digest = hashlib.sha256(text.encode()).hexdigest()
            held = tube_of_code(tx, tube.code)
            if held is not None and held.digest == digest:
                continue
            texts[digest] = text
            gates = [_row(tube, at, doubts[tube.code, gate.population]) for at, gate in enumerate(tube.gates)]
            look += sum(row[4] for row in gates)
            tubes.append(
                {
                    "code": tube.code,
                    "digest": digest,
                    "file_sha256": tube.file_sha256,
                    "gating": tube.gate_hash,
                    "gates": gates,
                }
            )
        if tubes:
            study = trial.study.id
            keep_gates(tx, study=study, by=acting.actor, material=material.digest, tubes=tubes, texts=texts)
    return Brought(
        tubes=len(tubes),
        same=len(material.tubes) - len(tubes),
        gates=sum(len(tube["gates"]) for tube in tubes),
        look=look,
    )


def may_not(acting: Acting, task: str) -> CaptureError:
    """Return the fault of a role that may not do something with gates (CAPT-102)."""
    message = f"the role {acting.role.name} may not do this: it needs `{task}`"
    return CaptureError(Fault(id="CAPT-102", message=message, place="gates", hint="act in another role"))


def _row(tube: TubeReview, at: int, found: tuple[Sheet, Doubted]) -> list[Any]:
    sheet, one = found
    shown = digest_of_gate(tube, one.gate)
    return [at + 1, sheet.strategy, one.gate.population, f"{one.doubt:.4f}", int(one.look), shown]
