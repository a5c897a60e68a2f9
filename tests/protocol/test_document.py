"""docs/protocol.md names everything that the code knows, and its example is a real one."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import pytest

from meshdefense_protocol import (
    answers,
    class_set,
    comparing,
    delivery,
    digest,
    fragments,
    governor,
    holdings,
    identity,
    limits,
    neighbours,
    questions,
    quotas,
    receipts,
    repair,
    sending,
    statements,
    sync,
    transfers,
    trickle,
)
from meshdefense_protocol.airtime import LONG_FAST
from meshdefense_protocol.charter import Charter
from meshdefense_protocol.delivery import State
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.frames import FrameType, open_frame
from meshdefense_protocol.governor import Governor
from meshdefense_protocol.items import Item, decode_item
from meshdefense_protocol.packets import (
    BODIES,
    Report,
    Sos,
    StandDown,
    escalate,
    response,
    rollcall,
    standdown,
)
from meshdefense_protocol.packets.extension import Extension
from meshdefense_protocol.packets.report import OBSERVED_AGO_S, SIZE_RANGES
from meshdefense_protocol.place import PRECISIONS_M
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.roster import Role, may
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.seen import WINDOW
from meshdefense_protocol.words import ALL_LISTS, WordList
from support.network import Network
from support.vectors import load, names

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")
NAMES = {
    4: "check-in", 15: "sos end", 16: "roll call", 17: "roll answer", 18: "stand-down"
}  # fmt: skip


def section(title: str) -> str:
    """The text under a heading, up to the next one of the same or a higher level."""
    found = re.search(rf"^(#+) {re.escape(title)}.*?$(.*?)(?=^#{{1,2}} |\Z)", TEXT, re.M | re.S)
    assert found is not None, f"there is no section {title}"
    return found.group(2)


def flat(title: str) -> str:
    """A section's text in one line."""
    return " ".join(section(title).split())


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
        "verifiers and dispatch": set(Role) - {Role.VERIFIER, Role.DISPATCH},
        "organizers": set(Role) - {Role.ORGANIZER},
        "dispatch and organizers": set(Role) - {Role.DISPATCH, Role.ORGANIZER},
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
    table = {row[0] for row in rows(section("Admission"))}
    assert {rejection.value for rejection in Rejection} <= table
    assert str(WINDOW) in section("Admission")


def constants(title: str) -> dict[str, str]:
    """The table of constants at the end of a section: name, value, name, value."""
    found: dict[str, str] = {}
    for row in rows(section(title)):
        cells = [cell for cell in row if cell]
        found |= dict(zip(cells[::2], cells[1::2], strict=False))
    return {name: value for name, value in found.items() if name.isupper()}


def numbers(*modules: ModuleType) -> dict[str, float]:
    """The public constants of modules that are numbers."""
    return {
        name: value
        for module in modules
        for name, value in vars(module).items()
        if name.isupper() and not name.startswith("_") and isinstance(value, (int, float))
    }


SYNC = (
    answers, class_set, comparing, digest, holdings, neighbours, questions, receipts,
    repair, statements, sync, trickle,
)  # fmt: skip
AIRTIME = (delivery, governor, quotas, sending)
ELSEWHERE = set(vars(limits)) | {
    "HASH_MASK",  # 2^64 - 1, in words
    "STORED_S",  # when a neighbour is stored again: nobody else sees it
    "DOUBLINGS_MAX",  # more of them change nothing
    "HOUR_S", "MINUTE_S", "SLOT_S", "SLOTS", "KEPT_HOURS",  # how windows are kept
}  # fmt: skip


@pytest.mark.parametrize(
    ("title", "modules"), [("Sync", SYNC), ("Airtime", AIRTIME)], ids=["sync", "airtime"]
)
def test_every_constant_is_there_with_its_value_and_is_used(
    title: str, modules: tuple[ModuleType, ...]
) -> None:
    expected = {name: v for name, v in numbers(*modules).items() if name not in ELSEWHERE}
    if title == "Airtime":
        expected.pop("USUAL_FRAME")  # only for what the screens say
    told = constants(title)
    assert set(told) == set(expected)
    for name, value in expected.items():
        assert float(Fraction(told[name])) == value, name
    prose = re.sub(r"^\|.*$", "", TEXT, flags=re.M)
    for name in told:
        assert re.search(rf"\b{name}\b", prose), f"{name} is explained nowhere"


