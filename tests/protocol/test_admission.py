"""What an engine lets in: an item is accepted only as its author signed it, once, by right."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdefense_protocol.engine import Engine, SavedState
from meshdefense_protocol.errors import ForbiddenError, Rejection
from meshdefense_protocol.events import Equivocated, ItemAccepted
from meshdefense_protocol.items import Item, encode_item, stream_of, time_units
from meshdefense_protocol.limits import FRAME_MAX
from meshdefense_protocol.packets import (
    BODIES,
    Acknowledge,
    Beacon,
    Broadcast,
    CheckIn,
    Close,
    Dispatch,
    Endorse,
    Escalate,
    Grant,
    KnownBody,
    Lift,
    Manifest,
    Notice,
    Policy,
    Rekey,
    Report,
    Response,
    Retract,
    Revoke,
    RollAnswer,
    RollCall,
    Sos,
    SosEnd,
    StandDown,
    Suspend,
    UnknownBody,
    Verdict,
    Warn,
)
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.place import AbsolutePlace, GridPlace
from meshdefense_protocol.roster import Role, may
from meshdefense_protocol.sealing import KeyClass, KeyRing
from meshdefense_protocol.seen import WINDOW
from meshdefense_protocol.transport import Reception
from support.bodies import bodies
from support.network import DATE, NOW, ROLES, Network, drain, epoch_secret
from support.vectors import KNOWN_FILES, load

NETWORK = Network()
REF = ItemId(3, 0, 17)
PLACE = GridPlace(1205, -345, 2)
EVERY_KIND: tuple[tuple[str, KnownBody], ...] = (
    ("pia", Report(PLACE, 1, 2, 18, 3, 1, 1, 0, "side gate", 31, frozenset({1}), 3600)),
    ("vic", Verdict(REF, 1, 3, "two left")),
    ("pia", CheckIn(1, 6, PLACE)),
    ("base", Notice("Meet at the north door.", urgent=True, language=1)),
    ("pia", Retract(REF, 1)),
    ("rob", Acknowledge((REF, ItemId(3, 0, 18)), 1)),
    ("pia", Beacon(AbsolutePlace(6_016_990, 2_493_830, 3), 2, 1, 11, 4)),
)
NIGHTLY = os.environ.get("MESHDEFENSE_NIGHTLY") == "1"
LATER_KIND = 31


def unknown_item(name: str, kind: int = LATER_KIND, content: bytes = b"later") -> bytes:
    """An item of a kind that this version does not know, properly signed."""
    head = bytes((kind << 2,)) + NETWORK.number(name).to_bytes(2, "big") + bytes(6)
    message = head + content
    signed = b"meshdefense/1 item" + NETWORK.network_id + message
    return message + NETWORK.identities[name].sign(b"", signed)


def accepted(engine: Engine) -> list[Item]:
    return [event.item for event in drain(engine) if isinstance(event, ItemAccepted)]


def items_of_each_kind() -> list[tuple[str, bytes]]:
    known = [(name, bytes.fromhex(load(name)["cases"][0]["item"])) for name in KNOWN_FILES]
    return [*known, ("unknown", unknown_item("rob"))]


def refuse_every_flip(raw: bytes) -> Engine:
    """Each bit of an item, flipped, is refused; returns the engine that refused them."""
    engine = NETWORK.engine("lea")
    for bit in range(len(raw) * 8):
        flipped = bytearray(raw)
        flipped[bit >> 3] ^= 1 << (bit & 7)
        engine.receive(NETWORK.frame([bytes(flipped)]), NOW)
    assert engine.next_event() is None
    assert sum(engine.rejected.values()) == len(raw) * 8
    assert engine.rejected.keys() <= {
        Rejection.MALFORMED,
        Rejection.SIGNATURE,
        Rejection.UNKNOWN_AUTHOR,
    }
    return engine


@pytest.mark.parametrize(
    ("kind", "raw"), items_of_each_kind(), ids=lambda v: v if isinstance(v, str) else ""
)
def test_every_single_bit_flip_of_an_item_is_refused(kind: str, raw: bytes) -> None:
    engine = refuse_every_flip(raw)
    engine.receive(NETWORK.frame([raw]), NOW)
    assert [item.raw for item in accepted(engine)] == [raw]


@pytest.mark.slow
@settings(max_examples=1000 if NIGHTLY else 25, deadline=None)
@given(bodies())
def test_every_single_bit_flip_of_any_item_is_refused(body: KnownBody) -> None:
    item_id = ItemId(1, 32 * (stream_of(body.KIND) is Stream.ROSTER), 5, stream_of(body.KIND))
    item = encode_item(
        body,
        item_id=item_id,
        units=time_units(NOW, DATE),
        identity=NETWORK.identities["ada"],
        network_id=NETWORK.network_id,
        frame_limit=FRAME_MAX,
    )
    refuse_every_flip(item.raw)


def test_every_single_bit_flip_of_a_frame_is_refused() -> None:
    frame = NETWORK.frame([NETWORK.item("pia", Retract(REF))])
    engine = NETWORK.engine("lea")
    for bit in range(len(frame) * 8):
        flipped = bytearray(frame)
        flipped[bit >> 3] ^= 1 << (bit & 7)
        engine.receive(bytes(flipped), NOW)
    assert engine.next_event() is None
    assert sum(engine.rejected.values()) == len(frame) * 8
    assert engine.rejected[Rejection.VERSION] == 4
    assert engine.rejected[Rejection.STRANGER] + engine.rejected[Rejection.FRAME_TYPE] == (
        len(frame) * 8 - 4
    )


def test_every_cut_or_lengthened_frame_is_refused() -> None:
    frame = NETWORK.frame([NETWORK.item("pia", Retract(REF))])
    engine = NETWORK.engine("lea")
    for cut in range(len(frame)):
        engine.receive(frame[:cut], NOW)
    for tail in (b"\0", b"\xff", frame):
        engine.receive(frame + tail, NOW)
    assert engine.next_event() is None
    assert engine.rejected[Rejection.SIZE] == 18
    assert engine.rejected[Rejection.STRANGER] == len(frame) - 18 + 3


@settings(max_examples=200)
@given(st.binary(max_size=220))
def test_any_bytes_are_counted_and_nothing_else(frame: bytes) -> None:
    engine = NETWORK.engine("lea")
    engine.receive(frame, NOW)
    assert engine.next_event() is None
    assert sum(engine.rejected.values()) == 1


@settings(max_examples=200)
@given(st.binary(min_size=1, max_size=183))
def test_any_bytes_sealed_with_our_key_are_refused(content: bytes) -> None:
    engine = NETWORK.engine("lea")
    for type_byte in (0x11, 0x12):
        engine.receive(NETWORK.all_keys().seal(KeyClass.EVERYONE, type_byte, content), NOW)
    assert engine.next_event() is None
    assert sum(engine.rejected.values()) >= 2


def test_frames_of_another_network_are_strangers() -> None:
    other = Network(name="Oak Street")
    engine = NETWORK.engine("lea")
    for name, body in EVERY_KIND:
        engine.receive(other.frame([other.item(name, body)]), NOW)
    assert engine.rejected == {Rejection.STRANGER: len(EVERY_KIND)}
    assert engine.next_event() is None


def test_an_item_of_another_network_under_our_key_has_a_wrong_signature() -> None:
    other = Network(name="Oak Street")
    engine = NETWORK.engine("lea")
    engine.receive(NETWORK.frame([other.item("pia", Retract(REF))]), NOW)
    assert engine.rejected == {Rejection.SIGNATURE: 1}


def test_a_member_cannot_speak_for_another() -> None:
    engine = NETWORK.engine("lea")
    engine.receive(NETWORK.frame([NETWORK.item("vic", Verdict(REF, 1), signer="pia")]), NOW)
    assert engine.rejected == {Rejection.SIGNATURE: 1}
    assert engine.next_event() is None


def test_who_is_not_in_the_roster_is_refused() -> None:
    engine = Network(3).engine("base")
    engine.receive(Network(3).frame([signed_by_a_stranger()]), NOW)
    assert engine.rejected == {Rejection.UNKNOWN_AUTHOR: 1}
    assert drain(engine) == []


def signed_by_a_stranger() -> bytes:
    """An item of member 4 in a network of three."""
    message = bytes((CheckIn.KIND << 2,)) + (4).to_bytes(2, "big") + bytes(6) + CheckIn(1).fixed()
    signed = b"meshdefense/1 item" + Network(3).network_id + message
    return message + NETWORK.identities["vic"].sign(b"", signed)


def sayings(name: str) -> tuple[KnownBody, ...]:
    """One of each kind, so that only the roles of who says it can be against it."""
    own = ItemId(NETWORK.number(name), 0, 1)
    other = ItemId(99, 0, 1)
    return (
        Report(PLACE, 1),
        Verdict(other, 1),
        CheckIn(1),
        Notice("soup at seven"),
        Retract(own),
        Acknowledge((other,)),
        Manifest(1, bytes(16)),
        Dispatch(other, NETWORK.number(name), 10),
        Response(other, 1),
        Broadcast(other, Report(PLACE, 1)),
        Escalate(other, 1),
        Close(other),
        Sos(None, 0, 0),
        SosEnd(own, 0),
        RollCall(10, 15),
        RollAnswer(other, 1),
        StandDown(None, 1, 0),
        Grant(8, 0, 4, bytes(range(32)), "zoe"),
        Revoke(7, 1, 0),
        Suspend(7, 1, 5),
        Lift(ItemId(1, 32, 0, Stream.ROSTER)),
        Policy(3, 1, 2),
        Rekey(2, bytes(16), bytes(8), 54),
        Warn(7),
        Endorse((bytes(16),)),
        Beacon(PLACE),
    )


ANYBODY: set[type[KnownBody]] = {Sos, SosEnd, RollAnswer}
SPEAKING: set[type[KnownBody]] = {
    Report, CheckIn, Notice, Retract, Acknowledge, Manifest, Response, Escalate, Beacon
} | ANYBODY  # fmt: skip
JUDGING: set[type[KnownBody]] = {Dispatch, Broadcast, Close}
SENIOR: set[type[KnownBody]] = {RollCall, StandDown}
DECIDING: set[type[KnownBody]] = {Grant, Revoke, Suspend, Lift, Policy, Rekey, Warn, Endorse}
ALLOWED: dict[str, set[type[KnownBody]]] = {
    "ada": SPEAKING | SENIOR | DECIDING,
    "base": SPEAKING | JUDGING | SENIOR,
    "pia": SPEAKING,
    "vic": SPEAKING | JUDGING | {Verdict},
    "ned": SPEAKING,
    "lea": SPEAKING,
    "rob": ANYBODY | {Acknowledge},
}


def test_every_kind_is_said_by_somebody() -> None:
    assert set.union(*ALLOWED.values()) == set(BODIES.values()) == set(map(type, sayings("ada")))


@pytest.mark.parametrize("name", ROLES)
def test_each_role_says_what_it_may_and_nothing_else(name: str) -> None:
    for body in sayings(name):
        network = Network()
        engine = network.engine("lea" if name != "lea" else "ada")
        item = network.item(name, body)
        engine.receive(network.frame([item]), NOW)
        if type(body) in ALLOWED[name]:
            assert accepted(engine) == [item]
        else:
            assert drain(engine) == []
            assert engine.rejected == {Rejection.ROLE: 1}
            assert engine.offences == {network.number(name): {Rejection.ROLE: 1}}


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("vic", Verdict(ItemId(4, 0, 1), 1)),
        ("vic", Broadcast(ItemId(4, 0, 1), Report(PLACE, 1))),
        ("pia", Retract(ItemId(4, 0, 1))),
        ("vic", Dispatch(ItemId(3, 0, 1), 3, 10)),
        ("pia", SosEnd(ItemId(4, 0, 1), 0)),
        ("pia", SosEnd(ItemId(4, 0, 1), 1)),
        ("vic", SosEnd(ItemId(4, 0, 1), 1)),
    ],
    ids=[
        "verifies the own report",
        "broadcasts the own report",
        "retracts somebody else's report",
        "a verifier sends somebody else",
        "cancels somebody else's SOS",
        "a patrol clears an SOS",
        "clears the own SOS as if by somebody else",
    ],
)
def test_what_one_may_not_say_about_this_one_is_refused_and_counted(
    name: str, body: KnownBody
) -> None:
    network = Network()
    engine = network.engine("lea")
    engine.receive(network.frame([network.item(name, body)]), NOW)
    assert drain(engine) == []
    assert engine.offences == {network.number(name): {Rejection.ROLE: 1}}


def test_a_report_with_a_verdict_of_its_own_author_stays_unverified_everywhere() -> None:
    """The verifier's own node does not even sign it."""
    network = Network()
    vic = network.engine("vic")
    report = vic.submit(Report(PLACE, 7, 2), NOW)
    with pytest.raises(ForbiddenError, match="your own report"):
        vic.submit(Verdict(report.id, 1), NOW)


