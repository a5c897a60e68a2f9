"""A request to the node whose id is nested as deep as Python reads it, but not writes it."""

from __future__ import annotations

from fuzz.targets import TARGETS


def test_a_request_whose_id_is_nested_to_the_limit_gets_an_answer() -> None:
    with TARGETS["api"].ready() as check:
        for depth in range(900, 1000):  # how deep the limit is depends on who calls
            check(b'{"id":' + b"[" * depth + b"]" * depth + b',"method":"status"}')
