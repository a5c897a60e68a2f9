"""How many bytes does each kind of frame take, and how long is it on the air?

Beside the same content in protobuf and COSE (both signed and sealed), JSON (signed, in clear)
and as a line of text (neither). No chance, no clock that matters: the same on every machine.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from meshtastic.protobuf import mesh_pb2, portnums_pb2

from benchmarks import encodings, harness
from benchmarks.encodings import Content
from benchmarks.small_network import Network
from meshdefense.air.presets import PRESETS, airtime_s
from meshdefense_protocol.errors import TooLongError
from meshdefense_protocol.limits import FRAME_TARGET, NOTE_MAX, NOTICE_TEXT_MAX
from meshdefense_protocol.packets import (
    Acknowledge,
    Beacon,
    CheckIn,
    KnownBody,
    Notice,
    Report,
    Retract,
    Verdict,
)
from meshdefense_protocol.packets.reference import ItemId

PRESET: Final = PRESETS["LONG_FAST"]
RADIO_SIGNATURE: Final = 66
"""Firmware 2.8 adds this to broadcasts that it signs itself (published, see the document)."""
PACKET_MAX: Final = 231
"""Payload of PRIVATE_APP that a broadcast delivers; text has a byte more or less."""
GOAL, NEVER_OVER = 98, 103
"""LONG_FAST's airtime steps: 98 is the last byte of one, 103 of the next."""
NOTE: Final = "two lanes closed, traffic turned back, medics cannot pass now"[:NOTE_MAX]
TEXT: Final = "Water and first aid are at the base now; bring blankets if you can, ok"


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to say: as a body, as content for the baselines, and as people would type it."""

    name: str
    body: KnownBody
    content: Content
    line: str


def main() -> int:
    """Measure and print."""
    args = harness.arguments("frame_bytes", __doc__ or "")
    network = Network()
    author = network.identities[11]
    rows: list[Sequence[str]] = []
    figures: dict[str, Any] = {}
    for case in _cases(network):
        ours = len(network.frame(network.item(12, case.body)))
        others = {
            "protobuf": len(encodings.protobuf(case.content, author)),
            "cose": len(encodings.cose(case.content, author)),
            "json": len(encodings.json_signed(case.content, author)),
            "text": len(case.line.encode()),
        }
        airtimes = {
            "ours": _airtime(ours),
            **{n: _airtime(size, text=n == "text") for n, size in others.items()},
        }
        figures[case.name] = {
            "bytes": {"ours": ours, **others},
            "airtime_s": airtimes,
            "airtime_signed_by_radio_s": _airtime(ours, more=RADIO_SIGNATURE),
        }
        rows.append([case.name, str(ours), f"{airtimes['ours'] or 0:.3f}"] + [
            f"{size} ({size / ours:.2f}){'' if size <= PACKET_MAX else ' 2 packets'}"
            for size in others.values()
        ])  # fmt: skip
    return harness.finish(
        harness.Outcome(
            "frame_bytes",
            "Bytes of a frame, and of the same content otherwise (ratio to ours)",
            ["frame", "bytes", "LONG_FAST s", "protobuf+sig+GCM", "COSE sign+encrypt",
             "JSON+sig, in clear", "text, unsigned"],
            rows,
            _bars(network, figures),
            figures,
            ["Airtime: payload in the Data message of PRIVATE_APP, 16 bytes of radio header."],
        ),
        args,
    )  # fmt: skip


def _cases(network: Network) -> list[Case]:
    place = network.charter.grid.place(40.7661, -111.8851, 2)
    seen = network.item(3, Report(place, 1)).id
    when = int(network.now)
    head: Content = {"author": 12, "seq": 300, "time": when}
    where: Content = {"lat": 4_076_610, "lon": -11_188_510, "precision": 10}
    ref: Content = {"ref_author": 3, "ref_seq": 300}
    said: Content = {"what": 1, "severity": 2, "count": 3, "activity": 2, "unit": 1, "ago": 120}
    report = Report(place, 1, 2, 3, 2, 1, 1)
    typed = "CHECKPOINT HIGH 3 unmarked vehicles, stopping, 40.7661,-111.8851, 2 min ago"
    many = [ItemId(3, 0, n) for n in range(300, 314)]
    refs: Content = {"ref_seq": [number for one in many for number in (one.author, one.sequence)]}
    return [
        Case("report, no note", report, {"kind": 1, **head, **where, **said}, typed),
        Case(
            "report, 60 B note",
            Report(place, 1, 2, 3, 2, 1, 1, note=NOTE),
            {"kind": 1, **head, **where, **said, "note": NOTE},
            f"{typed}: {NOTE}",
        ),
        Case("verdict", Verdict(seen, 1), {"kind": 2, **head, **ref, "result": 1},
             "CONFIRMED the checkpoint at 40.7661,-111.8851"),
        Case(
            "beacon",
            Beacon(place, heading=2, motion=1, battery=11),
            {"kind": 48, **head, **where, "heading": 90, "motion": 1, "battery": 80, "state": 1},
            "40.7661,-111.8851 walking E, battery 80 %",
        ),
        Case("check-in", CheckIn(1, 6, place), {"kind": 4, **head, **where, "state": 1, "due": 6},
             "OK at 40.7661,-111.8851, next in 30 min"),
        Case(f"notice, {len(TEXT)} B", Notice(TEXT), {"kind": 5, **head, "text": TEXT}, TEXT),
        Case("retract", Retract(seen, 1), {"kind": 6, **head, **ref, "reason": 1},
             "TAKE BACK the checkpoint at 40.7661,-111.8851"),
        Case("acknowledge", Acknowledge((seen,), 1), {"kind": 7, **head, **ref, "meaning": 1},
             "READ: checkpoint at 40.7661,-111.8851"),
        Case("acknowledge 14", Acknowledge(tuple(many), 1),
             {"kind": 7, **head, **refs, "meaning": 1}, "READ all 14 of today"),
    ]  # fmt: skip


def _bars(network: Network, figures: dict[str, Any]) -> list[harness.Bar]:
    size = {name: float(found["bytes"]["ours"]) for name, found in figures.items()}
    largest = max(size, key=lambda name: size[name])
    place = network.charter.grid.place(40.7661, -111.8851, 2)
    fullest = Report(
        place, 1, 2, 18, 2, 1, 1, note="n" * NOTE_MAX, count=40, equipment=frozenset({1, 2})
    )
    try:
        network.item(12, fullest)
        refused = 0.0
    except TooLongError:
        refused = 1.0
    figures["too long is refused"] = bool(refused)
    return [
        harness.Bar("report without note, goal", size["report, no note"], GOAL, "B"),
        harness.Bar("report without note, never over", size["report, no note"], NEVER_OVER, "B"),
        harness.Bar("beacon", size["beacon"], GOAL, "B"),
        harness.Bar("verdict", size["verdict"], GOAL, "B"),
        harness.Bar("check-in", size["check-in"], GOAL, "B"),
        harness.Bar(f"largest frame ({largest})", size[largest], FRAME_TARGET, "B"),
        harness.Bar("a report that would be larger is refused", refused, 1, "", at_least=True),
    ]


def _airtime(payload: int, *, more: int = 0, text: bool = False) -> float | None:
    """Seconds on the air as a Meshtastic broadcast; None for what one packet cannot carry."""
    if payload > PACKET_MAX:
        return None
    ports = portnums_pb2.PortNum
    port = ports.TEXT_MESSAGE_APP if text else ports.PRIVATE_APP
    data = mesh_pb2.Data(portnum=port, payload=bytes(payload), bitfield=1)
    return airtime_s(PRESET, data.ByteSize() + more)


if __name__ == "__main__":
    assert len(NOTE) == NOTE_MAX
    assert len(TEXT) == NOTICE_TEXT_MAX
    sys.exit(main())
