"""XML by the standard library's writer, with what XML 1.0 cannot hold taken out."""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree as ET  # writes only; nothing foreign is parsed here

__all__ = ["add", "document", "xml_text"]

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""All but the production Char, XML 1.0, section 2.2."""


def xml_text(text: str) -> str:
    """`text` without characters that no XML document may hold, not even escaped."""
    return _NOT_XML.sub("", text)


def add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    """A child element with text and attributes."""
    safe = {name: xml_text(value) for name, value in attributes.items()}
    child = ET.SubElement(parent, tag, safe)
    child.text = xml_text(text) or None
    return child


def document(root: ET.Element) -> str:
    """The whole document, indented, UTF-8 by its declaration."""
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'
