"""The golden vectors: what is published is what the code does, in both directions.

Values are recomputed from the JSON, not from the generator, wherever that is possible.
"""

from __future__ import annotations

import hashlib
import itertools
from typing import Any

import pytest

from meshdefense_protocol.charter import Charter
from meshdefense_protocol.council import Council
from meshdefense_protocol.digest import Digest, Entry, Vector, decode_digest, encode_digest
from meshdefense_protocol.engine import Engine, Membership, SavedState
from meshdefense_protocol.errors import DecodeError, Rejection
from meshdefense_protocol.events import ItemAccepted, RosterChanged, TransferChanged
from meshdefense_protocol.frames import open_frame, split_items
from meshdefense_protocol.identity import PURPOSE_ITEM, Identity, fingerprint
from meshdefense_protocol.items import NEVER, Item, decode_item, encode_item
from meshdefense_protocol.limits import FRAME_TARGET
from meshdefense_protocol.packets import BODIES, Manifest, UnknownBody
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.place import AbsolutePlace, Grid, absolute_bytes, place_bits, read_place
from meshdefense_protocol.roster import Role, classes_for
from meshdefense_protocol.sealing import EpochSecret, KeyClass, KeyRing
from support.network import NOW, ROLES, Network, drain
from support.vectors import FOLDER, KNOWN_FILES, body_from, fields_of, load, names
from vectors.decisions import roster_fields
from vectors.make import build, text_of

PUBLISHED = load("network")
CHARTER = Charter.decode(PUBLISHED["charter"].encode())
ROSTER = Council(CHARTER).roster
SECRETS = [
    EpochSecret(KeyClass(entry["class"]), entry["epoch"], bytes.fromhex(entry["secret"]))
    for entry in PUBLISHED["secrets"]
]
KEYS = KeyRing(CHARTER.network_id, SECRETS)
FIRST_EPOCH = KeyRing(CHARTER.network_id, [secret for secret in SECRETS if secret.epoch == 1])
IDENTITIES = {m["number"]: Identity(bytes.fromhex(m["seed"])) for m in PUBLISHED["members"]}
DIGESTS = load("digests")


def cases(*files: str) -> list[Any]:
    return [
        pytest.param(case, id=f"{file}: {case.get('name') or case.get('why')}")
        for file in files
        for case in load(file)["cases"]
    ]


def reader(number: int = 1) -> Engine:
    """A member who holds the key of every class: the organizer unless another one is named."""
    me = Membership(CHARTER, ROSTER, IDENTITIES[number], number, FIRST_EPOCH)
    return Engine(me, SavedState(), NOW, entropy=lambda: 0.5)


def test_the_files_are_what_the_generator_writes() -> None:
    made = build()
    assert names() == sorted(made)
    for name, vector in made.items():
        path = FOLDER / f"{name}.json"
        assert path.read_text(encoding="utf-8") == text_of(vector), f"{name}.json is outdated"


def test_there_is_a_vector_for_every_kind() -> None:
    assert {load(name)["kind"] for name in KNOWN_FILES} == set(BODIES)


def test_the_network_follows_from_its_seeds() -> None:
    assert CHARTER.network_id.hex() == PUBLISHED["network_id"]
    assert CHARTER == Network().charter
    for entry in PUBLISHED["members"]:
        member = ROSTER.get(entry["number"])
        assert member is not None
        key = IDENTITIES[entry["number"]].key
        assert member.key == key == bytes.fromhex(entry["key"])
        assert fingerprint(key) == entry["fingerprint"]
        assert (member.name, member.roles) == (entry["name"], Role(entry["roles"]))
        assert [int(held) for held in sorted(classes_for(member.roles))] == entry["classes"]
    assert len(ROSTER) == len(PUBLISHED["members"]) == len(ROLES)


def test_the_network_id_is_the_published_hash() -> None:
    digest = hashlib.blake2b(
        PUBLISHED["charter"].encode(), digest_size=16, person=b"md1 network id"
    )
    assert digest.hexdigest() == PUBLISHED["network_id"]


@pytest.mark.parametrize("entry", PUBLISHED["secrets"], ids=lambda e: f"{e['class']}-{e['epoch']}")
def test_frame_keys_follow_from_their_secrets(entry: dict[str, Any]) -> None:
    secret = EpochSecret(KeyClass(entry["class"]), entry["epoch"], bytes.fromhex(entry["secret"]))
    assert secret.frame_key().hex() == entry["frame_key"]


@pytest.mark.parametrize("case", load("places")["cases"])
def test_places_are_snapped_as_published(case: dict[str, Any]) -> None:
    grid = Grid(case["origin_lat"], case["origin_lon"], case["unit_m"])
    place = grid.place(case["lat"], case["lon"], case["precision"])
    assert (
        fields_of(body_from(4, {"state": 0, "place": case["place"], "extra": {}}))["place"]
        == (case["place"])
    )
    bits = place_bits(place)
    assert bits.to_bytes(5, "big").hex() == case["bits"]
    extension = absolute_bytes(place) if isinstance(place, AbsolutePlace) else None
    assert (extension.hex() if extension else None) == case["extension"]
    assert read_place(bits, extension) == place
    assert list(grid.degrees(place)) == case["shown"]


