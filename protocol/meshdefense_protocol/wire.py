"""The only byte arithmetic: one cursor to read with. Big-endian.

After dnspython's wire parser: nobody else slices, and `finish` fails when bytes stay unread.
"""

from __future__ import annotations

from meshdefense_protocol.errors import DecodeError

__all__ = ["Reader", "pack_bits", "varint"]


class Reader:
    """Reads fields one after the other; raises DecodeError, never IndexError."""

    __slots__ = ("_data", "_end", "_position")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0
        self._end = len(data)

    @property
    def remaining(self) -> int:
        """Bytes not yet read."""
        return self._end - self._position

    @property
    def position(self) -> int:
        """Offset of the next byte."""
        return self._position

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        start = self._position
        stop = start + size
        if size < 0 or stop > self._end:
            raise DecodeError(
                f"{size} bytes wanted at offset {start}, {self._end - start} are left"
            )
        self._position = stop
        return self._data[start:stop]

    def uint(self, size: int) -> int:
        """An unsigned integer of `size` bytes."""
        return int.from_bytes(self.take(size), "big")

    def varint(self) -> int:
        """A number that `varint` wrote; DecodeError for more than 21 bits or needless bytes."""
        value = 0
        for shift in (0, 7, 14):
            byte = self.uint(1)
            value |= (byte & 127) << shift
            if byte < 128:
                if shift and not byte:
                    raise DecodeError("a number in more bytes than it needs")
                return value
        raise DecodeError("a number of more than 21 bits")

    def rest(self) -> bytes:
        """Everything that is left."""
        return self.take(self._end - self._position)

    def finish(self) -> None:
        """Fails unless every byte was read: a second encoding of the same value is an error."""
        if self._position != self._end:
            raise DecodeError(f"{self._end - self._position} bytes too many")


def pack_bits(*fields: tuple[int, int]) -> int:
    """Join (value, width in bits) pairs, the first the most significant."""
    packed = 0
    for value, width in fields:
        if not 0 <= value < 1 << width:
            raise ValueError(f"{value} does not fit {width} bits")
        packed = packed << width | value
    return packed


def varint(value: int) -> bytes:
    """A number of up to 21 bits in as many bytes as it needs, the low seven bits first."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
