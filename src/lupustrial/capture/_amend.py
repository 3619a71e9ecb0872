"""Versions of the protocol come into the database: the first when it is new, later ones as amendments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from lupustrial.capture._amend_checks import breaks
from lupustrial.capture._trial import Trial
from lupustrial.capture.store import Protocol, protocols_of, write
from lupustrial.errors import CaptureError, Fault, StudyError
from lupustrial.ledger import Actor, Transaction
from lupustrial.study import Study, load_study, study_files, study_of_files

#: Who records the first version: the server itself, started by who runs it.
SERVER = Actor(id="lupustrial", role="system")


def record_first(tx: Transaction, folder: Path) -> None:
    """Record the protocol of a study folder as the first version, in force everywhere.

    Raises:
        StudyError: The folder is at fault.
    """
    study = load_study(folder)
    data = _data(study, study_files(folder), reference="", approved=None, sites={})
    write(tx, study=study.id, kind="protocol recorded", by=SERVER, data=data)


def read_amendment(trial: Trial, files: Mapping[str, str]) -> tuple[Study | None, list[Fault]]:
    """Read a new version and tell what is in its way; nothing is recorded.

    Args:
        trial: The trial.
        files: The files of the study folder by name (``lupustrial.study.study_files``).

    Returns:
        The study, None where it cannot be read; and all faults: those of the folder, CAPT-026 where it cannot
        be an amendment of this trial, CAPT-027 where it would break what is held. An error keeps it from
        being put into force, a warning does not.
    """
    study, faults = study_of_files(files)
    if study is None:
        return None, faults
    with trial.reading() as tx:
        protocols = protocols_of(tx)
        faults = [*faults, *_misfits(trial, study, protocols), *breaks(tx, trial.study, study)]
    return study, faults


def amend(
    trial: Trial,
    files: Mapping[str, str],
    *,
    by: Actor,
    why: str,
    reference: str,
    approved: dt.date | None,
    sites: Mapping[str, dt.date],
) -> Study:
    """Put a new version of the protocol into force.

    Args:
        trial: The trial.
        files: The files of the study folder by name.
        by: Who does it; the role was checked before.
        why: The reason of the amendment.
        reference: Reference of the approval by the ethics committee.
        approved: Date of that approval.
        sites: From which day each site works under it. A site that is left out stays on the version before,
            until `extend` names it.

    Returns:
        The new version.

    Raises:
        CaptureError: CAPT-025, reason, approval or sites are lacking; CAPT-026 and CAPT-027, it cannot be put
            into force.
        StudyError: The files are no study without faults.
    """
    study, faults = read_amendment(trial, files)
    mine = [fault for fault in faults if fault.severity == "error" and fault.id.startswith("CAPT")]
    if study is None or (len(mine) < len([one for one in faults if one.severity == "error"])):
        raise StudyError(faults)
    lacking = _lacking(study, why, reference, approved, sites)
    if mine or lacking:
        raise CaptureError([*lacking, *mine])
    dates = {site: day.isoformat() for site, day in sorted(sites.items())}
    data = _data(
        study,
        files,
        reference=reference.strip(),
        approved=None if approved is None else approved.isoformat(),
        sites=dates,
    )
    with trial.writing() as tx:
        again = _misfits(trial, study, protocols_of(tx))
        if again:
            raise CaptureError(again)
        write(tx, study=study.id, kind="protocol recorded", by=by, data=data, why=why.strip())
    trial.refresh()
    return study


def extend(trial: Trial, version: str, sites: Mapping[str, dt.date], *, by: Actor, why: str) -> None:
    """Let further sites work under a version, or move the day of one that has not come yet.

    Raises:
        CaptureError: CAPT-025, the reason, a site or the version is none.
    """
    with trial.writing() as tx:
        held = next((one for one in protocols_of(tx) if one.version == version), None)
        known = {one.id for one in trial.study.sites}
        faults = []
        if held is None or not held.sites:
            faults.append(_fault("version", "this version is not an amendment", "choose one of the list"))
        if not sites or not set(sites) <= known:
            faults.append(_fault("sites", "no site is named", "give a day for at least one site"))
        if not why.strip():
            faults.append(_fault("why", "the reason is lacking", "say why"))
        if faults:
            raise CaptureError(faults)
        data = {"version": version, "sites": {site: day.isoformat() for site, day in sorted(sites.items())}}
        write(tx, study=trial.study.id, kind="protocol at sites", by=by, data=data, why=why.strip())
    trial.refresh()


def _data(
    study: Study,
    files: Mapping[str, str],
    *,
    reference: str,
    approved: str | None,
    sites: Mapping[str, str],
) -> dict[str, object]:
    return {
        "version": study.version,
        "digest": study.digest,
        "files": dict(files),
        "reference": reference,
        "approved": approved,
        "sites": dict(sites),
    }


def _misfits(trial: Trial, study: Study, protocols: list[Protocol]) -> list[Fault]:
    faults = []
    if study.id != trial.study.id:
        message = f"the id of the study is {study.id}, not {trial.study.id}"
        faults.append(
            Fault(id="CAPT-026", message=message, place="study.yaml", hint="another study is another trial")
        )
    if any(one.digest == study.digest for one in protocols):
        message = "this version is recorded already, file by file"
        faults.append(
            Fault(id="CAPT-026", message=message, place=study.version, hint="there is nothing to do")
        )
    elif study.version in [one.version for one in protocols]:
        message = f"there is a version {study.version} already, with other content"
        hint = "give the amendment a `version` of its own in study.yaml"
        faults.append(Fault(id="CAPT-026", message=message, place="study.yaml", hint=hint))
    return faults


def _lacking(
    study: Study, why: str, reference: str, approved: dt.date | None, sites: Mapping[str, dt.date]
) -> list[Fault]:
    faults = []
    if not why.strip():
        faults.append(_fault("why", "the reason of the amendment is lacking", "say what changed and why"))
    if not reference.strip():
        hint = "write the reference of the ethics committee's letter"
        faults.append(_fault("reference", "the approval is lacking", hint))
    if approved is None:
        faults.append(_fault("approved", "the date of the approval is lacking", "write it as YYYY-MM-DD"))
    known = {one.id for one in study.sites}
    if not sites or not set(sites) <= known:
        faults.append(_fault("sites", "no site begins to work under it", "give a day for at least one site"))
    early = [site for site, day in sites.items() if approved is not None and day < approved]
    if early:
        message = f"site {', '.join(early)} would begin before the approval"
        faults.append(_fault("sites", message, "give the day of the approval or a later one"))
    return faults


def _fault(place: str, message: str, hint: str) -> Fault:
    return Fault(id="CAPT-025", message=message, place=place, hint=hint)
