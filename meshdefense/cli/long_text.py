"""A long report's text: read from a file or stdin, and put on lines for people."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from meshdefense.catalogue import tr
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
    source = tr("what was typed") if name == "-" else name
    if name == "-":
        content = sys.stdin.buffer.read(READ_MAX)
    else:
        if Path(name).is_fifo():
            raise TextFileError(
                tr("{name} is a pipe; give a file, or - for standard input", name=name)
            )
        with Path(name).open("rb") as file:
            content = file.read(READ_MAX)
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise TextFileError(
            tr(
                "{source} is not UTF-8: its byte {number} does not belong there",
                source=source,
                number=error.start + 1,
            )
        ) from None
    if not text:
        raise TextFileError(tr("{source} is empty", source=source))
    if (size := len(text.encode())) > LONG_TEXT_MAX:
        at_least = tr("at least ") if len(content) == READ_MAX else ""
        raise TextFileError(
            tr(
                "{source} is too long by {at_least}{size} bytes: it has {at_least}{whole}, a "
                "long report has up to {limit}",
                source=source,
                at_least=at_least,
                size=size - LONG_TEXT_MAX,
                whole=size,
                limit=LONG_TEXT_MAX,
            )
        )
    return text


def long_lines(row: dict[str, Any], *, whole: bool = True) -> list[str]:
    """How far a long report has come, and its text when that is here and wanted `whole`."""
    long = row["long"]
    about = tr(" about {about}", about=clean(long["about"])) if long["about"] else ""
    head = tr("long report from {author}{about}", author=clean(row["author_name"]), about=about)
    lines = clean_lines(long["lines"])
    if not long["lines"]:
        return [tr("{head}, {have} of {of} parts", head=head, have=long["have"], of=long["of"])]
    if not whole:
        return [tr("{head}, {size} bytes", head=head, size=long["size"])]
    return [f"{head}:", *(f"{INDENT}{line}".rstrip() for line in lines)]
