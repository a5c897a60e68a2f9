"""The tree of the complete-subtree method: who can be reached by which keys.

Every member number is a leaf. A member holds the keys of the 17 nodes from the leaf up to the
root; organizers hold the master from which all keys of the tree follow. A secret for everybody
but some members is sent once to each of the fewest subtrees that have none of them.
Source: Naor, Naor and Lotspiech, "Revocation and Tracing Schemes for Stateless Receivers"
(CRYPTO 2001), section 3.1; docs/protocol.md, "Re-key".
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Final

from meshdefense_protocol.errors import ValueRangeError

__all__ = [
    "DEPTH",
    "MASTER_SIZE",
    "NUMBER_MAX",
    "check_numbers",
    "cover",
    "node_key",
    "path",
    "path_keys",
]

DEPTH: Final = 16
"""Steps from the root, node 1, to a leaf."""
MASTER_SIZE: Final = 32
NUMBER_MAX: Final = (1 << DEPTH) - 1
_FIRST_LEAF: Final = 1 << DEPTH
"""Leaf of number 0, which nobody has."""
_PERSON: Final = b"md1 tree node"


def check_numbers(numbers: Collection[int], highest: int) -> None:
    """Raises ValueRangeError unless 1 <= each number <= highest <= 65535."""
    if not 1 <= highest <= NUMBER_MAX:
        raise ValueRangeError(f"member number {highest} is outside 1 to {NUMBER_MAX}")
    for number in numbers:
        if not 1 <= number <= highest:
            raise ValueRangeError(f"member number {number} is outside 1 to {highest}")


def path(number: int) -> tuple[int, ...]:
    """The nodes that hold a member, the leaf first, the root last. Raises ValueRangeError."""
    check_numbers((number,), NUMBER_MAX)
    return tuple(_FIRST_LEAF + number >> up for up in range(DEPTH + 1))


def node_key(master: bytes, network_id: bytes, generation: int, node: int) -> bytes:
    """32 bytes: the key of one node.

    `generation` counts masters: a number of a new tree never meets a key of an old one.
    """
    if len(master) != MASTER_SIZE:
        raise ValueError(f"a master has {MASTER_SIZE} bytes, not {len(master)}")
    return hashlib.blake2b(
        network_id + bytes((generation,)) + node.to_bytes(4, "big"),
        key=master,
        person=_PERSON,
        digest_size=32,
    ).digest()


def path_keys(master: bytes, network_id: bytes, generation: int, number: int) -> dict[int, bytes]:
    """What a member gets at enrolment: the keys of `path(number)` by node."""
    return {node: node_key(master, network_id, generation, node) for node in path(number)}


def cover(excluded: Collection[int], highest: int) -> tuple[int, ...]:
    """The fewest subtrees with every number of 1 to `highest` but the excluded ones.

    Nodes, ascending by their first leaf. Number 0 and numbers above `highest` were never given
    out, so a subtree may hold them: these are the largest subtrees that have no excluded number
    and some other of 1 to `highest`; each of them is needed, so no cover has fewer. Nobody
    excluded: the root. Everybody: nothing. Raises ValueRangeError.
    """
    check_numbers(excluded, highest)
    if not excluded:
        return (1,)
    found = []
    tainted = {_FIRST_LEAF + number for number in excluded}
    for height in range(DEPTH):
        for node in tainted:
            clean = node ^ 1
            first = (clean << height) - _FIRST_LEAF
            last = first + (1 << height) - 1
            if clean not in tainted and first <= highest and last >= 1:
                found.append((first, clean))
        tainted = {node >> 1 for node in tainted}
    return tuple(node for _, node in sorted(found))
