"""Mutants that nobody chose: every condition of a module turned round, one at a time.

    python tests/mutations/generic.py [MODULE ...] [--limit N] [--own-only] [--json FILE]

MODULE is a name in protocol/meshdefense_protocol, as `admission`; without one those of TRUSTED.
Each mutant meets the module's own tests first, then the rest of tests/protocol. Prints the
survivors and the share that was killed; ends with 1 below the bar. Takes minutes for a module.
"""

from __future__ import annotations

import argparse
import ast
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a script, from anywhere

from mutations.sandbox import PASSED, ROOT, Sandbox

__all__ = ["BAR", "TRUSTED", "Mutant", "mutants"]

BAR: Final = 0.95
PACKAGE: Final = "protocol/meshdefense_protocol"
TRUSTED: Final = (
    "admission", "council", "governance", "identity", "items", "members", "roster", "sealing",
)  # fmt: skip
"""Modules that decide who is believed."""
LEFT_OUT: Final = ("test_fuzz", "test_document", "test_vectors")
"""Tests that are slow, or look at the text of the program and not at what it does."""
OWN_S, REST_S = 60.0, 240.0
_OPPOSITE: Final = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE,
    ast.LtE: ast.Gt, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_NEIGHBOUR: Final = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one change."""

    line: int
    """In the module as it is."""
    what: str
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its lines."""
    tree = ast.parse(source)
    found = []
    for node in list(ast.walk(tree)):
        for what in _changes(node):
            told = ast.unparse(node).splitlines()[0]
            before = {n: v[:] if isinstance(v, list) else v for n, v in vars(node).items()}
            _change(node, what)  # in place: the tree stays the same for the next one
            text = ast.unparse(ast.fix_missing_locations(tree))
            found.append(Mutant(int(vars(node)["lineno"]), f"{what}: {told}", text))
            vars(node).update(before)
    return iter(sorted(found, key=lambda one: (one.line, one.what)))


def _changes(node: ast.AST) -> list[str]:
    """What can be turned round at a node."""
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        always = [] if isinstance(node, ast.While) else ["always"]
        return ["never", *always]
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return ["opposite"] + ["neighbour"] * (type(node.ops[0]) in _NEIGHBOUR)
    if isinstance(node, ast.Compare):
        return ["first only", "last only"]
    if isinstance(node, ast.BoolOp):
        return ["and for or" if isinstance(node.op, ast.Or) else "or for and"]
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant):
        return ["other answer"] if isinstance(node.value.value, bool) else []
    if isinstance(node, ast.Return) and node.value is not None:
        return ["no rejection"] if "Rejection." in ast.unparse(node.value) else []
    return []


def _change(node: ast.AST, what: str) -> None:
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        node.test = ast.Constant(what == "always")
    elif isinstance(node, ast.Compare) and what == "first only":
        del node.ops[1:], node.comparators[1:]
    elif isinstance(node, ast.Compare) and what == "last only":
        node.left = node.comparators[-2]
        del node.ops[:-1], node.comparators[:-1]
    elif isinstance(node, ast.Compare):
        kinds = _OPPOSITE if what == "opposite" else _NEIGHBOUR
        node.ops = [kinds[type(node.ops[0])]()]
    elif isinstance(node, ast.BoolOp):
        node.op = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Constant):
        node.value = ast.Constant(not node.value.value)
    elif isinstance(node, ast.Return):
        pair = isinstance(node.value, ast.Tuple)
        nothing: ast.expr = ast.Constant(None)
        node.value = ast.Tuple([nothing, ast.Constant(False)], ast.Load()) if pair else nothing


def meeting(module: str) -> tuple[list[str], list[str]]:
    """The tests that a mutant meets first, and those that survivors meet."""
    own = [f"tests/protocol/test_{module}.py"]
    own += sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("tests/test_promises*"))
    own = [name for name in own if (ROOT / name).exists()]
    every = sorted(ROOT.glob("tests/protocol/test_*.py"))
    rest = [path.relative_to(ROOT).as_posix() for path in every if path.stem not in LEFT_OUT]
    return own, [name for name in rest if name not in own]


def passing(sandbox: Sandbox, tests: list[str]) -> list[str]:
    """Those files whose tests all pass without any change; names the others."""
    if not tests or sandbox.run(tests, within_s=10 * REST_S) == PASSED:
        return tests
    good = [test for test in tests if sandbox.run([test], within_s=10 * REST_S) == PASSED]
    for test in sorted({*tests} - {*good}):
        sys.stdout.write(f"left out, since it fails without any change: {test}\n")
    return good


def survivors(
    sandbox: Sandbox, module: str, limit: int, *, own_only: bool
) -> tuple[int, list[Mutant]]:
    """How many mutants of a module were tried, and those that no test noticed."""
    file = f"{PACKAGE}/{module}.py"
    own, rest = meeting(module)
    own, rest = passing(sandbox, own), passing(sandbox, [] if own_only else rest)
    every = list(mutants((ROOT / file).read_text(encoding="utf-8")))
    chosen = every[:: max(1, len(every) // limit)][:limit] if limit else every
    left = []
    for mutant in chosen:
        with sandbox.changed(file, mutant.source):
            alive = sandbox.run(own, within_s=OWN_S) == PASSED
            alive = alive and (not rest or sandbox.run(rest, within_s=REST_S) == PASSED)
        if alive:
            left.append(mutant)
            sys.stdout.write(f"{file}:{mutant.line}: survives: {mutant.what}\n")
            sys.stdout.flush()
    return len(chosen), left


def main(arguments: Sequence[str]) -> int:
    """Run the program; returns its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("module", nargs="*", default=TRUSTED, help="default: all of TRUSTED")
    parser.add_argument("--limit", type=int, default=0, help="at most so many of each, evenly")
    parser.add_argument("--own-only", action="store_true", help="leave out the rest of the tests")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    given = parser.parse_args(arguments)
    begun, tried, left = time.monotonic(), 0, dict[str, list[str]]()
    with tempfile.TemporaryDirectory() as folder, Sandbox(Path(folder)) as sandbox:
        for module in given.module:
            number, found = survivors(sandbox, module, given.limit, own_only=given.own_only)
            tried += number
            left[module] = [f"{one.line}: {one.what}" for one in found]
            sys.stdout.write(f"{module}: {number - len(found)} of {number} killed\n")
            sys.stdout.flush()
    alive = sum(map(len, left.values()))
    share = (tried - alive) / tried if tried else 0.0
    took = time.monotonic() - begun
    sys.stdout.write(f"{share:.1%} of {tried} killed in {took:.0f} s; the bar is {BAR:.0%}\n")
    if given.json is not None:
        figures = {"mutants": tried, "killed": tried - alive, "survivors": left}
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0 if share >= BAR else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
