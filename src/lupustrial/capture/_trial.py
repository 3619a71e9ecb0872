"""The trial that this server runs: its protocol in force, earlier versions, and its database."""

from __future__ import annotations

import datetime as dt
import functools
import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from lupustrial.capture._clock import day_at
from lupustrial.capture._config import Config, configuration
from lupustrial.capture.store import (
    Protocol,
    participant_of,
    protocol_files,
    protocols_of,
    version_at,
    visit_held,
)
from lupustrial.errors import CaptureError, Fault
from lupustrial.ledger import Database, Transaction, open_database
from lupustrial.study import Study, load_study, study_of_files


@dataclass(kw_only=True)
class Trial:
    """A trial and its database. One connection a thread; it is opened when first asked for.

    Attributes:
        config: What the server was started with.
        study: The newest version of the protocol that is in force at a site. Another process of the server
            may put a newer one into force: `refresh` notices.
    """

    config: Config
    study: Study
    _mine: threading.local = field(default_factory=threading.local, repr=False)
    _digests: dict[str, str] = field(default_factory=dict, repr=False)  # by version

    @property
    def db(self) -> Database:
        """The database of this thread, for the functions that take one (``lupustrial.allocation``).

        Never use it inside ``django.db.transaction.atomic()``: the two would wait for each other.
        """
        found: Database | None = getattr(self._mine, "database", None)
        if found is None:
            found = open_database(self.config.database)
            self._mine.database = found
        return found

    def reading(self) -> AbstractContextManager[Transaction]:
        """Return a context manager: a transaction that sees one state of the database."""
        return self.db.reading()

    def writing(self) -> AbstractContextManager[Transaction]:
        """Return a context manager: the transaction that alone may write."""
        return self.db.writing()

    @property
    def wrote(self) -> bool:
        """Whether this thread wrote, or may have written, since ``db.wrote`` was set to False."""
        found: Database | None = getattr(self._mine, "database", None)
        return found is not None and found.wrote

    def close(self) -> None:
        """Close the connection of this thread."""
        found: Database | None = getattr(self._mine, "database", None)
        if found is not None:
            found.close()
            del self._mine.database

    def refresh(self) -> None:
        """Bring `study` to what the database says is in force now; called before every request."""
        with self.reading() as tx:
            protocols = protocols_of(tx)
            if not protocols:
                return
            self._digests = {one.version: one.digest for one in protocols}
            now = dt.datetime.now(dt.UTC)
            sites = [one for one in protocols if not one.sites or self._begun(one, now)]
            newest = (sites or protocols[:1])[-1]
            if newest.digest != self.study.digest:
                self.study = _study(tx, newest)

    def study_of(self, version: str) -> Study:
        """Return a version of the protocol.

        Raises:
            KeyError: There is no such version.
        """
        found = _READ.get(self._digests.get(version, ""))
        if found is not None:
            return found
        with open_database(self.config.database) as db, db.reading() as tx:
            held = next((one for one in protocols_of(tx) if one.version == version), None)
            if held is None:
                raise KeyError(version)
            return _study(tx, held)

    def study_at(self, tx: Transaction, participant: str, visit: str) -> Study:
        """Return the protocol under which a visit is done, or is to be done.

        A visit of which something is held stays on the version under which it was begun; any other is done
        under the version that is in force at the site today. Who may do what is always decided by the newest
        version: the roles are those of `study`.
        """
        protocols = protocols_of(tx)
        if not protocols:
            return self.study
        version = _begun_under(tx, participant, visit)
        if version is None:
            person = participant_of(tx, participant)
            version = self._version(protocols, "" if person is None else person.site)
        return self.under(version)

    def under(self, version: str) -> Study:
        """Return a version of the protocol with the roles of `study`; `study` where there is none such."""
        if version == self.study.version:
            return self.study
        try:
            return replace(self.study_of(version), roles=self.study.roles)
        except KeyError:
            return self.study

    def version_in_force(self, tx: Transaction, site: str) -> str:
        """Return the version under which a site works today."""
        protocols = protocols_of(tx)
        return self._version(protocols, site) if protocols else self.study.version

    def _version(self, protocols: list[Protocol], site: str) -> str:
        try:
            return version_at(protocols, site, self.day_at(site))
        except IndexError:
            return protocols[0].version

    def _begun(self, protocol: Protocol, now: dt.datetime) -> bool:
        return any(protocol.in_force(site, self.day_at(site, now)) for site in protocol.sites)

    def day_at(self, site: str, moment: dt.datetime | None = None) -> dt.date:
        """Return the day at a site, now or at a moment; in UTC where the site has no time zone."""
        return day_at(self.study, site, moment)

    def visit_date_item(self) -> tuple[str, str]:
        """Return form and item that hold the date of a visit (SVSTDTC in the annotation of the form)."""
        return next(
            (form.id, item.id)
            for form in self.study.forms
            for item in form.items
            if item.sdtm is not None and item.sdtm.variable == "SVSTDTC"
        )


@functools.cache
def trial() -> Trial:
    """Return the trial of this process.

    Its protocol is the one in the database; the folder that the server was started with counts while there is
    none.
    """
    config = configuration()
    with open_database(config.database) as db, db.reading() as tx:
        held = protocols_of(tx)
        first = _study(tx, held[-1]) if held else load_study(config.study)
    running = Trial(config=config, study=first)
    running.refresh()
    return running


def _begun_under(tx: Transaction, participant: str, visit: str) -> str | None:
    held = visit_held(tx, participant, visit)
    if held is not None:
        return held.version
    row = tx.one(
        "SELECT version FROM capture_page WHERE participant = ? AND visit = ? ORDER BY form, repeat LIMIT 1",
        participant,
        visit,
    )
    return None if row is None else str(row[0])


#: Versions that were read, by digest: what a digest stands for never changes.
_READ: dict[str, Study] = {}


def _study(tx: Transaction, protocol: Protocol) -> Study:
    """Return a version from its files in the database.

    Raises:
        CaptureError: CAPT-028, they are not what the ledger says, or this release cannot read them.
    """
    found = _READ.get(protocol.digest)
    if found is None:
        found, faults = study_of_files(protocol_files(tx, protocol.version))
        if found is None or found.digest != protocol.digest:
            hint = "restore the database from a backup, or run the release that put this version into force"
            message = "the protocol in the database cannot be read" + (f": {faults[0]}" if faults else "")
            place = f"protocol {protocol.version}"
            raise CaptureError(Fault(id="CAPT-028", message=message, place=place, hint=hint))
        _READ[protocol.digest] = found
    return found
