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
from meshdefense.cli.explain_packet import explain
from meshdefense.cli.explanation import REJECTIONS, Keys
from meshdefense.cli.packet_fields import BODY_FIELDS, HEADER_FIELDS
from meshdefense_protocol.errors import Rejection, TooLongError
from meshdefense_protocol.limits import HEADER_SIZE
from meshdefense_protocol.packets import BODIES, KnownBody, Report
from support.bodies import bodies
from support.explained import covered
from support.network import Network
from support.vectors import PACKET_FILES, load

NETWORK = Network()
KEYS = Keys(NETWORK.charter, NETWORK.roster, NETWORK.all_keys())
REPORT = load("report")["cases"][0]


def keys_fields() -> dict[str, Any]:
    published = load("network")
    names = ("everyone", "field", "dispatch", "organizers")
    return {
        "charter": json.loads(published["charter"]),
        "roster": json.loads(published["roster"]),
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
    assert found.rejection is None
    values = [(row.field, row.value) for row in found.rows]
    assert values[0] == ("kind", body.KIND)
    if isinstance(body, Report):
        for field in ("severity", "size", "activity", "observed", "scope"):
            assert (field, getattr(body, field)) in values
        assert values.count(("kind", body.kind)) >= 1


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
        ({"roster": {}}, "roster"),
        ({"roster": {**keys_fields()["roster"], "version": 2}}, "not signed"),
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
    assert charter_only == Keys(NETWORK.charter)
    secret = {"everyone": fields["secrets"]["everyone/1"]}
    found = packet.read_keys(json.dumps({"charter": fields["charter"], "secrets": secret}).encode())
    assert explain(bytes.fromhex(REPORT["frame"]), found).rejection is None


def test_texts_of_strangers_move_no_cursor() -> None:
    item = NETWORK.item("pia", Report(None, 1, note="a\x1b[2J\u202e\u200bb\x9b"))
    shown = packet._as_text(explain(item.raw, KEYS, bare_item=True))
    assert "\\x1b[2J\\u202e\\u200bb\\x9b" in shown
    assert all(c.isprintable() or c == "\n" for c in shown)
