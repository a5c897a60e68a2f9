"""`meshdefense packet decode`: every byte explained, every bad input a plain sentence."""

from __future__ import annotations

import argparse
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from meshdefense.cli import packet
from meshdefense.cli.body_fields import BODY_FIELDS
from meshdefense.cli.explain_packet import explain
from meshdefense.cli.explanation import REJECTIONS, Keys
from meshdefense.cli.packet_fields import HEADER_FIELDS
from meshdefense_protocol.errors import Rejection, TooLongError
from meshdefense_protocol.identity import Identity
from meshdefense_protocol.limits import HEADER_SIZE
from meshdefense_protocol.members import Role, may_say
from meshdefense_protocol.packets import (
    BODIES,
    Broadcast,
    Close,
    Dispatch,
    Escalate,
    Grant,
    KnownBody,
    Report,
    Response,
    RollAnswer,
    RollCall,
    Sos,
    SosEnd,
    StandDown,
    Verdict,
)
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.rekey_parts import decode_part
from meshdefense_protocol.sealing import KeyClass
from support.bodies import bodies
from support.explained import covered
from support.network import Network
from support.vectors import PACKET_FILES, load

NETWORK = Network()
KEYS = Keys(NETWORK.charter, NETWORK.roster, NETWORK.all_keys())
REPORT = load("report")["cases"][0]
EXACT = NETWORK.charter.grid.place(34.05223, -118.24368, 1)

NEWCOMER = Grant(8, 0, int(Role.RESPONDER), Identity(b"\x08" * 32).key, "new")
"""Let in after the founding: known by the decisions of a keys file."""


def keys_fields() -> dict[str, Any]:
    published = load("network")
    names = ("everyone", "field", "dispatch", "organizers")
    return {
        "charter": json.loads(published["charter"]),
        "decisions": [NETWORK.item("ada", NEWCOMER, sequence=0).raw.hex()],
        "secrets": {f"{names[s['class']]}/{s['epoch']}": s["secret"] for s in published["secrets"]},
    }


@pytest.fixture
def keys_file(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(keys_fields()), encoding="utf-8")
    return path


def decode(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    packet.configure(parser)
    return packet.run(parser.parse_args(["decode", *arguments]))


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{kind}: {case['name']}")
        for kind in PACKET_FILES
        for case in load(kind)["cases"]
    ]


def test_the_tables_have_the_widths_of_the_codecs() -> None:
    assert sum(field.bits for field in HEADER_FIELDS) == HEADER_SIZE * 8
    assert BODY_FIELDS.keys() == BODIES.keys()
    for kind, fields in BODY_FIELDS.items():
        assert sum(field.bits for field in fields) == BODIES[kind].SIZE * 8


def test_every_rejection_has_words() -> None:
    assert REJECTIONS.keys() == set(Rejection)


@pytest.mark.parametrize("case", cases())
def test_every_byte_of_every_vector_is_explained(case: dict[str, Any]) -> None:
    for found in (
        explain(bytes.fromhex(case["frame"]), KEYS),
        explain(bytes.fromhex(case["frame"]), Keys()),
        explain(bytes.fromhex(case["item"]), KEYS, bare_item=True),
        explain(bytes.fromhex(case["item"]), Keys(), bare_item=True),
    ):
        covered(found)
        assert found.rejection is None


@settings(max_examples=150)
@given(bodies())
def test_fields_have_the_values_that_were_said(body: KnownBody) -> None:
    try:
        item = NETWORK.item("vic", body, sequence=5)
    except TooLongError:
        assume(False)
        raise
    found = explain(item.raw, KEYS, bare_item=True)
    covered(found)
    allowed = may_say(NETWORK.number("vic"), Role.VERIFIER, body)
    assert found.rejection is (None if allowed else Rejection.ROLE)
    values = [(row.field, row.value) for row in found.rows]
    assert values[0] == ("kind", body.KIND)
    if isinstance(body, Report):
        for field in ("severity", "size", "activity", "observed", "scope"):
            assert (field, getattr(body, field)) in values
        assert values.count(("kind", body.kind)) >= 1


def explained(author: str, body: KnownBody) -> dict[str, str]:
    """The meaning of every field of a body by its name; the last one of that name counts."""
    found = explain(NETWORK.item(author, body).raw, KEYS, bare_item=True)
    assert found.rejection is None
    return {row.field: row.meaning for row in found.rows}


REF = ItemId(3, 0, 17)


