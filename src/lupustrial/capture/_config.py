"""What the server is started with: environment variables, read once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from lupustrial.errors import CaptureError, Fault


@dataclass(frozen=True, kw_only=True)
class Config:
    """How this server runs.

    Attributes:
        study: Folder of the study that is in force when the database is new.
        database: ``postgresql://…``, or the path of an SQLite file; one trial a database.
        keys: Folder, apart from the database, with the keys that encrypt identifying fields and sign
            sessions; its owner alone can read it.
        hosts: Names under which the server is reached.
        secure: Whether it is reached by TLS alone; False only on the loopback of one machine.
        vault: Socket of the vault (`lupustrial vault`); None where the trial needs none.
        demo: Whether the trial is the demonstration, stamped on every page.
        password_days: After how many days a password must be changed; 0 for never.
        access_log: Whether every request is logged, by the name of its address.
        rate: Requests a second that an account may send for long, in each process; 0 for no limit.
    """

    study: Path
    database: str
    keys: Path
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    secure: bool = False
    vault: Path | None = None
    demo: bool = False
    password_days: int = 0
    access_log: bool = False
    rate: int = 20

    def environment(self) -> dict[str, str]:
        """Return the variables from which `configuration` reads the same."""
        return {
            "LUPUSTRIAL_STUDY": str(self.study),
            "DATABASE_URL": self.database,
            "LUPUSTRIAL_KEYS": str(self.keys),
            "LUPUSTRIAL_HOSTS": ",".join(self.hosts),
            "LUPUSTRIAL_SECURE": "1" if self.secure else "",
            "LUPUSTRIAL_VAULT": "" if self.vault is None else str(self.vault),
            "LUPUSTRIAL_DEMO": "1" if self.demo else "",
            "LUPUSTRIAL_PASSWORD_DAYS": str(self.password_days),
            "LUPUSTRIAL_ACCESS_LOG": "1" if self.access_log else "",
            "LUPUSTRIAL_RATE": str(self.rate),
        }


def configuration() -> Config:
    """Read the environment.

    Raises:
        CaptureError: CAPT-090, a variable is lacking.
    """
    lacking = [
        name for name in ("LUPUSTRIAL_STUDY", "DATABASE_URL", "LUPUSTRIAL_KEYS") if not os.environ.get(name)
    ]
    if lacking:
        raise CaptureError(
            Fault(
                id="CAPT-090",
                message=f"{', '.join(lacking)} not set",
                place="environment of the server",
                hint="start it with `lupustrial serve STUDY`, or see docs/deploy.md",
            )
        )
    vault = os.environ.get("LUPUSTRIAL_VAULT", "")
    hosts = os.environ.get("LUPUSTRIAL_HOSTS", "")
    return Config(
        study=Path(os.environ["LUPUSTRIAL_STUDY"]),
        database=os.environ["DATABASE_URL"],
        keys=Path(os.environ["LUPUSTRIAL_KEYS"]),
        hosts=tuple(hosts.split(",")) if hosts else Config.hosts,
        secure=bool(os.environ.get("LUPUSTRIAL_SECURE")),
        vault=Path(vault) if vault else None,
        demo=bool(os.environ.get("LUPUSTRIAL_DEMO")),
        password_days=_whole("LUPUSTRIAL_PASSWORD_DAYS", 0),
        access_log=bool(os.environ.get("LUPUSTRIAL_ACCESS_LOG")),
        rate=_whole("LUPUSTRIAL_RATE", Config.rate),
    )


def _whole(name: str, default: int) -> int:
    """Return a whole number from the environment.

    Raises:
        CaptureError: CAPT-090, it is none.
    """
    text = os.environ.get(name, "")
    if not text:
        return default
    if not text.isdecimal():
        raise CaptureError(
            Fault(
                id="CAPT-090",
                message=f"{name} is no whole number",
                place="environment of the server",
                hint="give digits alone, or leave it out",
            )
        )
    return int(text)
