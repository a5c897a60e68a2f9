"""Frames played again after a restart and after new keys, and a lost radio's keys afterwards."""

from __future__ import annotations

import pytest

from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.frames import FrameType, open_frame, seal_control, seal_items
from meshdefense_protocol.items import encode_item, time_units
from meshdefense_protocol.packets import Notice, Report
from meshdefense_protocol.packets.decisions import MARK_MAX
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.rekey import open_content
from meshdefense_protocol.rekey_parts import parts
from meshdefense_protocol.sealing import KeyClass, KeyRing
from meshdefense_protocol.vault import EPOCHS_KEPT
from support.room import Room


def recorded(room: Room) -> list[bytes]:
    return [frame.payload for _, frame in room.frames]


def talk(room: Room) -> None:
    for number, name in enumerate(("pia", "vic", "wes", "pia"), start=1):
        room.say(name, Report(None, 1, size=number))
        room.run(15.0)


def replay(room: Room, name: str, payloads: list[bytes]) -> int:
    """How many items that adds."""
    before = len(room.machines[name].disk.items)
    for payload in payloads:
        room.hear(name, payload)
    return len(room.machines[name].disk.items) - before


@pytest.mark.parametrize("restarts", [0, 1, 3])
def test_frames_played_again_show_nothing_again_also_after_a_restart(restarts: int) -> None:
    room = Room()
    talk(room)
    heard = recorded(room)
    for _ in range(restarts):
        room.restart("ada")
    assert replay(room, "ada", heard * 3) == 0
    assert room.rejected("ada", Rejection.DUPLICATE) > 0


def test_frames_from_before_a_re_key_show_nothing_again_after_it_and_after_a_restart() -> None:
    room = Room()
    talk(room)
    heard = recorded(room)
    room.rekey()
    assert room.epochs() == {2}
    assert replay(room, "ada", heard) == 0
    room.restart("ada")
    assert room.machines["ada"].membership.keys.epoch == 2
    assert replay(room, "ada", heard) == 0
    assert replay(room, "ada", recorded(room)) == 0


def test_a_re_key_played_again_after_a_restart_changes_nothing() -> None:
    room = Room()
    room.rekey()
    first = room.roster("ada").epochs
    heard = recorded(room)
    room.rekey(seed=bytes(reversed(range(16))))
    assert room.epochs() == {3}
    room.restart("pia")
    assert replay(room, "pia", heard) == 0
    assert room.epochs() == {3}
    assert room.roster("pia").epochs[:1] == first


def test_keys_that_are_too_old_open_nothing_any_more() -> None:
    room = Room()
    talk(room)
    heard = recorded(room)
    for turn in range(EPOCHS_KEPT):
        room.rekey(seed=bytes((turn,)) * 16)
    assert room.epochs() == {1 + EPOCHS_KEPT}
    before = room.rejected("ada", Rejection.STRANGER)
    assert replay(room, "ada", heard[:4]) == 0
    assert room.rejected("ada", Rejection.STRANGER) == before + 4


def test_whoever_was_put_out_reads_nothing_of_what_the_others_say_afterwards() -> None:
    room = Room()
    room.revoke("pia")
    lost = room.machines["pia"].membership
    room.rekey("pia")
    assert room.epochs() == {1, 2}, "pia's node stays with the old keys"
    assert room.machines["pia"].engine is not None
    assert room.machines["pia"].engine.left_out
    begin = len(room.frames)
    talk_of = [room.say(name, Notice("meet at the school")) for name in ("ada", "vic", "wes")]
    room.run(60.0)
    opened = [
        found
        for sender, frame in room.frames[begin:]
        if sender != "pia"
        and not isinstance(found := open_frame(lost.keys, frame.payload), Rejection)
    ]
    assert not [one for one in opened if one[1] in (FrameType.ITEM, FrameType.ITEMS)]
    assert not any(room.has("pia", item) for item in talk_of)
    assert all(room.has("ben", item) for item in talk_of)


def test_with_all_that_a_lost_machine_held_no_wrap_of_the_new_keys_opens() -> None:
    room = Room()
    room.revoke("pia")
    lost = room.machines["pia"].membership
    body, content = room.new_keys("ada", ("pia",), bytes(range(50, 66)))
    given = (lost.vault.path, lost.identity.seed, room.network_id, body.epoch, body.commitment)
    assert open_content(content, lost.number, *given) is None
    for number in range(1, len(room.names) + 1):  # or under another's number
        assert open_content(content, number, *given) is None
    others = room.machines["vic"].membership
    assert open_content(
        content, others.number, others.vault.path, others.identity.seed, *given[2:]
    ) == bytes(range(50, 66))


def test_what_the_lost_key_says_with_the_old_frame_key_is_refused_by_all() -> None:
    room = Room()
    room.revoke("pia", log_mark=0)
    room.rekey("pia")
    lost = room.machines["pia"].membership
    for sequence in (5, 6, 7):
        item = encode_item(
            Report(None, 1, size=sequence),
            item_id=ItemId(lost.number, 0, sequence, Stream.LOG),
            units=time_units(room.machines["pia"].wall(0.0), lost.charter.date),
            identity=lost.identity,
            network_id=room.network_id,
        )
        frame = seal_items(lost.keys, KeyClass.EVERYONE, [item.raw])
        for name in ("ada", "ben", "vic", "wes"):
            before = room.rejected(name, Rejection.REVOKED)
            room.hear(name, frame)
            assert room.rejected(name, Rejection.REVOKED) == before + 1
            assert not room.has(name, item)


def test_wraps_that_nobody_decided_on_put_no_keys_in_force_and_hold_up_no_true_ones() -> None:
    room = Room()
    keys: KeyRing = room.machines["pia"].membership.keys
    content = bytes(range(200)) * 2
    for turn in range(20):
        for part in parts(room.network_id, 2, bytes((turn,)) + content):
            frame = seal_control(keys, KeyClass.EVERYONE, FrameType.REKEY, part)
            for name in room.names:
                room.hear(name, frame)
    assert room.epochs() == {1}
    room.rekey()
    assert room.epochs() == {2}


def test_a_wrap_with_other_bytes_delays_new_keys_and_gives_no_wrong_ones() -> None:
    room = Room()
    body, content = room.new_keys("ada", (), bytes(range(16)))
    keys = room.machines["pia"].membership.keys
    for part in parts(room.network_id, 2, content):
        spoiled = part[:-1] + bytes((part[-1] ^ 1,))
        frame = seal_control(keys, KeyClass.EVERYONE, FrameType.REKEY, spoiled)
        for name in ("ben", "vic", "wes"):
            room.hear(name, frame)
    room.agree(body, "ada", "ben", content=content)
    room.run(900.0)
    assert room.epochs() == {2}
    for name in room.names:
        vault = room.machines[name].membership.vault
        assert dict(vault.seeds)[2] == bytes(range(16))


def test_a_mark_of_everything_lets_nothing_later_through_but_keeps_all_that_was_said() -> None:
    room = Room()
    early = room.say("pia", Report(None, 1))
    room.run(20.0)
    room.revoke("pia", log_mark=MARK_MAX)
    assert all(room.has(name, early) for name in room.names)
    assert room.roster("ada").counts(early)
