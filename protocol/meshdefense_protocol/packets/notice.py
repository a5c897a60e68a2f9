"""Kind 5, notice: a short text to a scope or to one member.

    recipient 2 bytes (0: all of the scope) | scope 2 bits | urgent 1 | language 3 | zero 2

Extensions: TEXT (required, up to 70 bytes), LIFETIME.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Final

from meshdefense_protocol.errors import DecodeError
from meshdefense_protocol.limits import LIFETIME_UNIT_S, NOTICE_TEXT_MAX
from meshdefense_protocol.packets.extension import (
    Extension,
    Extensions,
    read_lifetime,
    read_text,
)
from meshdefense_protocol.wire import Reader

__all__ = ["LANGUAGES", "Notice"]

LANGUAGES: Final = {0: "", 1: "en", 2: "es"}
"""Language of the text; 0 is not said."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A text that a person wrote to others."""

    KIND: ClassVar[int] = 5
    SIZE: ClassVar[int] = 3

    text: str
    scope: int = 0
    recipient: int | None = None
    urgent: bool = False
    language: int = 0
    lifetime_s: int | None = None
    extra: Extensions = field(default_factory=dict)

    @property
    def default_lifetime_s(self) -> int:
        """Six hours: a shift."""
        return 6 * 3600

    def fixed(self) -> bytes:
        """The fixed part."""
        flags = self.scope << 6 | self.urgent << 5 | self.language << 2
        return (self.recipient or 0).to_bytes(2, "big") + bytes((flags,))

    def extensions(self) -> Extensions:
        """The text, and a lifetime that is not the usual one."""
        found = dict(self.extra)
        found[Extension.TEXT] = self.text.encode()
        if self.lifetime_s is not None:
            found[Extension.LIFETIME] = bytes((self.lifetime_s // LIFETIME_UNIT_S,))
        return found

    @classmethod
    def read(cls, reader: Reader, extensions: Extensions) -> Notice:
        """Read the fixed part and take the known extensions out of `extensions`."""
        recipient = reader.uint(2)
        flags = reader.uint(1)
        if flags & 3:
            raise DecodeError("bits that must be zero")
        text = read_text(extensions.pop(Extension.TEXT, None), NOTICE_TEXT_MAX)
        if not text:
            raise DecodeError("a notice without a text")
        return cls(
            text,
            flags >> 6,
            recipient or None,
            bool(flags & 32),
            flags >> 2 & 7,
            read_lifetime(extensions.pop(Extension.LIFETIME, None)),
            extensions,
        )