def test_only_a_verifier_gives_verdicts() -> None:
    assert [name for name, role in ROLES.items() if may(role, Verdict.KIND)] == ["vic"]
    assert not may(Role(255) & ~Role.VERIFIER, Verdict.KIND)


def test_a_duplicate_is_not_accepted_again() -> None:
    engine = NETWORK.engine("lea")
    item = NETWORK.item("pia", Retract(REF))
    frame = NETWORK.frame([item])
    engine.receive(frame, NOW)
    assert accepted(engine) == [item]
    engine.receive(frame, NOW)
    engine.receive(NETWORK.frame([item], KeyClass.FIELD), NOW)  # lea cannot open that one
    other = NETWORK.frame([item, NETWORK.item("pia", CheckIn(1))])
    engine.receive(other, NOW)
    assert [type(i.body) for i in accepted(engine)] == [CheckIn]
    assert engine.rejected == {Rejection.DUPLICATE: 2, Rejection.STRANGER: 1}


def test_a_frame_of_several_items_gives_each_its_own_verdict() -> None:
    engine = NETWORK.engine("base")
    good = NETWORK.item("pia", Retract(REF, 1))
    forged = NETWORK.item("vic", Retract(REF, 2), signer="pia")
    engine.receive(NETWORK.frame([good, forged]), NOW)
    assert accepted(engine) == [good]
    assert engine.rejected == {Rejection.SIGNATURE: 1}


