"""The steps of the first run as lines. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from meshdefense.api.status_schema import NodeStatus
from meshdefense.language import LANGUAGES
from meshdefense.promises import NON_PROMISES, PROMISES
from meshdefense_tui.lines import Line, beside, hint_lines
from meshdefense_tui.look import Look
from meshdefense_tui.map.raster import DotStyle, Raster
from meshdefense_tui.phrases import phrase
from meshdefense_tui.text_fit import wrap

__all__ = ["STEPS", "sample", "step_lines"]

STEPS: Final = ("language", "signs", "bell", "network", "promises")
_SAMPLE: Final = (22, 6)
"""Cells of one small map; three of them fit on 78."""
_STREETS: Final = (
    ((0.5, 1.0), (21.5, 1.0)),
    ((0.5, 4.5), (21.5, 4.5)),
    ((5.5, 0.2), (5.5, 5.8)),
    ((15.5, 0.2), (15.5, 5.8)),
    ((0.5, 5.8), (21.0, 0.2)),
)
_STYLES: Final = (DotStyle.BRAILLE, DotStyle.BLOCKS, DotStyle.ASCII)
_COMMANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "create": (
        'meshdefense network create --name "Elm Street" --handle base --origin 40.7608 -111.8910',
        "meshdefense run --radio serial:/dev/ttyUSB0",
    ),
    "join": (
        "meshdefense member request --handle ash --out ash.request",
        "meshdefense member join ash.grant",
        "meshdefense run --radio serial:/dev/ttyUSB0",
    ),
    "demo": ("meshdefense demo",),
}
"""What to type; none of it is run from the screens."""


def sample(style: DotStyle) -> list[str]:
    """A few streets, as the map draws them with these characters."""
    width, height = _SAMPLE
    raster = Raster(width, height, style)
    ends = np.array([[*one, *other] for one, other in _STREETS], np.float32).T
    values = np.ones(ends.shape[1], np.uint8)
    raster.lines(ends, values, np.zeros((height, width), np.uint8))
    return ["".join(map(chr, row)) for row in raster.codes().tolist()]


def _said(look: Look, key: str, width: int, role: str = "plain", **values: object) -> list[Line]:
    return [((part, role),) for part in wrap(look.say(key, **values), width)]


def step_lines(
    step: str,
    look: Look,
    *,
    status: NodeStatus | None,
    way: str,
    width: int,
    data_option: str = "",
) -> list[Line]:
    """One step; `way` is what was chosen in it so far, "" for nothing.

    `data_option` goes into the commands that have a data folder, "" for the default one.
    """
    at = f"   {STEPS.index(step) + 1}/{len(STEPS)}"
    lines: list[Line] = []
    # nobody has said yet which language it is to be
    for code in LANGUAGES if step == "language" else (look.language,):
        lines.append(((phrase("setup_title", code), "title_focus"), (at, "quiet")))
        lines += hint_lines(phrase("setup_keys", code), width)
    lines.append(())
    if step == "network":
        return [*lines, *_network(look, status, way, width, data_option)]
    lines += {"language": _language, "signs": _signs, "bell": _bell, "promises": _promises}[step](
        look, way, width
    )
    return lines


def _language(look: Look, way: str, width: int) -> list[Line]:
    """Each line in each language: nobody can read the other one yet."""
    lines: list[Line] = []
    for number, (code, name) in enumerate(LANGUAGES.items(), start=1):
        words = phrase("setup_language", code)
        lines.append(((f"  {number} ", "key"), (name, "strong"), (f"  {words}", "plain")))
    return lines


def _signs(look: Look, way: str, width: int) -> list[Line]:
    lines = [*_said(look, "setup_signs", width, "strong"), ()]
    pictures: list[list[Line]] = []
    for number, style in enumerate(_STYLES, start=1):
        rows = sample(style)
        head: Line = ((f"{number} ", "key"), (look.say(f"setup_{style.name.lower()}"), "strong"))
        pictures.append([head, *(((row, "main"),) for row in rows)])
    if width >= 3 * (_SAMPLE[0] + 2):
        left = beside(pictures[0], pictures[1], _SAMPLE[0] + 2)
        lines += beside(left, pictures[2], 2 * (_SAMPLE[0] + 2))
    else:
        lines += [line for picture in pictures for line in picture]
    return [*lines, (), *_said(look, "setup_signs_hint", width, "quiet")]


def _choice(key: str, words: str, look: Look, *, chosen: bool) -> Line:
    mark = look.glyphs.cursor if chosen else " "
    return ((f"{mark} {key} ", "key"), (look.say(words), "strong" if chosen else "plain"))


def _bell(look: Look, way: str, width: int) -> list[Line]:
    lines = [*_said(look, "setup_bell", width, "strong"), ()]
    for key in ("t", "y", "n"):
        lines.append(_choice(key, f"setup_bell_{key}", look, chosen=way == key))
    if way in {"y", "n"}:
        lines += [(), *_said(look, f"setup_bell_is_{way}", width, "good" if way == "y" else "warn")]
    return lines


def _network(
    look: Look, status: NodeStatus | None, way: str, width: int, data_option: str
) -> list[Line]:
    if status is not None and status["network"]:
        return _said(
            look, "setup_network_is", width, "good", name=status["name"], network=status["network"]
        )
    lines = [*_said(look, "setup_network", width, "strong"), ()]
    for key, name in (("c", "create"), ("j", "join"), ("d", "demo")):
        lines.append(_choice(key, f"setup_{name}", look, chosen=way == name))
    if way in _COMMANDS:
        lines += [(), *_said(look, f"setup_{way}_does", width)]
        for command in _COMMANDS[way]:
            if data_option and way != "demo":
                command = f"{command} {data_option}"
            *begun, last = wrap(command, width - 6)
            # a backslash: what is copied from two lines is still one command
            parts = [*(f"{part} \\" for part in begun), last]
            lines += [
                ((f"{'    ' if at else '  '}{part}", "key"),) for at, part in enumerate(parts)
            ]
        lines += _said(look, f"setup_{way}_asks", width, "quiet")
    return lines


def _promises(look: Look, way: str, width: int) -> list[Line]:
    """What it does not do comes first: that is what can cost somebody dearly."""
    lines: list[Line] = [((look.say("setup_not_promised"), "title"),)]
    for sentence in NON_PROMISES:
        first, *more = wrap(sentence.said(look.language), width - 4)
        role = "bad" if sentence is NON_PROMISES[0] else "plain"
        lines.append(((f"  - {first}", role),))
        lines += [((f"    {part}", role),) for part in more]
    lines += [(), ((look.say("setup_promised"), "title"),)]
    for number, sentence in enumerate(PROMISES, start=1):
        first, *more = wrap(sentence.said(look.language), width - 4)
        lines.append(((f"{number:2}. {first}", "plain"),))
        lines += [((f"    {part}", "plain"),) for part in more]
    return lines
