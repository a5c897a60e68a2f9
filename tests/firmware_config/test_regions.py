"""Regions: limits, presets and frequency slots."""

from __future__ import annotations

import pytest

from meshdefense.air.presets import PRESETS
from meshdefense_radio.errors import ConfigError
from meshdefense_radio.fields import choices
from meshdefense_radio.regions import (
    BANDWIDTH_KHZ,
    Region,
    refused_regions,
    region_named,
    regions,
    slot_of,
)


def test_every_region_of_the_library_is_known_or_refused_with_a_reason() -> None:
    assert set(regions()) | set(refused_regions()) == set(choices("config.lora.region"))
    assert not set(regions()) & set(refused_regions())


def test_every_preset_is_one_of_the_library_and_as_wide_as_the_air_says() -> None:
    named = {preset for region in regions().values() for preset in region.presets}
    assert named == set(BANDWIDTH_KHZ)
    assert named <= set(choices("config.lora.modem_preset"))
    for name, khz in BANDWIDTH_KHZ.items():
        assert PRESETS[name].bandwidth_hz == khz * 1000


@pytest.mark.parametrize("region", regions().values(), ids=lambda region: region.name)
def test_numbers_of_a_region_make_sense(region: Region) -> None:
    assert 0 < region.from_mhz < region.to_mhz
    assert 0 < region.duty_cycle <= 1
    assert 0 < region.power_dbm <= 36
    assert region.words.en
    assert region.words.es
    for preset in region.presets:
        assert BANDWIDTH_KHZ[preset] / 1000 <= region.to_mhz - region.from_mhz + 1e-9
        assert 1 <= slot_of(region, preset, "South") <= region.slots(preset)


@pytest.mark.parametrize(
    ("region", "preset", "name", "slot"),
    [
        ("US", "LONG_FAST", "LongFast", 20),  # 906.875 MHz, where every stock radio begins
        ("EU_868", "LONG_FAST", "LongFast", 1),  # the only one there is
        ("EU_868", "LONG_FAST", "anything", 1),
        ("EU_N_868", "NARROW_SLOW", "b", 1),  # the firmware's own choice, whatever the name
    ],
)
def test_the_slot_is_the_one_that_the_firmware_takes(
    region: str, preset: str, name: str, slot: int
) -> None:
    assert slot_of(region_named(region), preset, name) == slot


def test_limits_are_those_of_the_regulations() -> None:
    assert region_named("EU_868").power_dbm == 27
    assert region_named("EU_868").duty_cycle == 0.1
    assert region_named("UA_868").duty_cycle == 0.01
    assert region_named("US").duty_cycle == 1.0
    assert "SHORT_TURBO" not in region_named("EU_868").presets  # wider than the band
    assert not region_named("LORA_24").fit


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("EU868", "there is no region 'EU868'; did you mean EU_868?"),
        ("us", "there is no region 'us'; did you mean US?"),
        ("", "there is no region ''"),
        ("ITU2_2M", "encryption is not allowed"),
        ("UNSET", "does not transmit"),
        ("x" * 5000, "there is no region"),
    ],
)
def test_an_unknown_region_is_refused_with_the_nearest_one(name: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        region_named(name)
    assert said in str(caught.value)
    assert len(str(caught.value)) < 600
    assert caught.value.text("es") != str(caught.value)
