"""What a terminal would show of the bytes that it was sent: signs with how they are drawn."""

from __future__ import annotations

import re
from typing import Final

from rich.cells import get_character_cell_size

__all__ = ["Cells"]

_TOKEN: Final = re.compile(r"\x1b\[([?\d;]*)([A-Za-z])|(\r?\n)|([^\x1b\r\n])")


_REVERSE: Final = "7"


def _of_blank(drawn: str) -> str:
    """What can be seen of a blank: its ground, and a line under it."""
    codes = drawn.split(";")
    if _REVERSE in _single(codes):
        return drawn
    found = []
    while codes:
        code = codes.pop(0)
        size = {"2": 4, "5": 2}[codes[0]] if code in ("38", "48") else 0
        arguments, codes = codes[:size], codes[size:]
        if code in ("4", "48") or (len(code) > 1 and code[:-1] in ("4", "10") and not arguments):
            found.append(";".join([code, *arguments]))
    return ";".join(found)


def _single(codes: list[str]) -> list[str]:
    """Those that are not the colour of another one."""
    found, left = [], list(codes)
    while left:
        code = left.pop(0)
        if code in ("38", "48"):
            del left[: {"2": 4, "5": 2}[left[0]]]
        else:
            found.append(code)
    return found


class Cells:
    """Knows the sequences that Textual's updates are made of, and fails at any other."""

    def __init__(self) -> None:
        self.at: dict[tuple[int, int], tuple[str, str]] = {}
        """By row and column, from 0: the sign and the last attributes that were set for it."""

    def write(self, text: str) -> None:
        """Take in what was sent."""
        row = column = end = 0
        drawn = ""
        for token in _TOKEN.finditer(text):
            assert token.start() == end, text[end : end + 20]
            end = token.end()
            arguments, verb, line, sign = token.groups()
            if verb == "H":
                row, column = (int(number) - 1 for number in arguments.split(";"))
            elif verb == "m":
                drawn = "" if arguments in ("", "0") else arguments
            elif line is not None:
                row, column = row + 1, 0
            elif verb is None:
                self.at[row, column] = (sign, _of_blank(drawn) if sign == " " else drawn)
                column += 1
                for _ in range(get_character_cell_size(sign) - 1):
                    self.at[row, column] = ("", drawn)
                    column += 1
        assert end == len(text), text[end : end + 20]
