"""The vault's socket: who reaches it, and that no client can stop, stall or flood the vault."""

from __future__ import annotations

import contextlib
import errno
import grp
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sealed_trial import SealedTrial
from vaults import (
    PROFILES,
    asked,
    minimising_trial,
    naive_decisions,
    opened,
    private,
    process,
    serving,
    short_folder,
    told,
)

from lupustrial.allocation.sealing import Recipient
from lupustrial.allocation.vault import Server, VaultClient
from lupustrial.errors import AllocationError


@pytest.fixture
def trial() -> SealedTrial:
    return minimising_trial()


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as made:
        yield made


def _connect(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(10)
    connection.connect(str(path))
    return connection


def _answer(connection: socket.socket) -> bytes:
    """Return what comes until the vault ends the connection, or one line."""
    received = b""
    while not received.endswith(b"\n"):
        try:
            piece = connection.recv(1 << 16)
        except ConnectionResetError:
            return received
        if not piece:
            return received
        received += piece
    return received


def test_the_socket_is_for_the_account_of_the_vault_alone(trial: SealedTrial, folder: Path) -> None:
    path = private(folder / "own") / "socket"
    before = os.umask(0)
    try:
        with opened(trial, folder) as vault, serving(vault, path) as client:
            assert path.is_socket()
            assert path.stat().st_mode & 0o777 == 0o600
            assert client.hello()["serves"] == ["hello", "allocate"]
    finally:
        os.umask(before)
    assert not path.exists()


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o701, 0o770])
def test_a_folder_that_is_open_to_others_is_refused(mode: int, trial: SealedTrial, folder: Path) -> None:
    own = private(folder / "own")
    own.chmod(mode)
    with opened(trial, folder) as vault, pytest.raises(AllocationError) as error:
        Server(vault, own / "socket").run()
    assert told(error) == ["ALLOC-098"]
    assert list(own.iterdir()) == []


def test_a_group_may_ask_where_that_is_wanted(trial: SealedTrial, folder: Path) -> None:
    group = grp.getgrgid(os.getegid()).gr_name
    own = private(folder / "own")
    own.chmod(0o710)
    with opened(trial, folder) as vault, serving(vault, own / "socket", group=group):
        assert (own / "socket").stat().st_mode & 0o777 == 0o660
    for mode, named in ((0o730, group), (0o711, group), (0o710, "no-such-group")):
        own.chmod(mode)
        with opened(trial, folder) as vault, pytest.raises(AllocationError) as error:
            Server(vault, own / "socket", group=named).run()
        assert told(error) == ["ALLOC-098"]


def test_no_folder_a_link_to_one_and_a_long_path_are_refused(trial: SealedTrial, folder: Path) -> None:
    private(folder / "own")
    (folder / "link").symlink_to(folder / "own")
    for path in (folder / "none" / "s", folder / "link" / "s", folder / "own" / ("s" * 100)):
        with opened(trial, folder) as vault, pytest.raises(AllocationError) as error:
            Server(vault, path).run()
        assert told(error) == ["ALLOC-098"]


def test_a_second_vault_does_not_take_the_socket(trial: SealedTrial, folder: Path) -> None:
    path = private(folder / "own") / "socket"
    other = minimising_trial(38)
    with opened(trial, folder / "a") as first, serving(first, path) as client:
        with opened(other, folder / "b") as second, pytest.raises(AllocationError) as error:
            Server(second, path).run()
        assert "a vault listens there already" in str(error.value)
        assert client.hello()["list"] == trial.sealed.commitment.digest


def test_a_file_in_the_place_of_the_socket_is_left_alone(trial: SealedTrial, folder: Path) -> None:
    path = private(folder / "own") / "socket"
    path.write_text("mine")
    with opened(trial, folder) as vault, pytest.raises(AllocationError) as error:
        Server(vault, path).run()
    assert told(error) == ["ALLOC-098"]
    assert path.read_text() == "mine"


def test_a_socket_that_somebody_put_there_meanwhile_is_left_alone(trial: SealedTrial, folder: Path) -> None:
    path = private(folder / "own") / "socket"
    with opened(trial, folder) as vault, serving(vault, path):
        path.rename(folder / "own" / "moved")
        path.write_text("mine")
    assert path.read_text() == "mine"


def test_a_line_that_is_too_long_is_refused_and_the_next_client_served(
    trial: SealedTrial, folder: Path
) -> None:
    path = private(folder / "own") / "socket"
    with opened(trial, folder) as vault, serving(vault, path) as client:
        for end in (b"\n", b""):
            with _connect(path) as connection:
                try:
                    connection.sendall(b"[" * (4 * vault.limit) + end)
                except (BrokenPipeError, ConnectionResetError):
                    continue  # it was ended while we sent
                answer = _answer(connection)
                assert not answer or json.loads(answer)["faults"][0]["id"] == "ALLOC-092"
        assert client.hello()["study"] == trial.study.id


def test_a_client_that_is_slow_or_silent_is_sent_away_and_holds_up_nobody(
    trial: SealedTrial, folder: Path
) -> None:
    path = private(folder / "own") / "socket"
    with opened(trial, folder) as vault, serving(vault, path, patience=0.4) as client:
        with _connect(path) as slow, _connect(path):
            begun = time.monotonic()
            slow.sendall(b'{"op":')
            assert client.hello()["study"] == trial.study.id
            time.sleep(0.2)
            slow.sendall(b' "hello"')  # a byte now and then is not enough
            assert _answer(slow) == b""
            assert 0.3 < time.monotonic() - begun < 5
        assert client.hello()["study"] == trial.study.id


