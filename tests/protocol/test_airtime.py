"""The price of a frame: the formula, and what the radio's own wrapper adds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meshtastic.protobuf import mesh_pb2, portnums_pb2

from meshdefense.air import presets
from meshdefense_protocol.airtime import LONG_FAST, Modem, airtime_s, carrier_bytes
from meshdefense_protocol.limits import FRAME_MAX

# Milliseconds for 40, 100 and 200 bytes and the radio header, from Semtech's calculator.
KNOWN_MS = {
    "SHORT_FAST": (58, 102, 176),
    "LONG_FAST": (682, 1133, 1870),
    "LONG_SLOW": (4071, 7217, 12460),
}
MODEMS = [preset.modem for preset in presets.PRESETS.values()]


@pytest.mark.parametrize("name", KNOWN_MS)
def test_airtime_agrees_with_the_known_values(name: str) -> None:
    modem = presets.PRESETS[name].modem
    measured = [airtime_s(modem, size) * 1000 for size in (40, 100, 200)]
    assert measured == pytest.approx(KNOWN_MS[name], abs=0.6)


def test_a_report_of_98_bytes_is_the_longest_of_its_airtime_step() -> None:
    assert LONG_FAST.frame_s(98) == pytest.approx(1.1325, abs=1e-4)
    assert LONG_FAST.frame_s(99) == pytest.approx(1.1735, abs=1e-4)


@given(st.integers(0, FRAME_MAX))
def test_the_carrier_adds_what_the_protobuf_adds(size: int) -> None:
    port = portnums_pb2.PRIVATE_APP
    data = mesh_pb2.Data(portnum=port, payload=b"x" * size, bitfield=1)
    left_out = 2 if size == 0 else 0  # an empty field is not written; no frame is empty
    assert data.ByteSize() + left_out == size + carrier_bytes(size)


@given(st.sampled_from(MODEMS), st.integers(0, FRAME_MAX))
def test_a_longer_frame_is_never_shorter_on_air(modem: Modem, size: int) -> None:
    assert airtime_s(modem, size) < modem.frame_s(size) <= modem.frame_s(size + 1)


@given(st.sampled_from(list(presets.PRESETS.values())), st.integers(0, 238))
def test_a_preset_costs_what_its_modem_costs(preset: presets.Preset, size: int) -> None:
    assert presets.airtime_s(preset, size) == airtime_s(preset.modem, size)


def test_long_fast_is_the_preset_of_that_name() -> None:
    assert presets.PRESETS["LONG_FAST"].modem == LONG_FAST


def test_a_negative_size_is_refused() -> None:
    with pytest.raises(ValueError, match="-1 bytes"):
        airtime_s(LONG_FAST, -1)
