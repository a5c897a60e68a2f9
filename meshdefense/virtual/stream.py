"""Frames of the Meshtastic stream protocol: 0x94 0xC3, length, protobuf.

The length is two bytes, big endian, at most 512. Bytes outside frames are skipped, as firmware
and client do: a client sends 32 times 0xC3 first, to wake a sleeping device.
"""

from __future__ import annotations

__all__ = ["MAX_FRAME_BYTES", "FrameReader", "framed"]

START = bytes((0x94, 0xC3))
HEADER_BYTES = 4
MAX_FRAME_BYTES = 512


def framed(payload: bytes) -> bytes:
    """Return `payload` with its header. Raises ValueError above `MAX_FRAME_BYTES`."""
    if len(payload) > MAX_FRAME_BYTES:
        raise ValueError(f"a frame carries {MAX_FRAME_BYTES} bytes, not {len(payload)}")
    return START + len(payload).to_bytes(2, "big") + payload


class FrameReader:
    """Finds frames in a byte stream. Total: no input raises, none makes it grow."""

    __slots__ = ("_buffer", "skipped")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.skipped = 0
        """Bytes that belonged to no frame."""

    def feed(self, data: bytes) -> list[bytes]:
        """Take the next bytes; return the payloads that are complete now."""
        self._buffer += data
        found = []
        while (payload := self._next()) is not None:
            found.append(payload)
        return found

    def _next(self) -> bytes | None:
        buffer = self._buffer
        while True:
            begin = buffer.find(START)
            if begin < 0:
                # Half a start mark may be at the end.
                begin = len(buffer) - 1 if buffer[-1:] == START[:1] else len(buffer)
            self._skip(begin)
            if len(buffer) < HEADER_BYTES:
                return None
            size = int.from_bytes(buffer[2:HEADER_BYTES], "big")
            if size <= MAX_FRAME_BYTES:
                break
            self._skip(1)  # not a header after all; a real one may begin inside it
        end = HEADER_BYTES + size
        if len(buffer) < end:
            return None
        payload = bytes(buffer[HEADER_BYTES:end])
        del buffer[:end]
        return payload

    def _skip(self, count: int) -> None:
        self.skipped += count
        del self._buffer[:count]
