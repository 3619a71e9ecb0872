"""What a process with a secret in its memory does first."""

from __future__ import annotations

import resource
import sys

_PR_SET_DUMPABLE = 4


def protect_process() -> None:
    """Write no core dump, and let no process of the same account look into the memory of this one.

    On Linux neither a debugger nor ``/proc/PID/mem`` or ``environ`` is open to anybody but root from then on.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
