"""An emergency code break through the vault: asked for, answered in ciphertext, kept, and told."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from lupustrial.allocation.sealing import Recipient
from lupustrial.allocation.store import CodeBreak, break_code
from lupustrial.allocation.vault import VaultClient
from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting
from lupustrial.capture.store import write
from lupustrial.capture.supply._unblindings import told_roles
from lupustrial.errors import AllocationError, CaptureError, Fault

#: Why a code is broken: what the ledger writes before the words of whoever breaks it, and what the page says.
REASONS: Mapping[str, Any] = {
    "serious adverse event": _("Serious adverse event: treatment depends on the study drug"),
    "overdose": _("Overdose, or study drug given in another way than planned"),
    "exposure of somebody else": _("Somebody else took or got in contact with the study drug"),
    "pregnancy": _("Pregnancy"),
    "expedited report": _("Expedited report of a suspected unexpected serious adverse reaction"),
    "other": _("Another reason"),
}
_SHORTEST, _LONGEST = 10, 2_000  # characters of the reason in words
_PATIENCE = 3.0  # seconds for a page that only asks who may get an arm


@dataclass(frozen=True, kw_only=True)
class Vault:
    """Whether codes can be broken from here.

    Attributes:
        recipients: Account to public key of those whom the holder of the code-break key named.
        faults: Why no code can be broken from here; empty where one can.
    """

    recipients: Mapping[str, str]
    faults: tuple[Fault, ...]


def ask_vault(trial: Trial) -> Vault:
    """Ask the vault whether it breaks codes, and for whom.

    Faults are CAPT-063 (none is set up, it serves another trial, or no code breaks), ALLOC-090, ALLOC-091 and
    ALLOC-099.
    """
    if trial.config.vault is None:
        return _away("no vault is set up for this server")
    try:
        hello = VaultClient(trial.config.vault, patience=_PATIENCE).hello()
    except AllocationError as error:
        return Vault(recipients={}, faults=error.faults)
    if hello.get("study") != trial.study.id:
        return _away("the vault holds the key of another study")
    if "break" not in hello.get("serves", ()):
        return _away("this vault does not break codes")
    named = hello.get("recipients")
    if not isinstance(named, dict) or not named:
        return _away("the vault names nobody who may get an arm")
    return Vault(recipients={str(who): str(key) for who, key in sorted(named.items())}, faults=())


def reason_of(code: str, text: str) -> str:
    """Return the reason as the ledger keeps it.

    Raises:
        CaptureError: CAPT-061, no reason is chosen, or it is not told in words.
    """
    faults = []
    if code not in REASONS:
        hint = "choose the one that fits best"
        faults.append(Fault(id="CAPT-061", message="no reason is chosen", place="reason", hint=hint))
    if not _SHORTEST <= len(text.strip()) <= _LONGEST:
        message = f"the reason needs {_SHORTEST} to {_LONGEST} characters in words"
        hint = "say why the arm has to be known now; no names"
        faults.append(Fault(id="CAPT-061", message=message, place="text", hint=hint))
    if faults:
        raise CaptureError(faults)
    return f"{code}: {text.strip()}"


def break_for(
    trial: Trial, acting: Acting, participant: str, *, recipient: str, vault: Vault, why: str
) -> CodeBreak:
    """Break the code of a participant for one of those whom the vault names, and keep the sealed answer.

    The one-way door shuts with the ledger entry: the recipient acts in no blinded role from then on.

    Args:
        trial: The trial; its vault is asked.
        acting: Who executes it. He or she learns nothing, unless he or she is the recipient.
        participant: Whose code.
        recipient: Account of who gets the arm.
        vault: What `ask_vault` answered just now.
        why: The reason, as `reason_of` gives it.

    Raises:
        CaptureError: CAPT-062, the recipient is not named; CAPT-063, there is no vault.
        AllocationError: ALLOC-030 to ALLOC-032, ALLOC-045, ALLOC-090 to ALLOC-099.
    """
    if trial.config.vault is None or vault.faults:
        raise CaptureError(vault.faults or _away("no vault is set up for this server").faults)
    if recipient not in vault.recipients:
        hint = "choose one of the list; the holder of the code-break key can add somebody"
        message = "this is nobody whom the holder of the code-break key named"
        raise CaptureError(Fault(id="CAPT-062", message=message, place="recipient", hint=hint))
    to = Recipient(name=recipient, purpose="code_break", public_key=vault.recipients[recipient])
    done = break_code(
        trial.db,
        trial.study,
        participant,
        acting.actor,
        to=to,
        key=VaultClient(trial.config.vault).break_code,
        why=why,
        notify=told_roles(trial.study),
    )
    data = {
        "of": done.entry.position,
        "participant": participant,
        "recipient": recipient,
        "sealed": base64.b64encode(done.sealed).decode(),
    }
    with trial.writing() as tx:
        write(tx, study=trial.study.id, kind="code break answer kept", by=acting.actor, data=data)
    return done


def _away(message: str) -> Vault:
    hint = "break the code on the command line, in the three steps below"
    return Vault(recipients={}, faults=(Fault(id="CAPT-063", message=message, place="vault", hint=hint),))
