"""Puts plain data into protobufs, and says in words what does not fit.

Knows nothing of Meshtastic: a message brings its descriptor along.
"""

from __future__ import annotations

import difflib
import math
import struct
from collections.abc import Iterable, Mapping
from typing import Any

# protobuf ships no types
from google.protobuf.descriptor import FieldDescriptor  # type: ignore[import-untyped]

from meshdefense_radio.errors import ConfigError
from meshdefense_radio.wording import NO_WORDS, Problem, Words, did_you_mean, shown

__all__ = ["Fields", "fill"]

Fields = Mapping[str, Any]

_UNKNOWN = Words("there is no setting {path}{hint}", "no existe el ajuste {path}{hint}")
_NO_CHOICE = Words(
    "{path} cannot be {value}; it is one of {known}{hint}",
    "{path} no puede ser {value}; es uno de {known}{hint}",
)
_WRONG = Words("{path} has to be {wanted}", "{path} tiene que ser {wanted}")
_RANGE = Words(
    "{path} has to be a whole number from {low} to {high}",
    "{path} tiene que ser un número entero de {low} a {high}",
)
_TRUTH = Words("true or false", "true o false (sí o no)")
_NUMBER = Words("a number", "un número")
_TEXT = Words("a text", "un texto")
_BYTES = Words("bytes", "bytes")
_LIST = Words("a list", "una lista")
_GROUP = Words("a group of settings", "un grupo de ajustes")
_CHOICE = Words("one of the choices, by name", "una de las opciones, por su nombre")

_WHOLE = {
    FieldDescriptor.TYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_SINT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_SFIXED32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.TYPE_FIXED32: (0, 2**32 - 1),
    FieldDescriptor.TYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_SINT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_SFIXED64: (-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_UINT64: (0, 2**64 - 1),
    FieldDescriptor.TYPE_FIXED64: (0, 2**64 - 1),
}
_REAL = {FieldDescriptor.TYPE_FLOAT, FieldDescriptor.TYPE_DOUBLE}


def fill(message: Any, fields: Fields, path: str = "") -> None:
    """Put fields into a message; those that are not named keep what they have.

    Raises ConfigError with everything that is wrong; the message is then unchanged.
    """
    problems: list[Problem] = []
    filled = type(message)()
    filled.CopyFrom(message)
    _fill(filled, fields, path or message.DESCRIPTOR.name, problems)
    if problems:
        raise ConfigError(*problems)
    message.CopyFrom(filled)


def _fill(message: Any, fields: object, path: str, problems: list[Problem]) -> None:
    if not isinstance(fields, Mapping):
        problems.append(Problem(_WRONG, {"path": path, "wanted": _GROUP}))
        return
    known = message.DESCRIPTOR.fields_by_name
    for name, value in fields.items():
        where = f"{path}.{name}"
        field = known.get(name) if isinstance(name, str) else None
        if field is None:
            problems.append(Problem(_UNKNOWN, {"path": where, "hint": _hint(name, known)}))
        elif field.is_repeated:
            _fill_list(message, field, value, where, problems)
        elif field.message_type is not None:
            _fill(getattr(message, field.name), value, where, problems)
            getattr(message, field.name).SetInParent()
        else:
            number = _checked(field, value, where, problems)
            if number is not None:
                setattr(message, field.name, number)


def _fill_list(message: Any, field: Any, value: object, path: str, problems: list[Problem]) -> None:
    if not isinstance(value, list | tuple):
        problems.append(Problem(_WRONG, {"path": path, "wanted": _LIST}))
        return
    message.ClearField(field.name)
    into = getattr(message, field.name)
    for index, one in enumerate(value):
        where = f"{path}[{index}]"
        if field.message_type is not None:
            _fill(into.add(), one, where, problems)
        else:
            checked = _checked(field, one, where, problems)
            if checked is not None:
                into.append(checked)


def _checked(field: Any, value: Any, path: str, problems: list[Problem]) -> Any:
    """The value as protobuf wants it, or None after noting what is wrong."""
    if field.enum_type is not None:
        return _enum(field.enum_type, value, path, problems)
    if field.type in _WHOLE:
        low, high = _WHOLE[field.type]
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        problems.append(Problem(_RANGE, {"path": path, "low": low, "high": high}))
    elif field.type == FieldDescriptor.TYPE_BOOL:
        if isinstance(value, bool):
            return value
        problems.append(Problem(_WRONG, {"path": path, "wanted": _TRUTH}))
    elif field.type in _REAL:
        real = _real(value)
        if real is not None:
            return real
        problems.append(Problem(_WRONG, {"path": path, "wanted": _NUMBER}))
    elif field.type == FieldDescriptor.TYPE_BYTES:
        if isinstance(value, bytes):
            return value
        problems.append(Problem(_WRONG, {"path": path, "wanted": _BYTES}))
    elif isinstance(value, str) and _encodable(value):
        return value
    else:
        problems.append(Problem(_WRONG, {"path": path, "wanted": _TEXT}))
    return None


def _real(value: object) -> float | None:
    """A number that fits 32 bits; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        (rounded,) = struct.unpack("<f", struct.pack("<f", value))
    except OverflowError:
        return None
    return rounded if math.isfinite(rounded) else None


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return True


def _enum(enum: Any, value: object, path: str, problems: list[Problem]) -> int | None:
    if isinstance(value, str):
        known = enum.values_by_name.get(value)
        if known is not None:
            return int(known.number)
        values = {
            "path": path,
            "value": shown(value),
            "known": ", ".join(enum.values_by_name),
            "hint": _hint(value.upper(), enum.values_by_name),
        }
        problems.append(Problem(_NO_CHOICE, values))
        return None
    if isinstance(value, int) and not isinstance(value, bool) and -(2**31) <= value < 2**31:
        return value  # of a newer firmware: given back as it came
    problems.append(Problem(_WRONG, {"path": path, "wanted": _CHOICE}))
    return None


def _hint(name: object, known: Iterable[str]) -> Words:
    near = difflib.get_close_matches(str(name)[:80], list(known), n=1, cutoff=0.6)
    return did_you_mean(near[0]) if near else NO_WORDS
