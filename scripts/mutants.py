"""Change the rules one operator at a time and see whether the tests notice.

    python scripts/mutants.py [MODULE ...] [--workers N] [--step N] [--list]

A mutant is a rule module with one comparison, operator, constant, option or branch changed. Its tests run in
a fork of a process that has imported the heavy libraries but not yet used them: a fork of a process in which
Polars has started its threads would hang, which is why the mutation testers that fork after a first test run
cannot be used here. A mutant that no test fails on survives, and is printed with its line.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib
import importlib.abc
import importlib.machinery
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ROOM = ROOT / "src" / "lupustrial" / "instruments"
TESTS = ROOT / "tests"
SLOWEST = 120.0  # seconds
ENOUGH = 0.9  # of all mutants

#: Rule modules, and words in the names of the test files that guard them.
MODULES: dict[str, tuple[str, ...]] = {
    "_acr1997": ("scores_by_hand", "classification_by_hand"),
    "_arrow": ("test_blocks",),
    "_bicla": ("bicla_by_hand",),
    "_bicla_rules": ("bicla_by_hand",),
    "_bilag_block": ("bilag_against_naive", "scores_by_hand"),
    "_bilag_checks": ("bilag_checks",),
    "_bilag_classic_rules": ("bilag_letters",),
    "_bilag_deciding": ("bilag_flare",),
    "_bilag_flare_rules": ("bilag_flare",),
    "_bilag_renal": ("scores_by_hand", "bilag_against_naive"),
    "_bilag_rules": ("scores_by_hand", "bilag_against_naive"),
    "_bilag_tally": ("bilag_letters",),
    "_bilag_value_checks": ("bilag_checks",),
    "_blocks": ("test_blocks",),
    "_clasi": ("clasi_by_hand", "skin_joints_damage_facts", "skin_joints_damage_bad_input"),
    "_clasi50": ("clasi_by_hand", "skin_joints_damage_bad_input"),
    "_clasi_rules": ("clasi_by_hand", "skin_joints_damage_facts"),
    "_criteria": ("classification_by_hand",),
    "_cross_checks": ("cross_checks",),
    "_ctcae5": ("ctcae5_by_hand",),
    "_ctcae5_inputs": ("ctcae5_by_hand", "skin_joints_damage_bad_input"),
    "_ctcae5_rules": ("ctcae5_by_hand",),
    "_doris2017": ("doris_by_hand", "states_bad_input"),
    "_doris2021": ("doris_by_hand", "states_bad_input"),
    "_doris_rules": ("doris_by_hand", "property/test_states"),
    "_dose_days": ("dose_log_by_hand", "treatment_failure_by_hand"),
    "_dose_log": ("dose_log_by_hand", "treatment_failure_by_hand"),
    "_dose_visits": ("dose_log_by_hand", "steroids_bad_input"),
    "_egfr_instrument": ("egfr_by_hand", "renal_bad_input"),
    "_egfr_rules": ("egfr_by_hand",),
    "_eular_acr2019": ("classification_by_hand",),
    "_fall": ("clasi_by_hand", "joints28_by_hand"),
    "_he2020_renal": ("scores_by_hand", "he2020_renal"),
    "_he2020_rules": ("scores_by_hand", "he2020_renal"),
    "_history": ("clasi_by_hand", "sdi_by_hand"),
    "_joints28": ("joints28_by_hand", "skin_joints_damage_bad_input"),
    "_joints28_response": ("joints28_by_hand",),
    "_joints28_rules": ("joints28_by_hand", "skin_joints_damage_bad_input"),
    "_lab_results": ("lab_results",),
    "_lab_text": ("test_sledai_labs", "lab_results", "sledai_family_bad_input"),
    "_ladder": ("ctcae5_by_hand",),
    "_lldas": ("lldas_by_hand", "states_bad_input"),
    "_lldas_rules": ("lldas_by_hand",),
    "_ln_frame": ("ln_response", "renal_bad_input"),
    "_ln_response": ("ln_response_by_hand",),
    "_ln_rules": ("ln_response_by_hand",),
    "_ln_table": ("ln_response_by_hand",),
    "_narrow": ("property/test_narrow",),
    "_pga": ("scores_by_hand", "test_shared_vectors"),
    "_reading": ("test_blocks",),
    "_responder": ("bicla_by_hand", "sri_by_hand"),
    "_responder_checks": ("responder_checks_by_hand",),
    "_s2k_ri50": ("sledai_family_by_hand",),
    "_sdi": ("sdi_by_hand", "skin_joints_damage_bad_input"),
    "_sfi_rules": ("sfi",),
    "_sledai": ("scores_by_hand", "published_facts", "backends", "carried_by_hand"),
    "_sledai_change": ("sledai_family",),
    "_sledai_checks": ("sledai_checks",),
    "_sledai_family": ("sledai_family_by_hand", "sledai_family_bad_input"),
    "_sledai_labs": ("sledai_labs",),
    "_sledai_labs_checks": ("test_sledai_labs", "cross_checks"),
    "_sledai_labs_frame": ("test_sledai_labs", "lab_results"),
    "_sledai_labs_rules": ("test_sledai_labs", "lab_results"),
    "_sledas": ("sledas_by_hand", "states_bad_input"),
    "_sledas_rules": ("sledas_by_hand",),
    "_slicc2012": ("classification_by_hand",),
    "_smallest": ("property/test_smallest",),
    "_sri": ("sri_by_hand",),
    "_sri50": ("sri_by_hand",),
    "_sri_rules": ("sri_by_hand",),
    "_steroid_course": ("steroids_by_hand", "steroids_bad_input"),
    "_steroid_equivalent": ("steroids_by_hand",),
    "_steroid_rules": ("steroids_by_hand",),
    "_steroid_taper": ("steroids_by_hand", "steroids_bad_input"),
    "_steroids": (
        "scores_by_hand",
        "steroids_by_hand",
        "steroids_bad_input",
        "fault/test_bad_input",
        "dose_log",
    ),
    "_symbols": ("test_symbols",),
    "_treatment_events": ("treatment_failure_by_hand",),
    "_treatment_failure": ("treatment_failure_by_hand", "steroids_bad_input"),
    "_units": ("units_by_hand",),
    "_visits": ("test_blocks",),
}

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
}


_WHERE = 3  # condition, yes, no

#: Changes a copy of a node in place.
Change = Callable[[Any], None]


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One changed module: where, what it was and what it became."""

    module: str
    line: int
    was: str
    now: str
    tree: ast.Module

    def __str__(self) -> str:
        """Render as ``_pga.py:21  rise >= WORSENING  ->  rise > WORSENING``."""
        return f"{self.module}.py:{self.line}  {self.was}  ->  {self.now}"


