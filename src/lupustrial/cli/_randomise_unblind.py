"""``lupustrial randomise open | read | report | assess``: unblinding one participant, and what follows."""

from __future__ import annotations

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
from lupustrial.errors import AllocationError, Fault

Participant = Annotated[str, typer.Argument(help="The participant number.")]


def open_(
    study: StudyName,
    participant: Participant,
    store: Store,
    to: Annotated[str, typer.Option(help="ACCOUNT=age1…: who needs the arm, e.g. the treating physician.")],
    reason: Reason,
    by: By,
    role: In,
    out: Annotated[Path, typer.Option(help="Folder for the sealed answer and the notices.")],
    key: Annotated[Path, typer.Option(help="The code-break key; its passphrase is asked for each time.")],
    passphrase_file: Passphrase = None,
    notify: Annotated[
        list[str] | None, typer.Option(help="Who is told that it happened; may be given again.")
    ] = None,
) -> None:
    """Break the code of one participant in an emergency. You do not see the arm: it is sealed for --to."""
    from lupustrial.allocation.sealing import is_locked
    from lupustrial.allocation.store import break_code
    from lupustrial.ledger import open_database
    from lupustrial.study import load_study

    loaded = load_study(find_study(study))
    if not is_locked(key):
        raise AllocationError(
            Fault(
                id="ALLOC-023",
                message="the code-break key has no passphrase: anybody with the file could break codes",
                place=str(key),
                hint="keep it under a passphrase: the passphrase is how you prove here that it is you",
            )
        )
    whose = recipient(to, "code_break", "--to")
    opened = open_key(key, None, passphrase_file)
    writable_folder(out)
    with open_database(store) as db:
        done = break_code(
            db,
            loaded,
            participant,
            actor(by, role),
            to=whose,
            key=opened,
            why=reason,
            notify=tuple(notify or ("sponsor", "investigator")),
        )
    answer = out / f"code-break-{participant}-{done.entry.position}.age"
    write_new(answer, done.sealed, secret=True)
    console = stdout()
    console.print(
        f"sealed answer  {answer}, for {whose.name} alone (`lupustrial randomise read`)", markup=False
    )
    for notice in done.notices:
        path = out / f"notice-{done.entry.position}-{notice.to}.txt"
        write_new(path, f"To: {notice.to}\nSubject: {notice.subject}\n\n{notice.text}".encode())
        console.print(f"notice         {path}", markup=False)
    console.print(f"ledger         entry {done.entry.position}")
    stderr().print(
        f"{whose.name} cannot act in a blinded role of {loaded.id} from now on.\n"
        "What the unblinding means has to be assessed:\n"
        f"lupustrial randomise assess {study} --entry {done.entry.position} …",
        markup=False,
    )


def read(
    sealed: Annotated[Path, typer.Argument(help="A file that was sealed for you.")],
    key: Key = None,
    share: Shares = None,
    passphrase_file: Passphrase = None,
) -> None:
    """Open a file that was sealed for you, and print it: it tells an arm."""
    from lupustrial.allocation.sealing import opened

    content = opened(read_bytes(sealed), open_key(key, share, passphrase_file), str(sealed))
    stdout().print(content.decode(), markup=False, end="")


def report(
    study: StudyName,
    participant: Participant,
    store: Store,
    person: Annotated[str, typer.Option(help="The account of who came to know the arm.")],
    reason: Annotated[str, typer.Option("--reason", help="How it happened.")],
    by: By,
    role: In,
) -> None:
    """Record an unblinding that happened in another way, e.g. by mistake; do not say the arm."""
    from lupustrial.allocation.store import report_unblinding
    from lupustrial.ledger import open_database
    from lupustrial.study import load_study

    loaded = load_study(find_study(study))
    with open_database(store) as db:
        entry = report_unblinding(db, loaded, participant, actor(by, role), person=person, why=reason)
    stdout().print(f"ledger  entry {entry.position}; {person} is unblinded. Assess it:", markup=False)
    stdout().print(f"        lupustrial randomise assess {study} --entry {entry.position} …", markup=False)


def assess(
    study: StudyName,
    store: Store,
    entry: Annotated[int, typer.Option(help="Ledger entry of the unblinding.")],
    who_knows: Annotated[str, typer.Option(help="Who knows the arm now.")],
    effect_on_participant: Annotated[
        str, typer.Option(help="What it means for treatment and stay in the trial.")
    ],
    effect_on_results: Annotated[
        str, typer.Option(help="What it means for assessments, analysis sets and results.")
    ],
    measures: Annotated[str, typer.Option(help="What was done so that nobody else is unblinded.")],
    by: By,
    role: In,
) -> None:
    """Record what an unblinding means (ICH E6(R3) 4.1.4)."""
    from lupustrial.allocation.store import assess_unblinding
    from lupustrial.ledger import open_database
    from lupustrial.study import load_study

    loaded = load_study(find_study(study))
    assessment = {
        "who_knows": who_knows,
        "effect_on_participant": effect_on_participant,
        "effect_on_results": effect_on_results,
        "measures": measures,
    }
    with open_database(store) as db:
        done = assess_unblinding(db, loaded, entry, actor(by, role), assessment)
    stdout().print(f"ledger  entry {done.position} assesses entry {entry}")
