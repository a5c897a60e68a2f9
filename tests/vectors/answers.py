"""Bodies for the golden vectors: what is done about reports, SOS, roll calls, stand-downs.

Each list is a file of vectors: a name, the handle of the author, and what they say.
"""

from __future__ import annotations

from meshdefense_protocol.packets import (
    Broadcast,
    Close,
    Dispatch,
    Escalate,
    KnownBody,
    Report,
    Response,
    RollAnswer,
    RollCall,
    Sos,
    SosEnd,
    StandDown,
)
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.place import Grid

__all__ = ["ANSWERS"]

GRID = Grid(34.05, -118.25, 1)
EXACT = GRID.place(34.05223, -118.24368, 1)
CORNER = GRID.place(34.05223, -118.24368, 2)
BLOCK = GRID.place(34.05223, -118.24368, 5)
DISTRICT = GRID.place(34.05223, -118.24368, 8)
ABROAD = GRID.place(60.16985, 24.93837, 4)
FAR_DISTRICT = GRID.place(60.16985, 24.93837, 8)
REPORT_ID = ItemId(3, 0, 17)
SOS_ID = ItemId(3, 0, 21)
CALL_ID = ItemId(2, 0, 9)

ANSWERS: dict[str, list[tuple[str, str, KnownBody]]] = {
    "dispatch": [
        ("within ten minutes", "base", Dispatch(REPORT_ID, 4, 10)),
        (
            "what to look for, within four hours",
            "base",
            Dispatch(REPORT_ID, 4, 240, "¿Siguen los 3 vehículos?"),
        ),
        ("called off", "base", Dispatch(REPORT_ID, 4, 0)),
        ("a verifier goes of their own accord", "vic", Dispatch(REPORT_ID, 4, 255)),
        ("the longest text", "base", Dispatch(REPORT_ID, 7, 1, "n" * 60)),
    ],
    "response": [
        ("acknowledged", "lea", Response(REPORT_ID, 1)),
        ("on the way, there in eight minutes", "lea", Response(REPORT_ID, 2, 4)),
        ("on the way, there in 62 minutes", "vic", Response(REPORT_ID, 2, 31)),
        ("on the way, without a time", "lea", Response(REPORT_ID, 2)),
        ("on scene", "lea", Response(REPORT_ID, 3)),
        ("a state of a later version", "lea", Response(REPORT_ID, 7)),
    ],
    "broadcast": [
        (
            "three vehicles, confirmed",
            "vic",
            Broadcast(REPORT_ID, Report(CORNER, 1, 2, 3, 2, 1, 3)),
        ),
        (
            "counted",
            "base",
            Broadcast(REPORT_ID, Report(BLOCK, 4, 1, 19, 10, 6, 7, count=64)),
        ),
        ("outside the area", "vic", Broadcast(REPORT_ID, Report(ABROAD, 7, 3))),
        (
            "a note, which this kind does not know",
            "vic",
            Broadcast(REPORT_ID, Report(None, 19, 0), {1: b"hi"}),
        ),
    ],
    "escalate": [
        ("to the next ring, nobody has answered", "base", Escalate(REPORT_ID, 1, 0)),
        ("to the coordinators, getting worse", "pia", Escalate(REPORT_ID, 2, 1)),
        ("a reason of a later version", "pia", Escalate(SOS_ID, 2, 15)),
    ],
    "close": [
        ("all clear", "vic", Close(REPORT_ID, 0)),
        ("handled", "base", Close(REPORT_ID, 2)),
        ("a reason of a later version", "base", Close(REPORT_ID, 15)),
    ],
    "sos": [
        ("medical, to the metre, for patrols and verifiers", "pia", Sos(EXACT, 1)),
        ("threatened, for everybody, within 100 m", "rob", Sos(BLOCK, 2, 0)),
        ("help, nobody knows where", "lea", Sos(None)),
        ("abroad, for dispatch", "pia", Sos(ABROAD, 5, 2)),
        ("a kind of a later version, for organizers", "pia", Sos(EXACT, 15, 3)),
    ],
    "sosend": [
        ("cancelled", "pia", SosEnd(SOS_ID, 0)),
        ("all clear", "vic", SosEnd(SOS_ID, 1)),
        ("an ending of a later version", "vic", SosEnd(SOS_ID, 15)),
    ],
    "rollcall": [
        ("everybody, ten seconds apart, over after 15 minutes", "base", RollCall(10, 15)),
        ("patrols and verifiers, over after one minute", "base", RollCall(1, 1, 12)),
        ("the slowest and longest, every role", "base", RollCall(255, 255, 255)),
    ],
    "rollanswer": [
        ("ok", "pia", RollAnswer(CALL_ID, 1)),
        ("injured", "rob", RollAnswer(CALL_ID, 3)),
        ("a state of a later version", "lea", RollAnswer(CALL_ID, 15)),
    ],
    "standdown": [
        ("a district, no longer safe, for two hours", "base", StandDown(DISTRICT, 4, 0)),
        ("everywhere, weather, for a day", "base", StandDown(None, 48, 2)),
        ("a block, for half an hour", "base", StandDown(BLOCK, 1, 4)),
        ("abroad, a reason of a later version", "base", StandDown(FAR_DISTRICT, 2, 15)),
    ],
}
