"""New keys by radio: everybody but the lost follows, wherever they were, and nobody else does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from meshdefense_protocol.council import Council
from meshdefense_protocol.digest import Digest, encode_digest, stamp_of
from meshdefense_protocol.engine import SavedState
from meshdefense_protocol.errors import LocalError, Rejection
from meshdefense_protocol.events import ItemAccepted, SeedOpened, WrapsKept
from meshdefense_protocol.frames import FrameType, seal_control, split_items
from meshdefense_protocol.items import Item, decode_item
from meshdefense_protocol.packets import Notice, Report, Revoke
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.rekey_parts import Part, content_hash, encode_part, parts
from meshdefense_protocol.sealing import KeyClass, KeyRing
from meshdefense_protocol.subtree import path_keys
from meshdefense_protocol.transport import Fate
from meshdefense_protocol.vault import Master, Vault
from support.keyed_network import KeyedAir, KeyedNetwork, epoch_seed
from support.network import NOW, Store, drain
from support.small_air import Sent

REPORT = Report(None, 1)
ALL = ("ada", "bea", "cyd", "dan", "eve")
STAY = ("ada", "bea", "cyd", "eve")
DAN = 4
HOUR, DAY = 3600.0, 86_400.0


def lose_dan(air: KeyedAir, *, epoch: int = 2, endorse: bool = True) -> None:
    """Ada revokes Dan and proposes new keys; Bea endorses both."""
    revoke = Revoke(DAN, 1, (1 << 18) - 1)
    body, content = air.keyed.rekey(epoch, (DAN,))
    air.say("ada", revoke)
    air.propose("ada", body, content)
    if endorse:
        air.run(60)
        air.say("bea", air.keyed.endorsed(revoke, body))


def all_epochs(network: KeyedNetwork, last: int = 3) -> KeyRing:
    """An organizer's keys of every epoch, to look into what was sent."""
    vault = network.vault("ada", {epoch: epoch_seed(epoch) for epoch in range(1, last + 1)})
    items = [
        item
        for epoch in range(2, last + 1)
        for item in network.decided(network.rekey(epoch, (DAN,))[0])
    ]
    roster = Council(network.charter, items).roster
    return KeyRing(network.network_id, vault.secrets(roster, network.network_id))


# -- a lost member ---------------------------------------------------------------------------


def test_after_a_loss_everybody_else_has_new_keys_and_the_lost_one_has_none() -> None:
    air = KeyedAir(ALL)
    air.run(60)
    lose_dan(air)
    air.run(600)
    assert air.epochs() == {**dict.fromkeys(STAY, 2), "dan": 1}
    assert air["dan"].engine.left_out
    assert not any(air[name].engine.left_out for name in STAY)
    assert not any(isinstance(event, SeedOpened) for event in air["dan"].events)


def test_the_lost_one_opens_nothing_new_and_is_believed_nothing() -> None:
    air = KeyedAir(ALL)
    lose_dan(air)
    air.run(600)
    known, strange = air["dan"].log(), air["dan"].engine.rejected[Rejection.STRANGER]
    said = air.say("eve", REPORT)
    air.run(120)
    assert all(said.id in air[name].log() for name in STAY)
    assert air["dan"].log() == known
    assert air["dan"].engine.rejected[Rejection.STRANGER] > strange
    old = air.keyed.membership("dan").keys
    forged = [
        air.keyed.item("eve", Notice("come out"), sequence=7, signer="dan"),
        air.keyed.item("dan", Report(None, 2), sequence=7),
    ]
    for name in STAY:
        drain(air[name].engine)
        before = air[name].engine.rejected.copy()
        for item in forged:
            air[name].engine.receive(old.seal(KeyClass.EVERYONE, 0x11, item.raw), air.now)
        refused = air[name].engine.rejected - before
        assert refused[Rejection.SIGNATURE] == 1
        assert not [e for e in drain(air[name].engine) if isinstance(e, ItemAccepted)
                    and e.item in forged and e.item.id.author == 5]  # fmt: skip


