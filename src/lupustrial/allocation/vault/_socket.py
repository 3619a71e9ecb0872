"""The socket of the vault: a file that the right account alone can reach."""

from __future__ import annotations

import os
import shutil
import socket
import stat
from pathlib import Path

from lupustrial.errors import AllocationError, Fault

_OTHERS = 0o007
_GROUP = 0o070
_GROUP_WRITES = 0o020
_LONGEST = 107  # bytes of the path of a socket on Linux; elsewhere fewer, which bind() tells
_QUEUE = 64


def listen(path: Path, group: str | None = None) -> socket.socket:
    """Listen on a new socket.

    Args:
        path: Where, in a folder of the vault's own (mode 0700).
        group: A group whose members may ask (folder 0710 or 0750, socket 0660); None: the account alone.

    Raises:
        AllocationError: ALLOC-098, the folder is open to others, there is something else, another vault
            listens there, or the path is too long.
    """
    _check_folder(path.parent, group)
    if len(os.fsencode(path)) > _LONGEST:
        raise _unfit(path, "the path is too long for a socket", f"use one of at most {_LONGEST} bytes")
    _remove_stale(path)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        made.bind(os.fspath(path))
    except OSError as error:
        made.close()
        raise _unfit(
            path, f"it cannot be made ({error.strerror})", "name a path in a folder of the vault's own"
        ) from None
    finally:
        os.umask(before)
    if group is not None:
        shutil.chown(path, group=group)
        path.chmod(0o660)
    made.listen(_QUEUE)
    return made


def remove(path: Path, inode: int) -> None:
    """Remove the socket, if it is still the one that was made."""
    try:
        if path.lstat().st_ino == inode:
            path.unlink()
    except FileNotFoundError:
        pass


def _check_folder(folder: Path, group: str | None) -> None:
    try:
        found = folder.lstat()
    except OSError as error:
        raise _unfit(
            folder, f"the folder cannot be used ({error.strerror})", "make it: mkdir -m 700"
        ) from None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise _unfit(folder, "this is not a folder of the account that runs the vault", "make one of its own")
    barred = _OTHERS | (_GROUP if group is None else _GROUP_WRITES)
    if found.st_mode & barred:
        wanted = "700" if group is None else "710"
        raise _unfit(folder, "the folder is open to others", f"chmod {wanted} {folder}")
    if group is not None and found.st_gid != _number_of(group):
        raise _unfit(folder, f"the folder does not belong to the group {group}", f"chgrp {group} {folder}")


def _number_of(group: str) -> int:
    import grp

    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        raise _unfit(Path(group), "there is no such group", "name a group of this machine") from None


def _remove_stale(path: Path) -> None:
    """Remove the socket of a vault that was killed; refuse where one answers, or what is no socket."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(found.st_mode):
        raise _unfit(path, "there is something that is no socket", "name another path, or move it away")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(os.fspath(path))
        except ConnectionRefusedError:
            path.unlink()
            return
        except OSError:
            pass
    raise _unfit(path, "a vault listens there already", "stop it first, or name another path")


def _unfit(path: Path, message: str, hint: str) -> AllocationError:
    return AllocationError(Fault(id="ALLOC-098", message=message, place=str(path), hint=hint))
