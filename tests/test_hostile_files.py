"""Files of others: whatever is in them, a reader answers in words or reads what was signed."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from meshdefense import enrolment
from meshdefense.air.scenario import ScenarioError, parse_scenario
from meshdefense.cli.long_text import TextFileError
from meshdefense.cli.long_text import read_text as read_long_text
from meshdefense.cli.packet import UsageError, _load_keys, read_keys
from meshdefense.cli.unlock import CliError, read_file
from meshdefense.clock import Clock
from meshdefense.node.enrolling import ENROLLING
from meshdefense.node.offline import Offline, first_join, perform
from meshdefense.node.roster_exchange import take_file
from meshdefense.paths import DataFolder
from meshdefense.request_code import from_code, to_code
from meshdefense.simulator import shipped
from meshdefense.storage.repository import Store
from meshdefense_protocol.canonical import canonical_json
from meshdefense_protocol.charter import Charter
from meshdefense_protocol.errors import DecodeError, ProtocolError
from meshdefense_protocol.identity import (
    PURPOSE_GRANT,
    PURPOSE_ITEM,
    PURPOSE_REQUEST,
    SEED_SIZE,
    Identity,
    verify,
)
from support.hostile_files import DAMAGES, Reader
from support.network import NOW, Network
from support.small_scenario import document

REFUSALS = (ProtocolError, UnicodeDecodeError)
"""UnicodeDecodeError: `read_file` turns it into words before a reader sees the text."""
PLAN = enrolment.Plan("Elm", 0.0, 0.0, 1, int(NOW), "base")
CLOCK = Clock(lambda: NOW, lambda: 0.0)


def entropy(size: int) -> bytes:
    return bytes(range(size))


class Scene:
    """A founder, a newcomer who has asked, and the grant that they got."""

    def __init__(self, folder: Path) -> None:
        self.founder = self._store(folder / "founder")
        self.newcomer = self._store(folder / "newcomer")
        enrolment.create_network(self.founder, PLAN, os.urandom)
        self.request = enrolment.request(self.newcomer, "ana", entropy)
        self.grant = self.let_in(self.request)
        self.desk: Offline | None = None

    def _store(self, folder: Path) -> Store:
        return Store.create(DataFolder(folder), b"for tests only")

    def let_in(self, request: str) -> str:
        params = {"request": request, "roles": ["patrol"]}
        return str(perform(self.founder, ENROLLING["grant"], params, clock=CLOCK)["grant"])

    def join(self, raw: bytes) -> Any:
        me = first_join(self.newcomer, raw.decode(), clock=CLOCK)
        return me.number, me.charter.network_id, len(me.roster)

    def take(self, raw: bytes) -> Any:
        """A file for somebody who is in; the engine starts once for thousands of files."""
        if self.desk is None:
            self.desk = Offline(self.founder, clock=CLOCK)
        taken = asyncio.run(take_file(self.desk, raw.decode()))
        return taken["members"], taken["refused"]

    def close(self) -> None:
        self.founder.close()
        self.newcomer.close()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    made = Scene(tmp_path_factory.mktemp("scene"))
    yield made
    made.close()


def reader_of_requests(scene: Scene) -> Reader:
    def read(raw: bytes) -> Any:
        return enrolment.read_request(raw.decode())

    return Reader("request", scene.request.encode(), read, REFUSALS, signed=True)


def reader_of_codes(scene: Scene) -> Reader:
    """A request on its way into a code."""

    def read(raw: bytes) -> Any:
        return from_code(to_code(raw.decode()))

    return Reader("request code", scene.request.encode(), read, REFUSALS, signed=True)


def reader_of_grants(scene: Scene) -> Reader:
    return Reader("grant", scene.grant.encode(), scene.join, REFUSALS, signed=True)


def reader_of_grants_by_members(scene: Scene) -> Reader:
    return Reader("grant", scene.grant.encode(), scene.take, REFUSALS, signed=True)


def reader_of_roster_files(scene: Scene) -> Reader:
    """What is in it is signed item by item; the file itself is nobody's."""
    good = perform(scene.founder, ENROLLING["roster_export"], {}, clock=CLOCK)["file"]
    return Reader("roster file", good.encode(), scene.take, REFUSALS, signed=False)


def reader_of_charters(scene: Scene) -> Reader:
    """Signed by nobody: its hash is the name of the network."""
    good = Network().charter.encode()
    return Reader("charter", good, Charter.decode, (DecodeError,), signed=False)


