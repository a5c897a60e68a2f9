"""What every PDF of ours is made of: fonts that each reader has, text by its bytes, a date.

Letters are those of Windows-1252, which has Spanish whole; others become "?".
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime

import pydyf  # type: ignore[import-untyped]  # ships no types

__all__ = ["add_fonts", "add_page", "finished", "show"]


def add_fonts(document: pydyf.PDF, fonts: Mapping[str, str]) -> dict[str, object]:
    """Add fonts, by the short name that a page calls each by; returns their references."""
    added = {}
    for name, font in fonts.items():
        found = pydyf.Dictionary(
            {"Type": "/Font", "Subtype": "/Type1", "BaseFont": f"/{font}",
             "Encoding": "/WinAnsiEncoding"}
        )  # fmt: skip
        document.add_object(found)
        added[name] = found.reference
    return added


def show(stream: pydyf.Stream, text: str) -> None:
    """Draw a text, inside begin_text and end_text."""
    # by its bytes: pydyf's own strings are UTF-16 where they are not ASCII
    stream.stream.append(b"<" + text.encode("cp1252", "replace").hex().encode() + b"> Tj")


def add_page(
    document: pydyf.PDF,
    stream: pydyf.Stream,
    fonts: Mapping[str, object],
    width: float,
    height: float,
) -> None:
    """Add a page with the stream's content; width and height in points, 1/72 inch."""
    document.add_object(stream)
    page = pydyf.Dictionary(
        {
            "Type": "/Page",
            "Parent": document.pages.reference,
            "MediaBox": pydyf.Array([0, 0, width, height]),
            "Contents": stream.reference,
            "Resources": pydyf.Dictionary({"Font": pydyf.Dictionary(fonts)}),
        }
    )
    document.add_page(page)


def finished(document: pydyf.PDF, title: str, now: float) -> bytes:
    """The file; `now` is its date, in seconds since the epoch."""
    document.info["Title"] = pydyf.String(title)
    document.info["Producer"] = pydyf.String("MeshDefense")
    made = datetime.fromtimestamp(now, UTC).strftime("D:%Y%m%d%H%M%SZ")
    document.info["CreationDate"] = pydyf.String(made)
    output = io.BytesIO()
    document.write(output)
    return output.getvalue()
