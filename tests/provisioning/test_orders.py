"""Which orders are given for which differences, and in which order."""

from __future__ import annotations

from meshdefense.provisioning.orders import orders_for
from meshdefense_radio.plan import Change
from support.small_goal import small_desired


def changes(*paths: str) -> list[Change]:
    return [Change(path, 0, 1, False, None) for path in paths]


def given(*paths: str, new_keys: bool = False) -> list[tuple[str, str]]:
    orders = orders_for(changes(*paths), small_desired(), new_keys=new_keys)
    return [(order.kind, order.name) for order in orders]


def test_one_order_for_each_part_that_differs() -> None:
    assert given("config.lora.hop_limit", "config.lora.tx_power", "channels[0].settings.psk") == [
        ("config", "lora"), ("channel", "0"),
    ]  # fmt: skip
    assert given("owner.short_name", "canned_messages", "fixed_position") == [
        ("owner", ""), ("text", "canned_messages"), ("position", ""),
    ]  # fmt: skip
    assert given() == []


def test_role_and_region_come_first_and_everything_decided_follows_anew() -> None:
    desired = small_desired()
    for path in ("config.device.role", "config.lora.region"):
        parts = given(path)
        assert parts[:2] == [("config", "device"), ("config", "lora")]
        assert {name for kind, name in parts if kind == "config"} == set(desired.config)
        assert {name for kind, name in parts if kind == "modules"} == set(desired.modules)


def test_a_new_key_pair_is_ordered_with_security_after_the_region() -> None:
    orders = orders_for([], small_desired(), new_keys=True)
    assert [order.name for order in orders if order.kind == "config"][:3] == [
        "device", "lora", "security",
    ]  # fmt: skip
    assert [order.name for order in orders if order.new_keys] == ["security"]
    assert [order.name for order in orders if order.upsets] == ["device", "lora", "security"]


def test_an_order_knows_which_settings_it_writes() -> None:
    (order,) = orders_for(changes("modules.mqtt.enabled"), small_desired())
    assert order.covers("modules.mqtt.root")
    assert not order.covers("modules.telemetry.device_update_interval")
    assert not order.covers("config.mqtt.enabled")