def reader_of_keys(scene: Scene) -> Reader:
    """The user's own file, for `packet decode`."""
    good = json.dumps({"charter": json.loads(Network().charter.encode()),
                       "secrets": {"everyone": "11" * 32, "field/2": "22" * 32}})  # fmt: skip

    def read(raw: bytes) -> Any:
        return read_keys(raw).charter

    return Reader("keys file", good.encode(), read, (UsageError,), signed=False)


def reader_of_scenarios(scene: Scene) -> Reader:
    def read(raw: bytes) -> Any:
        return parse_scenario(raw.decode())

    good = json.dumps(document()).encode()
    return Reader("scenario", good, read, (ScenarioError, UnicodeDecodeError), signed=False)


READERS: tuple[Callable[[Scene], Reader], ...] = (
    reader_of_requests,
    reader_of_codes,
    reader_of_grants,
    reader_of_grants_by_members,
    reader_of_roster_files,
    reader_of_charters,
    reader_of_keys,
    reader_of_scenarios,
)
every_reader = pytest.mark.parametrize("reader", READERS, ids=lambda made: made.__name__[10:])


@every_reader
def test_the_good_file_is_read(reader: Callable[[Scene], Reader], scene: Scene) -> None:
    made = reader(scene)
    assert made.read(made.good) == made.read(made.good)


@every_reader
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_refused_in_words_or_read_as_what_was_signed(
    damage: str, reader: Callable[[Scene], Reader], scene: Scene
) -> None:
    made = reader(scene)
    for done, raw in DAMAGES[damage](made.good):
        made.check(done, raw)


@every_reader
def test_a_field_that_stands_there_twice_is_refused(
    reader: Callable[[Scene], Reader], scene: Scene
) -> None:
    """Two programs would read two different files: the first value, or the last."""
    made = reader(scene)
    fields = json.loads(made.good)
    for name, value in fields.items():
        pair = f"{json.dumps(name)}: {json.dumps(value)}"
        inside = json.dumps(fields)[1:]
        for twice in (f"{{{pair}, {inside}", f"{{{json.dumps(name)}: 0, {inside}"):
            assert made.refuses(twice.encode()), f"{made.name}: {name} twice"


@every_reader
def test_every_text_field_refuses_lone_surrogates_and_controls_in_words(
    reader: Callable[[Scene], Reader], scene: Scene
) -> None:
    made = reader(scene)
    fields = json.loads(made.good)
    for name, value in fields.items():
        for bad in ("\ud800", "\udfff\ud800", "a\x1b[2J", "\u202e", "\0"):
            if isinstance(value, str):
                made.check(f"{name} with {bad!a}", json.dumps({**fields, name: bad}).encode())


# -- what somebody signed in earnest ---------------------------------------------------------


def asked(**changed: Any) -> str:
    """A request with fields of the asker's own choice, signed as it should be."""
    identity = Identity(hashlib.sha256(ascii(changed).encode()).digest())  # each a newcomer
    content = {"type": "meshdefense request 1", "handle": "eva", "key": identity.key.hex()}
    content |= changed
    signature = identity.sign(PURPOSE_REQUEST, canonical_json(content))
    return json.dumps({**content, "signature": signature.hex()})


BAD_HANDLES: tuple[Any, ...] = (
    None, 5, True, ["eva"], {"eva": 1}, "", " ", "a b", "x" * 17, "\ud800", "a\ud800",
    "a\x1b[2J", "a\u202eb", "a\nb", "\u2028", "\ue000",
)  # fmt: skip
BAD_KEYS: tuple[Any, ...] = (
    None, 5, [], "", "00", "00" * 31, "00" * 32, "00" * 33, "zz" * 32,
)  # fmt: skip
OUT_OF_ORDER: tuple[dict[str, Any], ...] = (
    *({"handle": handle} for handle in BAD_HANDLES),
    *({"key": key} for key in BAD_KEYS),
    {"type": "meshdefense grant 1"},
    {"type": None},
    {"more": 1},
)


@pytest.mark.parametrize("changed", OUT_OF_ORDER, ids=lambda changed: ascii(changed)[:40])
def test_nobody_is_let_in_by_a_request_that_is_not_in_order(
    changed: dict[str, Any], scene: Scene
) -> None:
    with pytest.raises(REFUSALS) as caught:
        scene.let_in(asked(**changed))
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("form", [str.upper, " {}".format, "{} ".format])
def test_a_key_has_one_way_to_be_written(form: Callable[[str], str], scene: Scene) -> None:
    identity = Identity(b"\7" * SEED_SIZE)
    key: str = form(identity.key.hex())
    content = {"type": "meshdefense request 1", "handle": "eva", "key": key}
    signature = identity.sign(PURPOSE_REQUEST, canonical_json(content)).hex()
    with pytest.raises(REFUSALS):
        scene.let_in(json.dumps({**content, "signature": signature}))