def test_a_second_item_under_the_same_id_is_kept_as_evidence() -> None:
    engine = NETWORK.engine("lea")
    first = NETWORK.item("pia", Retract(REF, 1), sequence=5)
    second = NETWORK.item("pia", Retract(REF, 2), sequence=5)
    engine.receive(NETWORK.frame([first]), NOW)
    engine.receive(NETWORK.frame([second]), NOW + 1)
    events = drain(engine)
    assert isinstance(events[0], ItemAccepted)
    assert events[1:] == [Equivocated(second.id, second.raw, NOW + 1)]
    assert engine.rejected == {Rejection.EQUIVOCATION: 1}


def test_a_forged_second_item_is_no_evidence() -> None:
    engine = NETWORK.engine("lea")
    first = NETWORK.item("pia", Retract(REF, 1), sequence=5)
    forged = NETWORK.item("pia", Retract(REF, 2), sequence=5, signer="vic")
    engine.receive(NETWORK.frame([first]), NOW)
    engine.receive(NETWORK.frame([forged]), NOW)
    assert accepted(engine) == [first]
    assert engine.rejected == {Rejection.SIGNATURE: 1}


def test_evidence_is_bounded_for_each_author() -> None:
    engine = NETWORK.engine("lea")
    for number in range(200):
        due = CheckIn(number & 15, number >> 4)
        engine.receive(NETWORK.frame([NETWORK.item("pia", due, sequence=5)]), NOW)
    assert sum(isinstance(event, Equivocated) for event in drain(engine)) == 64
    assert engine.rejected[Rejection.EQUIVOCATION] == 199


