"""Every promise names tests, every check behind it is missed when it is gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from meshdefense.cli.promises import first_run
from meshdefense.promises import NON_PROMISES, PROMISES, lines
from mutations.listed import Check, is_there, read_proofs
from mutations.run import PAGE, broken, page_with, try_check
from mutations.sandbox import FAILED, PASSED, ROOT, FoundError, Sandbox, mutated
from support.commands import meshdefense

PROOFS = read_proofs()
CHECKS = [check for proof in PROOFS for check in proof.checks]


def named(check: Check) -> str:
    return f"{check.number} {check.what}"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("mutations")) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def failing(sandbox: Sandbox, request: pytest.FixtureRequest) -> Sequence[str]:
    """Tests that do not pass in the copy before anything is deleted."""
    return broken(sandbox, [check.test for check in CHECKS])


@pytest.mark.slow
@pytest.mark.parametrize("check", CHECKS, ids=named)
def test_a_check_that_is_deleted_is_missed(
    check: Check, sandbox: Sandbox, failing: Sequence[str]
) -> None:
    assert check.test not in failing, "it fails without any change"
    why = try_check(sandbox, check)
    assert not why, why


def test_every_promise_has_its_tests_and_checks_by_its_number() -> None:
    assert [proof.number for proof in PROOFS] == list(range(1, len(PROMISES) + 1))
    for proof in PROOFS:
        assert proof.tests, proof.number
        assert proof.checks, proof.number
        assert len({check.what for check in proof.checks}) == len(proof.checks), proof.number


@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: str(proof.number))
def test_every_test_that_is_named_exists_and_every_text_is_there_once(proof: object) -> None:
    (found,) = [one for one in PROOFS if one is proof]
    for test in (*found.tests, *(check.test for check in found.checks)):
        assert is_there(test), test
    for check in found.checks:
        mutated((ROOT / check.file).read_text(encoding="utf-8"), check.find, check.put)


def test_a_text_that_is_not_there_once_or_makes_no_program_is_no_mutation() -> None:
    source = "if a:\n    b()\nif c:\n    b()\n"
    for find, put in (("d", "e"), ("b()", "e"), ("if a:", "if a:"), ("if a:", "if (:")):
        with pytest.raises(FoundError):
            mutated(source, find, put)
    assert mutated(source, "if a:", "if False:").startswith("if False:\n")
    assert not is_there("tests/mutations/test_promises_hold.py::test_that_is_not_here")
    assert not is_there("tests/not_here.py::test_nothing")


def test_a_check_that_nobody_misses_is_found(sandbox: Sandbox) -> None:
    here = "tests/protocol/test_sealing.py::test_a_secret_of_another_size_is_refused"
    seen = "protocol/meshdefense_protocol/seen.py"
    unused = Check(1, "x", seen, "age >= WINDOW:", "age >= WINDOW + 1:", here)
    assert sandbox.run([here]) == PASSED
    assert "nobody misses it" in try_check(sandbox, unused)
    sealing = "protocol/meshdefense_protocol/sealing.py"
    needed = Check(1, "x", sealing, "if len(self.secret) != SECRET_SIZE:", "if False:", here)
    assert try_check(sandbox, needed) == ""
    no_program = Check(1, "x", sealing, "import hashlib\n", "import no_such_module\n", here)
    assert "no verdict" in try_check(sandbox, no_program), "a broken import proves nothing"
    assert sandbox.run([here]) == PASSED, "the copy is as it was"
    assert (sandbox.folder / sealing).read_text() == (ROOT / sealing).read_text()


def test_a_test_that_takes_too_long_is_ended_and_the_next_one_runs(sandbox: Sandbox) -> None:
    slow = sandbox.folder / "tests/test_slow.py"
    slow.write_text("import time\n\n\ndef test_slow():\n    time.sleep(60)\n")
    assert sandbox.run(["tests/test_slow.py"], within_s=0.5) is None
    slow.write_text("def test_slow():\n    assert 1 == 2\n")
    assert sandbox.run(["tests/test_slow.py"]) == FAILED
    slow.unlink()


# -- what people read -------------------------------------------------------------------------


def test_the_page_has_every_promise_and_every_limit_in_the_words_of_the_program() -> None:
    text = PAGE.read_text(encoding="utf-8")
    promised, rest = text.split("\n## Promises\n")[1].split("\n## No promises\n")
    numbered = [" ".join(row.split()) for row in promised.split("\n### ")[0].split("\n\n")]
    listed = [line for row in numbered for line in _points(row)]
    assert listed == [one.en for one in PROMISES]
    limits = " ".join(rest.split("\n## ")[0].split())
    for sentence in NON_PROMISES:
        assert f"**{sentence.en}**" in limits


def _points(paragraph: str) -> list[str]:
    """The bold sentences of a numbered list."""
    return [part.split("**")[0] for part in paragraph.split("**")[1::2]]


def test_the_page_names_the_tests_of_the_list() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page_with(PROOFS, text) == text, "run tests/mutations/run.py --page"


def test_both_lists_are_printed_in_both_languages_and_fit_a_terminal() -> None:
    for language, word in (("en", "unaudited"), ("es", "auditado")):
        done = meshdefense("promises", "--language", language)
        assert done.code == 0, done.err
        assert done.out.splitlines() == lines(language)
        said = " ".join(done.out.split())
        assert word in said
        for sentence in (*PROMISES, *NON_PROMISES):
            assert sentence.said(language) in said
        assert max(map(len, done.out.splitlines())) <= 78
        assert first_run(language).count("meshdefense promises") == 1
    told = meshdefense("promises", "--json").json
    assert told["promised"] == [one.en for one in PROMISES]
    assert told["not_promised"] == [one.en for one in NON_PROMISES]


def test_no_sentence_is_said_twice_or_in_one_language_only() -> None:
    said = [text for one in (*PROMISES, *NON_PROMISES) for text in (one.en, one.said("es"))]
    assert len(set(said)) == len(said)
    assert all(text.endswith(".") for text in said)
    assert PROMISES[0].said("fr") == PROMISES[0].en


def test_the_readme_says_the_same(tmp_path: Path) -> None:
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    english, spanish = text.split("## En español")
    for sentence in NON_PROMISES:
        assert sentence.en in english
        assert sentence.said("es") in spanish