def test_one_lost_member_costs_one_frame_of_wraps() -> None:
    network = KeyedNetwork()
    _, content = network.rekey(2, (DAN,))
    assert len(parts(network.network_id, 2, content)) == 1


def test_new_keys_count_only_when_two_organizers_agreed() -> None:
    air = KeyedAir(ALL)
    lose_dan(air, endorse=False)
    air.run(2 * HOUR)
    assert air.epochs() == dict.fromkeys(ALL, 1)
    assert all(air[name].store.wraps for name in STAY)  # they wait for the second word


def test_what_leads_to_new_keys_is_sealed_with_the_old_and_nothing_else_is() -> None:
    """Every frame after a station has the new keys, opened and looked into."""
    air = KeyedAir(ALL)
    air.off("eve")
    air.say("cyd", Report(None, 3))
    lose_dan(air)
    leads = {item.id for item in decisions_on_keys(air)}
    moved: dict[str, float] = {}
    for step in range(1800):
        if step == 400:
            air.say("cyd", Report(None, 4))
        if step == 600:
            air.restart("eve")
        if step == 900:
            air.say("eve", Report(None, 5))
        air.run(1)
        for name, epoch in air.epochs().items():
            if epoch == 2:
                moved.setdefault(name, air.now)
        leads |= {item.id for item in decisions_on_keys(air)}
    assert set(moved) == set(STAY)
    ring = all_epochs(air.keyed)
    looked = 0
    for name, since in moved.items():
        for one in air[name].frames(since=since):
            opened = ring.open(one.frame.payload)
            assert opened is not None
            secret, content = opened
            if secret.epoch == 2:
                looked += 1
                continue
            kind = FrameType(one.frame.payload[0] & 15)
            if kind is FrameType.REKEY:
                continue
            assert kind in (FrameType.ITEM, FrameType.ITEMS), (name, one.at, kind)
            assert ids_in(kind, content) <= leads, (name, one.at)
    assert looked > 20


def decisions_on_keys(air: KeyedAir) -> list[Item]:
    """The decision on new keys and its endorsements."""
    return [
        item
        for name in ("ada", "bea")
        for item in air[name].store.items.values()
        if item.id.author == air.keyed.number(name) and item.kind in (37, 39)
    ]


def ids_in(kind: FrameType, content: bytes) -> set[ItemId]:
    items = split_items(kind, content)
    assert isinstance(items, list)
    found = [decode_item(raw) for raw in items]
    return {item.id for item in found if isinstance(item, Item)}


def test_the_word_that_puts_new_keys_in_force_goes_out_under_the_old_ones() -> None:
    """Else nobody who needs it could read it."""
    network, store = KeyedNetwork(), Store()
    bea, old = network.engine("bea"), network.membership("dan").keys
    body, content = network.rekey(2, (DAN,))
    bea.admit(network.item("ada", body).raw, NOW)
    for part in parts(network.network_id, 2, content):
        bea.receive(seal_control(old, KeyClass.EVERYONE, FrameType.REKEY, part), NOW)
    said = bea.submit(network.endorsed(body), NOW)
    report = bea.submit(REPORT, NOW)
    assert bea.membership.keys.epoch == 2
    sent = [frame for frame in store.send(bea, NOW) if frame.items]
    readable = {frame.items: old.open(frame.payload) is not None for frame in sent}
    assert readable == {(said.id,): True, (report.id,): False}
    again = network.engine("bea", store.saved(), NOW + 60,
                           vault=network.vault("bea").with_seed(2, epoch_seed(2)))  # fmt: skip
    sent = [frame for frame in store.send(again, NOW + 60) if said.id in frame.items]
    assert [old.open(frame.payload) is not None for frame in sent] == [True]


# -- who was away ----------------------------------------------------------------------------


def exchanged(air: KeyedAir, since: float) -> list[Sent]:
    """Frames of all stations since a moment."""
    return [one for station in air.stations.values() for one in station.frames(since=since)]


