"""Generic mutants differ from the module in one condition each, and all of them are programs."""

from __future__ import annotations

import ast

import pytest

from mutations.generic import PACKAGE, TRUSTED, meeting, mutants
from mutations.sandbox import ROOT

SOURCE = """\
def check(a, b):
    if a < b and b:
        return Rejection.SIZE
    if 1 <= a <= 9:
        return None, Rejection.ROLE
    return True
"""


def test_each_condition_is_turned_round_and_each_rejection_taken_away() -> None:
    found = [mutant.what.partition(":")[0] for mutant in mutants(SOURCE)]
    assert sorted(found) == sorted([
        "never", "always", "or for and", "opposite", "neighbour", "no rejection",
        "never", "always", "first only", "last only", "no rejection", "other answer",
    ])  # fmt: skip
    texts = {mutant.what: mutant.source for mutant in mutants(SOURCE)}
    assert "a >= b and b" in texts["opposite: a < b"]
    assert "a <= b and b" in texts["neighbour: a < b"]
    assert "a < b or b" in texts["or for and: a < b and b"]
    assert "if a <= 9:" in texts["last only: 1 <= a <= 9"]
    assert "if 1 <= a:" in texts["first only: 1 <= a <= 9"]
    assert "return (None, False)" in texts["no rejection: return (None, Rejection.ROLE)"]
    assert texts["other answer: return True"].endswith("return False")


@pytest.mark.parametrize("module", TRUSTED)
def test_mutants_of_every_trusted_module_are_programs_of_their_own(module: str) -> None:
    source = (ROOT / PACKAGE / f"{module}.py").read_text(encoding="utf-8")
    plain, found = ast.unparse(ast.parse(source)), list(mutants(source))
    assert len(found) >= 5, "a module that decides has conditions"
    lines = source.splitlines()
    for mutant in found[::10]:
        ast.parse(mutant.source)
    for mutant in found:
        assert mutant.source != plain, mutant.what
        assert 1 <= mutant.line <= len(lines)


def test_every_trusted_module_has_tests_that_mutants_meet_first() -> None:
    for module in TRUSTED:
        own, rest = meeting(module)
        assert own, module
        assert rest, module
        assert not set(own) & set(rest)
