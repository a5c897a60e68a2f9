"""The wire and the engine of MeshDefense: pure functions of bytes, `now` and entropy.

No clock, socket, thread, logger, database or randomness in here. The specification of every
byte is docs/protocol.md.
"""

PROTOCOL_VERSION = 1