def test_what_is_older_than_the_window_is_a_replay() -> None:
    engine = NETWORK.engine("lea")
    engine.receive(NETWORK.frame([NETWORK.item("pia", CheckIn(1), sequence=WINDOW)]), NOW)
    engine.receive(NETWORK.frame([NETWORK.item("pia", CheckIn(2), sequence=0)]), NOW)
    engine.receive(NETWORK.frame([NETWORK.item("pia", CheckIn(3), sequence=1)]), NOW)
    assert [item.id.sequence for item in accepted(engine)] == [WINDOW, 1]
    assert engine.rejected == {Rejection.REPLAYED: 1}


def test_an_outdated_position_is_a_replay() -> None:
    engine = NETWORK.engine("lea")
    for sequence in (7, 6, 8):
        engine.receive(NETWORK.frame([NETWORK.item("pia", Beacon(PLACE), sequence=sequence)]), NOW)
    assert [item.id.sequence for item in accepted(engine)] == [7, 8]
    assert engine.rejected == {Rejection.REPLAYED: 1}


@pytest.mark.parametrize("years", [-10, 10])
def test_a_clock_wrong_by_years_loses_nothing_and_makes_nothing_immortal(years: int) -> None:
    there = NOW + years * 31_557_600
    engine = NETWORK.engine("lea")
    engine.receive(NETWORK.frame([NETWORK.item("pia", Report(PLACE, 1), now=there)]), NOW)
    (event,) = drain(engine)
    assert isinstance(event, ItemAccepted)
    assert event.expires_at <= NOW + 3600