@pytest.mark.parametrize(
    ("author", "body", "told"),
    [
        (
            "base",
            Dispatch(REF, 4, 10, "look"),
            {"sequence": "item 3.0.17", "member": "vic", "minutes": "report back within 10 minutes",
             "extension": "text", "content": '"look"'},
        ),
        ("base", Dispatch(REF, 99, 0),
         {"member": "member 99, not in the roster", "minutes": "called off"}),
        ("lea", Response(REF, 2, 4), {"state": "on the way", "eta": "there in about 8 minutes"}),
        ("lea", Response(REF, 7), {"state": "newer response (7)", "eta": "not said"}),
        (
            "vic",
            Broadcast(REF, Report(None, 2, 3, 17, count=25)),
            {"sequence": "item 3.0.17", "kind": "checkpoint or roadblock", "severity": "critical",
             "precision": "no place", "scope": "all members", "content": "exactly 25"},
        ),
        ("pia", Escalate(REF, 1, 1),
         {"level": "the next ring of people", "reason": "getting worse"}),
        ("pia", Escalate(REF, 2), {"level": "the coordinators", "reason": "nobody has answered"}),
        ("vic", Close(REF), {"reason": "all clear", "zero": "spare"}),
        ("pia", Sos(EXACT, 1), {"kind": "medical emergency", "scope": "patrols and verifiers",
                                "precision": "cell of 1 m around 34.05223, -118.24368"}),
        ("vic", SosEnd(ItemId(3, 0, 5), 1), {"how": "all clear"}),
        ("base", RollCall(10, 15), {"whom": "everybody", "slot": "seconds between two answers",
                                    "window": "over after 15 minutes"}),
        ("base", RollCall(10, 15, 12), {"whom": "patrol, verifier"}),
        ("rob", RollAnswer(ItemId(2, 0, 1), 3), {"state": "injured"}),
        ("base", StandDown(None, 3, 2),
         {"reason": "weather", "until": "holds for 90 minutes", "precision": "no place"}),
        ("ned", Report(None, 1, about=REF), {"extension": "about", "content": "3.0.17"}),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, (str, dict)) else "",
)  # fmt: skip
def test_every_field_of_an_answer_is_told_in_words(
    author: str, body: KnownBody, told: dict[str, str]
) -> None:
    shown = explained(author, body)
    assert {field: shown[field] for field in told} == told


@pytest.mark.parametrize(
    ("kind", "fixed", "field", "meaning"),
    [
        (9, REF.ref_bytes() + bytes(3), "member", "must not be 0"),
        (10, REF.ref_bytes() + b"\x64", "eta", "must be 0"),
        (12, REF.ref_bytes() + b"\x00", "level", "must be 1 or 2"),
        (12, REF.ref_bytes() + b"\xc0", "level", "must be 1 or 2"),
        (16, b"\x00\x00\x01", "slot", "must not be 0"),
        (16, b"\x00\x01\x00", "window", "must not be 0"),
        (17, REF.ref_bytes() + b"\x00", "state", "must not be 0"),
        (18, bytes(7), "until", "must be 1 to 48"),
        (18, bytes(5) + b"\x0c\x40", "until", "must be 1 to 48"),
    ],
)
def test_what_makes_an_answer_malformed_is_told_at_its_field(
    kind: int, fixed: bytes, field: str, meaning: str
) -> None:
    raw = bytes((kind << 2, 0, 3)) + bytes(6) + fixed + bytes(64)
    found = explain(raw, KEYS, bare_item=True)
    assert found.rejection is Rejection.MALFORMED
    assert [row.meaning for row in found.rows if row.field == field] == [meaning]


@settings(max_examples=300)
@given(st.binary(max_size=210), st.booleans(), st.booleans())
def test_any_bytes_are_explained_without_an_error(raw: bytes, with_keys: bool, bare: bool) -> None:
    found = explain(raw, KEYS if with_keys else Keys(), bare_item=bare)
    packet._as_text(found)
    json.dumps(packet._as_json(found))
    if with_keys and not bare:
        assert found.rejection is not None


@settings(max_examples=200)
@given(st.sampled_from([c.values[0]["item"] for c in cases()]), st.data())
def test_damaged_items_are_explained_as_far_as_they_go(text: str, data: st.DataObject) -> None:
    raw = bytearray.fromhex(text)
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    cut = data.draw(st.integers(0, len(raw)))
    for damaged in (bytes(raw), bytes(raw[:cut])):
        found = explain(damaged, KEYS, bare_item=True)
        assert found.rejection is not None
        packet._as_text(found)