@pytest.mark.parametrize("seed", range(4))
def test_who_was_away_is_served_by_a_neighbour_and_follows(seed: int) -> None:
    air = KeyedAir(ALL, seed=seed)
    air.off("eve")
    lose_dan(air)
    air.run(DAY)
    air.off("ada", "bea")  # neither who decided nor who endorsed is there
    air.restart("eve")
    back = air.now
    air.run(900)
    assert air.epochs()["eve"] == 2, f"seed {seed}"
    assert len(exchanged(air, back)) <= 40
    said = air.say("cyd", REPORT)
    air.run(60)
    assert said.id in air["eve"].log()


@pytest.mark.parametrize("seed", range(3))
def test_who_is_two_epochs_behind_is_brought_to_the_newest_at_once(seed: int) -> None:
    air = KeyedAir(ALL, seed=seed)
    air.off("eve")
    lose_dan(air)
    air.run(600)
    body, content = air.keyed.rekey(3, (DAN,))
    air.propose("ada", body, content)
    air.run(60)
    air.say("bea", air.keyed.endorsed(body))
    air.run(600)
    assert {air.epochs()[name] for name in ("ada", "bea", "cyd")} == {3}
    air.restart("eve")
    air.run(2 * HOUR)
    assert air.epochs()["eve"] == 3, f"seed {seed}"
    assert [e.epoch for e in air["eve"].events if isinstance(e, SeedOpened)] == [3]
    said = air.say("cyd", REPORT)
    air.run(60)
    assert said.id in air["eve"].log()


@pytest.mark.parametrize("loss", [0.1, 0.3])
def test_losses_delay_the_new_keys_and_lose_nobody(loss: float) -> None:
    air = KeyedAir(ALL, seed=5, loss=loss)
    lose_dan(air)
    air.run(2 * HOUR)
    assert air.epochs() == {**dict.fromkeys(STAY, 2), "dan": 1}


def test_along_a_chain_everybody_follows() -> None:
    air = KeyedAir(("ada", "cyd", "eve", "bea"), chain=True, seed=2)
    lose_dan(air)
    air.run(HOUR)
    assert air.epochs() == dict.fromkeys(("ada", "cyd", "eve", "bea"), 2)


def test_who_is_behind_is_shown_until_they_have_followed() -> None:
    air = KeyedAir(ALL)
    air.off("eve")
    lose_dan(air)
    air.run(600)
    air.off("ada", "bea")
    air["cyd"].engine.receive(digest_of(air.keyed, "eve", air.now), air.now)
    (one,) = [one for one in air["cyd"].engine.behind() if one.member == 5]
    assert (one.epoch, one.heard_at) == (1, air.now)
    air.restart("eve")
    air.run(HOUR)
    assert [one for one in air["cyd"].engine.behind() if one.member == 5] == []


def digest_of(network: KeyedNetwork, name: str, now: float) -> bytes:
    """An empty digest sealed with the first epoch's key."""
    said = encode_digest(Digest(network.number(name), stamp_of(now), ()))
    return seal_control(network.membership(name).keys, KeyClass.EVERYONE, FrameType.DIGEST, said)


# -- restarts --------------------------------------------------------------------------------


def test_after_a_restart_everybody_has_the_keys_that_they_had() -> None:
    air = KeyedAir(ALL)
    lose_dan(air)
    air.run(600)
    for name in STAY:
        air.restart(name)
    assert air.epochs() == {**dict.fromkeys(STAY, 2), "dan": 1}
    said = air.say("eve", REPORT)
    air.run(120)
    assert all(said.id in air[name].log() for name in STAY)


