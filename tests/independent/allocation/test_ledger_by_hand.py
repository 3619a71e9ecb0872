"""The chain of an exported ledger, made again with the tools of a shell and nothing of the package."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from sealed_trial import INVESTIGATOR, begin, trial

from lupustrial.allocation.sealing import leaf_of
from lupustrial.allocation.store import allocate
from lupustrial.ledger import Actor, Database, append, canonical, export_ledger, hash_of

#: As docs/ledger.md says; the shell takes each line of JSON apart with its own tools.
SHELL = """
set -eu
previous=0000000000000000000000000000000000000000000000000000000000000000
position=0
for file in "$1"/*; do
    position=$((position + 1))
    test "$(sed -n 1p "$file")" = "$position"
    test "$(sed -n 2p "$file")" = "$previous"
    made=$({ printf '%s\\n%s\\n' "$position" "$previous"; tail -n +4 "$file"; } | TOOL)
    test "$(sed -n 3p "$file")" = "$made"
    previous=$made
done
printf '%s:%s' "$position" "$previous"
"""


@pytest.mark.requirement("REQ-STORE-001")
@pytest.mark.parametrize("tool", ["sha256sum | cut -d' ' -f1", "openssl dgst -sha256 -r | cut -d' ' -f1"])
def test_the_chain_by_a_shell(database: Database, tmp_path: Path, tool: str) -> None:
    program = shutil.which("bash")
    if program is None or shutil.which(tool.partition(" ")[0]) is None:
        pytest.skip(f"{tool} cannot be run here")
    sealed = trial(slots=8)
    for name in begin(database, sealed, 3):
        allocate(database, sealed.study, name, INVESTIGATOR)
    with database.writing() as tx:
        by = Actor(id="ĳsbrand", role="investigator")
        append(tx, study="NEW-STUDY", kind="note", by=by, data={"text": 'ü "x" \\ \t\u2028 €'}, why="两")
    with database.reading() as tx:
        kept = export_ledger(tx, tmp_path / "ledger.jsonl")
    entries = tmp_path / "entries"
    entries.mkdir()
    for number, line in enumerate((tmp_path / "ledger.jsonl").read_bytes().split(b"\n")[:-1]):
        parts = json.loads(line)
        content = f"{parts['position']}\n{parts['previous']}\n{parts['hash']}\n{parts['body']}"
        (entries / f"{number:04d}").write_bytes(content.encode())
    done = subprocess.run(
        [program, "-c", SHELL.replace("TOOL", tool), "-", str(entries)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == str(kept)
    assert kept.position == 8


def test_a_hash_and_a_leaf_known_by_hand() -> None:
    r"""``printf '1\n000…\n{}' | sha256sum``, typed into a shell; a leaf by the same tool."""
    assert hash_of(1, "0" * 64, "{}") == HASH
    slot = trial(slots=4).made.slots[0]
    text = f"\0{slot.number}\n{slot.stratum}\n1\n{slot.arm}\n\n{slot.salt.hex()}"
    made = subprocess.run(["sha256sum"], input=text.encode(), capture_output=True, check=True)  # noqa: S607
    assert leaf_of(slot).hex() == made.stdout.decode()[:64]


HASH = "e926929dc99bcdf08bb941e379c3186d5c55b45ee4202b4748a1efc35ba05fe3"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None, "x"]}, '{"a":[true,null,"x"],"b":1}'),
        ({"ü": "€", "u": '\n\t\x01"'}, '{"u":"\\n\\t\\u0001\\"","ü":"€"}'),
        ({"10": 1, "9": 2, "A": 3, "a": 4, "": 5}, '{"":5,"10":1,"9":2,"A":3,"a":4}'),
        (2**70, "1180591620717411303424"),
    ],
)
def test_canonical_text_as_rfc_8785_writes_it(value: object, text: str) -> None:
    assert canonical(value) == text


@pytest.mark.parametrize("value", [0.5, [1.0], {"a": {"b": float("nan")}}])
def test_what_has_no_one_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="no canonical form"):
        canonical(value)
