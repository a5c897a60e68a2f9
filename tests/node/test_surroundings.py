"""What the engine is told of the radio's channel and of this node's own way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from meshdefense.air.presets import PRESETS
from meshdefense.air.presets import airtime_s as medium_airtime_s
from meshdefense.node.surroundings import Surroundings, duty_cycle, modem
from meshdefense.radio.base import RadioHealth
from meshdefense_protocol.airtime import LONG_FAST, airtime_s
from meshdefense_protocol.packets import Beacon, CheckIn, Report
from meshdefense_protocol.place import precision_code
from support.network import NOW, Network

NETWORK = Network()
GRID = NETWORK.charter.grid
LAT = GRID.origin_lat
METRE = 1 / 111_319.490793


class Told:
    """Stands where the engine does, and remembers."""

    def __init__(self) -> None:
        self.channels: list[dict[str, Any]] = []
        self.moves: list[float] = []

    def channel(self, now: float, **said: Any) -> None:
        self.channels.append(said)

    def moved(self, now: float) -> None:
        self.moves.append(now)


@pytest.mark.parametrize("name", PRESETS)
def test_the_engine_prices_a_frame_as_the_radio_does_in_every_preset(name: str) -> None:
    told = modem(RadioHealth(preset=name))
    assert told is not None
    for size in (0, 40, 165, 233):
        assert airtime_s(told, size) == pytest.approx(medium_airtime_s(PRESETS[name], size))


def test_nothing_is_told_of_settings_that_are_no_preset() -> None:
    assert modem(RadioHealth(preset="CUSTOM")) is None
    assert modem(RadioHealth()) is None
    assert modem(RadioHealth(preset="LONG_FAST", region="LORA_24")) is None


@pytest.mark.parametrize(
    ("region", "share"),
    [("EU_868", 0.1), ("EU_433", 0.1), ("EU_N_868", 0.1), ("UA_433", 0.1), ("TH", 0.1),
     ("EU_866", 0.025), ("US", 1.0), (None, None)],
)  # fmt: skip
def test_a_region_has_its_share_of_the_hour(region: str | None, share: float | None) -> None:
    assert duty_cycle(region) == share


def test_the_share_in_use_is_told_each_time_and_the_setting_only_when_it_is_another() -> None:
    told: Any = Told()
    around = Surroundings(GRID)
    health = RadioHealth(preset="LONG_FAST", region="EU_868", channel_utilisation=12.5)
    setting: dict[str, Any] = {"modem": LONG_FAST, "duty_cycle": 0.1}
    nothing: dict[str, Any] = {"modem": None, "duty_cycle": None}
    around.take_health(RadioHealth(), told, NOW)
    for _ in range(3):
        around.take_health(health, told, NOW)
    around.take_health(RadioHealth(channel_utilisation=13.0), told, NOW)
    around.take_health(replace(health, channel_utilisation=None), told, NOW)
    assert told.channels == [
        {**nothing, "utilisation": None},
        {**setting, "utilisation": 12.5},
        {**nothing, "utilisation": 12.5},
        {**nothing, "utilisation": 12.5},
        {**nothing, "utilisation": 13.0},
        {**setting, "utilisation": None},
    ]


def test_a_move_is_told_from_about_a_hundred_metres_on_and_counts_from_there() -> None:
    told: Any = Told()
    around = Surroundings(GRID)

    def stand(north_m: float, body: type = Beacon) -> None:
        place = GRID.place(LAT + north_m * METRE, GRID.origin_lon, precision_code(10))
        item = NETWORK.item("pia", CheckIn(1, place=place) if body is CheckIn else Beacon(place))
        around.take_own(item, told, NOW + north_m)

    around.take_own(NETWORK.item("pia", Report(None, 7)), told, NOW)
    around.take_own(NETWORK.item("pia", Beacon(None)), told, NOW)
    assert told.moves == []
    for north_m in (5, 95, 105):  # the first place is no move, nor is the next cell
        stand(north_m)
    assert told.moves == []
    stand(125, CheckIn)
    assert told.moves == [NOW + 125]
    stand(205)
    assert len(told.moves) == 1
    stand(5)
    assert told.moves == [NOW + 125, NOW + 5]