def mutants(module: str) -> Iterator[Mutant]:
    """Yield every mutant of the functions of a module and of its whole-number constants."""
    tree = ast.parse((ROOM / f"{module}.py").read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    inside = {
        id(each)
        for node in nodes
        if isinstance(node, ast.FunctionDef)
        for statement in node.body
        for each in ast.walk(statement)
    }
    assigned = [node.value for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
    constants = {id(value) for value in assigned if value is not None}
    for number, node in enumerate(nodes):
        if id(node) not in inside and id(node) not in constants:
            continue
        for change in _changes(node):
            twin = copy.deepcopy(tree)
            target = list(ast.walk(twin))[number]
            change(target)
            was, now = ast.unparse(node), ast.unparse(target)
            if was != now:
                yield Mutant(module=module, line=node.lineno, was=was, now=now, tree=twin)  # type: ignore[attr-defined]


def _changes(node: ast.AST) -> Iterator[Change]:
    """Yield functions that change a copy of the node in place."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield from _of_comparison(node)
    elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        yield _set("op", _OPERATORS[type(node.op)]())
    elif isinstance(node, ast.UnaryOp):
        yield lambda twin: _become(twin, twin.operand)
    elif isinstance(node, ast.BoolOp):
        yield _set("op", ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool | int):
        yield _set("value", not node.value if isinstance(node.value, bool) else node.value + 1)
    elif isinstance(node, ast.IfExp | ast.If):
        yield lambda twin: setattr(twin, "test", ast.UnaryOp(ast.Not(), twin.test))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id == "where" and len(node.args) == _WHERE:
            yield lambda twin: twin.args.__setitem__(slice(1, 3), twin.args[:0:-1])
        if node.func.id == "any_of":
            yield lambda twin: setattr(twin.func, "id", "count")


def _of_comparison(node: ast.Compare) -> Iterator[Change]:
    for other in _COMPARISONS.get(type(node.ops[0]), ()):
        yield _set("ops", [other()])
    left, right = node.left, node.comparators[0]
    if isinstance(left, ast.Constant) and isinstance(left.value, str):
        yield _set("left", ast.Constant("another option"))
    if isinstance(right, ast.Constant) and isinstance(right.value, str):
        yield _set("comparators", [ast.Constant("another option")])


def _set(name: str, value: object) -> Change:
    return lambda twin: setattr(twin, name, value)


def _become(target: ast.AST, other: ast.AST) -> None:
    """Turn a node into another, in place."""
    target.__class__ = other.__class__  # type: ignore[assignment]
    target.__dict__.clear()
    target.__dict__.update(other.__dict__)


class _Served(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Serve one module from a changed tree."""

    def __init__(self, mutant: Mutant) -> None:
        self.name = f"lupustrial.instruments.{mutant.module}"
        self.code = compile(ast.fix_missing_locations(mutant.tree), str(ROOM / f"{mutant.module}.py"), "exec")

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Find the one module."""
        del path, target
        if name != self.name:
            return None
        return importlib.machinery.ModuleSpec(name, self, origin=self.code.co_filename)

    def get_source(self, fullname: str) -> None:
        """There is none."""
        del fullname

    def get_code(self, fullname: str) -> Any:
        """Return the changed code."""
        del fullname
        return self.code

    def exec_module(self, module: Any) -> None:
        """Run the changed code."""
        module.__file__ = self.code.co_filename
        exec(self.code, module.__dict__)  # noqa: S102  # the module under test, changed by one operator


def guards(module: str) -> list[str]:
    """Return the test files that guard a module, in the order in which MODULES names them.

    Tests of properties, which are slow, are among them only where the word begins with ``property/``.
    """
    levels = ("published", "independent", "developer", "fault", "property")
    every = [path for level in levels for path in sorted((TESTS / level / "instruments").glob("test_*.py"))]
    found = []
    for word in MODULES[module]:
        slow = word.startswith("property/")
        for path in every:
            level = path.parent.parent.name
            if (level == "property") == slow and word in f"{level}/{path.name}":
                found.append(str(path))
    return list(dict.fromkeys(found))


def _failed(mutant: Mutant | None, files: list[str]) -> bool:
    """Run the tests with the mutant in place, silently, and return whether one failed."""
    os.setpgrp()
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    if mutant is not None:
        sys.meta_path.insert(0, _Served(mutant))
    import pytest

    # Hypothesis is imported before pytest could rewrite its assertions, which pytest warns of.
    quiet = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--noconftest"]
    quiet += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    return bool(pytest.main([*quiet, *files]) != 0)


def noticed(mutant: Mutant | None, files: list[str], limit: float) -> bool:
    """Return whether the tests fail in a fork of this process in which the mutant is the module."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(int(_failed(mutant, files)))
        finally:
            os._exit(1)  # whatever happens here, the child must not go on with its parent's work
    end = time.monotonic() + limit
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status != 0
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True  # a mutant that runs for ever is noticed


def tested(module: str, workers: int, step: int) -> tuple[list[Mutant], list[Mutant]] | None:
    """Return the mutants tried and the survivors; None where the tests fail without any mutant."""
    files = guards(module)
    start = time.monotonic()
    if noticed(None, files, SLOWEST):
        return None
    limit = max(10 * (time.monotonic() - start), 10.0)
    every = list(mutants(module))[::step]
    with ThreadPoolExecutor(workers) as pool:
        results = list(pool.map(lambda mutant: noticed(mutant, files, limit), every))
    return every, [mutant for mutant, seen in zip(every, results, strict=True) if not seen]


def main() -> int:
    """Print a line a module and every survivor; return 1 when fewer than nine in ten were noticed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("modules", nargs="*", default=list(MODULES))
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--step", type=int, default=1, help="try every STEPth mutant only")
    parser.add_argument("--list", action="store_true", help="print the mutants, run nothing")
    chosen = parser.parse_args()
    if chosen.list:
        print("\n".join(str(mutant) for module in chosen.modules for mutant in mutants(module)))
        return 0
    os.chdir(ROOT)
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    for heavy in ("hypothesis", "numpy", "polars", "scipy.stats"):
        importlib.import_module(heavy)
    survived = total = failed = 0
    for module in chosen.modules:
        result = tested(module, chosen.workers, chosen.step)
        if result is None:
            failed += 1
            print(f"{module}: its tests fail without any mutant; nothing can be said", flush=True)
            continue
        every, survivors = result
        survived, total = survived + len(survivors), total + len(every)
        print(f"{module:<28} {len(every) - len(survivors):>4} of {len(every):>4} noticed", flush=True)
        for mutant in survivors:
            print(f"    survived  {mutant}", flush=True)
    print(f"{total - survived} of {total} mutants noticed, {100 * (1 - survived / max(total, 1)):.1f} %")
    return int(failed > 0 or survived > (1 - ENOUGH) * total)


if __name__ == "__main__":
    sys.exit(main())
