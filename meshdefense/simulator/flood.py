"""What an outsider with a radio and without any key can put on the channel, in any number.

Four kinds in equal shares: random bytes, random bytes of a right size behind a right first
byte, real frames with some bits changed, and real frames as they were recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

from meshdefense_protocol import PROTOCOL_VERSION
from meshdefense_protocol.frames import FRAME_MIN, FrameType
from meshdefense_protocol.limits import FRAME_MAX

__all__ = ["flood"]

LONGEST: Final = 231
"""What Meshtastic carries of one payload."""
BITS_MAX: Final = 4


def flood(recorded: Sequence[bytes], count: int, rng: Random) -> Iterator[bytes]:
    """`count` frames; `recorded` are real ones that somebody overheard."""
    types = [PROTOCOL_VERSION << 4 | kind for kind in FrameType]
    for turn in range(count):
        match turn % 4:
            case 0:
                yield rng.randbytes(rng.randint(0, LONGEST))
            case 1:
                size = rng.randint(FRAME_MIN, FRAME_MAX)
                yield bytes((rng.choice(types),)) + rng.randbytes(size - 1)
            case 2:
                changed = bytearray(rng.choice(recorded))
                for _ in range(rng.randint(1, BITS_MAX)):
                    changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
                yield bytes(changed)
            case _:
                yield rng.choice(recorded)
