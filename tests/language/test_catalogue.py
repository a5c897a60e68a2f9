"""Catalogues: whole, compiled, in step with the code, and read by the standard library alone."""

from __future__ import annotations

import argparse as standard_argparse
import ast
import gettext
import io
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from meshdefense import language
from meshdefense.catalogue import LOCALE, Plural, keyed, tr, translations, trn
from meshdefense.cli.main import main
from support import argparse_texts
from support.catalogue_files import (
    OTHERS,
    add_pairs,
    empty_ids,
    extracted,
    gaps,
    migrated,
    mo_bytes,
    mo_path,
    po_path,
    read,
)

Key = tuple[str | None, object]


def messages(file: bytes) -> dict[object, str]:
    """What the standard library reads in a .mo, without the header, which names Babel's version."""
    found = gettext.GNUTranslations(io.BytesIO(file))
    return {key: text for key, text in found._catalog.items() if key}  # type: ignore[attr-defined]


def test_every_language_but_english_has_a_catalogue() -> None:
    assert OTHERS
    assert {path.name for path in Path(LOCALE).iterdir()} == set(OTHERS)


@pytest.mark.parametrize("name", OTHERS)
def test_the_compiled_file_is_what_babel_makes_of_the_text_file(name: str) -> None:
    assert messages(mo_path(name).read_bytes()) == messages(mo_bytes(read(name)))


@pytest.mark.parametrize("name", OTHERS)
def test_the_catalogue_has_every_text_of_the_code_and_no_other(name: str) -> None:
    def keys(catalog: object) -> set[Key]:
        return {(one.context, one.id) for one in catalog if one.id}  # type: ignore[attr-defined]

    have, want = keys(read(name)), keys(extracted())
    hint = "python tests/support/catalogue_files.py extract"
    assert sorted(map(str, want - have)) == [], f"not in the catalogue; {hint}"
    assert sorted(map(str, have - want)) == [], f"not in the code any more; {hint}"


@pytest.mark.parametrize("name", OTHERS)
def test_nothing_is_empty_and_nothing_is_a_guess(name: str) -> None:
    assert empty_ids(read(name)) == []


@pytest.mark.parametrize("name", OTHERS)
def test_every_translation_takes_the_values_of_its_english(name: str) -> None:
    for one in read(name):
        if not one.id:
            continue
        english = (one.id,) if isinstance(one.id, str) else one.id
        said = (one.string,) if isinstance(one.string, str) else tuple(one.string or ())
        # the form for one may do without the number, in every language
        assert gaps(said[-1]) == gaps(english[-1]), one.id
        for form in said:
            assert gaps(english[-1]) - {"count"} <= gaps(form) <= gaps(english[-1]), one.id


@pytest.mark.parametrize("name", OTHERS)
def test_spaces_and_ends_of_lines_around_a_text_stay(name: str) -> None:
    def around(text: str) -> tuple[bool, bool, int]:
        return text[:1].isspace(), text[-1:].isspace(), text.count("\n")

    for one in read(name):
        english = one.id if isinstance(one.id, str) else one.id[-1]
        said = one.string if isinstance(one.string, str) else (one.string or ("",))[-1]
        assert not english or around(english) == around(said), one.id


@pytest.mark.parametrize("name", OTHERS)
def test_the_text_file_has_no_lines_that_change_without_a_reason(name: str) -> None:
    text = po_path(name).read_text(encoding="utf-8")
    for changing in ("POT-Creation-Date", "PO-Revision-Date", "Generated-By", "#~", "#, fuzzy"):
        assert changing not in text
    with po_path(name).open("rb") as file:
        assert len(read_po(file, abort_invalid=True)) == len(read(name))


def test_argparse_says_nothing_that_is_not_listed() -> None:
    known = {*argparse_texts.SINGLE, *argparse_texts.PLURAL, *argparse_texts.FOR_PROGRAMMERS}
    known |= {one for one, _ in argparse_texts.PLURAL}
    found = extract_from_file(
        "python", standard_argparse.__file__, keywords={"_": None, "ngettext": (1, 2)}
    )
    said = {message if isinstance(message, str) else message[0] for _, message, _, _ in found}
    assert said - known - {"conflicting option string: %s"} == set()


