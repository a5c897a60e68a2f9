"""Reads promises.toml: what proves each promise, and the checks that must not go unnoticed."""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from mutations.sandbox import ROOT

__all__ = ["Check", "Proof", "is_there", "read_proofs"]

FILE: Final = Path(__file__).with_name("promises.toml")


@dataclass(frozen=True, slots=True)
class Check:
    """A text of the program, and the test that must fail when something else stands there."""

    number: int
    """Of the promise, from 1."""
    what: str
    file: str
    find: str
    put: str
    test: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What stands behind one promise."""

    number: int
    tests: tuple[str, ...]
    checks: tuple[Check, ...]


def read_proofs() -> list[Proof]:
    """Everything in the file, in its order. KeyError and TypeError for what does not belong."""
    found = []
    for entry in tomllib.loads(FILE.read_text(encoding="utf-8"))["promise"]:
        number = entry["number"]
        checks = tuple(Check(number, **check) for check in entry.pop("check", ()))
        found.append(Proof(checks=checks, **{**entry, "tests": tuple(entry["tests"])}))
    return found


@cache
def _names(file: str) -> frozenset[str]:
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    for node in tree.body:  # state machines: TestX = Machine.TestCase
        if isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return frozenset(names)


def is_there(test: str) -> bool:
    """Whether a test is there; `test` is its file and name as pytest has them."""
    file, _, name = test.partition("::")
    return name.casefold().startswith("test") and name in _names(file)
