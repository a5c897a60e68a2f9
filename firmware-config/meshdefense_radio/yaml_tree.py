"""Strict reading of YAML that people write: every value with its line, every mistake in words.

Only maps, lists and plain values: no anchors, no tags, no second document. Nothing of what a
person wrote as a key or value is repeated in a message where it could be a secret.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from typing import Any, Final, NamedTuple

import yaml

from meshdefense_radio.errors import ConfigError
from meshdefense_radio.wording import NO_WORDS, Problem, Severity, Words, did_you_mean, shown

__all__ = ["CHARS_MAX", "Node", "Notes", "read_tree"]

CHARS_MAX: Final = 65_536  # 250 radios need a third of it
DEPTH_MAX: Final = 6
EVENTS_MAX: Final = 20_000
PROBLEMS_MAX: Final = 40

Node = yaml.Node

_TOO_LONG = Words(
    "the file has {chars} characters; at most {most} are read",
    "el archivo tiene {chars} caracteres; se leen {most} como máximo",
)
_EMPTY = Words("the file is empty", "el archivo está vacío")
_ALIAS = Words(
    "references (& and *) are not allowed; write it out",
    "no se permiten referencias (& y *); escríbalo completo",
)
_TAG = Words("tags (!) are not allowed", "no se permiten etiquetas (!)")
_DEEP = Words("this is nested too deeply", "esto está anidado demasiado hondo")
_MANY = Words("the file holds too many values", "el archivo tiene demasiados valores")
_SECOND = Words(
    "only one document; take out the line ---",
    "un solo documento; quite la línea ---",
)
_SYNTAX = Words("this is not YAML as it should be{hint}", "esto no es YAML como debe ser{hint}")
_TAB = Words(
    "; use blanks at the beginning of lines, not tabs",
    "; use espacios al comienzo de las líneas, no tabuladores",
)
_COLON = Words("; is a colon missing?", "; ¿falta un signo de dos puntos?")
_INDENT = Words(
    "; do the lines of one list begin in the same column?",
    "; ¿comienzan en la misma columna las líneas de una lista?",
)
_QUOTE = Words("; is a quote not closed?", "; ¿quedó una comilla sin cerrar?")
_CHARACTER = Words("; there is a character that no text has",
                   "; hay un carácter que ningún texto tiene")  # fmt: skip
_REASONS: Final = (
    ("'\\t'", _TAB),
    ("expected ':'", _COLON),
    ("mapping values are not allowed", _INDENT),
    ("block end", _INDENT),
    ("quoted scalar", _QUOTE),
    ("special characters are not allowed", _CHARACTER),
)

_NOT_A_MAP = Words("{what} needs names with values (name: value)",
                   "{what} necesita nombres con valores (nombre: valor)")  # fmt: skip
_NOT_A_LIST = Words("{what} has to be a list (lines that begin with -)",
                    "{what} tiene que ser una lista (líneas que comienzan con -)")  # fmt: skip
_NOT_A_VALUE = Words("{what} has to be one value, not a list or group",
                     "{what} tiene que ser un solo valor, no una lista ni un grupo")  # fmt: skip
_NO_VALUE = Words("{what} has no value", "{what} no tiene valor")
_TWICE = Words("{name} stands here twice", "{name} está aquí dos veces")
_UNKNOWN = Words("{name} is not known here{hint}", "aquí no se conoce {name}{hint}")
_MISSING = Words("{what} needs {name}", "falta {name} en {what}")
_WHOLE = Words(
    "{what} has to be a whole number from {low} to {high}",
    "{what} tiene que ser un número entero de {low} a {high}",
)
_TRUTH = Words("{what} has to be true or false", "{what} tiene que ser true (sí) o false (no)")
_CHOICE = Words(
    "{what} cannot be {value}; it is one of {known}{hint}",
    "{what} no puede ser {value}; es uno de {known}{hint}",
)
_BLANKS = Words("{what} begins or ends with a blank", "{what} comienza o termina con un espacio")
_CONTROL = Words(
    "{what} holds a character that cannot be shown",
    "{what} tiene un carácter que no se puede mostrar",
)
_BYTES = Words(
    "{what} has {bytes} bytes; at most {most} fit (a letter with an accent takes 2)",
    "{what} tiene {bytes} bytes; caben {most} como máximo (una letra con tilde ocupa 2)",
)


class Span(NamedTuple):
    """Where a value stands in the text, as indices of characters."""

    start: int
    end: int


def read_tree(text: str, notes: Notes) -> Node | None:
    """The YAML in a text; None after noting why it cannot be read."""
    if len(text) > CHARS_MAX:
        notes.add(_TOO_LONG, None, chars=len(text), most=CHARS_MAX)
        return None
    try:
        if not _allowed(text, notes):
            return None
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = f"{error.problem} {error.context}"
        notes.add(_SYNTAX, mark.line + 1 if mark else None, hint=_hint_of(reason))
        return None
    except yaml.YAMLError as error:  # from the reader, before there are lines
        line = text.count("\n", 0, getattr(error, "position", 0)) + 1
        notes.add(_SYNTAX, line, hint=_hint_of(str(getattr(error, "reason", ""))))
        return None
    if root is None:
        notes.add(_EMPTY, None)
    return root


def _hint_of(reason: str) -> Words:
    return next((words for sign, words in _REASONS if sign in reason), NO_WORDS)


def _allowed(text: str, notes: Notes) -> bool:
    """Look at the events alone, so that nothing large or deep is ever built."""
    depth = documents = 0
    for count, event in enumerate(_events(text, notes)):
        why = None
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            why = _SECOND if documents > 1 else None
        elif isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            why = _ALIAS
        elif getattr(event, "tag", None) is not None:
            why = _TAG
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            why = _DEEP if depth > DEPTH_MAX else None
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if why is None and count > EVENTS_MAX:
            why = _MANY
        if why is not None:
            mark = event.start_mark
            notes.add(why, mark.line + 1 if mark else None)
            return False
    return not notes.problems


def _events(text: str, notes: Notes) -> Iterator[yaml.Event]:
    """What the parser finds, until a number in it that Python does not take is noted."""
    loader = yaml.SafeLoader(text)
    try:
        while loader.check_event():
            yield loader.get_event()  # type: ignore[no-untyped-call]  # the stubs lack it
    except (ValueError, OverflowError):  # the library makes them of "\UFFFFFFFF", %YAML 99...9.1
        at = text.splitlines()[loader.line :][:1]
        hint = NO_WORDS if at and at[0].startswith("%") else _CHARACTER
        notes.add(_SYNTAX, loader.line + 1, hint=hint)
    finally:
        loader.dispose()


class Notes:
    """Collects what is wrong, and reads values; a value that is wrong is None."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.hints: list[Problem] = []

    def add(self, words: Words, line: int | None, /, **values: Any) -> None:
        """Note something that is wrong."""
        if len(self.problems) < PROBLEMS_MAX:
            self.problems.append(Problem(words, values, line))

    def hint(self, words: Words, line: int | None, /, **values: Any) -> None:
        """Note what may be meant so."""
        if len(self.hints) < PROBLEMS_MAX:
            self.hints.append(Problem(words, values, line, Severity.HINT))

    def raise_if_any(self, name: str) -> None:
        """Raise ConfigError when something was wrong."""
        if self.problems:
            ordered = sorted(self.problems, key=lambda problem: problem.line or 0)
            raise ConfigError(*ordered, name=name)

    # -- values ------------------------------------------------------------------------------

    def group(
        self, node: Node, what: Words, known: Collection[str], needed: Collection[str]
    ) -> dict[str, Node]:
        """The values of a map by name: known names only, each once."""
        found: dict[str, Node] = {}
        if not isinstance(node, yaml.MappingNode):
            self.add(_NOT_A_MAP, line_of(node), what=what)
            return found
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if name in found:
                self.add(_TWICE, line_of(key), name=name)
            elif name in known:
                found[name] = value
            else:
                near = difflib.get_close_matches(name.lower()[:40], known, n=1, cutoff=0.5)
                hint = did_you_mean(near[0]) if near else NO_WORDS
                self.add(_UNKNOWN, line_of(key), name=shown(name), hint=hint)
        for name in needed:
            if name not in found:
                self.add(_MISSING, line_of(node), what=what, name=name)
        return found

    def items(self, node: Node | None, what: Words) -> list[Node]:
        """The entries of a list."""
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.add(_NOT_A_LIST, line_of(node), what=what)
            return []
        return list(node.value)

    def scalar(self, node: Node | None, what: Words) -> str | None:
        """One value as it was written, whatever YAML would make of it: 07 stays 07."""
        if node is None:
            return None
        if not isinstance(node, yaml.ScalarNode):
            self.add(_NOT_A_VALUE, line_of(node), what=what)
            return None
        if not node.value or (node.style is None and node.tag.endswith(":null")):
            self.add(_NO_VALUE, line_of(node), what=what)
            return None
        return str(node.value)

    def text(self, node: Node | None, what: Words, bytes_max: int) -> str | None:
        """A name or text for people, of at most `bytes_max` bytes in UTF-8."""
        value = self.scalar(node, what)
        if value is None or node is None:
            return None
        if value != value.strip():
            self.add(_BLANKS, line_of(node), what=what)
        elif not value.isprintable():
            self.add(_CONTROL, line_of(node), what=what)
        elif len(value.encode()) > bytes_max:
            size = len(value.encode())
            self.add(_BYTES, line_of(node), what=what, bytes=size, most=bytes_max)
        else:
            return value
        return None

    def whole(self, node: Node | None, what: Words, low: int, high: int) -> int | None:
        """A whole number."""
        value = self.scalar(node, what)
        if value is None or node is None:
            return None
        if re.fullmatch(r"[0-9]{1,6}", value) and low <= int(value) <= high:
            return int(value)
        self.add(_WHOLE, line_of(node), what=what, low=low, high=high)
        return None

    def truth(self, node: Node | None, what: Words) -> bool | None:
        """Yes or no."""
        value = self.scalar(node, what)
        if value is None or node is None:
            return None
        if value.lower() in ("true", "yes", "false", "no"):
            return value.lower() in ("true", "yes")
        self.add(_TRUTH, line_of(node), what=what)
        return None

    def choice(self, node: Node | None, what: Words, known: Collection[str]) -> str | None:
        """One of the known words."""
        value = self.scalar(node, what)
        if value is None or node is None or value in known:
            return value
        folded = {one.lower(): one for one in known}
        near = difflib.get_close_matches(value.lower()[:40], folded, n=1, cutoff=0.4)
        hint = did_you_mean(folded[near[0]]) if near else NO_WORDS
        self.add(
            _CHOICE, line_of(node), what=what, value=shown(value), known=", ".join(known),
            hint=hint,
        )  # fmt: skip
        return None


def line_of(node: Node) -> int:
    """The line of a value, from 1."""
    return int(node.start_mark.line) + 1


def span_of(node: Node) -> Span:
    """Where a value stands in the text."""
    return Span(int(node.start_mark.index), int(node.end_mark.index))