@pytest.mark.parametrize("handle", ["\u3164", "a\ufe0f", "a\u034fb", "e" + "\u0301" * 5])
def test_no_handle_can_be_invisible_or_look_like_another(handle: str, scene: Scene) -> None:
    with pytest.raises(REFUSALS):
        scene.let_in(asked(handle=handle))


def test_a_signature_of_another_length_never_counts() -> None:
    """Else what was signed for one purpose could be said to be signed for another."""
    identity = Identity(b"\7" * SEED_SIZE)
    inner = b'{"a":1}'
    before = b"a note that quotes: "
    signature = identity.sign(PURPOSE_ITEM, before + PURPOSE_GRANT + inner)
    assert verify(identity.key, PURPOSE_ITEM, before + PURPOSE_GRANT + inner, signature)
    assert not verify(identity.key, PURPOSE_GRANT, inner, signature + PURPOSE_ITEM + before)
    good = identity.sign(PURPOSE_GRANT, inner)
    for size in (0, 1, 63):
        assert not verify(identity.key, PURPOSE_GRANT, inner, good[:size])
    for key in (b"", b"a", identity.key[:31], identity.key + b"\0"):
        assert not verify(key, PURPOSE_GRANT, inner, good)


@pytest.mark.parametrize("attack", ["x\x1b]0;t\x07", "\x9b31m", "\u202ex", "a\nb", "\ud800"])
@pytest.mark.parametrize("good", ["small", "Five in a row", "p1", "a1"])
def test_no_name_in_a_scenario_can_move_the_cursor(good: str, attack: str) -> None:
    """They are printed: of radios, of alerts, of the scenario itself."""
    text = json.dumps(document()).replace(f'"{good}"', json.dumps(attack))
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text)
    assert str(caught.value).isprintable()


# -- what is no ordinary file --------------------------------------------------------------

PATH_READERS: dict[str, tuple[Callable[[Path], Any], tuple[type[Exception], ...]]] = {
    "request or grant": (read_file, (CliError,)),
    "long report": (lambda path: read_long_text(str(path)), (TextFileError, OSError)),
    "keys file": (_load_keys, (UsageError,)),
    "scenario": (lambda path: shipped.load(str(path)), (ScenarioError, FileNotFoundError)),
}
every_path_reader = pytest.mark.parametrize("kind", PATH_READERS)


def refusal(kind: str, path: Path) -> Exception | None:
    """The error in words that a reader gives; None when it read something."""
    read, refusals = PATH_READERS[kind]
    try:
        read(path)
    except refusals as error:
        return error
    return None


@every_path_reader
def test_a_folder_a_loop_and_nothing_are_refused_in_words(kind: str, tmp_path: Path) -> None:
    loop = tmp_path / "loop.json"
    loop.symlink_to(loop)
    folder = tmp_path / "folder.json"
    folder.mkdir()
    dangling = tmp_path / "dangling.json"
    dangling.symlink_to(tmp_path / "gone")
    too_long = tmp_path / ("n" * 300 + ".json")
    for path in (loop, folder, dangling, tmp_path / "none.json", too_long, folder / "x" / "y"):
        assert refusal(kind, path) is not None, path.name


@every_path_reader
def test_a_file_of_ten_megabytes_is_refused(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(10_000_000)
    assert refusal(kind, path) is not None


@every_path_reader
def test_what_is_no_utf_8_is_refused_in_words(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    for raw in (b"\xff\xfe{\0}\0", b"\xc3\x28", b"\xed\xa0\x80", b"\x80" * 1000):
        path.write_bytes(raw)
        assert refusal(kind, path) is not None, raw[:8]


@every_path_reader
def test_a_pipe_that_nobody_writes_to_does_not_hold_the_program(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "pipe.json"
    os.mkfifo(path)
    found: list[Exception | None] = []
    thread = threading.Thread(target=lambda: found.append(refusal(kind, path)), daemon=True)
    thread.start()
    thread.join(timeout=5.0)
    if held := thread.is_alive():  # let the reader go: whoever opens the other end ends it
        os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
        thread.join()
    assert not held, "it waits for a writer"
    assert found[0] is not None


@every_path_reader
def test_a_symlink_to_a_good_place_is_followed(kind: str, tmp_path: Path) -> None:
    """Sticks and shared folders are full of them; only what is at the end counts."""
    (tmp_path / "real.json").write_bytes(b"{}")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    direct, linked = (refusal(kind, tmp_path / name) for name in ("real.json", "link.json"))
    assert type(direct) is type(linked)
