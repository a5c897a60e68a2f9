"""A long report's text: read from a file or stdin, and put on lines for people."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from meshdefense.safe_text import clean, clean_lines
from meshdefense_protocol.limits import LONG_TEXT_MAX

__all__ = ["TextFileError", "long_lines", "read_text"]

READ_MAX = 1 << 20
"""Bytes read at most: enough to say by how much a text is too long."""
INDENT = " " * 10


class TextFileError(ValueError):
    """A text that cannot be sent; the message says why."""


def read_text(name: str) -> str:
    """The text of a file, or of stdin for "-". Raises TextFileError, and OSError of the file."""
    source = "what was typed" if name == "-" else name
    if name == "-":
        content = sys.stdin.buffer.read(READ_MAX)
    else:
        if Path(name).is_fifo():
            raise TextFileError(f"{name} is a pipe; give a file, or - for standard input")
        with Path(name).open("rb") as file:
            content = file.read(READ_MAX)
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise TextFileError(
            f"{source} is not UTF-8: its byte {error.start + 1} does not belong there"
        ) from None
    if not text:
        raise TextFileError(f"{source} is empty")
    if (size := len(text.encode())) > LONG_TEXT_MAX:
        at_least = "at least " if len(content) == READ_MAX else ""
        raise TextFileError(
            f"{source} is too long by {at_least}{size - LONG_TEXT_MAX} bytes: "
            f"it has {at_least}{size}, a long report has up to {LONG_TEXT_MAX}"
        )
    return text


def long_lines(row: dict[str, Any], *, whole: bool = True) -> list[str]:
    """How far a long report has come, and its text when that is here and wanted `whole`."""
    long = row["long"]
    about = f" about {clean(long['about'])}" if long["about"] else ""
    head = f"long report from {clean(row['author_name'])}{about}"
    lines = clean_lines(long["lines"])
    if not long["lines"]:
        return [f"{head}, {long['have']} of {long['of']} parts"]
    if not whole:
        return [f"{head}, {long['size']} bytes"]
    return [f"{head}:", *(f"{INDENT}{line}".rstrip() for line in lines)]
