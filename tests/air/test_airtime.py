import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.air.presets import (
    PRESETS,
    Preset,
    UnknownPresetError,
    airtime_s,
    preset_named,
)

# Milliseconds for 40, 100 and 200 bytes and the radio header, from Semtech's calculator.
KNOWN_MS = {
    "SHORT_FAST": (58, 102, 176),
    "MEDIUM_FAST": (191, 324, 560),
    "MEDIUM_SLOW": (361, 607, 1017),
    "LONG_FAST": (682, 1133, 1870),
    "LONG_MODERATE": (2167, 3871, 6754),
    "LONG_SLOW": (4071, 7217, 12460),
}
KNOWN_SLOT_MS = {
    "SHORT_FAST": 8.9,
    "MEDIUM_FAST": 12.7,
    "MEDIUM_SLOW": 17.8,
    "LONG_FAST": 28.1,
    "LONG_MODERATE": 48.6,
    "LONG_SLOW": 89.5,
}


@pytest.mark.parametrize("name", KNOWN_MS)
def test_air_time_agrees_with_the_known_values(name: str) -> None:
    measured = [airtime_s(PRESETS[name], size) * 1000 for size in (40, 100, 200)]
    assert measured == pytest.approx(KNOWN_MS[name], abs=0.6)


@pytest.mark.parametrize("name", KNOWN_SLOT_MS)
def test_slot_agrees_with_the_firmware(name: str) -> None:
    assert PRESETS[name].slot_s * 1000 == pytest.approx(KNOWN_SLOT_MS[name], abs=0.06)


@given(st.sampled_from(list(PRESETS.values())), st.integers(0, 238))
def test_a_longer_packet_is_never_shorter_on_air(preset: Preset, size: int) -> None:
    assert airtime_s(preset, size) <= airtime_s(preset, size + 1)


def test_negative_size_is_refused() -> None:
    with pytest.raises(ValueError, match="-1 bytes"):
        airtime_s(PRESETS["LONG_FAST"], -1)


def test_preset_is_found_in_any_spelling() -> None:
    assert preset_named("long-fast") is PRESETS["LONG_FAST"]


def test_unknown_preset_names_the_nearest() -> None:
    with pytest.raises(UnknownPresetError, match="did you mean LONG_FAST"):
        preset_named("LONGFAST")
