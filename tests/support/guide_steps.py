"""Reads docs/operator-guide.md and docs/organizer-guide.md: what their steps do and promise.

A step is a numbered list item. In it, in the order of the text:

- **Press** `r` `Enter`: keys, one by one. **Type** `words`: their letters. **Wait** `10 s`.
- a fenced block of sh: typed in the other terminal, or in the one that **In** `name` named.
- "words" in double quotes: they are on the screen now. **Gone** "words": they are not.
- **refused**: the command before it ends with an error, as it shall.
- ![...](pictures/operator-guide/name.svg): the picture that is taken now.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

__all__ = ["KEYS", "Action", "Step", "read_guide"]

KEYS: Final = {
    "Enter": "enter", "Esc": "escape", "Tab": "tab", "Space": "space", "Backspace": "backspace",
    "Up": "up", "Down": "down", "Left": "left", "Right": "right", "PgDn": "pagedown",
    "PgUp": "pageup", "Home": "home", "End": "end", "?": "question_mark", ".": "full_stop",
    ">": "greater_than_sign", "+": "plus", "-": "minus", "/": "slash", "=": "equals_sign",
    "[": "left_square_bracket", "]": "right_square_bracket", ":": "colon",
    **{f"F{number}": f"f{number}" for number in range(1, 10)},
}  # fmt: skip
"""How the guide names a key, and how Textual does; letters and digits are called alike."""
_CTRL: Final = re.compile(r"Ctrl\+([A-Z])")
_ITEM: Final = re.compile(r"^(\d+)\. ")
_TOKEN: Final = re.compile(
    r"\*\*(?P<verb>Press|Type|Wait|In)\*\*(?P<said>(?: `[^`]+`)+)"
    r"|```sh\n(?P<shell>.*?)```"
    r"|\*\*Gone\*\* \"(?P<gone>[^\"]+)\""
    r"|\*\*(?P<refused>refused)\*\*"
    r"|\"(?P<seen>[^\"]+)\""
    r"|!\[[^\]]*\]\(pictures/operator-guide/(?P<picture>[a-z0-9-]+)\.svg\)",
    re.DOTALL,
)

_WITHOUT_SHELL: Final = re.compile(r"```sh\n.*?```", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a step does or promises."""

    what: str
    """press, type, wait, in, shell, seen, gone, refused or picture."""
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A numbered item of the guide."""

    chapter: str
    number: int
    text: str
    actions: tuple[Action, ...]

    @property
    def name(self) -> str:
        """For people who look for it in the guide."""
        return f"{self.chapter}, step {self.number}"


def read_guide(text: str) -> list[Step]:
    """All steps in order. Raises ValueError for what cannot be followed."""
    steps: list[Step] = []
    chapter, item = "", list[str]()
    for line in [*text.splitlines(), "## end"]:
        inside = bool(item) and (line.startswith("   ") or not line.strip())
        if item and not inside:
            steps.append(_step(chapter, item))
            item = []
        if line.startswith("## "):
            chapter = line[3:].strip()
        elif _ITEM.match(line):
            item = [line]
        elif inside:
            item.append(line)
    return steps


def _step(chapter: str, lines: list[str]) -> Step:
    found = _ITEM.match(lines[0])
    assert found is not None  # that is how it began
    text = "\n".join([lines[0][found.end() :], *(line[3:] for line in lines[1:])]).strip()
    step = Step(chapter, int(found.group(1)), text, tuple(_actions(text)))
    if not step.actions:
        raise ValueError(f"{step.name} neither does nor promises anything: {text}")
    said = [one.group(0) for one in _TOKEN.finditer(text)]
    for verb in ("Press", "Type", "Wait", "In", "Gone"):
        if text.count(f"**{verb}**") != sum(one.startswith(f"**{verb}**") for one in said):
            raise ValueError(f"{step.name}: **{verb}** is followed by nothing in its form")
    for words in re.findall(r'"([^"]*)("?)', _WITHOUT_SHELL.sub("", text)):
        if not words[1] or not words[0] or words[0] != words[0].strip():
            raise ValueError(
                f"{step.name}: quotation marks that do not enclose words: {words[0]!r}"
            )
    return step


def _actions(text: str) -> list[Action]:
    actions = []
    for found in _TOKEN.finditer(text):
        if verb := found.group("verb"):
            said = tuple(re.findall(r"`([^`]+)`", found.group("said")))
            words = tuple(_key(one) for one in said) if verb == "Press" else said
            actions.append(Action(verb.lower(), words))
        elif (shell := found.group("shell")) is not None:
            actions.append(Action("shell", tuple(shell.splitlines())))
        else:
            what = next(
                name for name in ("gone", "seen", "refused", "picture") if found.group(name)
            )
            actions.append(Action(what, (" ".join(found.group(what).split()),)))
    return actions


def _key(name: str) -> str:
    if (control := _CTRL.fullmatch(name)) is not None:
        return f"ctrl+{control.group(1).lower()}"
    if name in KEYS:
        return KEYS[name]
    if len(name) == 1 and name.isascii() and name.isalnum():
        return name
    raise ValueError(f"no key is called {name!r} in the guide")
