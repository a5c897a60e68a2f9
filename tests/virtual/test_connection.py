"""The socket of one client, where it shares the event loop with all others."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from meshdefense.virtual.connection import MOST_REST_BYTES, READ_BYTES, Connection

ENOUGH = 1_000  # calls, after which the client of a faulty radio gives up
TURNS = 5


def with_endless_client(act: Callable[[Connection], None], turns: int) -> list[int]:
    """Return how much was read at once, of a client that always has more to say."""
    read: list[int] = []

    async def main() -> None:
        near, far = socket.socketpair()
        with far:
            connection = Connection(near)

            def received(data: bytes) -> None:
                read.append(len(data))
                if len(read) < ENOUGH:
                    far.sendall(bytes(len(data)))

            far.sendall(bytes(2 * READ_BYTES))
            connection.start(received, lambda: None, lambda: None)
            act(connection)
            for _ in range(turns):
                await asyncio.sleep(0)
            connection.close()

    asyncio.run(main())
    return read


def test_client_that_never_stops_leaves_each_turn_to_the_others() -> None:
    assert 1 <= len(with_endless_client(lambda _: None, TURNS)) <= TURNS


def test_last_words_of_a_client_that_never_stops_have_an_end() -> None:
    read = with_endless_client(lambda connection: connection.read_rest(), 0)
    assert READ_BYTES < sum(read) <= MOST_REST_BYTES
