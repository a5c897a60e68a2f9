"""Any values that the fields of a radio's protobufs can hold, for property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

__all__ = ["fields_for"]

WHOLE = {
    1: st.integers(-(2**31), 2**31 - 1),
    2: st.integers(-(2**63), 2**63 - 1),
    3: st.integers(0, 2**32 - 1),
    4: st.integers(0, 2**64 - 1),
}
"""By `cpp_type`: int32, int64, uint32, uint64."""
REAL = st.floats(width=32, allow_nan=False, allow_infinity=False)
SCALARS = {5: REAL, 6: REAL, 7: st.booleans(), **WHOLE}


def value_of(field: Any) -> st.SearchStrategy[Any]:
    if field.message_type is not None:
        return fields_for(field.message_type)
    if field.enum_type is not None:
        known = st.sampled_from(sorted(field.enum_type.values_by_name))
        return known | st.integers(1_000_000, 2**31 - 1)  # of a newer firmware
    if field.cpp_type == 9:
        return st.binary(max_size=40) if field.type == field.TYPE_BYTES else st.text(max_size=40)
    return SCALARS[field.cpp_type]


def fields_for(kind: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Any part of the fields of a message, with values that it can hold."""
    return st.fixed_dictionaries(
        {},
        optional={
            field.name: st.lists(value_of(field), max_size=3).map(tuple)
            if field.is_repeated
            else value_of(field)
            for field in kind.fields
        },
    )
