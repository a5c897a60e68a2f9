"""Profiles decide every setting or leave it to the radio, and each with a reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import meshdefense_radio
from meshdefense_radio.fields import (
    choices,
    config_message,
    fill,
    leaves,
    modules_message,
    owner_message,
)
from meshdefense_radio.jobs import Job
from meshdefense_radio.profiles import FromNetwork, left_to_the_radio, profile
from meshdefense_radio.radio_limits import CANNED_MESSAGES_BYTES
from support.radio_readme import PAGE, page

FOLDER = Path(meshdefense_radio.__file__).parent / "profiles"
FILES = sorted(FOLDER.glob("*.yaml"))
JOBS = pytest.mark.parametrize("job", Job, ids=lambda job: job.value)


def test_there_is_a_file_for_each_job_and_no_other() -> None:
    assert {path.stem for path in FILES} == {job.value for job in Job} | {"common", "left"}


@JOBS
def test_every_setting_is_decided_or_left_to_the_radio_and_never_both(job: Job) -> None:
    decided, left = set(profile(job).settings), set(left_to_the_radio())
    assert decided | left == set(leaves())
    assert not decided & left


@JOBS
def test_every_decision_has_a_reason_in_both_languages_and_a_source(job: Job) -> None:
    known = profile(job)
    assert known.purpose.en != known.purpose.es
    for setting in known.settings.values():
        assert len(setting.why.en) > 10 < len(setting.why.es), setting.path
        assert setting.why.en != setting.why.es, setting.path
        assert "{" not in setting.why.en + setting.why.es, setting.path
        for name in setting.source.split(", "):
            assert name == "choice" or re.fullmatch(r"src/[\w/]+\.(cpp|h)", name), setting.path
    for path, why in left_to_the_radio().items():
        assert why.en != why.es, path


@JOBS
def test_every_value_is_one_that_its_field_can_hold(job: Job) -> None:
    for path, setting in profile(job).settings.items():
        root, *names = path.split(".")
        if isinstance(setting.value, FromNetwork) or root == "channel":
            continue
        fields: dict[str, object] = {names[-1]: setting.value}
        for name in reversed(names[:-1]):
            fields = {name: fields}
        kinds = {"owner": owner_message, "config": config_message, "modules": modules_message}
        fill(kinds[root](), fields)


def test_no_file_names_a_setting_twice() -> None:
    for path in FILES:
        keys = re.findall(r"^    ([\w.]+):$", path.read_text(encoding="utf-8"), re.M)
        sections = yaml.safe_load(path.read_text(encoding="utf-8"))
        if isinstance(sections, dict):
            named = [name for fields in sections["settings"].values() for name in fields]
            assert sorted(keys) == sorted(named), path.name
        else:
            listed = [name for group in sections for name in group["settings"]]
            assert len(listed) == len(set(listed))


SAFE = {
    "channel.settings.uplink_enabled": False,
    "channel.settings.downlink_enabled": False,
    "config.lora.ignore_mqtt": True,
    "config.lora.config_ok_to_mqtt": False,
    "config.lora.override_duty_cycle": False,
    "config.lora.override_frequency": 0.0,
    "config.bluetooth.mode": "RANDOM_PIN",
    "config.network.wifi_enabled": False,
    "config.network.wifi_psk": "",
    "config.network.enabled_protocols": 0,
    "config.position.fixed_position": False,
    "config.position.position_broadcast_smart_enabled": False,
    "config.security.admin_channel_enabled": False,
    "config.security.debug_log_api_enabled": False,
    "config.security.is_managed": False,
    "config.security.serial_enabled": True,
    "config.power.is_power_saving": False,
    "modules.mqtt.enabled": False,
    "modules.mqtt.map_reporting_enabled": False,
    "modules.store_forward.enabled": False,
    "modules.telemetry.device_telemetry_enabled": False,
    "modules.neighbor_info.enabled": False,
    "modules.range_test.enabled": False,
    "modules.serial.enabled": False,
    "modules.remote_hardware.enabled": False,
    "modules.detection_sensor.enabled": False,
    "modules.paxcounter.enabled": False,
    "owner.is_licensed": False,
}


@JOBS
def test_no_job_gives_up_a_safety_default(job: Job) -> None:
    decided = profile(job).settings
    assert {path: decided[path].value for path in SAFE} == SAFE


def values(path: str) -> dict[Job, object]:
    return {job: profile(job).settings[path].value for job in Job}


def test_only_a_tracker_lets_the_radio_tell_its_place_and_only_roughly() -> None:
    told = values("channel.settings.module_settings.position_precision")
    assert {job for job, bits in told.items() if bits} == {Job.TRACKER}
    assert told[Job.TRACKER] == 16  # squares of 2^(32-16) times 1e-7 degrees: 730 m


def test_only_a_neighbours_radio_speaks_bluetooth() -> None:
    assert {job for job, on in values("config.bluetooth.enabled").items() if on} == {Job.NEIGHBOUR}


def test_no_job_has_a_role_that_drops_the_programs_packets() -> None:
    roles = values("config.device.role")
    assert roles[Job.RELAY] == "ROUTER_LATE"
    assert "ROUTER" not in roles.values()
    assert set(values("config.device.rebroadcast_mode").values()) == {"ALL"}
    assert set(roles.values()) <= set(choices("config.device.role"))


def test_nothing_lights_up_or_sounds_on_a_patrol() -> None:
    for job in (Job.PATROL, Job.VERIFIER):
        decided = profile(job).settings
        assert decided["config.device.led_heartbeat_disabled"].value is True
        assert decided["config.device.buzzer_mode"].value == "DISABLED"
        assert decided["modules.external_notification.enabled"].value is False
        assert decided["config.display.screen_on_secs"].value <= 10
        assert decided["config.display.wake_on_tap_or_motion"].value is False


def test_the_radios_own_keys_are_never_decided() -> None:
    left = left_to_the_radio()
    assert {"config.security.private_key", "config.security.public_key"} <= set(left)


def test_short_texts_of_stand_alone_radios_fit_into_a_radio() -> None:
    canned = profile(Job.NEIGHBOUR).canned_messages
    assert canned is not None
    for text in canned:
        assert len(text.encode()) <= CANNED_MESSAGES_BYTES
        assert all(part.strip() for part in text.split("|"))


def test_the_readme_tells_exactly_what_the_profiles_decide() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, "run python tests/support/radio_readme.py"
    for path in leaves():
        assert f"`{path}`" in text
