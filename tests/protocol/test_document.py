"""docs/protocol.md names everything that the code knows, and its example is a real one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from meshdefense_protocol import identity, limits
from meshdefense_protocol.charter import Charter
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.frames import FrameType, open_frame
from meshdefense_protocol.items import Item, decode_item
from meshdefense_protocol.packets import BODIES, Report
from meshdefense_protocol.packets.extension import Extension
from meshdefense_protocol.packets.report import OBSERVED_AGO_S, SIZE_RANGES
from meshdefense_protocol.place import PRECISIONS_M
from meshdefense_protocol.roster import Role, may
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.seen import WINDOW
from meshdefense_protocol.words import ALL_LISTS, WordList
from support.network import Network
from support.vectors import load, names

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")
NAMES = {4: "check-in"}


def section(title: str) -> str:
    """The text under a heading, up to the next one of the same or a higher level."""
    found = re.search(rf"^(#+) {re.escape(title)}.*?$(.*?)(?=^#{{1,2}} |\Z)", TEXT, re.M | re.S)
    assert found is not None, f"there is no section {title}"
    return found.group(2)


def rows(text: str) -> list[list[str]]:
    """The cells of every table row."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_kind_is_there_with_its_size_and_lifetime() -> None:
    table = {row[0]: row for row in rows(section("Item"))}
    for kind, body in BODIES.items():
        name = NAMES.get(kind, body.__name__.lower())
        assert table[str(kind)][1:3] == [name, str(body.SIZE)]
        assert f"**{name.capitalize()}**, kind {kind}:" in section("Bodies")
    documented = {int(kind) for kind in table if kind.isdecimal()} - {0}
    assert documented == set(BODIES)


@pytest.mark.parametrize("kind", BODIES)
def test_who_may_say_a_kind_is_what_the_code_allows(kind: int) -> None:
    words = {row[0]: row for row in rows(section("Item"))}[str(kind)][4]
    refused = {
        "all": set(),
        "all but recipients": {Role.RECIPIENT},
        "all but recipients and relays": {Role.RECIPIENT, Role.RELAY},
        "verifiers": set(Role) - {Role.VERIFIER},
    }[words]
    assert {role for role in Role if not may(role, kind)} == refused


@pytest.mark.parametrize("words", ALL_LISTS, ids=lambda words: words.name)
def test_every_code_of_every_list_is_there(words: WordList) -> None:
    title = f"{words.name[0].upper()}{words.name[1:]} ({words.bits} bits)"
    found = re.search(rf"^### {re.escape(title)}$(.*?)(?=^##|\Z)", TEXT, re.M | re.S)
    assert found is not None, f"there is no list {title}"
    table = [row for row in rows(found.group(1)) if row[0].isdecimal()]
    expected = [[str(word.code), word.key, word.en, word.es] for word in words]
    assert [row[:4] for row in table] == expected
    if any(word.minutes for word in words):
        assert [row[4] for row in table] == [f"{word.minutes} min" for word in words]


def test_every_rejection_is_there() -> None:
    table = {row[0] for row in rows(section("What a receiver does"))}
    assert {rejection.value for rejection in Rejection} <= table
    assert str(WINDOW) in section("What a receiver does")


def test_every_limit_is_there_with_its_value() -> None:
    table = {row[0]: row[1] for row in rows(section("Limits"))}
    for name, value in vars(limits).items():
        if name.isupper():
            assert table.get(name) == f"{value:.0f}", name


def test_every_extension_frame_type_class_and_role_is_there() -> None:
    extensions = {row[0]: row[1] for row in rows(section("Extensions"))}
    for extension in Extension:
        assert extensions[str(int(extension))] == extension.name
    frames = rows(section("Frame"))
    for kind in FrameType:
        assert any(row[0] == str(int(kind)) for row in frames)
    for held in KeyClass:
        assert [str(int(held)), held.name.lower()] in [row[:2] for row in frames]
    roles = {row[0]: row[1] for row in rows(section("Roster"))}
    for role in Role:
        assert roles[str(role.name).lower()] == str(int(role))


def test_every_code_of_places_sizes_and_ages_is_there() -> None:
    codes, cells = (row for row in rows(section("Place")) if row[0] != "---")
    assert codes[1:] == [str(code) for code in PRECISIONS_M]
    assert cells[1:] == [str(metres) for metres in PRECISIONS_M.values()]
    bodies = " ".join(section("Bodies").split())
    for code, (low, high) in SIZE_RANGES.items():
        assert f"{code}: {low}-{high}" in bodies
    assert ", ".join(str(seconds) for seconds in OBSERVED_AGO_S) in bodies


def test_every_purpose_and_personalisation_is_there() -> None:
    for name, purpose in vars(identity).items():
        if name.startswith("PURPOSE_"):
            assert f"`{purpose.decode()}`" in TEXT
    for person in ("md1 frame key", "md1 network id", "md1 fingerprint"):
        assert f"`{person}`" in TEXT


def test_every_field_of_the_charter_is_there() -> None:
    table = {row[0] for row in rows(section("Charter"))}
    assert set(Charter.__dataclass_fields__) <= table


def test_every_vector_file_is_there() -> None:
    listed = {name.strip() for row in rows(section("Vectors")) for name in row[0].split(",")}
    assert set(names()) <= listed


def hex_of(block: str) -> str:
    """The hex at the beginning of each line of a code block; two blanks begin a comment."""
    return "".join(line.split("  ")[0].replace(" ", "") for line in block.strip().splitlines())


def test_the_worked_example_is_the_published_vector_and_decodes() -> None:
    text = section("A worked example")
    item_block, signed_block, frame_block = re.findall(r"^```\n(.*?)^```", text, re.M | re.S)
    case = load("report")["cases"][0]
    assert hex_of(item_block) == case["item"]
    assert hex_of(signed_block) == case["signed"]
    assert hex_of(frame_block) == case["frame"]
    secret = next(s for s in load("network")["secrets"] if (s["class"], s["epoch"]) == (0, 1))
    assert f"`{secret['frame_key']}`" in text
    opened = open_frame(Network().keys("lea"), bytes.fromhex(hex_of(frame_block)))
    assert not isinstance(opened, Rejection)
    item = decode_item(opened[2])
    assert isinstance(item, Item)
    assert isinstance(item.body, Report)
    assert (item.id.author, item.body.exact_count, item.body.severity) == (3, 3, 2)
    assert f"{len(item.raw)} bytes" in text
    assert f"{case['frame_size']} bytes" in text


def test_the_sizes_of_the_usual_frames_are_the_documented_ones() -> None:
    text = " ".join(section("Limits").split())
    overhead = limits.FRAME_OVERHEAD + limits.ITEM_MIN
    size = {body.__name__: overhead + body.SIZE for body in BODIES.values()}
    assert f"extension makes a frame of {size['Report']} B" in text
    assert f"a verdict, retraction or acknowledgement {size['Verdict']} B" in text
    assert f"a beacon or check-in {size['Beacon']} B" in text
    assert size["Retract"] == size["Acknowledge"] == size["Verdict"]
    assert size["CheckIn"] == size["Beacon"]
