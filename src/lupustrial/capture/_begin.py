"""What is checked before the server listens: that database, study and port go together."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

from lupustrial.capture._config import Config
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
        CaptureError: CAPT-093, it holds another study; CAPT-096, a demonstration is asked for on the database
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
    if (first.kind == "demonstration begun") is not config.demo:
        message, hint = (
            ("the database holds a trial, not a demonstration", "leave out --demo, or give another database")
            if config.demo
            else ("the database holds a demonstration", "add --demo, or give another database")
        )
        raise CaptureError(Fault(id="CAPT-096", message=message, place="the database", hint=hint))


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
