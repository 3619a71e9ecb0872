"""R as it is installed here, asked while the tests run: one process answers all questions of a test file.

Tests that need R, or a package of it that is absent, are skipped and say so. Call `run_r` in a fixture of the
scope ``"module"``, so that R starts once a file.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

SECONDS = 120

_FRAME = """
absent <- Filter(function(p) !requireNamespace(p, quietly=TRUE), c(%(packages)s))
if (length(absent)) { cat("ABSENT", absent); quit(status=0) }
for (p in c(%(packages)s)) suppressPackageStartupMessages(library(p, character.only=TRUE))
input <- jsonlite::fromJSON(file("stdin"))
output <- list()
%(code)s
cat("OUTPUT", jsonlite::toJSON(output, digits=I(17), auto_unbox=TRUE, na="null", null="null"))
"""


def run_r(code: str, data: Mapping[str, Any], packages: Sequence[str] = ()) -> dict[str, Any]:
    """Run R code that finds ``data`` in the list ``input`` and leaves its answers in the list ``output``.

    Args:
        code: R code.
        data: What JSON can hold; lists of numbers become vectors, mappings lists, None becomes NA.
        packages: Packages that are loaded first; ``jsonlite`` need not be named.

    Returns:
        ``output``; vectors are lists, single values are values, NA is None.
    """
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("R is not installed, so nothing was compared with it")
    named = ", ".join(f'"{package}"' for package in ("jsonlite", *packages))
    script = _FRAME % {"packages": named, "code": code}
    answer = subprocess.run(
        [program, "--vanilla", "-e", script],
        input=json.dumps(data),
        env=os.environ | {"LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    if answer.stdout.startswith("ABSENT"):
        pytest.skip(
            f"R lacks {answer.stdout.removeprefix('ABSENT').strip()}, so nothing was compared with it"
        )
    _, found, text = answer.stdout.rpartition("OUTPUT")
    if not found:
        raise AssertionError(f"R stopped: {answer.stderr}")
    return dict(json.loads(text))
