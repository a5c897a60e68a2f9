"""Mutants that nobody chose: every condition of a module turned round, one at a time.

    python tests/mutations/generic.py [MODULE ...] [--limit N] [--own-only] [--quick] [--json FILE]

MODULE is a name in protocol/meshdefense_protocol, as `admission`; without one those of TRUSTED.
Each mutant meets the tests of tests/protocol that run its lines, the module's own before others.
Prints the survivors and the share that was killed; ends with 1 when a module is below the bar.
"""

from __future__ import annotations

import argparse
import ast
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a script, from anywhere

from mutations.sandbox import ROOT
from mutations.swapping import TIME
from mutations.warm import Warm

__all__ = ["BAR", "EQUIVALENT", "TRUSTED", "Figures", "Mutant", "meeting", "mutants"]

BAR: Final = 0.95
PACKAGE: Final = "protocol/meshdefense_protocol"
TRUSTED: Final = (
    "admission", "council", "governance", "identity", "items", "judging", "members", "roster",
    "sealing",
)  # fmt: skip
"""Modules that decide who is believed."""
LEFT_OUT: Final = ("test_fuzz", "test_document", "test_vectors")
"""Tests that are slow, or look at the text of the program and not at what it does."""
QUICK_S: Final = 1.0
EQUIVALENT: Final = {
    ("sealing", "KeyRing.__init__", "neighbour: secret.epoch > held.epoch"):
        "of two secrets of one class and one epoch only the epoch is looked at",
    ("admission", "Admission.check",
     "always: item_hash(item.raw) if known is Known.ACCEPTED else 0"):
        "the hash is looked at only when the id was accepted: not making it otherwise saves time",
    ("admission", "Admission.nothing_is_missing", "always: if self._news_since_settled:"):
        "without news since, every window is settled at the same sequence again",
    ("council", "Council.add", "always: if isinstance(body, (Suspend, Warn, Lift)):"):
        "what one says alone is told apart by its kind once more when it is looked through",
    ("council", "Council._voices", "neighbour: voice < held"):
        "a voice is put in the place of an equal one",
    ("governance", "Governance._next_seed", "first only: 0 < self._newest < self._me.roster.epoch"):
        "with the keys in force here no epoch lies ahead, so that none is found",
    ("governance", "Governance._open", "never: if self._newest <= before:"):
        "a seed that opens has the commitment of a later epoch and is kept: the keys are newer",
    ("governance", "Governance._open", "neighbour: self._newest <= before"):
        "a seed that opens has the commitment of a later epoch and is kept: the keys are newer",
}  # fmt: skip
"""Mutants that do the same as the module, by module, function and change: why nobody can tell."""
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
    end: int
    """The last line of what was changed."""
    where: str
    """The function, with its class."""
    what: str
    source: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the mutants of a module."""

    mutants: int
    killed: int
    equivalent: int
    endless: int = 0
    """Of the killed, those whose tests came to no end in time."""

    @property
    def share(self) -> float:
        """Killed of those that can be; 1 when there are none."""
        able = self.mutants - self.equivalent
        return self.killed / able if able else 1.0

    def __str__(self) -> str:
        other = f", {self.endless} of them endless" if self.endless else ""
        other += f", {self.equivalent} equivalent" if self.equivalent else ""
        return f"{self.killed} of {self.mutants} killed{other}: {self.share:.1%}"


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its lines."""
    tree = ast.parse(source)
    found = []
    for node, where in list(_inside(tree)):
        for what in _changes(node):
            told = ast.unparse(node).splitlines()[0]
            before = {n: v[:] if isinstance(v, list) else v for n, v in vars(node).items()}
            _change(node, what)  # in place: the tree stays the same for the next one
            text = ast.unparse(ast.fix_missing_locations(tree))
            vars(node).update(before)
            seen = node.test if isinstance(node, (ast.If, ast.While)) else node
            first, last = (int(vars(seen)[name]) for name in ("lineno", "end_lineno"))
            found.append(Mutant(first, last, where, f"{what}: {told}", text))
    return iter(sorted(found, key=lambda one: (one.line, one.what)))


def _inside(node: ast.AST, where: str = "") -> Iterator[tuple[ast.AST, str]]:
    """Every node with the function that it stands in."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.ClassDef)):
            yield from _inside(child, f"{where}.{child.name}".lstrip("."))
        else:
            yield child, where
            yield from _inside(child, where)


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
    own = _paths(f"tests/protocol/test_{module}*.py", "tests/test_promises*.py")
    every = _paths("tests/protocol/test_*.py")
    return own, [name for name in every if name not in own and Path(name).stem not in LEFT_OUT]


def _paths(*patterns: str) -> list[str]:
    found = (path for pattern in patterns for path in sorted(ROOT.glob(pattern)))
    return [path.relative_to(ROOT).as_posix() for path in found]


def survivors(
    warm: Warm, module: str, limit: int, *, most_s: float = 0.0
) -> tuple[Figures, list[Mutant]]:
    """What became of the mutants of a module, and those that no test noticed."""
    file = f"{PACKAGE}/{module}.py"
    every = list(mutants((warm.folder / file).read_text(encoding="utf-8")))
    chosen = every[:: max(1, len(every) // limit)][:limit] if limit else every
    left, equivalent, endless = [], 0, 0
    for mutant in chosen:
        lines = range(mutant.line, mutant.end + 1)
        first = f"tests/protocol/test_{module}"
        killer = warm.killer(file, mutant.source, lines, first=first, most_s=most_s)
        endless += killer == TIME
        told = f"{file}:{mutant.line}: {mutant.where}: {{}}: {mutant.what}\n"
        if (module, mutant.where, mutant.what) in EQUIVALENT:
            equivalent += killer is None
            if killer is not None:
                sys.stdout.write(told.format(f"listed as equivalent, but {killer} fails"))
        elif killer is None:
            left.append(mutant)
            sys.stdout.write(told.format("survives"))
            sys.stdout.flush()
    killed = len(chosen) - equivalent - len(left)
    return Figures(len(chosen), killed, equivalent, endless), left


def main(arguments: Sequence[str]) -> int:
    """Run the program; returns its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("module", nargs="*", default=TRUSTED, help="default: all of TRUSTED")
    parser.add_argument("--limit", type=int, default=0, help="at most so many of each, evenly")
    parser.add_argument("--own-only", action="store_true", help="leave out the rest of the tests")
    parser.add_argument("--quick", action="store_true", help="leave out tests of over a second")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    given = parser.parse_args(arguments)
    begun, most_s = time.monotonic(), QUICK_S if given.quick else 0.0
    tests = dict.fromkeys(
        test
        for module in given.module
        for part in meeting(module)[: 1 if given.own_only else 2]
        for test in part
    )
    told: dict[str, object] = {}
    below = False
    files = [f"{PACKAGE}/{module}.py" for module in given.module]
    with tempfile.TemporaryDirectory() as folder, Warm(Path(folder), list(tests), files) as warm:
        for module in given.module:
            figures, found = survivors(warm, module, given.limit, most_s=most_s)
            below = below or figures.share < BAR
            left = [f"{one.line}: {one.where}: {one.what}" for one in found]
            told[module] = {**asdict(figures), "survivors": left}
            sys.stdout.write(f"{module}: {figures}\n")
            sys.stdout.flush()
        for test in warm.left_out:
            sys.stdout.write(f"left out, since it fails without any change: {test}\n")
    took = time.monotonic() - begun
    sys.stdout.write(f"{took:.0f} s; the bar is {BAR:.0%} of each module\n")
    if given.json is not None:
        given.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
