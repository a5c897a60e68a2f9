"""Text of others on its whole way: signed item, store, row, API, command line, screen.

What goes in are the attacks of `support.attacks`; nothing that comes out may do anything in a
terminal but be read.
"""

from __future__ import annotations

import asyncio
import io
import json
import logging
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense import logs
from meshdefense.cli import attach, mesh, status
from meshdefense.cli.long_text import long_lines
from meshdefense.cli.output import alert_lines, message_lines, patrol_line
from meshdefense.node.long_text import long_text
from meshdefense.radio.base import LinkState, RadioHealth, RadioStatus, ReceivedFrame
from meshdefense.storage.records import TransferRecord
from meshdefense_protocol.fragments import content_hash
from meshdefense_protocol.fragments import cut as cut_text
from meshdefense_protocol.limits import LONG_TEXT_MAX, NOTE_MAX, NOTICE_TEXT_MAX
from meshdefense_protocol.packets import Manifest, Notice, Report, Verdict
from meshdefense_protocol.place import GridPlace
from meshdefense_protocol.transport import Reception
from meshdefense_tui.model import Model
from support.attacks import ATTACKS, harms
from support.network import NOW
from support.nodes import Nodes, eventually, rows
from support.screen_rows import (
    alert,
    busy_evening,
    long_message,
    message,
    neighbour,
    patrol,
    radio,
    verdict,
)
from support.screen_rows import (
    mesh as mesh_row,
)
from support.screen_rows import (
    status as status_row,
)
from support.screens import Desktop, on_desktop

attacks = pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
NASTY = st.text(
    st.one_of(
        st.characters(codec=None),
        st.sampled_from("\x1b\x9b\x9d\x07\r\n\u202e\u2066\u200d\u0301\u0338\ud800\u3164"),
    ),
    min_size=1,
    max_size=60,
)
PLACE = GridPlace(5, 5, 2)


def cut(text: str, size: int) -> str:
    """As much of a text as a packet carries; surrogates cannot be sent at all."""
    return text.encode("utf-8", "replace")[:size].decode("utf-8", "ignore")


def texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(key)
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def test_no_attack_in_a_note_a_message_or_a_verdict_reaches_a_row(tmp_path: Path) -> None:
    """Signed by members of the network: nothing but the cleaning stands between."""
    nodes = Nodes(tmp_path)
    network = nodes.network
    arrived = Reception("loopback", hops=0)

    async def play() -> None:
        async with nodes.running("base") as base:
            for count, attack in enumerate(ATTACKS.values(), 1):
                nodes.time.pass_(120)  # slow enough for everybody's quota
                now = nodes.time.wall
                note = cut(attack, NOTE_MAX)
                report = network.item("pia", Report(PLACE, 7, 2, note=note), now=now)
                verdict = network.item("vic", Verdict(report.id, 1, note=note), now=now)
                notice = network.item("lea", Notice(cut(attack, NOTICE_TEXT_MAX)), now=now)
                for item in (report, verdict, notice):
                    base.feed(ReceivedFrame(network.frame([item]), arrived))

                async def here(count: int = count) -> bool:
                    return len(await rows(base, "messages")) == count

                await eventually(here)
            found = json.loads(await base.changes(0))["tables"]
            assert len(found["alerts"]) == len(ATTACKS)
            assert all(row["verdicts"] for row in found["alerts"])
            for text in texts(found):
                assert harms(text) == [], ascii(text)

    asyncio.run(play())


@attacks
def test_no_attack_in_a_long_report_reaches_its_row(attack: str) -> None:
    content = attack.encode("utf-8", "replace")[:LONG_TEXT_MAX]
    network_id = bytes(16)
    digest = content_hash(network_id, content)
    transfer = TransferRecord(
        author=3, incarnation=0, sequence=1, stream=0, key_class=0, size=len(content),
        digest=digest, expires_at=NOW, parts=tuple(enumerate(cut_text(content))),
    )  # fmt: skip
    row = long_text(Manifest(len(content), digest), transfer, None, network_id)
    assert row["have"] == row["of"]
    assert all(harms(line) == [] for line in row["lines"])


# -- lines of the command line -------------------------------------------------------------


