"""One size of ``capture.py``: fill, serve, let people work, the cost of the ledger; prints lines for it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "_support"))
sys.path.insert(0, str(ROOT / "benchmarks"))
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

import postgres  # noqa: E402 - found by path

from capture_client import Person, Times  # noqa: E402
from capture_fill import fill, name_of  # noqa: E402
from lupustrial.capture import Config, prepare  # noqa: E402
from lupustrial.ledger import open_database, verify_ledger  # noqa: E402

STUDY = ROOT / "studies" / "il2-sle"
PEOPLE = 50
WARM = 15.0  # seconds
ROLE, FORM, ITEM = "coordinator", "vitals", "TEMP"
PAGES = ("list", "participant", "visit", "form")
VERIFIED_UP_TO = 50  # participants


def main() -> None:
    """Measure at a size: participants, seconds."""
    size, timed = int(sys.argv[1]), float(sys.argv[2])
    with tempfile.TemporaryDirectory() as keys, postgres.server() as url:
        config = Config(
            study=STUDY, database=url, keys=Path(keys) / "keys", hosts=("127.0.0.1", "testserver")
        )
        prepare(config)
        from lupustrial.capture._trial import trial

        running = trial()
        sessions = _sessions(running)
        begun = time.monotonic()
        entries = fill(url, running.study, size)
        print(f"filled: {size} participants, {entries} entries in {time.monotonic() - begun:.0f} s")
        if size <= VERIFIED_UP_TO:
            _verify(url, running.study.id)
        times = Times()
        with _server(config) as port:
            _people_at_work(port, sessions, size, [visit.id for visit in running.study.visits], times, timed)
            _overview(port, sessions[0])
        for fault in sorted(set(times.faults)):
            print(f"FAULT {fault}: {times.faults.count(fault)} times")
        for what, seconds in times.seconds.items():
            _tell(what, seconds)
        _tell("page", [one for what in PAGES for one in times.seconds.get(what, [])])
        _ledger(running)


def _sessions(running: Any) -> list[str]:
    """Make the people: accounts, grants, sessions with both factors passed."""
    from capture_site import CaptureSite
    from django.test.utils import setup_test_environment

    setup_test_environment()
    site = CaptureSite(trial=running, folder=ROOT)
    return [
        site.client(ROLE, person=f"user{number:02d}").cookies["sessionid"].value
        for number in range(1, PEOPLE + 1)
    ]


def _verify(url: str, study: str) -> None:
    from lupustrial.capture.store import verify_projection

    with open_database(url) as db:
        with db.reading() as tx:
            faults = verify_ledger(tx)
        faults += verify_projection(db, study)
    print(f"ledger and projection of the filled trial: {len(faults)} faults")


@contextlib.contextmanager
def _server(config: Config) -> Iterator[int]:
    """Serve with granian on a free port of loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(port), "--workers", "2", "--blocking-threads", "4", "--no-ws", "--log-level", "warning",
        "lupustrial.capture.wsgi:application",
    ]  # fmt: skip
    process = subprocess.Popen(command, env={**os.environ, **config.environment()}, stdout=sys.stderr)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.2)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _people_at_work(
    port: int, sessions: list[str], size: int, visits: list[str], times: Times, timed: float
) -> None:
    warm = time.monotonic() + WARM
    shares = [range(1 + number, size + 1, PEOPLE) for number in range(PEOPLE)]
    threads = []
    for number, session in enumerate(sessions):
        # Each has participants of his own: two who save the same page are told so, which is not timed here.
        mine = [name_of(one) for one in shares[number]]
        person = Person(
            port=port, session=session, participants=mine, visits=visits[1:4], form=FORM, item=ITEM,
            times=times, seed=number,
        )  # fmt: skip
        threads.append(
            threading.Thread(target=person.work, kwargs={"warm_until": warm, "until": warm + timed})
        )
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _overview(port: int, session: str) -> None:
    """Time the overview and its parts with nobody else at work."""
    times = Times()
    person = Person(port=port, session=session, participants=[], visits=[], form=FORM, item=ITEM, times=times)
    parts = ("enrolment", "visits", "queries", "pages", "primary", "verification", "safety")
    for _ in range(20):
        person.look("/", "overview")
        for part in parts:
            person.look(f"/overview/{part}", f"overview/{part}")
    for what, seconds in times.seconds.items():
        _tell(what, seconds)
    for fault in sorted(set(times.faults)):
        print(f"FAULT {fault}: {times.faults.count(fault)} times")


def _ledger(running: Any, rounds: int = 200) -> None:
    """Time the same save with the ledger and without it, in turns."""
    from lupustrial.capture.store import Answer, Place, _families, page_at, save_page
    from lupustrial.ledger import Actor, Entry, head, now

    real = _families.append
    by = Actor(id="user01", role=ROLE)
    place = Place(participant=name_of(1), visit=running.study.visits[1].id, form=FORM)
    position = 10**12  # far from the ledger's own

    def without(tx: Any, **given: Any) -> Entry:
        nonlocal position
        head(tx)
        position += 1
        at = given.pop("at", None) or now()
        return Entry(position=position, previous="", hash="", body="", at=at, **given)

    seconds: dict[str, list[float]] = {"with": [], "without": []}
    for number in range(2 * rounds):
        kind = "with" if number % 2 else "without"
        _families.append = real if number % 2 else without
        begun = time.perf_counter()
        with running.writing() as tx:
            held = page_at(tx, place)
            save_page(
                tx, study=running.study.id, place=place, site="01", version=running.study.version,
                state="complete", answers={ITEM: Answer(value=f"36.{number % 7}", unit="C")},
                by=by, revision=held.revision if held else 0, why="Benchmark",
            )  # fmt: skip
        seconds[kind].append(time.perf_counter() - begun)
    _families.append = real
    both = {kind: statistics.median(taken) for kind, taken in seconds.items()}
    ratio = both["with"] / both["without"]
    print(
        f"a save with the ledger {both['with'] * 1000:.2f} ms, without {both['without'] * 1000:.2f} ms: "
        f"{ratio:.2f} times (goal 1.5: {'met' if ratio <= 1.5 else 'NOT MET'})"  # noqa: PLR2004 - the goal
    )


def _tell(what: str, seconds: list[float]) -> None:
    if len(seconds) < 2:  # noqa: PLR2004 - no quantiles of one
        return
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    print(f"= {what} {cuts[49]:.6f} {cuts[94]:.6f} {cuts[98]:.6f} {len(seconds)}")


if __name__ == "__main__":
    main()
