"""From the messages of a handshake to a radio: a frame that got lost is never a setting."""

from __future__ import annotations

from typing import Any

import pytest
from meshtastic.protobuf import mesh_pb2

from meshdefense.provisioning.reading import gather
from meshdefense.virtual.defaults import default_settings
from meshdefense.virtual.handshake import handshake

OWN = 0x4D440001
NEWER = ("statusmessage", "traffic_management", "tak")
UNUSED = ("deviceuiConfig", "fileInfo", "config_complete_id", "sessionkey", "device_ui")


def told(firmware: str = "2.7.26") -> list[Any]:
    """What a radio tells."""
    settings = default_settings(
        OWN, "Virtual 1", preset="LONG_FAST", region="US", hop_limit=3, seed=1, firmware=firmware
    )
    own = mesh_pb2.NodeInfo(num=OWN, user=settings.owner)
    other = mesh_pb2.NodeInfo(num=OWN + 1)
    return list(handshake(1, settings, own, [other], {}))


def name_of(message: Any) -> str:
    """What a frame is about: lora, mqtt, channel3, my_info."""
    kind = message.WhichOneof("payload_variant")
    if kind == "channel":
        return f"channel{message.channel.index}"
    if kind == "node_info":
        return f"node{message.node_info.num - OWN}"
    if kind in ("config", "moduleConfig"):
        return str(getattr(message, kind).WhichOneof("payload_variant"))
    return str(kind)


NEEDED = [
    name for name in map(name_of, told()) if name not in (*NEWER, *UNUSED, "node1")
]  # fmt: skip


def test_a_whole_handshake_lacks_nothing() -> None:
    whole = gather(told())
    assert whole.lacks() == ()
    assert whole.lacks(gather(told()).parts) == ()
    assert len(NEEDED) == 3 + 8 + 8 + 13


@pytest.mark.parametrize("lost", NEEDED)
def test_each_frame_that_gets_lost_is_missed(lost: str) -> None:
    assert gather(one for one in told() if name_of(one) != lost).lacks()


def test_the_oldest_firmware_tells_fewer_modules_and_lacks_nothing() -> None:
    known = gather(one for one in told("2.7.15") if name_of(one) not in NEWER)
    assert known.lacks() == ()


@pytest.mark.parametrize("lost", NEWER)
def test_a_part_that_was_told_once_is_missed_later(lost: str) -> None:
    seen = gather(told()).parts
    later = gather(one for one in told() if name_of(one) != lost)
    assert (later.lacks(), later.lacks(seen)) == ((), (f"modules.{lost}",))


def test_firmware_that_is_too_old_needs_to_tell_no_more_than_that() -> None:
    kept = ("my_info", "metadata", "lora")
    assert gather(one for one in told("2.3.4") if name_of(one) in kept).lacks() == ()
    for firmware in ("2.7.15", "", "unset"):  # one that names no version may be as new as any
        assert gather(one for one in told(firmware) if name_of(one) in kept).lacks()
