"""Generic mutants differ from the module in one condition each, and all of them are programs."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from mutations.generic import BAR, EQUIVALENT, PACKAGE, TRUSTED, Figures, meeting, mutants
from mutations.sandbox import ROOT
from mutations.swapping import TIME, codes
from mutations.warm import Warm

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


def test_an_equivalent_mutant_is_one_that_is_there_once_and_has_its_reason() -> None:
    for module in {module for module, *_ in EQUIVALENT}:
        source = (ROOT / PACKAGE / f"{module}.py").read_text(encoding="utf-8")
        found = [(module, mutant.where, mutant.what) for mutant in mutants(source)]
        for key, why in EQUIVALENT.items():
            assert key[0] in TRUSTED
            assert key[0] != module or found.count(key) == 1, key
            assert len(why.split()) >= 5, key


def test_what_cannot_be_killed_counts_neither_for_nor_against() -> None:
    assert Figures(20, 18, 1).share == 18 / 19 < BAR
    assert Figures(20, 19, 1).share == Figures(0, 0, 0).share == 1.0
    assert str(Figures(20, 18, 1)) == "18 of 20 killed, 1 equivalent: 94.7%"


def test_a_mutant_knows_its_function_and_every_line_that_was_changed() -> None:
    source = "class A:\n  def f(self, a):\n    return (\n      a\n      < 3\n    )\n"
    assert {(m.where, m.line, m.end) for m in mutants(source)} == {("A.f", 4, 5)}
    plain = compile(source, "a.py", "exec")
    assert list(codes(plain)) == ["A", "A.f"]


@pytest.mark.slow
def test_a_mutant_meets_the_tests_that_run_its_lines_and_only_those(tmp_path: Path) -> None:
    """And the code of the next one is not mixed with it; an endless one is ended."""
    file, tests = f"{PACKAGE}/identity.py", ["tests/protocol/test_identity.py"]
    source = (ROOT / file).read_text(encoding="utf-8")
    found = {mutant.what: mutant for mutant in mutants(source)}
    mutant = found["opposite: len(seed) != SEED_SIZE"]
    with Warm(tmp_path, tests, [file]) as warm:
        assert warm.left_out == []
        assert warm.killer(file, source, range(1, 999)) is None
        killer = warm.killer(file, mutant.source, range(mutant.line, mutant.end + 1))
        assert killer is not None
        assert killer.startswith(tests[0])
        assert warm.killer(file, mutant.source, [1]) is None, "no test runs the docstring"
        assert warm.killer(file, source, range(1, 999)) is None
        endless = source.replace('return f"Identity(', 'while True: pass\n        f"Identity(')
        shown = next(n for n, text in enumerate(source.splitlines(), 1) if '"Identity(' in text)
        assert warm.killer(file, endless, [shown], spare_s=1.0) == TIME
