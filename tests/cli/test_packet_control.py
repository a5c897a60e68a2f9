"""`meshdefense packet decode` of control frames: digests, requests and fragments in words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdefense.cli import packet
from meshdefense.cli.explain_packet import explain
from meshdefense.cli.explanation import Explanation, Keys
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.frames import FrameType
from meshdefense_protocol.sealing import KeyClass
from support.explained import covered
from support.network import Network
from support.vectors import load

NETWORK = Network()
KEYS_ALL = NETWORK.all_keys()
KEYS = Keys(NETWORK.charter, NETWORK.roster, KEYS_ALL)
CONTROL = [
    pytest.param(case, id=f"{file}: {case['name']}")
    for file in ("digests", "fragments")
    for case in load(file)["cases"]
]


@pytest.mark.parametrize("case", CONTROL)
def test_every_byte_of_every_control_frame_is_explained(case: dict[str, Any]) -> None:
    for keys in (KEYS, Keys()):
        found = explain(bytes.fromhex(case["frame"]), keys)
        covered(found)
        assert found.rejection is None
    fields = {row.field: row.value for row in explain(bytes.fromhex(case["frame"]), KEYS).rows}
    for name in ("sender", "stamp", "held", "index"):
        assert fields.get(name) == case["fields"].get(name)


def test_a_digest_is_told_in_words() -> None:
    by_name = {case["name"]: case for case in load("digests")["cases"]}
    case = by_name["two classes, held by 3 and 4"]
    found = explain(bytes.fromhex(case["frame"]), KEYS)
    shown = packet._as_text(found)
    for word in ("a digest: what its sender holds", "base, unsigned", "hash of everyone",
                 "hash of dispatch", "hold the same: pia, vic", "sealed, not signed"):  # fmt: skip
        assert word in shown
    case = by_name["a question to 2: runs, holes, a cut"]
    shown = packet._as_text(explain(bytes.fromhex(case["frame"]), KEYS))
    for word in ("base first", "up to sequence 17, in full, incarnation 0", "sequences 17 to 17",
                 "up to sequence 40, cut", "an incarnation follows", "sequences 38 to 40 are held",
                 "the 7 below are not held", "sequences 5 to 21 are held"):  # fmt: skip
        assert word in shown


def test_the_runs_that_are_told_are_those_of_the_digest() -> None:
    for case in load("digests")["cases"]:
        found = explain(bytes.fromhex(case["frame"]), KEYS)
        told = [row.meaning.split(" are held")[0] for row in found.rows if row.field == "run"]
        entries = (case["fields"]["vector"] or {"entries": []})["entries"]
        said = [f"sequences {low} to {high}" for e in entries for high, low in e["runs"]]
        assert told == said


def test_fragments_and_requests_are_told_in_words() -> None:
    piece, *_, last = load("fragments")["cases"]
    shown = packet._as_text(explain(bytes.fromhex(piece["frame"]), KEYS))
    for word in ("item 3.0.17", "fragment 1 of the text", "The gym is open as a shelter"):
        assert word in shown
    shown = packet._as_text(explain(bytes.fromhex(last["frame"]), KEYS))
    for word in ("a request for fragments", "rob, unsigned", "has 0, 10"):
        assert word in shown


def explain_content(kind: FrameType, content: bytes) -> Explanation:
    return explain(KEYS_ALL.seal(KeyClass.EVERYONE, 0x10 | kind, content), KEYS)


@pytest.mark.parametrize("case", load("digests")["refused"], ids=lambda case: case["why"])
def test_refused_digests_are_explained_as_far_as_they_go(case: dict[str, Any]) -> None:
    content = bytes.fromhex(case["content"])
    if content:
        found = explain_content(FrameType.DIGEST, content)
        covered(found)
        assert found.rejection is Rejection.MALFORMED


@settings(max_examples=300)
@given(
    st.sampled_from([FrameType.DIGEST, FrameType.REQUEST, FrameType.FRAGMENT]),
    st.binary(min_size=1, max_size=183),
)
def test_any_content_of_a_control_frame_is_covered(kind: FrameType, content: bytes) -> None:
    found = explain_content(kind, content)
    covered(found)
    packet._as_text(found)
    json.dumps(packet._as_json(found))
