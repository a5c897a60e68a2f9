"""No text for people stands outside the catalogues, and no phrase is missing or left over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import meshdefense.cli
import meshdefense_tui
from meshdefense.catalogue import Plural, Text
from meshdefense_tui.palette import TRUE_COLOURS
from meshdefense_tui.phrases import PHRASES, phrase

TUI = Path(meshdefense_tui.__file__).parent
CLI = Path(meshdefense.cli.__file__).parent
SCREENS = sorted(p for p in TUI.rglob("*.py") if not p.name.startswith("phrases"))
FOR_DEVELOPERS = {
    "body_fields", "decision_fields", "explain_control", "explain_packet", "explanation",
    "packet", "packet_fields", "packet_keys", "sim",
}  # fmt: skip
"""Commands that explain bytes and simulations: English only. docs/translating.md says so."""
COMMANDS = sorted(p for p in CLI.glob("*.py") if p.stem not in FOR_DEVELOPERS)
WORD = re.compile(r"[^\W\d_]{2,}")
ROLES = {*TRUE_COLOURS, "quiet", "plain"}
SPEAKS = {"print", "complain", "CliError", "input", "getpass", "TextFileError", "QrError"}
"""What the command line says something to a person with."""
UNITS = re.compile(r"\b(km|min|dB|GPS|SOS|UTC|NOUN|GMT)\b")
ALLOWED_IN_SCREENS = {
    "MeshDefense": "the program's name",
    "Enter": "a key's own name",
    "Esc": "a key's own name",
    "Ctrl": "a key's own name",
}
ALLOWED_IN_COMMANDS = {
    "meshdefense": "the program's name before its complaints",
    "meshdefense report --help": "what to type",
    "meshdefense radio virtual": "what to type",
    "meshdefense radio meshtasticd": "what to type",
}
BUILT = re.compile(
    "class_|cmd_|delivery_|event_|export_|library_warn_|held_|(critical|high|medium|low)_n$|hint_|holders_|key_|layer_|mode_|pt_rung_|sd_|radio_|reason_|setup_"
)
"""Beginnings of keys that the screens put together from a code's name."""


def words_in(node: ast.AST) -> str:
    """The letters that a literal holds, without units and without what it fills in."""
    if isinstance(node, ast.Constant):
        text = node.value if isinstance(node.value, str) else ""
    elif isinstance(node, ast.JoinedStr):
        text = " ".join(words_in(part) for part in node.values)
    else:
        return ""
    return " ".join(WORD.findall(UNITS.sub("", text)))


def called(node: ast.Call) -> str:
    return str(getattr(node.func, "id", None) or getattr(node.func, "attr", ""))


def literals_of_screens(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Spans (text, role) with a role of the palette, and what notify() and titles are given."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple) and len(node.elts) == 2:
            text, role = node.elts
            is_role = isinstance(role, ast.Constant) and role.value in ROLES - {"key"}
            is_key = isinstance(text, ast.Constant) and text.value in PHRASES  # (phrase key, role)
            if is_role and not is_key and (words := words_in(text)):
                yield node.lineno, words
        elif isinstance(node, ast.Call) and called(node) in ("notify", "Static", "Label"):
            for one in node.args:
                if words := words_in(one):
                    yield node.lineno, words
        elif isinstance(node, ast.Assign):
            names = {getattr(target, "attr", "") for target in node.targets}
            if names & {"title", "sub_title", "border_title", "tooltip"}:
                if words := words_in(node.value):
                    yield node.lineno, words


def literals_of_commands(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """What is printed, complained, asked, or said as a help text."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        said = list(node.args) if called(node) in SPEAKS else []
        said += [k.value for k in node.keywords if k.arg in ("help", "description", "hint", "none")]
        for one in said:
            if words := words_in(one):
                yield node.lineno, words


@pytest.mark.parametrize("path", SCREENS, ids=lambda path: str(path.relative_to(TUI)))
def test_the_screens_say_nothing_that_is_not_a_phrase(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert [(n, w) for n, w in literals_of_screens(tree) if w not in ALLOWED_IN_SCREENS] == []


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.name)
def test_the_command_line_says_nothing_that_is_not_in_the_catalogue(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    allowed = {words_in(ast.Constant(text)) for text in ALLOWED_IN_COMMANDS}
    assert [(n, w) for n, w in literals_of_commands(tree) if w not in allowed] == []


@pytest.mark.parametrize("path", sorted(CLI.glob("*.py")), ids=lambda path: path.name)
def test_no_text_is_looked_up_inside_an_f_string(path: Path) -> None:
    """Babel does not find it there on Python 3.11."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            calls = [called(one) for one in ast.walk(node) if isinstance(one, ast.Call)]
            assert not {"tr", "trn", "N_"} & set(calls), node.lineno


def test_the_lint_finds_what_it_looks_for() -> None:
    screens = 'x = ("hello", "quiet"); y = (f"{n} new", "bad"); z = ("Enter", "key"); notify("ho")'
    assert [w for _, w in literals_of_screens(ast.parse(screens))] == ["hello", "new", "ho"]
    commands = 'print("hello"); complain(tr("no")); p.add_argument("x", help="what"); print(f"{a}")'
    assert [w for _, w in literals_of_commands(ast.parse(commands))] == ["hello", "what"]


# phrases


def texts_of(text: Text | tuple[str, str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def test_every_key_that_is_said_exists_and_none_is_left_over() -> None:
    named: set[str] = set()
    for path in SCREENS:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named.add(node.value)
            if isinstance(node, ast.Call) and called(node) in ("say", "phrase") and node.args:
                key = node.args[0]
                assert not isinstance(key, ast.Constant) or key.value in PHRASES, ast.unparse(node)
    assert {key for key in PHRASES if key not in named and not BUILT.match(key)} == set()


def test_no_phrase_is_empty_and_none_stands_in_two_modules() -> None:
    assert all(all(texts_of(text)) for text in PHRASES.values())
    seen: dict[str, str] = {}
    for path in sorted(TUI.glob("phrases*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict):
                for key in node.keys:
                    if isinstance(key, ast.Constant):
                        name = str(key.value)
                        assert name not in seen, f"{name}: {path.name} and {seen[name]}"
                        seen[name] = path.name


def test_another_language_falls_back_to_english() -> None:
    assert phrase("alerts", "fr") == phrase("alerts", "en")


def test_a_phrase_with_forms_takes_a_number_named_count() -> None:
    forms = [text for text in PHRASES.values() if isinstance(text, Plural)]
    assert forms
    assert all("{count}" in text.many for text in forms)
