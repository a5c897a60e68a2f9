"""Kind 8, manifest: announces a long report, whose text follows in fragments.

    scope 2 bits | language 3 | zero 3 | size 2 bytes | hash 16 bytes

The hash is over the whole text, see `fragments.content_hash`. Extensions: MORE_REFS (exactly
one: the item that the text is about), LIFETIME.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Final

from meshdefense_protocol.errors import DecodeError
from meshdefense_protocol.limits import LIFETIME_MAX_S, LIFETIME_UNIT_S, LONG_TEXT_MAX
from meshdefense_protocol.packets.extension import Extension, Extensions, read_lifetime
from meshdefense_protocol.packets.reference import ItemId, read_refs
from meshdefense_protocol.wire import Reader

__all__ = ["CONTENT_HASH_SIZE", "Manifest"]

CONTENT_HASH_SIZE: Final = 16


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a long report has to be once all of its fragments are here."""

    KIND: ClassVar[int] = 8
    SIZE: ClassVar[int] = 3 + CONTENT_HASH_SIZE

    size: int
    """Bytes of UTF-8, 1 to 1,500."""
    content_hash: bytes
    scope: int = 0
    language: int = 0
    """Code of notice.LANGUAGES."""
    ref: ItemId | None = None
    """The alert that it belongs to."""
    lifetime_s: int | None = None
    extra: Extensions = field(default_factory=dict)

    @property
    def default_lifetime_s(self) -> int:
        """A day: it takes long to spread, and is written to be read later."""
        return LIFETIME_MAX_S

    def fixed(self) -> bytes:
        """The fixed part."""
        flags = self.scope << 6 | self.language << 3
        return bytes((flags,)) + self.size.to_bytes(2, "big") + self.content_hash

    def extensions(self) -> Extensions:
        """What it is about, and a lifetime that is not the usual one."""
        found = dict(self.extra)
        if self.ref is not None:
            found[Extension.MORE_REFS] = self.ref.ref_bytes()
        if self.lifetime_s is not None:
            found[Extension.LIFETIME] = bytes((self.lifetime_s // LIFETIME_UNIT_S,))
        return found

    @classmethod
    def read(cls, reader: Reader, extensions: Extensions) -> Manifest:
        """Read the fixed part and take the known extensions out of `extensions`."""
        flags = reader.uint(1)
        if flags & 7:
            raise DecodeError("bits that must be zero")
        size = reader.uint(2)
        if not 1 <= size <= LONG_TEXT_MAX:
            raise DecodeError(f"a text of {size} bytes where 1 to {LONG_TEXT_MAX} are allowed")
        content_hash = reader.take(CONTENT_HASH_SIZE)
        refs = read_refs(extensions.pop(Extension.MORE_REFS, None))
        if len(refs) > 1:
            raise DecodeError("a long report about more than one item")
        return cls(
            size,
            content_hash,
            flags >> 6,
            flags >> 3 & 7,
            refs[0] if refs else None,
            read_lifetime(extensions.pop(Extension.LIFETIME, None)),
            extensions,
        )