# at run time


def test_a_number_chooses_its_form() -> None:
    text = Plural("{count} node", "{count} nodes")
    assert keyed("nodes_n", text, "en", count=1) == "1 node"
    assert keyed("nodes_n", text, "en", count=0) == "0 nodes"
    assert keyed("nodes_n", text, "es", count=1) == "1 nodo"
    assert keyed("nodes_n", text, "es", count=3) == "3 nodos"
    with language.speaking("es"):
        assert trn("sent once", "sent {count} times", 1) == "enviado una vez"
        assert trn("sent once", "sent {count} times", 4) == "enviado 4 veces"


def test_a_number_that_is_text_is_a_mistake_of_the_code() -> None:
    with pytest.raises(TypeError, match="a count is a number"):
        keyed("nodes_n", Plural("{count} node", "{count} nodes"), "en", count="3")


def test_what_a_catalogue_lacks_is_said_in_english() -> None:
    with language.speaking("es"):
        assert tr("nobody wrote this {what}", what="text") == "nobody wrote this text"
    assert keyed("no_such_key", "plain", "es") == "plain"
    assert keyed("alerts", "alerts", "xx") == "alerts"


def test_a_value_with_braces_is_not_filled_again() -> None:
    assert tr("there is no file {path}", path="{path} {x}") == "there is no file {path} {x}"


def test_the_same_english_may_differ_by_its_key() -> None:
    found = translations("es")
    assert found.pgettext("detail_equipment", "with") == "con"
    assert found.gettext("with") == "lo tienen"


def test_at_run_time_babel_is_not_needed() -> None:
    code = (
        "import sys; from meshdefense.catalogue import keyed;"
        "print(keyed('alerts', 'alerts', 'es'), 'babel' in sys.modules, 'locale' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["alertas", "False", "False"]


def test_argparse_speaks_the_language_too(capsys: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-m", "meshdefense", "--language", "es", "verify"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "uso: meshdefense verify" in done.stderr
    assert "faltan los argumentos: alert, result" in done.stderr


# migration


OLD = '''"""Phrases of a screen, in English and Spanish."""

from __future__ import annotations

from typing import Final

__all__ = ["OLD_PHRASES"]

OLD_PHRASES: Final[dict[str, tuple[str, str]]] = {
    # a comment stays
    "one": ("one á", "uno"),
    "long": (
        "a longer text that "
        "goes on",
        "un texto más largo",
    ),
}
'''


def test_migration_takes_the_second_language_out_and_keeps_the_rest() -> None:
    text, pairs = migrated(OLD)
    assert pairs == {
        "one": ("one á", "uno"),
        "long": ("a longer text that goes on", "un texto más largo"),
    }
    scope: dict[str, object] = {}
    exec(compile(text, "old", "exec"), scope)
    assert scope["OLD_PHRASES"] == {"one": "one á", "long": "a longer text that goes on"}
    assert "# a comment stays" in text
    assert "dict[str, Text]" in text
    assert ast.get_docstring(ast.parse(text)) == "Phrases of a screen."
    assert migrated(text) == (text, {})


def test_migrated_pairs_are_in_the_catalogue_by_their_keys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "meshdefense.po"
    monkeypatch.setattr("support.catalogue_files.po_path", lambda name: path)
    add_pairs("es", {"one": ("one {x}", "uno {x}")})
    add_pairs("es", {"two": ("one {x}", "una {x}")})
    assert {one.context: one.string for one in read("es") if one.id} == {
        "one": "uno {x}",
        "two": "una {x}",
    }


def test_the_program_names_the_languages_when_one_is_not_here(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--language", "fr", "status"]) == 2
    assert "there is no language 'fr'; it is en, es" in capsys.readouterr().err
