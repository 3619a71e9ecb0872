"""Making, committing to, sealing and opening an allocation list; keys and their shares."""

from lupustrial.allocation.sealing._commitment import Commitment, commit, leaf_of, root_of
from lupustrial.allocation.sealing._keys import (
    PURPOSES,
    Recipient,
    SecretKey,
    check_recipients,
    is_locked,
    make_key,
    opened,
    read_key,
    sealed_for,
    write_key,
)
from lupustrial.allocation.sealing._list import (
    AllocationList,
    PackedKit,
    Slot,
    list_from,
    make_list,
    parameters_of,
)
from lupustrial.allocation.sealing._seal import (
    Sealed,
    SealedSlot,
    open_envelope,
    open_list,
    packing_list,
    seal,
    slots_table,
)
from lupustrial.allocation.sealing._shares import Share, combine_shares, parse_share, split_key

__all__ = [
    "PURPOSES",
    "AllocationList",
    "Commitment",
    "PackedKit",
    "Recipient",
    "Sealed",
    "SealedSlot",
    "SecretKey",
    "Share",
    "Slot",
    "check_recipients",
    "combine_shares",
    "commit",
    "is_locked",
    "leaf_of",
    "list_from",
    "make_key",
    "make_list",
    "open_envelope",
    "open_list",
    "opened",
    "packing_list",
    "parameters_of",
    "parse_share",
    "read_key",
    "root_of",
    "seal",
    "sealed_for",
    "slots_table",
    "split_key",
    "write_key",
]