@pytest.mark.parametrize("case", load("invalid")["cases"], ids=lambda case: case["why"])
def test_refused_frames_are_refused_here_too(case: dict[str, Any]) -> None:
    """Replay, duplicates and equivocation need a memory; everything else shows in the bytes."""
    found = explain(bytes.fromhex(case["frame"]), KEYS)
    if case["before"]:
        assert found.rejection is None
    else:
        assert found.rejection is Rejection(case["rejection"])
        assert found.reason


# -- the command ---------------------------------------------------------------------------


def test_a_sealed_frame_says_what_can_be_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert decode(REPORT["frame"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert f"frame of {REPORT['frame_size']} bytes" in out
    assert "version" in out
    assert "one item" in out
    assert "sealed: without the network's keys" in out
    assert "enforcement" not in out


def test_with_keys_the_report_is_told_in_words(
    keys_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert decode(REPORT["frame"], "--keys", str(keys_file)) == 0
    out = capsys.readouterr().out
    for word in ("everyone, epoch 1", "report", "pia", "item 3.0.17", "enforcement activity",
                 "high", "cell of 10 m around 34.05220, -118.24366", "unmarked vehicles",
                 "valid, by pia", "2025-11-08"):  # fmt: skip
        assert word in out


def test_with_decisions_whoever_was_let_in_later_has_a_name(
    keys_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = NETWORK.item("base", Dispatch(REF, NEWCOMER.number, 10, "look")).raw.hex()
    without = tmp_path / "without.json"
    without.write_text(json.dumps({**keys_fields(), "decisions": []}), encoding="utf-8")
    assert decode(raw, "--item", "--keys", str(without)) == 0
    assert "member 8, not in the roster" in capsys.readouterr().out
    assert decode(raw, "--item", "--keys", str(keys_file)) == 0
    said = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert any("member" in words and words[-1] == "new" for words in said)


def test_json_has_every_field(keys_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert decode(REPORT["frame"], "--keys", str(keys_file), "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["rejection"] is None
    assert sum(field["bits"] for field in answer["fields"]) == 8 * answer["size"]
    severity = next(field for field in answer["fields"] if field["field"] == "severity")
    assert severity == {
        "offset": 31, "bit": 5, "bits": 2, "raw": "10", "field": "severity", "value": 2,
        "meaning": "high",
    }  # fmt: skip


def test_hex_comes_from_stdin_too_with_spaces_and_colons(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = REPORT["frame"].upper()
    spread = "0x" + ":".join(text[at : at + 2] for at in range(0, len(text), 2))
    monkeypatch.setattr(sys, "stdin", io.StringIO(spread[:30] + "\n \t" + spread[30:] + "\n"))
    assert decode("-") == 0
    spread_out = capsys.readouterr().out
    assert decode(REPORT["frame"]) == 0
    assert capsys.readouterr().out == spread_out


def test_a_bare_item_is_recognised(capsys: pytest.CaptureFixture[str]) -> None:
    assert decode(REPORT["item"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("item of")
    assert "not checked" in out
    later = load("unknown")["cases"][0]["item"]
    assert decode(later, "--item") == 0
    assert "newer than this version" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["11aa"], "(size)"),
        (["31" + "00" * 80], "(version)"),
        (["1f" + "00" * 80], "(frame type)"),
        (["04" + "00" * 71, "--item"], "(malformed)"),
    ],
)
def test_what_nobody_reads_is_explained_with_code_1(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert decode(*arguments) == 1
    assert words in capsys.readouterr().out


def test_a_frame_that_no_key_opens_is_a_strangers(
    keys_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = bytearray.fromhex(REPORT["frame"])
    frame[-1] ^= 1
    assert decode(frame.hex(), "--keys", str(keys_file)) == 1
    assert "none of the keys opens it" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "zz", "123", "11 a", "é1", "00" * 5000, "\x1b[2J"])
def test_what_is_no_hex_is_code_2(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert decode(text) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("meshdefense: ")
    assert err.count("\n") == 1
    assert "\x1b" not in err


def test_stdin_that_is_not_text_is_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b"\xff\xfe\x11"), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", stdin)
    assert decode("-") == 2
    assert "not text" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"charter": 5}, "charter"),
        ({"charter": {}}, "charter"),
        ({"roster": {}}, "decisions"),
        ({"decisions": {}}, "not a list"),
        ({"decisions": [5]}, "not a list"),
        ({"decisions": ["xy"]}, "in hex"),
        ({"decisions": ["00" * 31]}, "no decision"),
        ({"decisions": [REPORT["item"]]}, "no decision"),
        ({"secrets": []}, "secrets"),
        ({"secrets": {"nobody": "00" * 32}}, "everyone, field, dispatch, organizers"),
        ({"secrets": {"everyone": "00" * 31}}, "64 hex digits"),
        ({"secrets": {"everyone": 5}}, "64 hex digits"),
        ({"secrets": {"everyone/x": "00" * 32}}, "CLASS/EPOCH"),
        ({"secrets": {"everyone/70000": "00" * 32}}, "CLASS/EPOCH"),
        ({"more": 1}, "charter"),
    ],
    ids=str,
)
def test_a_keys_file_that_is_wrong_is_code_2(
    change: dict[str, Any], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({**keys_fields(), **change}), encoding="utf-8")
    assert decode(REPORT["frame"], "--keys", str(path)) == 2
    err = capsys.readouterr().err
    assert words in err
    assert "00" * 31 not in err


@pytest.mark.parametrize("raw", [b"", b"\xff", b"[]", b"{}", b"[" * 100_000])
def test_a_keys_file_that_is_no_keys_file_is_code_2(
    raw: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(raw)
    assert decode(REPORT["frame"], "--keys", str(path)) == 2
    assert "keys file" in capsys.readouterr().err


def test_a_missing_keys_file_is_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert decode(REPORT["frame"], "--keys", str(tmp_path / "none.json")) == 2
    assert "cannot read the keys file" in capsys.readouterr().err


def test_a_charter_alone_helps_and_a_secret_without_an_epoch_is_the_first() -> None:
    fields = keys_fields()
    charter_only = packet.read_keys(json.dumps({"charter": fields["charter"]}).encode())
    assert (charter_only.charter, charter_only.ring) == (NETWORK.charter, None)
    assert charter_only.roster is not None
    assert list(charter_only.roster) == list(NETWORK.roster)  # its founders
    secret = {"everyone": fields["secrets"]["everyone/1"]}
    found = packet.read_keys(json.dumps({"charter": fields["charter"], "secrets": secret}).encode())
    assert explain(bytes.fromhex(REPORT["frame"]), found).rejection is None


def test_a_verdict_on_the_own_report_is_refused_with_the_reason() -> None:
    own = NETWORK.item("vic", Verdict(ItemId(NETWORK.number("vic"), 0, 3), 1))
    found = explain(own.raw, KEYS, bare_item=True)
    assert found.rejection is Rejection.ROLE
    assert "not this verdict, of this item or member, by vic" in found.reason
    patrol = NETWORK.item("pia", Verdict(REF, 1))
    assert "pia is patrol, this is a verdict" in explain(patrol.raw, KEYS, bare_item=True).reason


@given(st.binary(max_size=148))
def test_a_part_of_new_keys_is_explained_and_judged_as_a_receiver_does(content: bytes) -> None:
    if not content:
        return
    frame = NETWORK.all_keys().seal(KeyClass.EVERYONE, 0x16, content)
    found = explain(frame, KEYS)
    covered(found)
    right = not isinstance(decode_part(content), Rejection)
    assert found.rejection is (None if right else Rejection.MALFORMED)


def test_a_part_of_new_keys_tells_its_place_and_epoch() -> None:
    frame = NETWORK.all_keys().seal(
        KeyClass.EVERYONE, 0x16, bytes((0, 2, 0, 1)) + b"hash" + b"wraps"
    )
    found = explain(frame, KEYS)
    assert found.rejection is None
    told = {row.field: row.meaning for row in found.rows}
    assert (told["epoch"], told["index"], told["count"], told["data"]) == (
        "the new one", "part 1", "of 1", "5 bytes of the wraps",
    )  # fmt: skip


def test_texts_of_strangers_move_no_cursor() -> None:
    item = NETWORK.item("pia", Report(None, 1, note="a\x1b[2J\u202e\u200bb\x9b"))
    shown = packet._as_text(explain(item.raw, KEYS, bare_item=True))
    assert "\\x1b[2J\\u202e\\u200bb\\x9b" in shown
    assert all(c.isprintable() or c == "\n" for c in shown)