def test_a_restart_between_the_wraps_and_the_endorsement_loses_nothing() -> None:
    air = KeyedAir(ALL)
    lose_dan(air, endorse=False)
    air.run(120)
    assert all(2 in air[name].store.wraps for name in STAY)
    for name in ALL:
        air.restart(name)
    (body,) = [p.body for p in air["bea"].engine.membership.roster.pending if p.body.KIND == 37]
    air.say("bea", air.keyed.endorsed(body))
    air.run(900)
    assert air.epochs() == {**dict.fromkeys(STAY, 2), "dan": 1}


def test_the_proposer_restarts_before_anybody_has_the_wraps() -> None:
    air = KeyedAir(ALL)
    lose_dan(air, endorse=False)
    air.restart("ada")  # before the first part goes out
    air.run(120)
    for one in air["bea"].engine.membership.roster.pending:
        air.say("bea", air.keyed.endorsed(one.body))
    air.run(2 * HOUR)
    assert air.epochs() == {**dict.fromkeys(STAY, 2), "dan": 1}


def test_new_keys_without_their_wraps_are_not_decided() -> None:
    network = KeyedNetwork()
    ada = network.engine("ada")
    body, content = network.rekey(2, (DAN,))
    for wrong in (None, b"", content[:-1], content[:-1] + b"\0"):
        with pytest.raises(LocalError, match="wraps"):
            ada.submit(body, NOW, content=wrong)
    assert drain(ada) == []


def test_the_wraps_of_an_own_decision_are_stored_with_it() -> None:
    network, store = KeyedNetwork(), Store()
    ada = network.engine("ada")
    body, content = network.rekey(2, (DAN,))
    said = ada.submit(body, NOW, content=content)
    events = store.take(ada)
    assert [event.wraps.content for event in events if isinstance(event, WrapsKept)] == [content]
    again = network.engine("ada", store.saved(), NOW + 60)
    again.admit(network.item("bea", network.endorsed(body)).raw, NOW + 61)
    assert again.membership.keys.epoch == 2
    assert said.id in again.membership.roster.epochs[0].said


# -- who lies ----------------------------------------------------------------------------------


def test_forged_parts_change_nothing_and_stop_nobody() -> None:
    network = KeyedNetwork()
    eve, old = network.engine("eve"), network.membership("dan").keys
    body, content = network.rekey(2, (DAN,))
    _, rival = network.rekey(2, (5,), rival=1)
    prefix = content_hash(network.network_id, 2, content)[:4]

    def hears(part: bytes) -> None:
        eve.receive(seal_control(old, KeyClass.EVERYONE, FrameType.REKEY, part), NOW)

    for part in parts(network.network_id, 2, rival):
        hears(part)
    hears(encode_part(Part(2, 0, 1, prefix, bytes(len(content)))))  # its place, its length
    hears(encode_part(Part(2, 0, 2, prefix, bytes(140))))
    for item in network.decided(body):
        eve.admit(item.raw, NOW)
    assert eve.membership.roster.epoch == 2
    assert eve.membership.keys.epoch == 1
    hears(encode_part(Part(2, 0, 1, prefix, bytes(len(content)))))
    assert eve.membership.keys.epoch == 1
    hears(parts(network.network_id, 2, content)[0])
    assert eve.membership.keys.epoch == 2


def test_parts_of_strangers_and_of_nonsense_are_counted_and_nothing_else() -> None:
    network = KeyedNetwork()
    eve, old = network.engine("eve"), network.membership("dan").keys
    frame = seal_control(old, KeyClass.EVERYONE, FrameType.REKEY, b"\0\2")
    eve.receive(frame, NOW)
    eve.receive(frame[:-1] + bytes((frame[-1] ^ 1,)), NOW)
    assert eve.rejected == {Rejection.MALFORMED: 1, Rejection.STRANGER: 1}
    assert drain(eve) == []