@pytest.mark.parametrize("case", cases(*KNOWN_FILES))
def test_a_packet_is_signed_and_sealed_as_published(case: dict[str, Any]) -> None:
    raw = bytes.fromhex(case["item"])
    stream = Stream[case["stream"].upper()]
    item = encode_item(
        body_from(raw[0] >> 2, case["fields"]),
        item_id=ItemId(case["author"], case["incarnation"], case["sequence"], stream),
        units=case["units"],
        identity=IDENTITIES[case["author"]],
        network_id=CHARTER.network_id,
        drill=case["drill"],
        frame_limit=200,
        grid_unit_m=CHARTER.unit_m,
    )
    assert item.raw == raw
    assert (PURPOSE_ITEM + CHARTER.network_id + raw[:-64]).hex() == case["signed"]
    frame = FIRST_EPOCH.seal(KeyClass(case["class"]), 0x11, raw)
    assert frame.hex() == case["frame"]
    assert len(frame) == case["frame_size"] <= FRAME_TARGET


@pytest.mark.parametrize("case", cases(*KNOWN_FILES))
def test_a_packet_is_read_and_accepted_as_published(case: dict[str, Any]) -> None:
    item = decode_item(bytes.fromhex(case["item"]), grid_unit_m=CHARTER.unit_m)
    assert isinstance(item, Item)
    assert fields_of(item.body) == case["fields"]
    assert item.claimed_at(CHARTER.date) == case["claimed_at"]
    engine = reader(2 if case["author"] == 1 else 1)
    engine.receive(bytes.fromhex(case["frame"]), NOW + 60)
    event, *others = drain(engine)
    assert isinstance(event, ItemAccepted)
    decides = item.id.stream is Stream.ROSTER
    follows = [TransferChanged] * (item.kind == Manifest.KIND) + [RosterChanged] * decides
    assert [type(other) for other in others] == follows
    assert event.item == item
    if decides:
        assert case["lifetime_s"] is None
        assert event.expires_at == NEVER
    else:
        assert event.expires_at == case["claimed_at"] + case["lifetime_s"]


@pytest.mark.parametrize("case", cases("unknown"))
def test_a_later_kind_is_kept_as_published(case: dict[str, Any]) -> None:
    engine = reader()
    engine.receive(bytes.fromhex(case["frame"]), NOW)
    (event,) = drain(engine)
    assert isinstance(event, ItemAccepted)
    assert event.item.raw.hex() == case["item"]
    content = bytes.fromhex(case["content"])
    assert event.item.body == UnknownBody(case["kind"], content, case["extended"])
    assert event.item.id.stream is Stream[case["stream"].upper()]


@pytest.mark.parametrize("case", cases("frames"))
def test_a_frame_opens_as_published(case: dict[str, Any]) -> None:
    frame = bytes.fromhex(case["frame"])
    opened = open_frame(KEYS, frame)
    assert not isinstance(opened, Rejection)
    secret, kind, content = opened
    items = split_items(kind, content)
    assert not isinstance(items, Rejection)
    assert (int(secret.key_class), secret.epoch) == (case["class"], case["epoch"])
    assert [raw.hex() for raw in items] == case["items"]
    assert len(frame) == case["size"]
    assert frame[0] == 0x10 | case["type"]


# -- what nodes say of what they hold --------------------------------------------------------


def digest_from(fields: dict[str, Any]) -> Digest:
    vector = fields["vector"]
    if vector is not None:
        entries = tuple(
            Entry(
                entry["author"],
                entry["incarnation"],
                tuple((high, low) for high, low in entry["runs"]),
                entry["cut"],
            )
            for entry in vector["entries"]
        )
        vector = Vector(vector["first"], vector["last"], entries)
    hashes = tuple((KeyClass(int(n)), int(value, 16)) for n, value in fields["hashes"].items())
    holders = sum(1 << member for member in fields["holders"])
    return Digest(fields["sender"], fields["stamp"], hashes, holders, vector, fields["asks"])


@pytest.mark.parametrize("case", cases("digests"))
def test_a_digest_is_written_and_read_as_published(case: dict[str, Any]) -> None:
    digest, content = digest_from(case["fields"]), bytes.fromhex(case["content"])
    assert encode_digest(digest) == content
    assert decode_digest(content) == digest


@pytest.mark.parametrize("case", DIGESTS["refused"], ids=lambda case: case["why"])
def test_a_refused_digest_is_malformed(
    case: dict[str, Any],
) -> None:
    assert decode_digest(bytes.fromhex(case["content"])) is Rejection.MALFORMED


