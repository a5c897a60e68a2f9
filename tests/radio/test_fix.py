"""A radio's own position: only what its receiver found, with an age and no false precision."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from meshtastic.protobuf import mesh_pb2

from meshdefense.radio.fix import Fix, read_fix

AT = 1_795_000_000
INTERNAL = mesh_pb2.Position.LocSource.LOC_INTERNAL
GOOD: dict[str, Any] = {
    "latitude_i": 340_510_500, "longitude_i": -1_182_490_700, "time": AT,
    "location_source": INTERNAL,
}  # fmt: skip


def read(**changes: Any) -> Fix | None:
    """As the library hands a position over; a field that is None is left out."""
    fields = {name: value for name, value in (GOOD | changes).items() if value is not None}
    return read_fix(MessageToDict(mesh_pb2.Position(**fields)))


def test_a_receivers_fix_is_read_with_its_time() -> None:
    found = read()
    assert found == Fix(34.05105, -118.24907, 10, AT)
    assert read(timestamp=AT + 9) == Fix(34.05105, -118.24907, 10, AT + 9)
    assert read(location_source=mesh_pb2.Position.LocSource.LOC_EXTERNAL) == found


@pytest.mark.parametrize(
    "changes",
    [
        {"location_source": mesh_pb2.Position.LocSource.LOC_MANUAL},
        {"location_source": None},
        {"time": None},
        {"latitude_i": None},
        {"longitude_i": None},
        {"latitude_i": 0, "longitude_i": 0},
        {"latitude_i": 900_000_001},
        {"longitude_i": -1_800_000_001},
    ],
)
def test_a_place_that_was_typed_in_has_no_time_or_cannot_be_is_no_fix(
    changes: dict[str, Any],
) -> None:
    assert read(**changes) is None


@pytest.mark.parametrize(
    ("changes", "metres"),
    [
        ({"PDOP": 150}, 10),
        ({"PDOP": 600}, 30),
        ({"HDOP": 1210}, 61),
        ({"precision_bits": 32}, 10),
        ({"precision_bits": 16}, 730),
        ({"precision_bits": 13}, 5837),
        ({"precision_bits": 10, "PDOP": 100}, 10_000),
    ],
)
def test_it_is_as_coarse_as_the_sky_or_the_channel_made_it(
    changes: dict[str, Any], metres: int
) -> None:
    found = read(**changes)
    assert found is not None
    assert found.precision_m == metres


@given(st.dictionaries(
    st.sampled_from(["latitudeI", "longitudeI", "time", "timestamp", "locationSource", "PDOP",
                     "HDOP", "precisionBits"]),
    st.integers(-(2**31), 2**32 - 1) | st.text(max_size=4) | st.just("LOC_INTERNAL") | st.none(),
))  # fmt: skip
def test_whatever_a_position_holds_reading_it_never_fails(position: dict[str, Any]) -> None:
    good = MessageToDict(mesh_pb2.Position(**GOOD))
    found = read_fix(good | position)
    if found is not None:
        assert -90 <= found.lat <= 90
        assert -180 <= found.lon <= 180
        assert 10 <= found.precision_m <= 10_000