def hostile(row: dict[str, Any], attack: str) -> dict[str, Any]:
    """`row` with an attack in every text that comes from others."""
    ours = {"id", "state", "network_id", "count_label", "address", "region", "preset"}

    def spoil(key: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {inner: spoil(inner, each) for inner, each in value.items()}
        if isinstance(value, list):
            return [spoil(key, each) for each in value]
        return attack if isinstance(value, str) and key not in ours else value

    return {key: spoil(key, value) for key, value in row.items()}


def evening(attack: str) -> list[str]:
    """Lines of everything, with an attack in every text of others."""
    judged = verdict("vic", "confirmed", note="x")
    reported = hostile(alert(1, note="x", verdicts=[judged]), attack)
    told = hostile(message(1, text="x", recipient_name="leo"), attack)
    told["readers"] = [{"member": 1, "name": attack, "at": NOW}]
    long = long_message(2, 11, author_name="kit", about="2.0.1")
    lines = alert_lines(reported, None, NOW)
    lines += message_lines(told, NOW)
    lines += message_lines(hostile(long, attack), NOW)
    lines += long_lines(hostile(long, attack))
    lines.append(patrol_line(hostile(patrol(), attack), None, NOW))
    return lines


@attacks
def test_no_line_of_the_command_line_lets_an_attack_out(attack: str) -> None:
    for line in evening(attack):
        assert harms(line) == [], ascii(line)


@given(NASTY)
def test_no_line_of_the_command_line_lets_any_text_out(text: str) -> None:
    for line in evening(text):
        assert harms(line) == [], ascii(line)


def health_tables(attack: str) -> dict[str, list[dict[str, Any]]]:
    return {
        "status": [hostile(status_row(roles=[]), attack)],
        "radio": [hostile(radio(detail="x", firmware="x", name="x"), attack)],
        "mesh": [hostile(mesh_row(), attack)],
        "neighbours": [hostile(neighbour(2, "ash"), attack)],
    }


@attacks
@pytest.mark.parametrize("noun", ["status", "mesh"])
def test_what_the_radio_says_of_itself_reaches_no_terminal_unclean(
    noun: str, attack: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = {"status": status, "mesh": mesh}[noun]
    monkeypatch.setattr(module, "ask_health", lambda args: (0, health_tables(attack)))
    if noun == "status":
        monkeypatch.setattr(status, "request", lambda args, method: (0, {"locked": False}))
    assert module.run(Namespace(json=False, data=None)) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert harms(printed.out, lines=True) == [], ascii(printed.out)


@attacks
def test_json_for_programs_is_plain_ascii(
    attack: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status, "ask_health", lambda args: (0, health_tables(attack)))
    monkeypatch.setattr(status, "request", lambda args, method: (0, {"locked": False}))
    assert status.run(Namespace(json=True, data=None)) == 0
    printed = capsys.readouterr().out
    assert printed.isascii()
    assert harms(printed, lines=True) == []


@attacks
def test_an_error_that_quotes_an_attack_is_one_clean_line(
    attack: str, capsys: pytest.CaptureFixture[str]
) -> None:
    attach.complain(f"there is no alert {attack}", f"try {attack}")
    printed = capsys.readouterr().err
    assert harms(printed, lines=True) == []
    assert printed.count("\n") == 2


# -- the log of the daemon -----------------------------------------------------------------


@attacks
def test_no_line_of_the_log_lets_an_attack_out(
    attack: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The radio's words, and tracebacks that quote what somebody sent."""
    root, ours = logging.getLogger(), logging.getLogger("meshdefense")
    before = root.handlers[:], root.level, ours.level
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    try:
        logs.configure()
        logs.get("node").info("radio: %s %s", "ready", attack)
        try:
            raise ValueError(attack)
        except ValueError:
            logs.get("api").exception("a request failed")
    finally:
        root.handlers[:] = before[0]
        root.setLevel(before[1])
        ours.setLevel(before[2])
    written = stream.getvalue()
    assert "radio: ready" in written
    assert "a request failed" in written
    assert harms(written, lines=True) == [], ascii(written[:300])


# -- the screens ---------------------------------------------------------------------------


@attacks
def test_no_row_that_a_screen_keeps_holds_an_attack(attack: str) -> None:
    model = Model()
    tables = {name: [hostile(row, attack) for row in all_] for name, all_ in busy_evening().items()}
    for table in tables.values():
        for row in table:
            row["rev"] = 1
    model.apply({"epoch": "e", "revision": 1, "tables": tables})
    assert model.tables["alerts"]
    for text in texts(model.tables):
        assert harms(text) == [], ascii(text)


def test_the_painted_screen_shows_attacks_as_letters_or_not_at_all() -> None:
    everything = busy_evening()
    names = list(ATTACKS)
    for table in everything.values():
        for at, row in enumerate(table):
            table[at] = hostile(row, ATTACKS[names[(7 * at + len(table)) % len(names)]])
    everything["alerts"] = [
        alert(number, author_name=attack, note=attack)
        for number, attack in enumerate(ATTACKS.values(), 1)
    ]
    everything["messages"] = [
        message(number, author_name=attack, text=attack, recipient_name=attack)
        for number, attack in enumerate(ATTACKS.values(), 1)
    ]

    async def look(desk: Desktop) -> None:
        for key in ("", "enter", "escape", "tab", "tab", "enter", "escape", "?"):
            if key:
                await desk.pilot.press(key)
            await desk.pilot.pause()
            strips = desk.app.screen._compositor.render_strips()
            for strip in strips:
                shown = strip.text.replace("\u2800", "")  # the map's raster is of braille
                assert harms(shown) == [], ascii(shown)
                assert strip.cell_length == 200

    on_desktop(look, rows=everything, size=(200, 60))


# -- the radio -----------------------------------------------------------------------------


@attacks
def test_what_the_radio_is_called_is_a_row_that_the_screen_cleans(attack: str) -> None:
    told = RadioStatus(LinkState.READY, attack, RadioHealth(name=attack, firmware=attack))
    row = {"detail": told.detail, "name": told.health.name, "firmware": told.health.firmware}
    model = Model()
    model.apply({"epoch": "e", "revision": 1, "tables": {"radio": [radio(**row) | {"rev": 1}]}})
    assert model.tables["radio"]
    assert all(harms(text) == [] for text in texts(model.tables["radio"]))
