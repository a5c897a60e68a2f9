"""Texts that try to do something to the terminal they are shown in, and what may never pass.

Sources: xterm's control sequences (OSC 0, 2, 8, 50, 52; CSI), CVE-2021-42574 (bidirectional
controls in source code), Unicode Standard Annex 9 and 44.
"""

from __future__ import annotations

import unicodedata

__all__ = ["ATTACKS", "harms"]

_TAGS = "".join(chr(0xE0000 + ord(letter)) for letter in "hidden order")

ATTACKS: dict[str, str] = {
    "clear the screen": "\x1b[2J\x1b[H all clear",
    "move the cursor up and overwrite": "x\x1b[5A\x1b[2Kverified by ana",
    "set the window's title": "\x1b]0;root shell\x07",
    "set the title, ended by ST": "\x1b]2;title\x1b\\",
    "write the clipboard": "\x1b]52;c;cm0gLXJmIH4K\x07",
    "write the clipboard in C1": "\x9d52;c;cm0gLXJmIH4K\x9c",
    "a link": "\x1b]8;;http://example.invalid\x1b\\tap here\x1b]8;;\x1b\\",
    "ask the terminal to answer": "\x1b[6n\x1b[c\x1bZ\x05",
    "set the font": "\x1b]50;?\x07",
    "device control": "\x1bP$qm\x1b\\",
    "C1 in place of ESC [": "\x9b2J\x9b31m",
    "colours that stay": "\x1b[30;40m",
    "the other screen": "\x1b[?1049l\x1b[?25l",
    "carriage return": "ana: fire\rleo: all quiet",
    "line feeds": "quiet\n\n\n2.0.9 verified critical fire",
    "vertical tab, form feed": "a\x0bb\x0cc",
    "next line, line and paragraph separators": "a\x85b\u2028c\u2029d",
    "backspaces": "fire" + "\x08" * 4 + "okay",
    "delete and null": "a\x7fb\x00c",
    "bell a thousand times": "\x07" * 1000,
    "right to left override": "\u202ederifnoc ton\u202c",
    "left to right override and embeddings": "\u202d\u202a\u202bx\u202c\u202c\u202c",
    "isolates": "\u2066\u2067\u2068x\u2069",
    "marks of direction": "\u200e\u200f\u061cx",
    "zero width": "a\u200bn\u200ca\u200d\ufeff\u2060",
    "soft hyphens": "con\u00adfirmed",
    "tags": "ok" + _TAGS,
    "variation selectors": "ok" + "".join(map(chr, range(0xE0100, 0xE01F0))) + "\ufe0e\ufe0f",
    "Mongolian selectors": "a\u180b\u180c\u180d\u180e\u180f",
    "letters that look like nothing": "\u115f\u1160\u3164\uffa0\u2800\u17b4\u17b5\u034f",
    "private use": "\ue000\uf8ff\U000f0000\U0010fffd",
    "no characters": "\ufdd0\ufffe\uffff\U0001fffe\U0010ffff",
    "unassigned": "\u0378\U000e0080",
    "lone surrogates": "\ud800x\udfff\udc80",
    "a pile of marks": "a" + "\u0301" * 10_000,
    "piles of many marks": "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319" * 50,
    "a mark that strikes what is before it": "\u0338\u20e0\u0489",
    "a pile of vowel signs": "\u0915" + "\u093e" * 500,
    "object replacement": "\ufffc",
    "interlinear": "a\ufff9b\ufffac\ufffb",
    "music and shorthand that formats": "\U0001d173\U0001d17a\U0001bca0\U0001d159",
    "flags, skins, families": "\U0001f1fa\U0001f1f8 \U0001f44d\U0001f3fd \U0001f468\u200dx",
    "wide spaces": "a\u3000\u1680\u2003b",
    "markup": "[bold red]x[/] [@click=app.quit]y[/]",
    "broken UTF-8, replaced": b"\xff\xfe\xc0\x80\x9b".decode("utf-8", "replace"),
    "a wall": "W" * 100_000,
}
"""By what they try."""

_NEVER = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_UNSEEN = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))
)


def harms(text: str, *, lines: bool = False) -> list[str]:
    """What in `text` may not reach a terminal; `lines`: line feeds of our own are no harm."""
    found = []
    marks = 99  # a mark at the beginning has no letter
    for char in text:
        category = unicodedata.category(char)
        if lines and char == "\n":
            marks = 99
            continue
        if category in _NEVER or char in _UNSEEN:
            found.append(f"U+{ord(char):04X} {category}")
        marks = marks + 1 if category[0] == "M" else 0
        if 3 < marks < 99:
            found.append(f"{marks} marks on one letter")
    return found