def test_wraps_of_a_seed_that_nobody_committed_to_are_not_opened() -> None:
    """Ada's own commitment is to another seed than the one in her wraps."""
    network = KeyedNetwork()
    eve = network.engine("eve")
    body, _ = network.rekey(2, (DAN,))
    other, content = network.rekey(2, (DAN,), rival=1)
    mixed = replace(other, commitment=body.commitment)
    for item in network.decided(mixed):
        eve.admit(item.raw, NOW)
    old = network.membership("dan").keys
    for part in parts(network.network_id, 2, content):
        eve.receive(seal_control(old, KeyClass.EVERYONE, FrameType.REKEY, part), NOW)
    assert eve.membership.keys.epoch == 1
    assert eve.left_out


def test_of_two_rival_keys_all_follow_the_same() -> None:
    air = KeyedAir(ALL)
    first, second = air.keyed.rekey(2, (DAN,)), air.keyed.rekey(2, (DAN,), rival=1)
    air.link(("ada", "eve"), ("bea", "dan"))
    air.propose("ada", *first)
    air.propose("bea", *second)
    air.run(60)
    air.link(*((a, b) for a in ALL for b in ALL if a < b))
    air.run(600)
    air.say("cyd", air.keyed.endorsed(first[0], second[0]))
    air.run(2 * HOUR)
    assert air.epochs() == {**dict.fromkeys(STAY, 2), "dan": 1}
    winners = {air[name].engine.membership.roster.epochs[0].commitment for name in ALL}
    assert len(winners) == 1
    said = air.say("eve", REPORT)
    air.run(120)
    assert all(said.id in air[name].log() for name in STAY)


def test_who_followed_the_rival_that_lost_changes_over_when_the_earlier_one_is_known() -> None:
    """A decision that was complete earlier, by its claims, may come later."""
    network, store = KeyedNetwork(), Store()
    eve, old = network.engine("eve"), network.membership("dan").keys
    (late, late_wraps), (early, early_wraps) = (
        network.rekey(2, (DAN,)),
        network.rekey(2, (DAN,), rival=1),
    )

    def hears(wraps: bytes) -> None:
        for part in parts(network.network_id, 2, wraps):
            eve.receive(seal_control(old, KeyClass.EVERYONE, FrameType.REKEY, part), NOW)

    for item in network.decided(late, now=NOW + HOUR):
        eve.admit(item.raw, NOW)
    hears(late_wraps)
    assert eve.membership.keys.epoch == 2
    first = eve.membership.keys.seal(KeyClass.EVERYONE, 0x11, b"one key")
    for item in network.decided(early, now=NOW, by="cyd bea"):
        eve.admit(item.raw, NOW)
    assert (eve.membership.roster.epoch, eve.membership.keys.epoch) == (2, 1)
    hears(early_wraps)
    assert eve.membership.keys.epoch == 2
    assert eve.membership.keys.seal(KeyClass.EVERYONE, 0x11, b"one key") != first
    store.take(eve)
    vault = network.vault("eve").with_seed(2, store.seeds[2])
    again = network.engine("eve", store.saved(), NOW + 60, vault=vault)
    assert again.membership.keys.epoch == 2


# -- an organizer's loss, and newcomers ----------------------------------------------------------


def test_after_an_organizers_loss_boxes_bring_the_seed_and_hands_the_new_tree() -> None:
    air = KeyedAir(ALL)
    remaining = ("bea", "cyd", "dan", "eve")
    body, content = air.keyed.boxes(2, remaining)
    revoke = Revoke(1, 2, 0, 0)
    air.say("bea", revoke)
    air.propose("bea", body, content)
    air.run(60)
    air.say("cyd", air.keyed.endorsed(revoke, body))
    air.run(900)
    assert air.epochs() == {**dict.fromkeys(remaining, 2), "ada": 1}
    assert air["ada"].engine.left_out
    new = Master(2, bytes(range(100, 132)))
    for name in remaining:
        engine = air[name].engine
        vault = air.keyed.vault(name, dict(engine.membership.vault.seeds), master=new)
        engine.take_vault(vault, air.now)
        assert engine.membership.keys.epoch == 2
        assert engine.membership.vault.generation == 2
    said = air.say("eve", REPORT)
    air.run(120)
    assert all(said.id in air[name].log() for name in remaining)
    air.keyed.master = new
    body, content = air.keyed.rekey(3, (1, DAN))
    air.propose("bea", body, content)
    air.run(60)
    air.say("cyd", air.keyed.endorsed(body))
    air.run(900)
    assert air.epochs() == {"bea": 3, "cyd": 3, "eve": 3, "dan": 2, "ada": 1}


