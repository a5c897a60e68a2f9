"""What a terminal would show of the bytes that it was sent: signs with how they are drawn."""

from __future__ import annotations

import re
from typing import Final

from rich.cells import get_character_cell_size

__all__ = ["Cells"]

_TOKEN: Final = re.compile(r"\x1b\[([?\d;]*)([A-Za-z])|(\r?\n)|([^\x1b\r\n])")


def _of_blank(drawn: str) -> str:
    """What can be seen of a blank: its ground, and a line under it; all of it when reversed."""
    attributes = _attributes(drawn)
    if ["7"] in attributes:
        return drawn
    seen = [one for one in attributes if one[0] == "4" or one[0][:-1] in ("4", "10")]
    return ";".join(code for one in seen for code in one)


def _attributes(drawn: str) -> list[list[str]]:
    """Each code with the numbers of its colour."""
    found, left = [], drawn.split(";")
    while left:
        size = {"2": 5, "5": 3}[left[1]] if left[0] in ("38", "48") else 1
        found.append(left[:size])
        left = left[size:]
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
