"""Files for the stock client, and what its exports say."""

from __future__ import annotations

import contextlib
import io
from dataclasses import replace
from typing import Any

import meshtastic.__main__ as client
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_radio.desired import desired
from meshdefense_radio.errors import ConfigError
from meshdefense_radio.fields import config_message, fields_of, fill, modules_message
from meshdefense_radio.rendered import configure_yaml, exported_fields, rendered_paths
from support.radio_states import factory_state, keys_of, small_network, wanted

RADIOS = ["Base 1", "Patrol 1", "Verifier 1", "Roof 1", "House 1"]
LANGUAGES = ["en", "es"]


def read_by_client(text: str, start: Any = None) -> Any:
    """The client's own reading of a file, over the sections that a radio has."""
    seed = start or (lambda section, is_module: None)
    with contextlib.redirect_stdout(io.StringIO()):
        return client._profile_from_yaml(yaml.safe_load(text), seed_fn=seed)


def flat(path: str, fields: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in fields.items():
        below = f"{path}.{name}"
        found.update(flat(below, value) if isinstance(value, dict) else {below: value})
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("radio", RADIOS)
def test_the_client_reads_every_setting_out_of_the_file(radio: str, language: str) -> None:
    goal = wanted(radio)
    profile = read_by_client(configure_yaml(goal, with_keys=True, language=language))
    assert profile.long_name == goal.owner["long_name"]
    assert profile.short_name == goal.owner["short_name"]
    assert profile.canned_messages == (goal.canned_messages or "")
    told = flat("config", fields_of(profile.config)) | flat(
        "modules", fields_of(profile.module_config)
    )
    decided = flat("config", goal.config) | flat("modules", goal.modules)
    assert {path: told[path] for path in decided} == decided


def test_settings_that_are_off_are_switched_off_in_a_radio_that_has_them_on() -> None:
    goal = wanted()
    config, modules = config_message(), modules_message()
    opposite = {"mqtt": {"enabled": True, "proxy_to_client_enabled": True}}
    fill(modules, {**opposite, "telemetry": {"device_telemetry_enabled": True}})
    fill(config, {"bluetooth": {"enabled": True}, "lora": {"ignore_incoming": (1, 2)}})
    fill(config, {"security": {"admin_key": (b"x" * 32,), "private_key": b"p" * 32}})

    def seed(section: str, is_module: bool) -> Any:
        return getattr(modules if is_module else config, section)

    profile = read_by_client(configure_yaml(goal, with_keys=False), seed)
    assert not profile.module_config.mqtt.enabled
    assert not profile.module_config.mqtt.proxy_to_client_enabled
    assert not profile.module_config.telemetry.device_telemetry_enabled
    assert not profile.config.bluetooth.enabled
    assert list(profile.config.lora.ignore_incoming) == []
    assert list(profile.config.security.admin_key) == []
    assert profile.config.security.private_key == b"p" * 32  # the radio's own stays


def test_without_keys_the_file_holds_none() -> None:
    network = small_network()
    keys = keys_of(network)
    goal = desired(network, "Base 1", keys)
    text = configure_yaml(goal, with_keys=False)
    assert "channel_url" not in text.replace("# ", "")
    assert "meshtastic.org" not in text
    assert "channel_url: " in configure_yaml(goal, with_keys=True)


@pytest.mark.parametrize("name", ["NO", "yes", "07", "1e3", "~", "a: b", '"', "#", "ñ🦉", "{x}"])
def test_names_survive_whatever_yaml_would_make_of_them(name: str) -> None:
    goal = replace(wanted(), owner={**wanted().owner, "short_name": name, "long_name": name})
    profile = read_by_client(configure_yaml(goal, with_keys=False))
    assert profile.short_name == profile.long_name == name


def test_each_setting_has_its_reason_beside_it() -> None:
    for language in LANGUAGES:
        text = configure_yaml(wanted(), with_keys=False, language=language)
        lines = [line for line in text.splitlines() if line.startswith("    ")]
        assert all("  # " in line for line in lines if not line.endswith("Settings:"))
    assert "Ajustes del radio Patrol 1" in configure_yaml(wanted(), with_keys=False, language="es")


def test_only_empty_texts_cannot_be_given_by_a_file() -> None:
    goal = wanted()
    assert ': ""' not in configure_yaml(goal, with_keys=True)
    decided = set(flat("config", goal.config) | flat("modules", goal.modules))
    assert decided - rendered_paths(goal) == {
        "config.network.wifi_ssid",
        "config.network.wifi_psk",
        "config.network.rsyslog_server",
        "modules.statusmessage.node_status",
    }


# -- exports -----------------------------------------------------------------------------------


def test_a_rendered_file_read_as_an_export_says_the_same() -> None:
    goal = wanted("Base 1")
    told = exported_fields(configure_yaml(goal, with_keys=True))
    decided = flat("config", goal.config) | flat("modules", goal.modules)
    decided = {path: value for path, value in decided.items() if "statusmessage" not in path}
    assert {path: told[path] for path in decided} == decided
    assert told["owner.long_name"] == "Base 1"
    keys = keys_of(small_network())
    assert told["channels[0].settings.psk"] == keys["South"]
    assert told["channels[1].settings.name"] == "Neighbours"
    assert "channels[2].settings.psk" not in told


def test_settings_that_an_export_leaves_out_are_at_their_default() -> None:
    told = exported_fields("config: {lora: {region: US}}\nmodule_config: {mqtt: {}}\n")
    assert told["config.lora.region"] == "US"
    assert told["config.lora.hop_limit"] == 0
    assert told["modules.mqtt.enabled"] is False
    assert set(flat("config", factory_state().config)) <= set(told)


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "[]", "config: 1", "config: {}", "config: {}\nmodule_config: []",
        "config: {lora: {region: XX}}\nmodule_config: {}",
        "config: {lora: {hopLimit: x}}\nmodule_config: {}",
        "config: {security: {privateKey: 'base64:***'}}\nmodule_config: {}",
        "config: {}\nmodule_config: {}\nchannel_url: nonsense",
        "config: {lora: 2026-99-99}\nmodule_config: {}",
    ],
)  # fmt: skip
def test_what_is_no_export_is_refused_in_words(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        exported_fields(text)
    assert caught.value.text("es") != str(caught.value)
    assert "***" not in str(caught.value)


@given(st.text(max_size=200))
def test_any_text_gives_fields_or_one_error(text: str) -> None:
    with contextlib.suppress(ConfigError):
        exported_fields(text)
    with contextlib.suppress(ConfigError):
        exported_fields(f"config: {{lora: {text}}}\nmodule_config: {{}}\n")
