"""Jobs over processes: each holds one tube at a time, and writes its part itself."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for
from pathlib import Path
from types import TracebackType
from typing import Self

from lupustrial.cytometry.run._job import Job
from lupustrial.errors import CytometryError, Fault

#: Told after each file: files done, files in all, the file's name.
Progress = Callable[[int, int, str], None]
#: What is done with a job: its key, the job, the output folder in which it writes its part.
Work = Callable[[str, Job, Path], None]


class Pool:
    """Processes that work on files: begun when first needed, kept until all is done."""

    def __init__(self, processes: int) -> None:
        """Keep how many work at once; with 1 the work is done in this process."""
        self._processes = processes
        self._running: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the processes end; what waits is not begun where something failed."""
        if self._running is not None:
            self._running.shutdown(wait=True, cancel_futures=kind is not None)

    def run(
        self, work: Work, jobs: Mapping[str, Job], out: Path, *, progress: Progress, done: int = 0
    ) -> None:
        """Work on files, the largest first, so that none ends alone.

        Args:
            work: What is done with each.
            jobs: What is to be done, by key.
            out: The output folder.
            progress: Told after each file.
            done: Files that are done already, for `progress`.

        Raises:
            CytometryError: CYTO-073 a process died; the parts of the other files are kept.
        """
        ordered = sorted(jobs.items(), key=lambda one: (-one[1].path.stat().st_size, one[0]))
        total = done + len(ordered)
        if self._running is None and min(self._processes, len(ordered)) <= 1:
            for number, (key, job) in enumerate(ordered, start=done + 1):
                work(key, job, out)
                progress(number, total, job.name)
            return
        pool = self._begun(len(ordered))
        waiting: dict[Future[None], Job] = {pool.submit(work, *one, out): one[1] for one in ordered}
        try:
            while waiting:
                finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in sorted(finished, key=lambda one: waiting[one].sha256):
                    future.result()
                    done += 1
                    progress(done, total, waiting.pop(future).name)
        except BrokenProcessPool:
            raise CytometryError(_died([job.name for job in waiting.values()])) from None

    def _begun(self, jobs: int) -> ProcessPoolExecutor:
        if self._running is None:
            context = multiprocessing.get_context("spawn")
            self._running = ProcessPoolExecutor(
                min(self._processes, jobs), mp_context=context, initializer=_begin
            )
        return self._running


def _begin() -> None:
    """Let a process leave the keyboard to its parent, and end when its parent has been killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait_for([sentinel])
    os._exit(1)


def _died(names: Sequence[str]) -> Fault:
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")  # noqa: PLR2004
    return Fault(
        id="CYTO-073",
        message=f"a process died, most likely for want of memory; not gated yet: {shown}",
        place="gating",
        hint="go on with --resume and fewer --processes; what was done is kept",
    )