def test_too_many_clients_at_once_are_sent_away(trial: SealedTrial, folder: Path) -> None:
    path = private(folder / "own") / "socket"
    with opened(trial, folder) as vault, serving(vault, path, patience=1) as client:
        held = [_connect(path) for _ in range(40)]
        answers = b"".join(_answer(one) for one in held[32:])
        assert answers.count(b"too many clients") == 8
        for one in held:
            one.close()
        until = time.monotonic() + 5
        while time.monotonic() < until:
            try:
                assert client.hello()["study"] == trial.study.id
            except AllocationError:
                time.sleep(0.05)
            else:
                break
        else:
            pytest.fail("the vault did not recover")


def test_several_requests_on_one_connection_are_answered_in_order(trial: SealedTrial, folder: Path) -> None:
    path = private(folder / "own") / "socket"
    with opened(trial, folder) as vault, serving(vault, path), _connect(path) as connection:
        connection.sendall(b'{"op":"hello"}\nnonsense\n{"op":"hello"}\n')
        received = b""
        while received.count(b"\n") < 3:
            received += _answer(connection)
        assert ["study" in json.loads(line) for line in received.splitlines()] == [True, False, True]


def test_of_two_clients_at_once_one_is_served_and_the_other_told_whom_to_finish(
    trial: SealedTrial, folder: Path
) -> None:
    path = private(folder / "own") / "socket"
    outcomes: dict[str, object] = {}
    gate = threading.Barrier(8)

    def client(name: str) -> None:
        gate.wait()
        try:
            outcomes[name] = VaultClient(path).choose(name, PROFILES[0], **asked(trial.made, []))
        except AllocationError as error:
            outcomes[name] = error.faults[0]

    with opened(trial, folder) as vault, serving(vault, path):
        threads = [threading.Thread(target=client, args=(f"01-{count}",)) for count in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    served = [name for name, outcome in outcomes.items() if isinstance(outcome, int)]
    assert len(served) == 1
    assert outcomes[served[0]] == naive_decisions(trial.made, PROFILES[:1])[0]
    others = {str(outcome) for name, outcome in outcomes.items() if name != served[0]}
    assert all("ALLOC-095" in text and f"begun for {served[0]} and" in text for text in others)


def test_a_vault_stops_on_a_signal_and_removes_its_socket(trial: SealedTrial, folder: Path) -> None:
    with process(trial, folder) as running:
        path = folder / "vault" / "socket"
        with _connect(path):  # an open connection does not keep it
            running.terminate()  # SIGTERM
            running.join(10)
        assert running.exitcode == 0
        assert not path.exists()


def _fake(path: Path, answer: bytes, *, wait: float = 0) -> threading.Thread:
    """Listen like a vault, once, and answer what a vault would not."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(1)

    def serve() -> None:
        with listener, listener.accept()[0] as connection:
            connection.recv(1 << 16)
            time.sleep(wait)
            with contextlib.suppress(BrokenPipeError):  # the client has gone
                connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"", "it broke off"),
        (b"nonsense\n", "cannot be understood"),
        (b"[]\n", "cannot be understood"),
        (b'{"faults":[{"what":1}]}\n', "cannot be understood"),
        (b'{"number":1}\n', "no free slot"),
        (b'{"number":true}\n', "no free slot"),
        (b"{}\n", "no free slot"),
    ],
)
def test_a_client_believes_no_answer_that_a_vault_cannot_give(
    answer: bytes, said: str, trial: SealedTrial, folder: Path
) -> None:
    thread = _fake(folder / "s", answer)
    with pytest.raises(AllocationError) as error:
        VaultClient(folder / "s").choose("01-1", PROFILES[0], **asked(trial.made, []))
    thread.join(10)
    assert told(error) == ["ALLOC-091"]
    assert said in str(error.value)


def test_a_client_believes_no_sealed_arm_that_is_none(trial: SealedTrial, folder: Path) -> None:
    to = Recipient(name="ines", purpose="code_break", public_key="age1")
    for number, answer in enumerate((b'{"sealed":"%%"}\n', b'{"sealed":1}\n', b"{}\n")):
        thread = _fake(folder / f"s{number}", answer)
        with pytest.raises(AllocationError) as error:
            VaultClient(folder / f"s{number}").break_code(trial.sealed.slots[0], "01-1", to)
        thread.join(10)
        assert told(error) == ["ALLOC-091"]


def test_a_vault_whose_disk_is_full_gives_no_answer_and_stops(
    trial: SealedTrial, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def serve() -> None:
        with opened(trial, folder) as vault, serving(vault, path) as client:
            monkeypatch.setattr("lupustrial.allocation.vault._journal.os.fsync", full)
            with pytest.raises(AllocationError) as error:
                client.choose("01-1", PROFILES[0], **asked(trial.made, []))
            assert told(error) == ["ALLOC-091"]

    path = private(folder / "own") / "socket"
    with pytest.raises(AllocationError) as stopped:
        serve()
    assert told(stopped) == ["ALLOC-097"]
    assert not path.exists()


def test_a_client_does_not_wait_for_ever(folder: Path) -> None:
    thread = _fake(folder / "s", b'{"study":"X"}\n', wait=0.4)
    with pytest.raises(AllocationError) as error:
        VaultClient(folder / "s", patience=0.1).hello()
    thread.join(10)
    assert told(error) == ["ALLOC-091"]
    assert "within 0.1 seconds" in str(error.value)


def test_a_client_says_that_no_vault_is_there(folder: Path) -> None:
    for path in (folder / "s", folder / ("s" * 120)):
        with pytest.raises(AllocationError) as error:
            VaultClient(path).hello()
        assert told(error) == ["ALLOC-090"]
