"""Parse protobuf messages that come from outside, without exceptions."""

from __future__ import annotations

from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it ships no types

__all__ = ["parse"]


def parse(kind: Any, data: bytes) -> Any | None:
    """Return `data` as a message of class `kind`, None when it is not one."""
    try:
        return kind.FromString(data)
    except DecodeError:
        return None
