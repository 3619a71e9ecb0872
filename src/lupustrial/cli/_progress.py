"""Progress of long work: a live line on a terminal, one plain line a step elsewhere."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from lupustrial.cli._console import stderr


class Steps:
    """Says which step is going on; a step ends when the next begins or the block ends."""

    def __init__(self, *, quiet: bool) -> None:
        """Print nothing where ``quiet``."""
        self._quiet = quiet
        self._console = stderr()
        self._current: tuple[str, str, float] | None = None
        self._live: Progress | None = None
        if not quiet and self._console.is_terminal:
            self._live = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                TimeElapsedColumn(),
                console=self._console,
                transient=True,
            )

    def __enter__(self) -> Self:
        """Begin."""
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the last step, and clear the live line."""
        if kind is None:
            self._finish()
        if self._live is not None:
            self._live.stop()

    def tell(self, step: str, text: str) -> None:
        """Begin a step that does what ``text`` says; the same step again only changes the text."""
        if self._quiet:
            return
        if self._current is None or self._current[0] != step:
            self._finish()
            self._current = (step, text, time.perf_counter())
        if self._live is not None:
            for task in self._live.task_ids:
                self._live.remove_task(task)
            self._live.add_task(f"{step:<12} {text}", total=None)

    def _finish(self) -> None:
        if self._current is None:
            return
        step, text, start = self._current
        self._console.print(
            f"[green]✓[/green] {step:<12} {text}  [dim]{time.perf_counter() - start:.1f} s[/dim]"
        )
        self._current = None
