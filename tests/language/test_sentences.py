"""What the daemon and the store say in English is said again in the reader's language."""

from __future__ import annotations

import ast
import re
from inspect import cleandoc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import meshdefense
import meshdefense_protocol
from meshdefense import language
from meshdefense.cli.attach import complain
from meshdefense.sentences import SENTENCES, translated

SOURCES = [Path(package.__file__ or "").parent for package in (meshdefense, meshdefense_protocol)]
GAP = re.compile(r"\{[^{}]*\}")


def shape(text: str) -> str:
    """A text without the names of its gaps."""
    return GAP.sub("{}", text)


def said_in_the_code() -> set[str]:
    """Every text of the sources, with an empty gap for each value, and the texts of errors."""
    found = set()
    for source in SOURCES:
        for path in source.rglob("*.py"):
            if path.name == "sentences.py":
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
                elif isinstance(node, ast.JoinedStr):
                    found.add(
                        "".join(
                            str(part.value) if isinstance(part, ast.Constant) else "{}"
                            for part in node.values
                        )
                    )
                elif isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
                    text = " ".join(cleandoc(ast.get_docstring(node) or "").split())
                    found |= {text, f"{text} {{}}"}
    return found


def test_every_sentence_is_still_said_somewhere() -> None:
    said = said_in_the_code()
    again = "; scan it again, or take the file"  # request_code puts this behind its errors
    gone = [
        one
        for one in SENTENCES
        if shape(one) not in said and shape(one).replace(again, "; {}") not in said
    ]
    assert gone == []


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        ("this node is locked", "este nodo está bloqueado"),
        ("the channel is busy (31 %)", "el canal está ocupado (31 %)"),
        ("3.0.9 is not here: it was never received, or is past its day",
         "3.0.9 no está aquí: nunca llegó, o ya pasó su día"),
        ("'fier' is not a kind; did you mean: fire?",
         "'fier' no está en la lista (tipo); ¿quiso decir: fire?"),
        ("nothing was accepted: the radio is silent", "no se aceptó nada: el radio no responde"),
        ("'bob' is not a member", "'bob' no es un miembro"),
        ("The passphrase file cannot be used. Other users can read it. Close it first: "
         "chmod 600 x",
         "El archivo de contraseña no se puede usar. Otros usuarios pueden leerlo. Ciérrelo antes: "
         "chmod 600 x"),
        ("a sentence of another version", "a sentence of another version"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_sentence_is_known_by_its_shape(english: str, spanish: str) -> None:
    assert translated(english, "es") == spanish
    assert translated(english, "en") == english
    assert translated(spanish, "es") == spanish


WITH_VALUES = [
    one for one in SENTENCES if "{" in one and not re.search("{(detail|reason|what)}", one)
]
"""Those whose values are no sentences or names of lists themselves."""


@given(st.text(), st.sampled_from(WITH_VALUES))
def test_a_value_may_be_any_text_and_stays_as_it_is(value: str, template: str) -> None:
    names = {name.strip("{}").partition("!")[0]: value for name in GAP.findall(template)}
    said = translated(template.replace("!r}", "}").format(**names), "es")
    assert isinstance(said, str)
    assert value.strip() in said or "\n" in value


def test_the_command_line_complains_in_the_language(capsys: pytest.CaptureFixture[str]) -> None:
    with language.speaking("es"):
        complain("this node is locked", "unlock it: meshdefense unlock")
    said = capsys.readouterr().err
    assert said == ("meshdefense: este nodo está bloqueado\n  desbloquéelo: meshdefense unlock\n")
