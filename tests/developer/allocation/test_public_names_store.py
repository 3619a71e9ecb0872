"""The public names of the ledger, of sealing and of the store; every fault of theirs is documented."""

from __future__ import annotations

import re
from pathlib import Path

from lupustrial import ledger
from lupustrial.allocation import sealing, store

ROOT = Path(__file__).resolve().parents[3]
FAULT = re.compile(r"\b(?:LEDGER|ALLOC|BLIND)-\d{3}\b")

LEDGER = {
    "GENESIS",
    "LOCK",
    "Actor",
    "Anchor",
    "Database",
    "Entry",
    "Transaction",
    "anchor",
    "append",
    "body_of",
    "canonical",
    "create_ledger",
    "entries",
    "export_ledger",
    "hash_of",
    "head",
    "now",
    "open_database",
    "refuse_changes",
    "verify_chain",
    "verify_export",
    "verify_ledger",
}
SEALING = {
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
}
STORE = {
    "ASSESSED",
    "Allocated",
    "Breaker",
    "Candidate",
    "Chooser",
    "CodeBreak",
    "ListState",
    "Notice",
    "Revealed",
    "Verified",
    "admit",
    "allocate",
    "allocated_to",
    "assess_unblinding",
    "break_code",
    "candidate_of",
    "check_list",
    "copy_list",
    "create_store",
    "digest_of_facts",
    "is_unblinded",
    "list_state",
    "local_breaker",
    "lock",
    "note_packing",
    "report_unblinding",
    "reveal",
    "role_of",
    "screen",
    "set_up",
    "verify_store",
}


def test_public_names_are_pinned() -> None:
    for package, names in ((ledger, LEDGER), (sealing, SEALING), (store, STORE)):
        assert set(package.__all__) == names
        assert len(package.__all__) == len(names)
        assert all(hasattr(package, name) for name in names)


def test_every_fault_is_documented_once_and_every_documented_one_exists() -> None:
    package = ROOT / "src" / "lupustrial"
    files = [path for end in ("*.py", "*.sql") for path in sorted(package.rglob(end))]
    used = set(FAULT.findall("".join(path.read_text("utf-8") for path in files)))
    rows = re.findall(r"^\| ((?:LEDGER|ALLOC|BLIND)-\d{3}) ", _page("faults.md"), re.MULTILINE)
    assert sorted(rows) == sorted(set(rows))
    assert used - {"ALLOC-000"} == set(rows)


def _page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")