def test_hashes_of_sets_are_sums_of_the_published_hashes() -> None:
    values = []
    for entry in DIGESTS["items"]:
        (case,) = (one for one in load(entry["file"])["cases"] if one["name"] == entry["name"])
        assert case["item"] == entry["item"]
        value = hashlib.blake2b(bytes.fromhex(entry["item"]), digest_size=8).hexdigest()
        assert value == entry["hash"]
        values.append(int(value, 16))
    assert len(DIGESTS["sums"]) > len(values)
    for case in DIGESTS["sums"]:
        assert int(case["sum"], 16) == sum(values[n] for n in case["items"]) % 2**64


def test_a_node_that_accepted_the_items_says_the_published_sum() -> None:
    engine = reader()
    for entry in DIGESTS["items"]:
        engine.receive(FIRST_EPOCH.seal(KeyClass.EVERYONE, 0x11, bytes.fromhex(entry["item"])), NOW)
    assert all(isinstance(event, ItemAccepted) for event in drain(engine))
    engine.bearer_ready(True, NOW)
    (frame,) = engine.frames_to_send(NOW + 60)
    opened = open_frame(FIRST_EPOCH, frame.payload)
    assert not isinstance(opened, Rejection)
    said = decode_digest(opened[2])
    assert isinstance(said, Digest)
    (whole,) = (case["sum"] for case in DIGESTS["sums"] if case["items"] == [0, 1, 2])
    assert said.hashes == ((KeyClass.EVERYONE, int(whole, 16)),)


@pytest.mark.parametrize("case", cases("digests", "fragments"))
def test_a_control_frame_is_sealed_as_published(case: dict[str, Any]) -> None:
    content, key_class = bytes.fromhex(case["content"]), KeyClass(case["class"])
    frame = FIRST_EPOCH.seal(key_class, 0x10 | case["type"], content)
    assert frame.hex() == case["frame"]
    assert len(frame) == case["size"] <= FRAME_TARGET
    opened = open_frame(KEYS, frame)
    assert not isinstance(opened, Rejection)
    assert (int(opened[0].key_class), int(opened[1])) == (case["class"], case["type"])
    engine = reader()
    engine.receive(frame, NOW)
    assert not engine.rejected


# -- what organizers decide ------------------------------------------------------------------

ROSTERS = load("rosters")


def decisions(case: dict[str, Any]) -> list[Item]:
    items = []
    for raw in case["items"]:
        item = decode_item(bytes.fromhex(raw))
        assert isinstance(item, Item)
        identity = Identity(bytes.fromhex(ROSTERS["seeds"][str(item.id.author)]))
        assert item.is_signed_by(identity.key, bytes.fromhex(ROSTERS["network_id"]))
        items.append(item)
    return items


@pytest.mark.parametrize("case", cases("rosters"))
def test_decisions_in_any_order_give_the_published_roster(case: dict[str, Any]) -> None:
    charter = Charter.decode(ROSTERS["charter"].encode())
    items = decisions(case)
    for order in itertools.permutations(items) if len(items) < 5 else (items, items[::-1]):
        assert roster_fields(Council(charter, order).roster) == case["roster"]


@pytest.mark.parametrize("case", ROSTERS["refused_charters"], ids=lambda case: case["why"])
def test_a_refused_charter_is_damaged(case: dict[str, str]) -> None:
    assert case["charter"] != ROSTERS["charter"]
    with pytest.raises(DecodeError):
        Charter.decode(case["charter"].encode())


@pytest.mark.parametrize("case", cases("invalid"))
def test_a_refused_frame_is_refused_for_the_published_reason(case: dict[str, Any]) -> None:
    engine = reader()
    for earlier in case["before"]:
        engine.receive(bytes.fromhex(earlier), NOW)
    accepted = [event for event in drain(engine) if isinstance(event, ItemAccepted)]
    assert len(accepted) == len(case["before"])
    assert not engine.rejected
    engine.receive(bytes.fromhex(case["frame"]), NOW)
    assert engine.rejected[Rejection(case["rejection"])] == 1


def test_every_reason_for_a_refusal_has_a_vector() -> None:
    shown = {case["rejection"] for case in load("invalid")["cases"]}
    assert shown == {rejection.value for rejection in Rejection}


def test_refused_frames_bring_nothing_in() -> None:
    """Only the frame of two items, of which one is a duplicate, brings its other one."""
    for case in load("invalid")["cases"]:
        engine = reader()
        for earlier in case["before"]:
            engine.receive(bytes.fromhex(earlier), NOW)
        drain(engine)
        engine.receive(bytes.fromhex(case["frame"]), NOW)
        accepted = [event for event in drain(engine) if isinstance(event, ItemAccepted)]
        assert len(accepted) == (case["why"] == "an item in another frame again")