def test_every_class_of_traffic_is_there_with_its_share_and_where_it_waits() -> None:
    table = {row[0]: row for row in rows(section("Airtime")) if len(row) == 4}
    for priority in Priority:
        row = table[f"{int(priority)} {priority.name.lower()}"]
        assert float(Fraction(row[2])) == governor.SHARES[priority]
        threshold = governor.YIELDS_AT.get(priority)
        assert row[3] == ("never" if threshold is None else f"{threshold:.0f} %")
    assert f"F is FULL_SHARE of the hour ({governor.FULL_SHARE * 3600:.0f} s)" in flat("Airtime")
    ordinary = Governor().use(0.0).ceiling_s
    assert f"all other classes together may use F minus that ({ordinary:.0f} s)" in flat("Airtime")


def test_every_quota_is_there() -> None:
    table = {row[0]: row for row in rows(section("Airtime"))}
    spoken, positions, decided = (
        quotas._allowance(Role.REPORTER, priority, decides)
        for priority, decides in (
            (Priority.ALERT, False), (Priority.POSITION, False), (Priority.ALERT, True)
        )
    )  # fmt: skip
    assert table["log"] == ["log", f"{spoken.ten_minutes} ms", f"{spoken.day} ms"]
    assert table["roster"] == ["roster", f"{decided.ten_minutes} ms", f"{decided.day} ms"]
    assert table["positions"] == ["positions", str(positions.ten_minutes), str(positions.day)]
    assert "Verifiers have twice as much for the log, dispatch and organizers four times" in flat(
        "Airtime"
    )
    for roles, factor in ((Role.VERIFIER, 2), (Role.DISPATCH, 4), (Role.ORGANIZER, 4)):
        allowance = quotas._allowance(roles, Priority.ALERT, decides=False)
        assert allowance.day == factor * spoken.day


def test_the_airtime_of_frames_is_the_documented_one() -> None:
    text = flat("Airtime")
    for size in (98, 100, 165):
        assert f"{LONG_FAST.frame_s(size):.3f} s for {size} B" in text
    assert f"({LONG_FAST.frame_s(sync.USUAL_FRAME):.2f} s on LongFast)" in flat("Sync")
    shortest = max(
        statements.SHORTEST_S, statements.SHORTEST_UNITS * LONG_FAST.frame_s(sync.USUAL_FRAME)
    )
    intervals = [shortest, shortest * trickle.GROWTH, trickle.INTERVAL_MAX_S]
    assert ", ".join(f"{one:.0f}" for one in intervals) + " s" in flat("Sync")


def test_every_state_of_an_own_item_is_there() -> None:
    assert [row[0] for row in rows(section("Delivery"))[2:]] == [state.value for state in State]


def test_the_example_of_a_digest_is_the_published_vector() -> None:
    blocks = re.findall(r"^```\n(.*?)^```", section("Digest"), re.M | re.S)
    content, frame = (hex_of(block) for block in blocks[-2:])
    cases = {case["name"]: case for case in load("digests")["cases"]}
    case = next(case for name, case in cases.items() if name.startswith("a question to 2"))
    assert content == case["content"]
    assert frame == case["frame"]
    assert f"{len(content) // 2} bytes" in section("Digest")
    assert f"{case['size']} bytes" in section("Digest")
    sizes = [cases[name]["size"] for name in ("the items above, nobody else known",
                                              "thirty authors")]  # fmt: skip
    assert f"A statement with one class takes {sizes[0]} bytes on the air" in flat("Digest")
    assert f"one run of thirty authors each {sizes[1]} bytes" in flat("Digest")