@pytest.mark.parametrize("by_hand", [True, False], ids=["by hand", "from the store"])
def test_a_member_who_joined_in_the_second_epoch_hears_and_is_heard(by_hand: bool) -> None:
    air = KeyedAir(STAY)
    lose_dan(air)
    air.run(600)
    grant = air.keyed.certificate("fay")
    air.say("ada", grant)
    air.run(30)
    air.say("bea", air.keyed.endorsed(grant))
    air.run(60)
    network = air.keyed
    keys = path_keys(network.master.secret, network.network_id, 1, 6)
    statics = {KeyClass.EVERYONE: network.statics[KeyClass.EVERYONE]}
    vault = Vault(statics, ((2, epoch_seed(2)),), 1, keys)
    if by_hand:  # the decisions come one by one, and keys with the last of them
        fay = network.engine("fay", vault=vault, now=air.now)
        assert fay.membership.keys.epoch == 0
        for item in air["ada"].store.items.values():
            assert fay.admit(item.raw, air.now) is None
    else:
        decisions = air["ada"].store.saved().decisions
        fay = network.engine("fay", SavedState(decisions=decisions), vault=vault, now=air.now)
    assert fay.membership.keys.epoch == 2
    drain(fay)
    said = fay.submit(REPORT, air.now)
    (frame,) = [one for one in fay.frames_to_send(air.now) if one.items]
    air["eve"].engine.receive(frame.payload, air.now)
    assert said in [e.item for e in drain(air["eve"].engine) if isinstance(e, ItemAccepted)]
    answer = air.say("eve", REPORT)
    air.run(30)
    heard = [one.frame for one in air["eve"].sent if answer.id in one.frame.items]
    fay.receive(heard[0].payload, air.now)
    assert answer.id in [e.item.id for e in drain(fay) if isinstance(e, ItemAccepted)]


# -- what did not come to anything -------------------------------------------------------------


def test_the_wraps_of_a_withdrawn_decision_are_not_sent() -> None:
    network = KeyedNetwork()
    body, content = network.rekey(2, (DAN,))
    for withdrawn in (False, True):
        ada = network.engine("ada")
        said = ada.submit(body, NOW, content=content)
        if withdrawn:
            ada.withdraw(said.id, NOW)
        drain(ada)
        types = set()
        for second in range(120):
            ada.handle_timer(NOW + second)
            for frame in ada.frames_to_send(NOW + second):
                types.add(frame.payload[0] & 15)
                ada.frame_fate(frame.token, Fate.ON_AIR, NOW + second)
        assert (FrameType.REKEY in types) is not withdrawn


def test_keys_whose_wraps_are_lost_with_their_author_are_replaced_by_the_next() -> None:
    """Their seed is nowhere any more: all go from the first epoch to the third."""
    air = KeyedAir(ALL)
    air.run(60)
    lost, _ = air.keyed.rekey(2, ())
    for item in air.keyed.decided(lost, now=air.now):
        for name in ALL:  # nobody ever gets the wraps
            assert air[name].engine.admit(item.raw, air.now) is None
            air.wake(name)
    air.run(HOUR)
    assert set(air.epochs().values()) == {1}
    assert {air[name].engine.membership.roster.epoch for name in ALL} == {2}
    body, content = air.keyed.rekey(3, ())
    air.propose("ada", body, content)
    air.run(60)
    air.say("bea", air.keyed.endorsed(body))
    air.run(600)
    assert set(air.epochs().values()) == {3}
    said = air.say("dan", REPORT)
    air.run(300)
    assert all(said.id in air[name].log() for name in ALL)
