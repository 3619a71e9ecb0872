"""The vault: what is asked in one line, what is answered in one line, and nothing that tells an arm."""

from __future__ import annotations

import base64
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lupustrial.allocation.methods import SITE
from lupustrial.allocation.sealing import AllocationList, SecretKey, open_list, parameters_of
from lupustrial.allocation.store import check_list, local_breaker
from lupustrial.allocation.vault._allocations import Allocations
from lupustrial.allocation.vault._breaks import Breaks, read_public
from lupustrial.allocation.vault._decide import Decider
from lupustrial.allocation.vault._journal import Journal, JournalLostError
from lupustrial.allocation.vault._protocol import (
    FORMAT,
    break_of,
    decode,
    encode,
    faults_of,
    malformed,
    question_of,
)
from lupustrial.errors import AllocationError, Fault
from lupustrial.study import Study

#: What the vault says while it runs: the operation, and how it ended; a handler adds the time.
#: What a rule of minimisation is, beside the factors.
_RULE = ("method", "arms", "ratio", "probability", "imbalance")
LOG = logging.getLogger("lupustrial.vault")

_LEAST = 1 << 16  # bytes of a request
_FOR_SLOT = 512  # and so many for each slot


class Vault:
    """Answers requests. It has the arms; a representation, answer or log line of it has none."""

    def __init__(
        self,
        about: Mapping[str, Any],
        journal: Journal,
        *,
        slots: int,
        allocations: Allocations | None,
        breaks: Breaks | None,
    ) -> None:
        """Begin to serve what is given.

        Args:
            about: ``study`` and ``list``, the digest of the commitment.
            journal: The journal, which `close` closes.
            slots: How many the list has; requests grow with it.
            allocations: None: it does not allocate.
            breaks: None: it breaks no code.
        """
        self._hello = {"format": FORMAT, "list": about["list"], "study": about["study"]}
        self._journal = journal
        self._allocations, self._breaks = allocations, breaks
        #: Bytes of the longest request that is read.
        self.limit = _LEAST + _FOR_SLOT * slots

    @property
    def serves(self) -> tuple[str, ...]:
        """The operations that it serves."""
        able = {"allocate": self._allocations, "break": self._breaks}
        return ("hello", *(name for name, what in able.items() if what is not None))

    def answer(self, line: bytes) -> bytes:
        """Answer one line by one line, whatever it is.

        Raises:
            JournalLostError: ALLOC-097, nothing may be answered any more.
        """
        operation = "request"
        try:
            request = decode(line)
            if request.get("op") in self.serves:
                operation = str(request["op"])
            answer = self._answer(operation, request)
        except JournalLostError:
            LOG.error("%s stopped", operation)  # noqa: TRY400 - a traceback could show what is secret
            raise
        except AllocationError as error:
            answer = faults_of(error)
        except Exception:  # noqa: BLE001 - a vault that stops for a request could be stopped by anybody
            answer = faults_of(malformed("it does not fit"))
        LOG.info("%s %s", operation, "refused" if "faults" in answer else "answered")
        return encode(answer)

    def refuse(self, message: str) -> bytes:
        """Return the answer to what was not even a line."""
        LOG.info("request refused")
        return encode(faults_of(malformed(message)))

    def close(self) -> None:
        """Close the journal; another vault may open it."""
        self._journal.close()

    def _answer(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        if operation == "hello":
            named = {} if self._breaks is None else {"recipients": self._breaks.recipients()}
            return {**self._hello, "serves": list(self.serves), **named}
        if operation == "allocate" and self._allocations is not None:
            return {"number": self._allocations.answer(question_of(request))}
        if operation == "break" and self._breaks is not None:
            sealed = self._breaks.answer(*break_of(request))
            return {"sealed": base64.b64encode(sealed).decode()}
        raise malformed(f"this vault serves {', '.join(self.serves)}")


def open_vault(
    study: Study,
    folder: Path,
    journal: Path,
    *,
    list_key: SecretKey | None = None,
    code_break_key: SecretKey | None = None,
    recipients: Path | None = None,
) -> tuple[Vault, Allocations | None]:
    """Open what was sealed, check it against the commitment, and repeat what was decided before.

    Args:
        study: The study.
        folder: The sealed folder.
        journal: The journal; made where it is missing.
        list_key: To allocate.
        code_break_key: To break codes.
        recipients: Who may get an arm; needed for code breaks.

    Returns:
        The vault, and its allocations, to be recovered from a ledger where that is asked for.

    Raises:
        AllocationError: ALLOC-015, a key does not open the list; ALLOC-048, it is not the list that was
            committed to, or the study minimises otherwise now; ALLOC-050, a file of the folder is missing or
            was changed; ALLOC-092, there is nothing to serve; ALLOC-097, the journal; ALLOC-099, the
            recipients.
    """
    if list_key is None and (code_break_key is None or recipients is None):
        hint = "give the key of the list, or the code-break key and those who may get an arm, or all"
        raise AllocationError(
            Fault(id="ALLOC-092", message="there is nothing to serve", place="vault", hint=hint)
        )
    public = read_public(folder)
    decider = None if list_key is None else Decider(study, _opened(study, folder, list_key))
    about = {"format": FORMAT, "kind": "opened", "list": public["digest"], "study": study.id}
    book = Journal(journal, about)
    try:
        allocations = None if decider is None else Allocations(decider, book)
        breaks = None
        if code_break_key is not None and recipients is not None:
            breaks = Breaks(local_breaker(study, code_break_key), folder, recipients, book)
    except BaseException:
        book.close()
        raise
    slots = int(public["commitment"]["slots"])
    vault = Vault(about, book, slots=slots, allocations=allocations, breaks=breaks)
    return vault, allocations


def _opened(study: Study, folder: Path, key: SecretKey) -> AllocationList:
    path = folder / "list.age"
    try:
        sealed = path.read_bytes()
    except OSError as error:
        raise AllocationError(
            Fault(
                id="ALLOC-050",
                message=f"the file cannot be read ({error.strerror})",
                place=str(path),
                hint="give the folder that `randomise init` sealed",
            )
        ) from None
    made = open_list(sealed, key, str(path))
    check_list(study, made, read_public(folder))
    _check_rule(study, made)
    return made


def _check_rule(study: Study, made: AllocationList) -> None:
    """Refuse a study that minimises otherwise than was committed to; sites may have been added since."""
    then, now = made.parameters, parameters_of(study)
    sites = [
        {site for name, _, levels in one["margins"] if name == SITE for site in levels} for one in (then, now)
    ]
    factors = [[margin for margin in one["margins"] if margin[0] != SITE] for one in (then, now)]
    changed = [key for key in _RULE if then[key] != now[key]]
    changed += [] if factors[0] == factors[1] and sites[0] <= sites[1] else ["strata"]
    if changed:
        raise AllocationError(
            Fault(
                id="ALLOC-048",
                message=f"the study allocates otherwise than when the list was sealed: {', '.join(changed)}",
                place=f"study {study.id}",
                hint="start the vault with the study as it was sealed; another rule needs another list",
            )
        )
