"""What a radio keeps: over a power cut, and over the end of the process."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from meshtastic.protobuf import (
    admin_pb2,
    channel_pb2,
    config_pb2,
    localonly_pb2,
    mesh_pb2,
    module_config_pb2,
    portnums_pb2,
)

from meshdefense.virtual.defaults import from_the_box
from meshdefense.virtual.flash import BACKUP, MemoryFlash, Segment, load, save, waiting_packets
from meshdefense.virtual.mesh import Traits, VirtualMesh
from meshdefense.virtual.nodes import NodeTable
from meshdefense.virtual.state_folder import StateError, StateFolder
from support.radio_bench import FIRST, RadioBench, outcome

Admin = admin_pb2.AdminMessage
NODE = f"{FIRST:08x}"
FILES = (
    "prefs/config.proto",
    "prefs/module.proto",
    "prefs/channels.proto",
    "prefs/device.proto",
    "prefs/nodes.proto",
    "prefs/cannedConf.proto",
    "prefs/ringtone.proto",
    "prefs/uiconfig.proto",
)


def everything() -> list[Any]:
    """Admin messages that change each part of what is kept."""
    channel = channel_pb2.Channel(index=1, role=channel_pb2.Channel.Role.SECONDARY)
    channel.settings.name, channel.settings.psk = "patrol", bytes(range(32))
    messages = [
        Admin(set_owner=mesh_pb2.User(long_name="Corner", short_name="CR")),
        Admin(set_channel=channel),
        Admin(set_canned_message_module_messages="yes|no"),
        Admin(set_ringtone_message="a:d=4"),
        Admin(set_fixed_position=mesh_pb2.Position(latitude_i=418_500_000, longitude_i=-876)),
        Admin(set_favorite_node=FIRST + 1),
        Admin(set_ignored_node=FIRST + 2),
    ]
    config, module = Admin(), Admin()
    config.set_config.display.screen_on_secs = 77
    module.set_module_config.telemetry.device_update_interval = 9_999
    return [*messages, config, module]


def state_of(device: Any) -> list[Any]:
    """All that is kept, but for the count of reboots."""
    kept, nodes = device.settings, device.nodes
    return [
        kept.owner, kept.config, kept.modules, kept.channels, kept.canned_messages,
        kept.ringtone, kept.fixed_position, [(node.num, node.user) for node in nodes.others],
    ]  # fmt: skip


def in_mesh(folder: Path, test: Callable[[VirtualMesh], Awaitable[None]], told: Any = None) -> None:
    async def main() -> None:
        traits = Traits(state=folder, told=told or pytest.fail)
        async with VirtualMesh(3, preset="SHORT_FAST", traits=traits) as mesh:
            await test(mesh)

    asyncio.run(main())


def administer(device: Any, message: Any) -> None:
    packet = mesh_pb2.MeshPacket(to=device.number, id=9)
    packet.decoded.portnum = 6
    packet.decoded.payload = message.SerializeToString()
    device.from_client(
        mesh_pb2.ToRadio(packet=packet).SerializeToString(), 0.0, device.phone.connect()
    )


def test_everything_is_there_again_in_the_next_process(tmp_path: Path) -> None:
    states = []

    async def change(mesh: VirtualMesh) -> None:
        for message in everything():
            administer(mesh.devices[0], message)
        mesh.devices[0].phone.packet(mesh_pb2.MeshPacket(id=4321))
        states.append(state_of(mesh.devices[0]))

    async def look(mesh: VirtualMesh) -> None:
        states.append(state_of(mesh.devices[0]))
        assert mesh.names[0] == "Corner"
        assert 4321 in [packet.id for packet in mesh.devices[0].phone.unclaimed]
        assert mesh.devices[0].nodes.of(FIRST + 1).is_favorite
        assert mesh.devices[0].nodes.of(FIRST + 2).is_ignored

    in_mesh(tmp_path, change)
    in_mesh(tmp_path, look)
    for was, now in zip(*states, strict=True):
        assert now == was


def test_killed_process_has_lost_nothing_that_was_confirmed(tmp_path: Path) -> None:
    async def change_and_copy(mesh: VirtualMesh) -> None:
        for message in everything():
            administer(mesh.devices[0], message)
        shutil.copytree(tmp_path / "a", tmp_path / "b")

    async def look(mesh: VirtualMesh) -> None:
        kept = mesh.devices[0].settings
        assert (kept.owner.long_name, kept.channels[1].settings.name) == ("Corner", "patrol")
        assert (kept.canned_messages, kept.config.display.screen_on_secs) == ("yes|no", 77)
        assert kept.fixed_position.latitude_i == 418_500_000

    in_mesh(tmp_path / "a", change_and_copy)
    in_mesh(tmp_path / "b", look)


def starts(folder: Path, count: int) -> list[tuple[int, int, bytes]]:
    """A packet id, that of an acknowledgement and a session key of each start."""
    found = []

    async def look(mesh: VirtualMesh) -> None:
        device = mesh.devices[0]
        router = mesh.world._radio(device.number).router
        key = device.administration._key(0.0)
        found.append((device.new_identifier(), router.next_identifier, key))

    for _ in range(count):
        in_mesh(folder, look)
    return found


def test_no_start_has_the_packet_ids_and_session_keys_of_another(tmp_path: Path) -> None:
    for values in zip(*starts(tmp_path, 5), strict=True):
        assert len(set(values)) == 5


def test_same_seed_and_state_give_the_same_chance(tmp_path: Path) -> None:
    assert starts(tmp_path / "a", 3) == starts(tmp_path / "b", 3)


def test_each_radio_has_a_folder_that_only_its_owner_reads(tmp_path: Path) -> None:
    async def nothing(_: VirtualMesh) -> None:
        pass

    in_mesh(tmp_path, nothing)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"{FIRST + index:08x}" for index in range(3)
    ]
    for name in FILES:
        assert (tmp_path / NODE / name).stat().st_mode & 0o077 == 0, name


def test_folder_in_use_is_refused(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path, pytest.fail)
    with pytest.raises(StateError, match="in use by another program"):
        StateFolder(tmp_path, pytest.fail)
    folder.close()
    StateFolder(tmp_path, pytest.fail).close()


def test_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StateError, match="cannot keep a radio's state in"):
        StateFolder(tmp_path / "file", pytest.fail)


def test_file_that_cannot_be_written_is_told_once_and_written_at_the_end(tmp_path: Path) -> None:
    told: list[str] = []
    folder = StateFolder(tmp_path, told.append)
    (tmp_path / "prefs").write_text("in the way")
    folder["prefs/a.proto"] = b"1"
    folder["prefs/b.proto"] = b"2"
    assert len(told) == 1
    assert "cannot write" in told[0]
    (tmp_path / "prefs").unlink()
    assert folder.close() == []
    assert (tmp_path / "prefs" / "a.proto").read_bytes() == b"1"
    assert (tmp_path / "prefs" / "b.proto").read_bytes() == b"2"


def test_what_cannot_be_written_even_at_the_end_is_named(tmp_path: Path) -> None:
    told: list[str] = []

    async def change(mesh: VirtualMesh) -> None:
        prefs = tmp_path / NODE / "prefs"
        shutil.rmtree(prefs)
        prefs.write_text("in the way")
        administer(mesh.devices[0], renaming("Lost"))

    with pytest.raises(StateError, match=r"not saved, and now lost: .*prefs/device\.proto"):
        in_mesh(tmp_path, change, told.append)
    assert ["cannot write" in text for text in told] == [True]
    StateFolder(tmp_path / NODE, pytest.fail).close()  # others may use it


def test_unreadable_file_that_cannot_be_set_aside_is_left_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    async def nothing(_: VirtualMesh) -> None:
        pass

    in_mesh(tmp_path, nothing)
    config = tmp_path / NODE / FILES[0]
    config.write_bytes(b"\xff\xff")
    monkeypatch.setattr(Path, "rename", refuse)  # root may always write
    with pytest.raises(StateError, match="left as it is: let the folder be written"):
        in_mesh(tmp_path, nothing)
    assert config.read_bytes() == b"\xff\xff"


@settings(max_examples=40, deadline=None)
@given(name=st.sampled_from(FILES), content=st.binary(max_size=300))
def test_no_file_stops_a_radio_and_none_is_lost(
    tmp_path_factory: pytest.TempPathFactory, name: str, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("state")
    told: list[str] = []
    first = StateFolder(folder, pytest.fail)
    RadioBench(1, flash=first)
    first.close()
    (folder / name).write_bytes(content)
    second = StateFolder(folder, told.append)
    bench = RadioBench(1, flash=second)
    for file in FILES:  # what the other files hold is as it was
        assert file == name or file in second
    assert bench.devices[0].settings.owner.long_name or name == "prefs/device.proto"
    second.close()
    aside = folder / f"{name}.unreadable-1"
    assert aside.exists() == bool(told)
    if told:
        assert aside.read_bytes() == content
        assert aside.name in told[0]


def test_two_broken_files_are_both_kept(tmp_path: Path) -> None:
    for turn in (1, 2):
        folder = StateFolder(tmp_path, lambda _: None)
        RadioBench(1, flash=folder)
        folder.close()
        (tmp_path / FILES[0]).write_bytes(b"broken %d" % turn)
    folder = StateFolder(tmp_path, lambda _: None)
    RadioBench(1, flash=folder)
    folder.close()
    kept = sorted((tmp_path / "prefs").glob("config.proto.unreadable-*"))
    assert [path.read_bytes() for path in kept] == [b"broken 1", b"broken 2"]


texts = st.text(max_size=10)
keys = st.binary(min_size=32, max_size=32)


@settings(max_examples=60, deadline=None)
@given(
    owner=st.builds(mesh_pb2.User, long_name=texts, short_name=texts, public_key=keys),
    lora=st.builds(config_pb2.Config.LoRaConfig, hop_limit=st.integers(0, 7)),
    mqtt=st.builds(module_config_pb2.ModuleConfig.MQTTConfig, root=texts, enabled=st.booleans()),
    names=st.lists(texts, min_size=8, max_size=8),
    others=st.dictionaries(st.integers(1, 1 << 30), texts, max_size=5),
    canned=texts,
)
def test_saved_settings_are_read_back_as_they_were(
    owner: Any, lora: Any, mqtt: Any, names: list[str], others: dict[int, str], canned: str
) -> None:
    flash, kept = MemoryFlash(), from_the_box(FIRST)
    kept.owner, kept.canned_messages = owner, canned
    kept.config.lora.CopyFrom(lora)
    kept.modules.mqtt.CopyFrom(mqtt)
    for channel, name in zip(kept.channels, names, strict=True):
        channel.settings.name = name
    nodes = NodeTable(FIRST, owner)
    for number, name in others.items():
        nodes.of(number).user.long_name = name
    save(flash, Segment.EVERYTHING, kept, nodes)
    found, others_found = from_the_box(FIRST), NodeTable(FIRST, mesh_pb2.User())
    assert load(flash, found, others_found) == []
    assert (found.owner, found.config, found.modules) == (kept.owner, kept.config, kept.modules)
    assert (found.channels, found.canned_messages) == (kept.channels, canned)
    assert {n.num: n.user.long_name for n in others_found.others} == {
        number: name for number, name in others.items() if number != FIRST
    }


# -- power cuts --------------------------------------------------------------------------------


def name_of(bench: RadioBench) -> str:
    return str(bench.devices[0].settings.owner.long_name)


def renaming(name: str) -> Any:
    return Admin(set_owner=mesh_pb2.User(long_name=name))


def test_power_cut_takes_an_open_transaction_back() -> None:
    bench = RadioBench(1)
    bench.ask(renaming("Saved"))
    bench.ask(Admin(begin_edit_settings=True))
    bench.ask(renaming("Unsaved"))
    assert name_of(bench) == "Unsaved"
    bench.power_cut()
    assert name_of(bench) == "Saved"
    assert bench.handshake()[0].my_info.reboot_count == 1
    bench.ask(renaming("Alone"))  # no transaction is open any more
    bench.power_cut()
    assert name_of(bench) == "Alone"


def test_commit_saves_and_restarts_once() -> None:
    bench = RadioBench(1, restart_after_changes=True)
    bench.ask(Admin(begin_edit_settings=True))
    config = Admin()
    config.set_config.position.position_broadcast_secs = 900
    for message in (renaming("Saved"), config):
        bench.ask(message)
        assert bench.devices[0].reboot_at is None
    bench.ask(Admin(commit_edit_settings=True))
    assert bench.devices[0].reboot_at == bench.now + 7.0
    bench.power_cut()
    assert name_of(bench) == "Saved"
    assert bench.devices[0].settings.config.position.position_broadcast_secs == 900


def test_process_that_ends_in_a_transaction_keeps_what_was_saved_before() -> None:
    flash = MemoryFlash()
    bench = RadioBench(1, flash=flash)
    bench.ask(Admin(begin_edit_settings=True))
    bench.ask(renaming("Unsaved"))
    bench.devices[0].save_all()
    assert name_of(RadioBench(1, flash=flash)) == "Radio 1"


def test_minute_in_an_open_transaction_saves_messages_and_no_settings() -> None:
    flash = MemoryFlash()
    bench = RadioBench(1, flash=flash)
    bench.ask(renaming("Saved"))
    bench.ask(Admin(begin_edit_settings=True))
    bench.ask(renaming("Unsaved"))
    bench.devices[0].phone.leave(bench.clients[0])
    bench.devices[0].phone.packet(mesh_pb2.MeshPacket(id=4321))
    bench.advance(61.0)
    after = RadioBench(1, flash=flash)  # the process was killed
    assert name_of(after) == "Saved"
    assert 4321 in [packet.id for packet in after.packets()] + [
        packet.id for packet in waiting_packets(flash)
    ]


def test_message_that_takes_the_place_of_another_is_saved_too() -> None:
    flash = MemoryFlash()
    bench = RadioBench(1, flash=flash)
    bench.devices[0].phone.leave(bench.clients[0])
    for identifier in range(1, 101):
        bench.devices[0].phone.packet(mesh_pb2.MeshPacket(id=identifier))
    bench.advance(61.0)
    text = mesh_pb2.MeshPacket(id=4321)
    text.decoded.portnum = portnums_pb2.TEXT_MESSAGE_APP
    bench.devices[0].phone.packet(text)
    bench.advance(61.0)
    assert [packet.id for packet in waiting_packets(flash)] == [*range(2, 101), 4321]


def test_messages_that_wait_outlive_a_process_that_ends_in_a_transaction() -> None:
    flash = MemoryFlash()
    bench = RadioBench(1, flash=flash)
    bench.ask(Admin(begin_edit_settings=True))
    bench.devices[0].phone.leave(bench.clients[0])
    bench.devices[0].phone.packet(mesh_pb2.MeshPacket(id=4321))
    bench.devices[0].save_all()
    assert [packet.id for packet in waiting_packets(flash)] == [4321]


def test_restored_backup_is_what_was_backed_up() -> None:
    bench = RadioBench(1)
    assert outcome(bench.ask(Admin(restore_preferences=0))) == 32  # there is none yet
    bench.ask(renaming("Backed up"))
    assert outcome(bench.ask(Admin(backup_preferences=0))) == 0
    bench.ask(renaming("Later"))
    assert outcome(bench.ask(Admin(restore_preferences=0))) == 0
    assert name_of(bench) == "Backed up"
    bench.ask(Admin(remove_backup_preferences=0))
    assert outcome(bench.ask(Admin(restore_preferences=0))) == 32


@pytest.mark.parametrize("how", ["factory_reset_config", "factory_reset_device"])
def test_backup_outlives_a_factory_reset(how: str) -> None:
    bench = RadioBench(1)
    bench.ask(renaming("Backed up"))
    bench.ask(Admin(backup_preferences=0))
    bench.ask(Admin(**{how: 1}))
    assert name_of(bench) != "Backed up"
    assert outcome(bench.ask(Admin(restore_preferences=0))) == 0
    assert name_of(bench) == "Backed up"


def test_erased_radio_has_no_backup_either() -> None:
    bench = RadioBench(1)
    bench.ask(Admin(backup_preferences=0))
    bench.devices[0].erase()
    assert BACKUP not in bench.devices[0].flash


def test_empty_file_of_the_configuration_is_not_taken_for_one() -> None:
    flash = MemoryFlash({FILES[0]: localonly_pb2.LocalConfig().SerializeToString()})
    assert load(flash, from_the_box(FIRST), NodeTable(FIRST, mesh_pb2.User())) == [FILES[0]]
