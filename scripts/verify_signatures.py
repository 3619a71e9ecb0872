"""Check exported signatures without lupustrial: verify_signatures.py signatures.jsonl [ledger.jsonl].

With the ledger it is also checked that that is whole, that each signature stands in it with a key that it
names for the signer, and that the values are those which it tells of the pages at that moment.
Needs Python and `cryptography`. Exit status 1 where anything is wrong. Formats: docs/capture/quality.md.
"""

import hashlib
import json
import pathlib
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def sha256(text: str) -> str:
    """Hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def lines(path: str) -> list:
    """Read JSON lines."""
    return [json.loads(line) for line in pathlib.Path(path).read_text(encoding="utf-8").split("\n") if line]


def genuine(proof: dict) -> bool:
    """Whether the bytes are a signature of the payload."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(proof["public"]))
        key.verify(bytes.fromhex(proof["signature"]), proof["payload"].encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def own_faults(proof: dict) -> list:
    """What is wrong with a proof by itself."""
    if not genuine(proof):
        return ["the signature is not one over its payload"]
    payload, entry = json.loads(proof["payload"]), proof["entry"]
    body = json.loads(entry["body"])
    data = body["data"]
    scope = [data["participant"], data["visit"], data["form"], data["repeat"]]
    told = [body["by"]["id"], body["by"]["role"], body["at"], body["study"], scope]
    pages = {tuple(value[:3]) for value in proof["values"]}
    checks = {
        "the values are not those that were signed": sha256(canonical(proof["values"])) == payload["values"],
        "a value is of a page that the signature does not name": pages <= set(map(tuple, payload["pages"])),
        "the ledger entry is not what its hash was taken of": entry["hash"]
        == sha256(f"{entry['position']}\n{entry['previous']}\n{entry['body']}"),
        "the ledger entry holds another signature": [data["payload"], data["signature"], data["public"]]
        == [proof["payload"], proof["signature"], proof["public"]],
        "signer, role, time, study or scope are not those of the entry": told
        == [payload["who"], payload["role"], payload["at"], payload["study"], payload["scope"]],
        "the proof bears another number": proof["number"] == entry["position"],
    }
    return [fault for fault, holds in checks.items() if not holds]


def ledger_faults(ledger: list, proofs: list) -> list:
    """What is wrong with the ledger, and with the signatures as it tells them."""
    faults, previous, pages, keys = [], "0" * 64, {}, {}
    by_number = {proof["number"]: proof for proof in proofs}
    for place, row in enumerate(ledger, start=1):
        whole = row["hash"] == sha256(f"{row['position']}\n{row['previous']}\n{row['body']}")
        if row["position"] != place or row["previous"] != previous or not whole:
            return [*faults, f"ledger entry {place}: the chain is broken"]
        previous, body = row["hash"], json.loads(row["body"])
        data = body["data"]
        if body["kind"] == "signing key made":
            keys.setdefault(data["account"], set()).add(data["public"])
        elif body["kind"] == "page saved":
            page = pages.setdefault((data["participant"], data["visit"], data["form"], data["repeat"]), {})
            for item, change in data["changes"].items():
                to = change["to"]
                page[item] = to and [to["value"], to["unit"], to["status"], place]
        elif body["kind"] == "signed":
            proof = by_number.pop(place, None)
            if proof is None or proof["entry"]["body"] != row["body"]:
                faults.append(f"signature {place}: its proof is missing or another one")
                continue
            if proof["public"] not in keys.get(body["by"]["id"], ()):
                faults.append(f"signature {place}: the key is not one that the ledger names for the signer")
            signed = json.loads(data["payload"])["pages"]
            named = [(page, pages.get((data["participant"], *page), {})) for page in signed]
            held = [[*page, item, *value] for page, items in named for item, value in items.items() if value]
            if sorted(held, key=lambda value: value[:4]) != proof["values"]:
                faults.append(f"signature {place}: the values are not those that the pages had")
    return faults + [f"signature {number}: it is not on the ledger" for number in by_number]


proofs, ledger = lines(sys.argv[1]), sys.argv[2:]
faults = [f"signature {proof['number']}: {fault}" for proof in proofs for fault in own_faults(proof)]
faults += ledger_faults(lines(ledger[0]), proofs) if ledger else []
print("\n".join(faults) or f"{len(proofs)} signatures hold{', and so does the ledger' * bool(ledger)}")
sys.exit(bool(faults))
