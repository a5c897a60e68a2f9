"""What a radio makes of its own client's admin messages."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from meshtastic.protobuf import admin_pb2, channel_pb2, config_pb2, mesh_pb2

from meshdefense.virtual.settings import Settings
from support.radio_bench import FIRST, RadioBench, admin_packet, admin_reply, outcome

Admin = admin_pb2.AdminMessage
Error = mesh_pb2.Routing.Error
Config = config_pb2.Config
Role, Mode = Config.DeviceConfig.Role, Config.DeviceConfig.RebroadcastMode
VARIANTS = [field.name for field in Admin.DESCRIPTOR.oneofs_by_name["payload_variant"].fields]
ANSWERED = [name for name in VARIANTS if name.startswith("get_") and name.endswith("_request")]
ENDING = {"exit_simulator"}


def settings_of(bench: RadioBench) -> Settings:
    return bench.devices[0].settings


def shakes_hands(bench: RadioBench) -> bool:
    return 7 in [message.config_complete_id for message in bench.handshake()]


def with_variant(name: str) -> Any:
    """An admin message with nothing but its kind, or the smallest value that makes sense."""
    message = Admin()
    field = Admin.DESCRIPTOR.fields_by_name[name]
    if field.message_type is not None:
        getattr(message, name).SetInParent()
    elif field.type == field.TYPE_STRING:
        setattr(message, name, "x")
    elif field.type == field.TYPE_BOOL:
        setattr(message, name, True)
    else:
        setattr(message, name, 1 if name == "get_channel_request" else 0)
    return message


def changed(section: str, **fields: Any) -> Any:
    """A message that sets one section of the configuration."""
    message = Admin()
    part = getattr(message.set_config, section)
    part.SetInParent()
    for name, value in fields.items():
        if name == "admin_key":
            part.admin_key.extend(value)
        else:
            setattr(part, name, value)
    return message


def kept(bench: RadioBench, section: str, **fields: Any) -> Any:
    """A message that sets some fields of a section and leaves the others."""
    message = Admin()
    part = getattr(message.set_config, section)
    part.CopyFrom(getattr(settings_of(bench).config, section))
    for name, value in fields.items():
        setattr(part, name, value)
    return message


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_gets_exactly_one_answer(name: str) -> None:
    bench = RadioBench(1)
    data = bench.ask(with_variant(name))
    if name in ANSWERED:
        expected = name.replace("_request", "_response")
        assert admin_reply(data).WhichOneof("payload_variant") == expected
    else:
        assert outcome(data) in (Error.NONE, Error.BAD_REQUEST)


@pytest.mark.parametrize("name", [name for name in VARIANTS if name not in ENDING])
def test_radio_lives_on_after_every_variant(name: str) -> None:
    bench = RadioBench(1)
    bench.ask(with_variant(name))
    bench.advance(5.0)
    assert shakes_hands(bench)


@settings(max_examples=300, deadline=None)
@given(content=st.binary(max_size=233))
def test_no_bytes_are_too_much(content: bytes) -> None:
    bench = RadioBench(1)
    packet = admin_packet(FIRST, Admin(), 5)
    packet.decoded.payload = content
    bench.say(0, mesh_pb2.ToRadio(packet=packet))
    assert [p.decoded.request_id for p in bench.packets() if p.decoded.request_id] == [5]
    assert shakes_hands(bench)


@settings(max_examples=200, deadline=None)
@given(name=st.sampled_from(VARIANTS), content=st.binary(max_size=120))
def test_no_variant_is_stopped_by_what_is_in_it(name: str, content: bytes) -> None:
    bench = RadioBench(1)
    field = Admin.DESCRIPTOR.fields_by_name[name]
    message = Admin()
    if field.message_type is None:
        message = with_variant(name)
    else:
        getattr(message, name).MergeFromString(b"")
        head = bytes((field.number << 3 & 0x7F | 2 | (0x80 if field.number > 15 else 0),))
        head += bytes((field.number >> 4,)) if field.number > 15 else b""
        packet = admin_packet(FIRST, Admin(), 5)
        packet.decoded.payload = head + bytes((len(content),)) + content
        bench.say(0, mesh_pb2.ToRadio(packet=packet))
        assert len([p for p in bench.packets() if p.decoded.request_id == 5]) == 1
    bench.ask(message)
    bench.power_cut()
    assert shakes_hands(bench)


# -- what restarts, and what does not ----------------------------------------------------------

RESTARTS = [
    ("device", {"role": Role.CLIENT_MUTE}, True),
    ("device", {"tzdef": "UTC0"}, False),
    ("position", {"position_broadcast_secs": 900}, True),
    ("power", {"ls_secs": 77}, True),
    ("power", {"adc_multiplier_override": 2.0}, False),
    ("network", {"wifi_ssid": "here"}, True),
    ("display", {"screen_on_secs": 9}, True),
    ("display", {"compass_north_top": True}, False),
    ("lora", {"hop_limit": 5}, False),
    ("lora", {"modem_preset": 3}, True),
    ("bluetooth", {"enabled": False}, True),
    ("security", {"serial_enabled": False}, False),
]


@pytest.mark.parametrize(("section", "fields", "restarts"), RESTARTS)
def test_radio_restarts_for_what_the_firmware_restarts_for(
    section: str, fields: dict[str, Any], restarts: bool
) -> None:
    bench = RadioBench(1, restart_after_changes=True)
    bench.ask(kept(bench, section, **fields))
    assert (bench.devices[0].reboot_at == 7.0) is restarts
    for name, value in fields.items():
        assert getattr(getattr(settings_of(bench).config, section), name) == value


def test_channel_and_unchanged_owner_do_not_restart() -> None:
    bench = RadioBench(1, restart_after_changes=True)
    bench.ask(Admin(set_channel=channel_pb2.Channel(index=2, role=2)))
    bench.ask(Admin(set_owner=mesh_pb2.User(long_name="Radio 1", is_unmessagable=False)))
    assert bench.devices[0].reboot_at is None
    bench.ask(Admin(set_owner=mesh_pb2.User(long_name="Other")))
    assert bench.devices[0].reboot_at == 7.0


def test_owner_of_whom_is_not_said_whether_messages_reach_it_takes_messages() -> None:
    bench = RadioBench(1, restart_after_changes=True)
    owner = settings_of(bench).owner
    owner.is_unmessagable = True
    bench.ask(Admin(set_owner=mesh_pb2.User(long_name="Radio 1")))
    assert owner.HasField("is_unmessagable")
    assert not owner.is_unmessagable
    bench.devices[0].reboot_at = None
    bench.ask(Admin(set_owner=mesh_pb2.User(long_name="Radio 1")))
    assert bench.devices[0].reboot_at == 7.0, "it counts as a change each time"


@pytest.mark.parametrize(
    ("channel", "role"),
    [
        (channel_pb2.Channel(index=2, role=2), 0),
        (channel_pb2.Channel(index=2, role=2, settings={}), 2),
    ],
)
def test_channel_without_settings_is_off(channel: Any, role: int) -> None:
    bench = RadioBench(1)
    bench.ask(Admin(set_channel=channel))
    kept = settings_of(bench).channels[2]
    assert (kept.role, kept.HasField("settings")) == (role, True)


def test_cancelled_shutdown_does_not_turn_the_next_restart_into_one() -> None:
    bench = RadioBench(1, restart_after_changes=True)
    bench.ask(Admin(shutdown_seconds=20))
    bench.ask(Admin(shutdown_seconds=-1))
    bench.ask(Admin(set_owner=mesh_pb2.User(long_name="Other")))
    bench.advance(30.0)
    assert bench.world.is_on(bench.numbers[0])
    assert settings_of(bench).reboots == 1


@pytest.mark.parametrize(("seconds", "on"), [(3, False), (20, True)])
def test_shutdown_and_restart_that_are_both_due_come_in_their_order(seconds: int, on: bool) -> None:
    bench = RadioBench(1, restart_after_changes=True)
    bench.ask(Admin(shutdown_seconds=seconds))
    bench.ask(Admin(set_owner=mesh_pb2.User(long_name="Other")))  # restarts after 7 s
    bench.advance(60.0)
    assert bench.world.is_on(bench.numbers[0]) is on


# -- region and keys ---------------------------------------------------------------------------


def test_radio_from_the_box_has_no_key_until_it_has_a_region() -> None:
    bench = RadioBench(1, box=True)
    own = settings_of(bench)
    assert (own.owner.long_name, own.owner.public_key) == ("Meshtastic 0001", b"")
    bench.ask(kept(bench, "lora", region=Config.LoRaConfig.RegionCode.EU_868, tx_enabled=False))
    assert len(own.config.security.private_key) == len(own.owner.public_key) == 32
    assert own.owner.public_key == own.config.security.public_key
    assert own.config.lora.tx_enabled
    assert own.config.lora.ignore_mqtt  # the region has a duty cycle
    assert own.modules.mqtt.root == "msh/EU_868"
    assert bench.devices[0].nodes.own.user.public_key == own.owner.public_key


def test_empty_private_key_makes_a_new_pair_and_a_given_one_is_completed() -> None:
    bench = RadioBench(1)
    before = bytes(settings_of(bench).owner.public_key)
    bench.ask(changed("security"))
    made = settings_of(bench).config.security
    assert len(made.private_key) == 32
    assert bytes(made.public_key) != before
    pair = bytes(made.private_key), bytes(made.public_key)
    bench.ask(changed("security"))
    bench.ask(changed("security", private_key=pair[0], public_key=b"wrong"))
    assert bytes(settings_of(bench).config.security.public_key) == pair[1]
    assert bytes(settings_of(bench).owner.public_key) == pair[1]


def test_managed_mode_needs_an_admin_key() -> None:
    bench = RadioBench(1)
    bench.ask(changed("security", is_managed=True))
    assert not settings_of(bench).config.security.is_managed
    bench.ask(changed("security", is_managed=True, admin_key=[bytes(range(32))]))
    assert settings_of(bench).config.security.is_managed


def test_factory_reset_keeps_the_key_and_a_full_one_does_not() -> None:
    bench = RadioBench(1)
    secret = bytes(settings_of(bench).config.security.private_key)
    bench.ask(Admin(factory_reset_config=1))
    bench.power_cut()
    assert settings_of(bench).region == 0
    bench.ask(kept(bench, "lora", region=1))
    assert bytes(settings_of(bench).config.security.private_key) == secret
    bench.ask(Admin(factory_reset_device=1))
    bench.power_cut()
    bench.ask(kept(bench, "lora", region=1))
    assert bytes(settings_of(bench).config.security.private_key) != secret


# -- what is corrected, and what is refused ----------------------------------------------------


def test_nonsense_in_a_lora_section_becomes_the_default() -> None:
    bench = RadioBench(1)
    message = kept(
        bench, "lora", use_preset=False, bandwidth=250, spread_factor=40, coding_rate=77, region=99
    )
    bench.ask(message)
    lora = settings_of(bench).config.lora
    assert (lora.spread_factor, lora.coding_rate, lora.region) == (11, 5, 1)


def test_router_takes_the_settings_of_its_role() -> None:
    bench = RadioBench(1)
    bench.ask(kept(bench, "device", role=Role.ROUTER))
    own = settings_of(bench)
    assert own.config.device.rebroadcast_mode == Mode.CORE_PORTNUMS_ONLY
    assert own.owner.is_unmessagable
    assert own.owner.role == Role.ROUTER
    bench.ask(kept(bench, "device", rebroadcast_mode=Mode.ALL))
    assert own.config.device.rebroadcast_mode == Mode.ALL
    bench.ask(kept(bench, "device", rebroadcast_mode=Mode.NONE))
    assert own.config.device.rebroadcast_mode == Mode.ALL  # a router has to relay


@pytest.mark.parametrize(
    ("role", "becomes"), [(Role.REPEATER, Role.CLIENT), (Role.ROUTER_CLIENT, Role.CLIENT)]
)
def test_roles_that_are_no_more_become_clients(role: int, becomes: int) -> None:
    bench = RadioBench(1)
    bench.ask(kept(bench, "device", role=role))
    assert settings_of(bench).config.device.role == becomes


@pytest.mark.parametrize("role", [role for role in Role.values() if role])
def test_role_of_any_kind_survives_a_power_cut(role: int) -> None:
    bench = RadioBench(1)
    bench.ask(kept(bench, "device", role=role))
    before = settings_of(bench)
    bench.power_cut()
    assert settings_of(bench).config == before.config
    assert settings_of(bench).modules == before.modules


def test_name_of_blanks_is_a_bad_request() -> None:
    bench = RadioBench(1)
    for user in (mesh_pb2.User(long_name="  "), mesh_pb2.User(short_name=" ")):
        assert outcome(bench.ask(Admin(set_owner=user))) == Error.BAD_REQUEST
    assert settings_of(bench).owner.long_name == "Radio 1"


@pytest.mark.parametrize(
    "message",
    [
        Admin(set_owner=mesh_pb2.User(long_name="x" * 40)),
        Admin(set_owner=mesh_pb2.User(short_name="ñañaña")),
        Admin(set_channel=channel_pb2.Channel(settings={"name": "twelve bytes"})),
        Admin(set_channel=channel_pb2.Channel(settings={"psk": bytes(33)})),
        Admin(set_canned_message_module_messages="x" * 201),
    ],
)
def test_what_the_firmware_has_no_room_for_is_not_understood(message: Any) -> None:
    bench = RadioBench(1)
    before = bench.handshake()
    assert outcome(bench.ask(message)) == Error.NO_RESPONSE
    after = bench.handshake()
    assert [m.channel for m in after] == [m.channel for m in before]
    assert settings_of(bench).owner.long_name == "Radio 1"


def test_ham_mode_opens_the_channels() -> None:
    bench = RadioBench(1)
    ham = admin_pb2.HamParameters(call_sign="KD9XYZ", short_name="XYZ", tx_power=5)
    bench.ask(Admin(set_ham_mode=ham))
    own = settings_of(bench)
    assert (own.owner.long_name, own.owner.is_licensed) == ("KD9XYZ", True)
    assert own.channels[0].settings.psk == b""
    assert own.config.device.rebroadcast_mode == Mode.LOCAL_ONLY
    assert own.config.lora.tx_power == 5


def test_client_is_told_of_what_was_corrected() -> None:
    bench = RadioBench(1)
    bench.say(0, mesh_pb2.ToRadio(packet=admin_packet(FIRST, changed("security", is_managed=True))))
    said = [m.clientNotification.message for m in bench.told() if m.HasField("clientNotification")]
    assert said == ["You must provide at least one admin public key to enable managed mode"]


# -- nodes -------------------------------------------------------------------------------------


def test_flags_of_nodes_are_kept_and_told() -> None:
    bench = RadioBench(3)
    other, third = bench.numbers[1:]
    for message in (
        Admin(set_favorite_node=other),
        Admin(toggle_muted_node=other),
        Admin(set_ignored_node=third),
    ):
        bench.ask(message)
    bench.power_cut()
    told = {m.node_info.num: m.node_info for m in bench.handshake() if m.HasField("node_info")}
    assert (told[other].is_favorite, told[other].is_muted) == (True, True)
    assert (told[third].is_ignored, told[third].user.public_key) == (True, b"")
    bench.ask(Admin(remove_by_nodenum=other))
    bench.power_cut()
    assert bench.devices[0].nodes.get(other) is None


def test_reset_of_the_node_database_may_keep_favourites() -> None:
    bench = RadioBench(3)
    bench.ask(Admin(set_favorite_node=bench.numbers[1]))
    bench.ask(Admin(nodedb_reset=True))
    assert [node.num for node in bench.devices[0].nodes.others] == [bench.numbers[1]]


def test_contact_is_added_with_its_key() -> None:
    bench = RadioBench(1)
    user = mesh_pb2.User(long_name="Stranger", public_key=bytes(range(32)))
    contact = admin_pb2.SharedContact(node_num=77, user=user, manually_verified=True)
    bench.ask(Admin(add_contact=contact))
    bench.power_cut()
    node = bench.devices[0].nodes.of(77)
    assert (node.user.public_key, node.is_key_manually_verified) == (bytes(range(32)), True)


def test_deleted_file_is_gone_at_the_next_start() -> None:
    bench = RadioBench(1)
    bench.ask(Admin(set_ringtone_message="a:d=4"))
    bench.ask(Admin(delete_file_request="/prefs/ringtone.proto"))
    bench.power_cut()
    assert settings_of(bench).ringtone == ""