def test_the_sums_of_hashes_are_the_published_ones() -> None:
    published = load("digests")
    sums = {tuple(case["items"]): case["sum"] for case in published["sums"]}
    table = [row for row in rows(section("Live set")) if row[0].endswith("first case")]
    for place, (row, item) in enumerate(zip(table, published["items"], strict=True)):
        assert row[0].split(",")[0] == item["file"]
        assert row[1:] == [f"`{item['hash']}`", f"`{sums[tuple(range(place + 1))]}`"]
    assert f"A node without the verdict says `{sums[0, 2]}`" in flat("Live set")
    assert f"modulo 2^64, is `{published['items'][1]['hash']}`" in flat("Live set")
    assert int(sums[0, 1, 2], 16) - int(sums[0, 2], 16) == int(published["items"][1]["hash"], 16)


def test_the_sizes_of_fragments_are_there() -> None:
    text = " ".join(flat(title) for title in ("Fragment", "Fragment request"))
    assert f"pieces of {fragments.CHUNK_SIZE} bytes" in text
    assert f"index, 0 to {fragments.FRAGMENTS_MAX - 1}" in text
    assert f"held {fragments.FRAGMENTS_MAX}: bit n" in text
    assert f"up to {transfers.LONGEST_S:.0f} s" in text
    assert f"At most {transfers.TRANSFERS_MAX} long reports" in text


def test_every_section_that_the_code_names_is_there() -> None:
    headings = set(re.findall(r"^#+ (.*)$", TEXT, re.M))
    root = Path(__file__).resolve().parents[2]
    named: set[str] = set()
    for folder in ("protocol", "meshdefense"):
        for path in (root / folder).rglob("*.py"):
            for rest in re.findall(r'docs/protocol\.md,?((?:(?:, | and | )?"[^"]+")+)',
                                   path.read_text(encoding="utf-8")):  # fmt: skip
                named |= set(re.findall(r'"([^"]+)"', rest))
    assert {"Sync", "Digest", "Admission", "Airtime", "Fragment"} <= named
    assert named <= headings


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


def test_units_and_ranges_of_answers_are_there() -> None:
    bodies = flat("Bodies")
    assert f"units of {response.ETA_UNIT_S} s after" in bodies
    assert f'"on the way" ({response.ON_THE_WAY})' in bodies
    assert f"units of {standdown.UNTIL_UNIT_S} s, 1 to {standdown.UNTIL_MAX}" in bodies
    assert f"not less than {rollcall.SHORTEST_LIFETIME_S} s" in bodies
    assert (
        f"*level*: {escalate.NEXT_RING} the next ring of people, "
        f"{escalate.COORDINATORS} the coordinators" in bodies
    )
    for finest, name in ((Sos.FINEST, "SOS"), (StandDown.FINEST, "stand-down")):
        assert re.search(rf"{name}, which may (not )?go (to|below) {finest} "
                         rf"\({PRECISIONS_M[finest]} m\)", bodies)  # fmt: skip
    finest = Sos.FINEST_FOR_EVERYONE
    assert f"finer than precision code {finest} ({PRECISIONS_M[finest]} m) is malformed" in bodies
    for kind, body in BODIES.items():
        coarsest = getattr(body, "FINEST", 2)
        assert coarsest == {14: Sos.FINEST, 18: StandDown.FINEST}.get(kind, 2)


def test_every_purpose_and_personalisation_is_there() -> None:
    for name, purpose in vars(identity).items():
        if name.startswith("PURPOSE_"):
            assert f"`{purpose.decode()}`" in TEXT
    for person in ("md1 frame key", "md1 network id", "md1 fingerprint", "md1 long report"):
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
    assert f"A dispatch makes {size['Dispatch']} B, a response," in text
    assert f"an answer to a roll call {size['Response']} B, a stand-down" in text
    for kind in ("Escalate", "Close", "Sos", "SosEnd", "RollAnswer"):
        assert size[kind] == size["Response"]
    assert f"a stand-down {size['StandDown']} B" in text
    assert f"a roll call {size['RollCall']} B" in text
    assert f"a broadcast {size['Broadcast']} B" in text
    for frame in (size["Report"], size["Broadcast"]):
        assert f"({1000 * LONG_FAST.frame_s(frame):,.0f} ms)" in text
    assert size["Retract"] == size["Acknowledge"] == size["Verdict"]
    assert size["CheckIn"] == size["Beacon"]