def test_a_kind_of_a_later_version_is_accepted_and_its_bytes_are_kept() -> None:
    engine = NETWORK.engine("lea")
    raw = unknown_item("rob")
    engine.receive(NETWORK.frame([raw]), NOW, Reception("radio", snr=-3.5))
    (event,) = drain(engine)
    assert isinstance(event, ItemAccepted)
    assert event.item.raw == raw
    assert isinstance(event.item.body, UnknownBody)
    assert event.reception == Reception("radio", snr=-3.5)


@pytest.mark.parametrize("key_class", KeyClass)
def test_a_class_reaches_those_who_hold_its_key_and_nobody_else(key_class: KeyClass) -> None:
    frame = NETWORK.frame([NETWORK.item("pia", Notice("quiet", scope=key_class))], key_class)
    readers = set()
    for name in ROLES:
        engine = NETWORK.engine(name)
        engine.receive(frame, NOW)
        if accepted(engine):
            readers.add(name)
        else:
            assert engine.rejected == {Rejection.STRANGER: 1}
    assert (
        readers
        == {
            KeyClass.EVERYONE: set(ROLES),
            KeyClass.FIELD: {"ada", "base", "pia", "vic"},
            KeyClass.DISPATCH: {"ada", "base"},
            KeyClass.ORGANIZERS: {"ada"},
        }[key_class]
    )


def test_a_frame_of_the_epoch_before_still_opens() -> None:
    both = KeyRing(NETWORK.network_id, [epoch_secret(KeyClass.EVERYONE, epoch) for epoch in (1, 2)])
    membership = replace(NETWORK.membership("lea"), keys=both)
    engine = Engine(membership, SavedState(), NOW, entropy=lambda: 0.5)
    item = NETWORK.item("pia", Retract(REF))
    engine.receive(NETWORK.frame([item]), NOW)
    assert accepted(engine) == [item]
