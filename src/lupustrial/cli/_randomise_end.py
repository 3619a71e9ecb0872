"""``lupustrial randomise copy | lock | reveal``: interim copies, the lock, and the reveal after it."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated

import typer

from lupustrial.cli._console import stderr, stdout
from lupustrial.cli._find import find_study
from lupustrial.cli._randomise_options import (
    By,
    In,
    Key,
    Passphrase,
    Reason,
    Sealed,
    Shares,
    Store,
    StudyName,
    actor,
    open_key,
    read_bytes,
    recipient,
    writable_folder,
    write_new,
)
from lupustrial.cli._rehearsal import source_digests


def copy(
    study: StudyName,
    store: Store,
    sealed: Sealed,
    to: Annotated[
        list[str], typer.Option(help="NAME=age1…: e.g. the data monitoring committee; may be repeated.")
    ],
    reason: Reason,
    out: Annotated[Path, typer.Option(help="The new sealed file, .age.")],
    by: By,
    role: In,
    key: Key = None,
    share: Shares = None,
    passphrase_file: Passphrase = None,
) -> None:
    """Seal the arms of those allocated so far for an interim analysis; free slots stay hidden."""
    from lupustrial.allocation.sealing import open_list
    from lupustrial.allocation.store import copy_list
    from lupustrial.ledger import open_database
    from lupustrial.study import load_study

    loaded = load_study(find_study(study))
    made = open_list(read_bytes(sealed / "list.age"), open_key(key, share, passphrase_file))
    people = [recipient(text, "copy", "--to") for text in to]
    with open_database(store) as db:
        entry, content = copy_list(db, loaded, made, actor(by, role), to=people, why=reason)
    write_new(out, content, secret=True)
    names = ", ".join(one.name for one in people)
    stdout().print(
        f"sealed copy  {out}, arms of {entry.data['participants']} allocated, for {names}", markup=False
    )
    stdout().print(f"ledger       entry {entry.position}; they cannot act in a blinded role from now on")


def lock(
    study: StudyName,
    store: Store,
    source: Annotated[Path, typer.Option(help="The folder with the final source records.")],
    by: By,
    role: In,
    reason: Annotated[str, typer.Option("--reason", help="A remark.")] = "",
) -> None:
    """Lock the database: fix the source records by their hashes; from then on nobody is allocated."""
    from lupustrial.allocation.store import lock as lock_store
    from lupustrial.ledger import open_database
    from lupustrial.study import load_study, read_source

    loaded = load_study(find_study(study))
    read_source(loaded, source)  # refuses records at fault
    digests = source_digests(source)
    with open_database(store) as db:
        entry = lock_store(db, loaded, actor(by, role), source=digests, why=reason)
    for name, digest in digests.items():
        stdout().print(f"locked  {name}  {digest}", markup=False)
    stdout().print(f"ledger  entry {entry.position}")


def reveal(
    study: StudyName,
    store: Store,
    sealed: Sealed,
    out: Annotated[Path, typer.Option(help="Folder for what is revealed.")],
    by: By,
    role: In,
    key: Key = None,
    share: Shares = None,
    passphrase_file: Passphrase = None,
    reason: Annotated[str, typer.Option("--reason", help="A remark.")] = "",
) -> None:
    """Reveal the list after the lock: the arms, and all that is needed to check that nothing was changed."""
    from lupustrial.allocation.sealing import open_list
    from lupustrial.allocation.store import reveal as reveal_list
    from lupustrial.ledger import export_ledger, open_database
    from lupustrial.study import load_study

    loaded = load_study(find_study(study))
    made = open_list(read_bytes(sealed / "list.age"), open_key(key, share, passphrase_file))
    writable_folder(out)
    with open_database(store) as db:
        done = reveal_list(db, loaded, made, actor(by, role), why=reason)
        write_new(out / "revealed.json", done.content)
        write_new(out / "allocation.csv", allocation_csv(done.allocations))
        write_new(out / "commitment.json", read_bytes(sealed / "commitment.json"))
        write_new(out / "ledger.jsonl", b"")
        with db.reading() as tx:
            export_ledger(tx, out / "ledger.jsonl")
    for name, what in (
        ("allocation.csv", f"participant, slot and arm of {len(done.allocations)} participants"),
        ("revealed.json", "the whole list with its seed"),
        ("ledger.jsonl", f"the ledger, to entry {done.entry.position}"),
    ):
        stdout().print(f"{out / name}  {what}", markup=False)
    stderr().print(
        "Anybody can check it without this program:\n"
        f"python scripts/verify_allocation.py {out}/commitment.json {out}/revealed.json {out}/ledger.jsonl\n"
        f"Put {out / 'allocation.csv'} beside the source records, and `lupustrial run` is unblinded.",
        markup=False,
    )


def allocation_csv(allocations: tuple[tuple[str, int, str], ...]) -> bytes:
    """Return ``allocation.csv`` as source records have it, in the order of the participants."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("participant", "slot", "arm"))
    writer.writerows(sorted(allocations))
    return text.getvalue().encode()
