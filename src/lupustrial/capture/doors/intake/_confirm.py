"""The second step: a file that was looked at is brought in, if nothing it touches has changed meanwhile."""

from __future__ import annotations

from django.core import signing

from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting
from lupustrial.capture.doors.intake._examine import Examination
from lupustrial.capture.doors.intake._map import LabMap
from lupustrial.capture.doors.intake._options import Options
from lupustrial.capture.doors.intake._report import Report
from lupustrial.capture.store import write
from lupustrial.errors import CaptureError, Fault

_SALT = "lupustrial.capture.doors.intake"
SECONDS = 60 * 60


def token_of(acting: Acting, report: Report) -> str:
    """Return the token that lets exactly this file make exactly these changes, for an hour.

    It is bound to the SHA-256 of the file, to what would be saved, to the revision of every page that it
    touches, and to the person and role.
    """
    bound = [acting.id, acting.role.id, report.digest, report.plan]
    return signing.dumps(bound, salt=_SALT)


def bring_in(
    trial: Trial,
    acting: Acting,
    content: bytes,
    name: str,
    options: Options,
    token: str,
    lab: LabMap | None = None,
) -> Report:
    """Bring a file in, whole, in one transaction, with an entry of the ledger that names its SHA-256.

    Raises:
        CaptureError: CAPT-075, the token is not of this file, person and state; nothing is kept.
    """
    try:
        bound = signing.loads(token, salt=_SALT, max_age=SECONDS)
    except signing.BadSignature:
        raise _stale(name, "the dry run is too old, or not of this file") from None
    with trial.writing() as tx:
        work = Examination(trial=trial, acting=acting, content=content, name=name, options=options, map=lab)
        report = work.run(tx)
        if bound != [acting.id, acting.role.id, report.digest, report.plan] or not report.good:
            raise _stale(name, "what this file touches was changed after the dry run")
        data = {
            "layout": options.layout,
            "rows": report.rows,
            "pages": report.pages,
            "values": {what: report.count(what) for what in ("new", "changed", "same")},
            "left": len(report.unmatched),
            "sha256": report.digest,
            "file": kind_of(content),
        }
        write(tx, study=trial.study.id, kind="imported", by=acting.actor, data=data, why=options.why)
    return report


def refuse_on_ledger(trial: Trial, acting: Acting, content: bytes, report: Report) -> None:
    """Write that a file was refused: how many faults, which kinds, never a word of its content."""
    data = {
        "rows": report.rows,
        "faults": len(report.faults),
        "ids": sorted({fault.id for fault in report.faults}),
        "sha256": report.digest,
        "file": kind_of(content),
    }
    with trial.writing() as tx:
        write(tx, study=trial.study.id, kind="import refused", by=acting.actor, data=data)


def kind_of(content: bytes) -> str:
    """Return ``"xlsx"`` or ``"csv"``; the name of a file may tell of a person and is not kept."""
    return "xlsx" if content.startswith(b"PK") else "csv"


def _stale(name: str, message: str) -> CaptureError:
    hint = "look at the file again and confirm anew; nothing was saved"
    return CaptureError(Fault(id="CAPT-075", message=message, place=name, hint=hint))
