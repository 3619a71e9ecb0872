"""The vault: a process of its own that alone holds a key, for minimisation and for code breaks.

The server asks it through a Unix socket, and gets a slot or ciphertext, never an arm.
"""

from lupustrial.allocation.vault._allocations import Allocations
from lupustrial.allocation.vault._client import VaultClient
from lupustrial.allocation.vault._decide import Decision
from lupustrial.allocation.vault._hardening import protect_process
from lupustrial.allocation.vault._ledger import allocations_in
from lupustrial.allocation.vault._server import Server
from lupustrial.allocation.vault._vault import LOG, Vault, open_vault

__all__ = [
    "LOG",
    "Allocations",
    "Decision",
    "Server",
    "Vault",
    "VaultClient",
    "allocations_in",
    "open_vault",
    "protect_process",
]
