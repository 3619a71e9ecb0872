"""What is checked before the server listens: that database, study and port go together."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

from lupustrial.capture._config import Config
from lupustrial.capture.store import Protocol, demonstration_of, protocols_of
from lupustrial.errors import CaptureError, Fault, LedgerError
from lupustrial.ledger import entries, open_database
from lupustrial.study import Study


def default_database(study: Study, folder: Path, *, demo: bool = False) -> str:
    """Return the SQLite file that a study has in a folder where none is named."""
    return str(folder / f"{study.id}{'-demo' if demo else ''}.db")


def default_keys(study: Study, database: str, folder: Path) -> Path:
    """Return the folder of keys beside an SQLite file, or in a folder where the database is on a server."""
    if "://" in database and not database.startswith("sqlite:///"):
        return folder / f"{study.id}-keys"
    path = Path(database.removeprefix("sqlite:///"))
    return path.with_name(f"{path.stem}-keys")


def check_database(config: Config, study: Study) -> None:
    """See that a database is new, or that of this very study and kind.

    Raises:
        CaptureError: CAPT-093, it holds another study; CAPT-094, the folder is not the protocol that the
            database holds; CAPT-096, a demonstration is asked for on the database
            of a trial, or the other way round.
        LedgerError: LEDGER-001, it cannot be reached.
    """
    path = "" if "://" in config.database else config.database
    if path and not Path(path).exists():
        return
    with open_database(config.database) as db:
        try:
            with db.reading() as tx:
                first = next(iter(entries(tx)), None)
                made_up = demonstration_of(tx) is not None
                held = protocols_of(tx)
        except LedgerError as error:
            if error.faults[0].id == "LEDGER-002":  # no ledger yet: a new database
                return
            raise
    if first is None:
        return
    if first.study != study.id:
        raise CaptureError(
            Fault(
                id="CAPT-093",
                message=f"the database holds the study {first.study}, not {study.id}",
                place="the database",
                hint="one trial a database: give another with --database",
            )
        )
    if made_up is not config.demo:
        message, hint = (
            ("the database holds a trial, not a demonstration", "leave out --demo, or give another database")
            if config.demo
            else ("the database holds a demonstration", "add --demo, or give another database")
        )
        raise CaptureError(Fault(id="CAPT-096", message=message, place="the database", hint=hint))
    _check_protocol(study, held)


def _check_protocol(study: Study, held: list[Protocol]) -> None:
    """The folder says what one of the versions in the database says; anything else is an amendment."""
    if not held or any(one.digest == study.digest for one in held):
        return
    newest = held[-1]
    raise CaptureError(
        Fault(
            id="CAPT-094",
            message=(
                f"the folder (version {study.version}, digest {study.digest[:16]}) is not the protocol "
                f"that the trial runs under (version {newest.version}, digest {newest.digest[:16]})"
            ),
            place=str(study.folder),
            hint="serve the folder as it was, and bring the change in as an amendment, under Protocol; "
            "the database keeps every version",
        )
    )


def check_port(host: str, port: int) -> None:
    """See that nobody listens on an address.

    Raises:
        CaptureError: CAPT-092, it is in use, or not ours.
    """
    kind = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(kind, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as error:
            reason = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
            raise CaptureError(
                Fault(
                    id="CAPT-092",
                    message=f"port {port} of {host} {reason}",
                    place="command line",
                    hint="stop what listens there, or choose another with --port",
                )
            ) from None
