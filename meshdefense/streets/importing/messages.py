"""Message classes of protobuf, which the program has anyway, from tables of their fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["Fields", "message_class"]

Fields = Mapping[str, tuple[tuple[str, int, str], ...]]
"""For each message its fields as name, number and type: a scalar type of protobuf in capitals or
a message of the same table. A star behind the type makes the field repeated, two stars packed."""


def message_class(package: str, fields: Fields, name: str) -> Any:
    """The class of the message `name`; `package` tells apart messages of different tables."""
    from google.protobuf import (  # type: ignore[import-untyped]  # it ships no types
        descriptor_pb2,
        descriptor_pool,
        message_factory,
    )

    full = f"meshdefense.{package}"
    file = descriptor_pb2.FileDescriptorProto(
        name=f"meshdefense_{package}.proto", package=full, syntax="proto2"
    )
    kinds = descriptor_pb2.FieldDescriptorProto
    for message, rows in fields.items():
        made = file.message_type.add(name=message)
        for field, number, kind in rows:
            label = kinds.LABEL_REPEATED if kind.endswith("*") else kinds.LABEL_OPTIONAL
            plain = kind.rstrip("*")
            added = made.field.add(name=field, number=number, label=label)
            if plain in fields:
                added.type, added.type_name = kinds.TYPE_MESSAGE, f".{full}.{plain}"
            else:
                added.type = kinds.Type.Value(f"TYPE_{plain}")
                added.options.packed = kind.endswith("**")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{full}.{name}"))
