"""Refused inputs for the golden vectors: frames, and why a receiver drops each of them.

Every case is received by the founder, who holds all keys, after the frames in `before`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.identity import PURPOSE_ITEM
from meshdefense_protocol.items import Item
from meshdefense_protocol.limits import ROSTER_INCARNATION, SIGNATURE_SIZE
from meshdefense_protocol.packets import BODIES, Beacon, CheckIn, Report, Verdict
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.place import place_bits
from meshdefense_protocol.sealing import KeyClass
from support.network import Network
from vectors.refused_decisions import malformed_decisions, refuse_by_decision

__all__ = ["RECEIVER", "invalid", "signed_bytes"]

Vector = dict[str, Any]
NETWORK = Network()
GRID = NETWORK.charter.grid
EXACT = GRID.place(34.05223, -118.24368, 1)
CORNER = GRID.place(34.05223, -118.24368, 2)
BLOCK = GRID.place(34.05223, -118.24368, 5)
ABROAD = GRID.place(60.16985, 24.93837, 4)
REPORT_ID = ItemId(3, 0, 17)
RECEIVER = "ada"


def signed_bytes(author: str, message: bytes) -> bytes:
    """An item of any bytes, properly signed: also what encode_item would refuse to sign."""
    purpose = PURPOSE_ITEM + NETWORK.network_id
    return message + NETWORK.identities[author].sign(purpose, message)


def invalid() -> Vector:
    """The file invalid.json."""
    network = Network()
    item = network.item("pia", Report(CORNER, 1, 2, 3), sequence=17)
    frame = network.frame([item])
    cases: list[Vector] = []

    def refuse(why: str, rejection: Rejection, frame: bytes, *before: bytes) -> None:
        cases.append(
            {
                "why": why,
                "before": [earlier.hex() for earlier in before],
                "frame": frame.hex(),
                "rejection": rejection.value,
            }
        )

    def malformed(why: str, raw: bytes) -> None:
        refuse(why, Rejection.MALFORMED, network.all_keys().seal(KeyClass.EVERYONE, 0x11, raw))

    refuse("no byte at all", Rejection.SIZE, b"")
    refuse("only a type byte and an IV", Rejection.SIZE, frame[:17])
    refuse("201 bytes", Rejection.SIZE, frame + bytes(201 - len(frame)))
    refuse("version 2", Rejection.VERSION, b"\x21" + frame[1:])
    refuse("version 0", Rejection.VERSION, b"\x01" + frame[1:])
    refuse("frame type 0", Rejection.FRAME_TYPE, b"\x10" + frame[1:])
    refuse("frame type 7, of a later version", Rejection.FRAME_TYPE, b"\x17" + frame[1:])
    refuse("frame type 15", Rejection.FRAME_TYPE, b"\x1f" + frame[1:])
    refuse("type 1 said to be type 2", Rejection.STRANGER, b"\x12" + frame[1:])
    refuse("type 1 said to be type 3", Rejection.STRANGER, b"\x13" + frame[1:])
    refuse("one bit of the IV", Rejection.STRANGER, _flipped(frame, 1))
    refuse("one bit of the ciphertext", Rejection.STRANGER, _flipped(frame, len(frame) - 1))
    refuse("the last byte is missing", Rejection.STRANGER, frame[:-1])
    refuse("a byte too many", Rejection.STRANGER, frame + b"\0")
    other = Network(name="Oak Street")
    refuse("another network", Rejection.STRANGER, other.frame([other.item("pia", Report(None, 1))]))
    _refuse_contents(malformed, network, item, refuse)
    _refuse_control(refuse, network)
    _refuse_items(refuse, network, item, frame)
    _refuse_quota(refuse)
    refuse_by_decision(refuse)
    return {"receiver": RECEIVER, "cases": cases}


def _refuse_contents(
    malformed: Callable[[str, bytes], None],
    network: Network,
    item: Item,
    refuse: Callable[..., None],
) -> None:
    """Contents that open, signed by their author, and still do not follow the specification."""

    def items_frame(content: bytes) -> bytes:
        return network.all_keys().seal(KeyClass.EVERYONE, 0x12, content)

    one = bytes((len(item.raw),)) + item.raw
    refuse("type 2 with a single item", Rejection.MALFORMED, items_frame(one))
    refuse("type 2, an item shorter than any", Rejection.MALFORMED, items_frame(one + b"\x01a"))
    refuse("type 2, a length beyond the end", Rejection.MALFORMED, items_frame(one + b"\x60abc"))
    head, body = item.raw[:9], item.raw[9:17]
    malformed("an item of 72 bytes", item.raw[:72])
    malformed("kind 0", signed_bytes("pia", bytes((0,)) + head[1:] + body))
    malformed("a report cut in its body", signed_bytes("pia", head + body[:-1]))
    malformed("a byte after the body", signed_bytes("pia", head + body + b"\0"))
    extended = bytes((head[0] | 1,)) + head[1:]
    for why, tail in (
        ("extended without an extension", b""),
        ("an extension of type 0", b"\x00\x01a"),
        ("extensions out of order", b"\xc8\x00\x07\x00"),
        ("an extension twice", b"\xc8\x00\xc8\x00"),
        ("an extension without its length", b"\xc8"),
        ("an extension longer than the item", b"\xc8\x05abc"),
        ("an empty note", b"\x01\x00"),
        ("a note of 61 bytes", b"\x01\x3d" + b"n" * 61),
        ("a note that is not UTF-8", b"\x01\x02\xc3\x28"),
        ("a count beside an exact size", b"\x02\x02\x00\x03"),
        ("an equipment list without entries", b"\x03\x02\x00\x00"),
        ("an equipment list of one byte", b"\x03\x01\x01"),
        ("an absolute place that is not announced", b"\x04\x07" + bytes(7)),
        ("a lifetime of zero", b"\x05\x01\x00"),
        ("a lifetime of 145 units", b"\x05\x01\x91"),
        ("half a reference to the report that this one adds to", b"\x07\x02\x00\x03"),
        ("a report that adds to two others", b"\x07\x0a" + 2 * REPORT_ID.ref_bytes()),
        ("a report that adds to none", b"\x07\x00"),
    ):
        malformed(why, signed_bytes("pia", extended + body + tail))
    low = body[5:]
    for why, bits in (
        ("coordinates without a precision", 1 << 4),
        ("precision code 12", place_bits(CORNER) | 12),
        ("precision code 1, too fine for a report", (1 << 17) << 22 | (1 << 17) << 4 | 1),
        ("a place that is no centre", place_bits(CORNER) + (1 << 4)),
        ("an absolute place without its extension", 15),
    ):
        malformed(why, signed_bytes("pia", head + bits.to_bytes(5, "big") + low))
    abroad = network.item("pia", Report(ABROAD, 1), sequence=17).raw[:-SIGNATURE_SIZE]
    malformed(
        "an absolute place that is no centre",
        signed_bytes("pia", abroad[:-1] + bytes((abroad[-1] ^ 16,))),
    )
    ref = REPORT_ID.ref_bytes()
    kind = {k: bytes((k << 2,)) + head[1:] for k in (2, 5, 6, 7)}
    malformed("a verdict with spare bits set", signed_bytes("vic", kind[2] + ref + b"\x21"))
    malformed("a retraction with spare bits set", signed_bytes("pia", kind[6] + ref + b"\x01"))
    malformed("an acknowledgement with spare bits set",
              signed_bytes("rob", kind[7] + ref + b"\x1f"))  # fmt: skip
    more = bytes((7 << 2 | 1,)) + head[1:] + ref + b"\0"
    malformed("acknowledged twice", signed_bytes("rob", more + b"\x06\x05" + ref))
    malformed("half a reference", signed_bytes("rob", more + b"\x06\x03" + ref[:3]))
    malformed("no further reference", signed_bytes("rob", more + b"\x06\x00"))
    malformed("a notice without a text", signed_bytes("base", kind[5] + b"\0\0\0"))
    notice = bytes((5 << 2 | 1,)) + head[1:]
    malformed("a notice with spare bits set",
              signed_bytes("base", notice + b"\0\0\x01\x01\x01a"))  # fmt: skip
    for k, name, fixed in (
        (4, "a check-in with spare bits set", bytes(5) + b"\x10\x01"),
        (48, "a beacon with spare bits set", bytes(5) + b"\x00\x01"),
        (48, "a beacon with a heading that is not known", bytes(5) + b"\x20\x00"),
    ):
        malformed(name, signed_bytes("pia", bytes((k << 2,)) + head[1:] + fixed))
    _refuse_answers(lambda why, k, rest: malformed(
        why, signed_bytes("base", bytes((k << 2 | (len(rest) > BODIES[k].SIZE),)) + head[1:] + rest)
    ))  # fmt: skip
    decided = b"\x00\x01" + (ROSTER_INCARNATION << 18).to_bytes(3, "big") + head[6:]
    malformed_decisions(lambda why, k, rest: malformed(
        why, signed_bytes("ada", bytes((k << 2 | (len(rest) > BODIES[k].SIZE),)) + decided + rest)
    ))  # fmt: skip
    warning = bytes((38 << 2,)) + b"\x00\x01" + head[3:] + b"\x70"
    malformed("a decision in the log's incarnations", signed_bytes("ada", warning))
    malformed("a report in the roster's incarnations",
              signed_bytes("pia", head[:3] + b"\x80" + head[4:] + body))  # fmt: skip


def _refuse_answers(malformed: Callable[[str, int, bytes], None]) -> None:
    """Bodies, extensions included, of what is done about reports."""
    ref = REPORT_ID.ref_bytes()
    for why, kind, last in (
        ("a response that is there soon and not on the way", 10, 3 << 5 | 4),
        ("an escalation to level 0", 12, 0 << 6),
        ("an escalation to level 3", 12, 3 << 6),
        ("an escalation with spare bits set", 12, 1 << 6 | 1),
        ("a closing with spare bits set", 13, 1),
        ("the end of an SOS with spare bits set", 15, 8),
        ("an answer to a roll call with spare bits set", 17, 1 << 4 | 8),
        ("an answer to a roll call that says nothing", 17, 0),
    ):
        malformed(why, kind, ref + bytes((last,)))
    malformed("a dispatch of nobody", 9, ref + b"\x00\x00\x0a")
    malformed("a dispatch with an empty text", 9, ref + b"\x00\x04\x0a\x01\x00")
    malformed("a dispatch with a text of 61 bytes", 9,
              ref + b"\x00\x04\x0a\x01\x3d" + b"n" * 61)  # fmt: skip
    seen = Report(CORNER, 1, 2, 3)
    malformed("a broadcast for patrols and verifiers", 11, ref + replace(seen, scope=1).fixed())
    malformed("a broadcast with a count beside an exact size", 11,
              ref + seen.fixed() + b"\x02\x02\x00\x03")  # fmt: skip
    malformed("a broadcast of a place too fine for a report", 11,
              ref + replace(seen, place=EXACT).fixed())  # fmt: skip
    malformed("a broadcast of a place that is no centre", 11,
              ref + replace(seen, place=replace(BLOCK, precision=6)).fixed())  # fmt: skip
    for why, kind, place, rest in (
        ("an SOS for everybody, to the metre", 14, EXACT, 1 << 4),
        ("an SOS for everybody, within 50 m", 14, GRID.place(34.05223, -118.24368, 4), 1 << 4),
        ("an SOS with spare bits set", 14, EXACT, 1 << 4 | 1 << 2 | 1),
        ("an SOS with an absolute place that is missing", 14, ABROAD, 1 << 2),
        ("a stand-down for the area of 50 m", 18, GRID.place(34.05223, -118.24368, 4), 1 << 6),
        ("a stand-down that is over at once", 18, BLOCK, 0),
        ("a stand-down for more than a day", 18, BLOCK, 49 << 6),
        ("a stand-down with spare bits set", 18, BLOCK, 1 << 6 | 32),
    ):
        malformed(why, kind, place_bits(place).to_bytes(5, "big")
                  + rest.to_bytes(BODIES[kind].SIZE - 5, "big"))  # fmt: skip
    malformed("a roll call without slots", 16, b"\x00\x00\x0f")
    malformed("a roll call that is over at once", 16, b"\x00\x0a\x00")


def _refuse_control(refuse: Callable[..., None], network: Network) -> None:
    """Digests, requests and fragments that nobody follows; more of them are in digests.json."""
    keys, ref = network.all_keys(), REPORT_ID.ref_bytes()
    for why, type_byte, content in (
        ("a digest with a bit that must be zero", 0x13, b"\x00\x03\x9d\xe3\x80"),
        ("a request for something else than fragments", 0x14, b"\x02" + bytes(4) + ref + b"\0\0"),
        ("a request that says it holds fragment 11", 0x14, b"\x01" + bytes(4) + ref + b"\x08\0"),
        ("a request that is a byte too long", 0x14, b"\x01" + bytes(4) + ref + bytes(3)),
        ("a fragment without data", 0x15, ref + b"\0"),
        ("fragment 11", 0x15, ref + b"\x0bdata"),
        ("a fragment of 143 bytes", 0x15, ref + b"\0" + bytes(143)),
    ):
        refuse(why, Rejection.MALFORMED, keys.seal(KeyClass.EVERYONE, type_byte, content))
    nobody = b"\x00\x63\x9d\xe3"
    for why, type_byte, content in (
        ("a digest of member 99, not in the roster", 0x13, nobody + b"\0"),
        ("a request of member 99, not in the roster", 0x14, b"\x01" + nobody + ref + b"\0\0"),
    ):
        refuse(why, Rejection.UNKNOWN_AUTHOR, keys.seal(KeyClass.EVERYONE, type_byte, content))


def _refuse_quota(refuse: Callable[..., None]) -> None:
    """13 of 98 B are 14,729 ms of airtime, one more passes the 15,000 that receivers grant."""
    network = Network()
    *before, last = (network.frame([network.item("ned", Report(None, 1))]) for _ in range(14))
    refuse("the 14th report of one reporter at one time", Rejection.QUOTA, last, *before)


def _refuse_items(refuse: Callable[..., None], network: Network, item: Item, frame: bytes) -> None:
    """Items that follow the specification and are not accepted."""
    nobody = bytes((6 << 2,)) + b"\x00\x63" + item.raw[3:9] + REPORT_ID.ref_bytes() + b"\0"
    refuse("member 99, not in the roster", Rejection.UNKNOWN_AUTHOR,
           network.frame([signed_bytes("pia", nobody)]))  # fmt: skip
    forged = network.item("vic", Verdict(REPORT_ID, 1), signer="pia")
    refuse("a verdict signed by a patrol in the verifier's name", Rejection.SIGNATURE,
           network.frame([forged]))  # fmt: skip
    moved = Network(name="Oak Street").item("pia", Report(CORNER, 1, 2, 3), sequence=17)
    refuse("signed for another network", Rejection.SIGNATURE, network.frame([moved]))
    refuse("a bit of the signature", Rejection.SIGNATURE,
           network.frame([_flipped(item.raw, len(item.raw) - 1)]))  # fmt: skip
    refuse(
        "a verdict by a patrol",
        Rejection.ROLE,
        network.frame([network.item("pia", Verdict(REPORT_ID, 1))]),
    )
    refuse(
        "a report by a recipient",
        Rejection.ROLE,
        network.frame([network.item("rob", Report(None, 1))]),
    )
    refuse("the same frame again", Rejection.DUPLICATE, frame, frame)
    with_other = network.item("pia", CheckIn(1), sequence=18)
    several = network.frame([item, with_other])
    refuse("an item in another frame again", Rejection.DUPLICATE, several, frame)
    far = network.item("pia", CheckIn(1), sequence=17 + 4096)
    refuse("4,096 sequences behind the newest", Rejection.REPLAYED, frame, network.frame([far]))
    newer = network.item("pia", Beacon(BLOCK), sequence=5)
    older = network.item("pia", Beacon(BLOCK), sequence=4)
    refuse("a position older than the newest", Rejection.REPLAYED,
           network.frame([older]), network.frame([newer]))  # fmt: skip
    second = network.item("pia", Report(CORNER, 2, 2, 3), sequence=17)
    refuse("another item under the same id", Rejection.EQUIVOCATION,
           network.frame([second]), frame)  # fmt: skip


def _flipped(raw: bytes, at: int) -> bytes:
    return raw[:at] + bytes((raw[at] ^ 1,)) + raw[at + 1 :]
