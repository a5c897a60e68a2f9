"""A daemon that is dead, slow, older, newer or wrong: the screen says so and never falls."""

from __future__ import annotations

import asyncio
import copy
import fcntl
import os
import pty
import random
import signal
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdefense.api.client import NodeClient
from meshdefense_tui.model import Model
from meshdefense_tui.row_shapes import understood
from support.fake_daemon import FakeDaemon
from support.screen_rows import busy_evening, sos
from support.screens import Desktop, on_desktop

WRONG: tuple[Any, ...] = (
    None, True, -1, 0, 10**30, 1.5, float("nan"), float("inf"), "", "x", "\x1b[2J", [], [None],
    {}, {"id": 7}, [[]], [{}],
)  # fmt: skip
ABSENT = object()
Tables = dict[str, list[dict[str, Any]]]


def everything() -> Tables:
    return {**busy_evening(), "sos": [sos()]}


def damaged(seed: int) -> Tables:
    """Rows of all tables, each with one to three fields wrong or absent, at any depth."""
    # the rows share parts, such as their place
    chance, tables = random.Random(seed), copy.deepcopy(everything())
    for rows in tables.values():
        for row in rows:
            for _ in range(chance.randint(1, 3)):
                place = row
                while True:
                    name = chance.choice([*place, "surplus"])
                    inner = place.get(name)
                    if isinstance(inner, dict) and inner and chance.random() < 0.7:
                        place = inner
                        continue
                    break
                value = chance.choice((*WRONG, ABSENT))
                if value is ABSENT:
                    place.pop(name, None)
                else:
                    place[name] = copy.deepcopy(value)
    return tables


def result(tables: Tables, revision: int = 1) -> Any:
    return {"epoch": "e", "revision": revision, "tables": tables}


def test_rows_as_they_are_are_understood() -> None:
    for table, rows in everything().items():
        assert all(understood(table, row) for row in rows), table


@pytest.mark.parametrize("row", [None, 7, "x", [], {}, {"id": 7}, {"id": None, "gone": True}])
def test_what_is_no_row_is_left_out_and_counted(row: Any) -> None:
    model = Model()
    rows = [row, *busy_evening()["alerts"]]
    assert model.apply(result({"alerts": rows})).left_out == 1
    assert len(model.alerts) == len(model.alerts_in_order()) == len(rows) - 1


def test_a_row_that_became_incomprehensible_is_not_shown_as_it_was() -> None:
    model, row = Model(), busy_evening()["alerts"][0]
    model.apply(result({"alerts": [row]}))
    assert model.apply(result({"alerts": [{**row, "severity": "grave"}]}, 2)).left_out == 1
    assert not model.alerts
    assert model.counts(0.0).severity == (0, 0, 0, 0)
    assert model.apply(result({"alerts": [row]}, 3)).left_out == 0
    assert list(model.alerts) == [row["id"]]


def test_unknown_tables_and_fields_are_no_trouble() -> None:
    model, row = Model(), busy_evening()["alerts"][0]
    found = model.apply(result({"weather": [{"id": 7}], "alerts": [{**row, "moon": [1, {}]}]}))
    assert found.left_out == 0
    assert list(model.alerts) == [row["id"]]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_order_and_counts_stay_those_of_the_rows(data: st.DataObject) -> None:
    model, rows = Model(), busy_evening()["alerts"]
    states = ("unconfirmed", "corroborated", "verified", "disputed", "closed", "expired")
    for revision in range(1, data.draw(st.integers(1, 25)) + 1):
        number = data.draw(st.integers(0, 6))
        row = {**rows[number % len(rows)], "id": f"2.0.{number}"}
        if data.draw(st.booleans()):
            row |= {
                "state": data.draw(st.sampled_from(states)),
                "severity": data.draw(st.integers(0, 3)),
                "reported_at": data.draw(st.floats(0, 9)),
            }
        else:
            row = {"id": row["id"], "gone": True}
        model.apply(result({"alerts": [row]}, revision))
        over = {"retracted", "expired", "closed"}
        wanted = sorted(
            model.alerts.values(),
            key=lambda a: (
                a["state"] in over, 0 if a["state"] in over else -a["severity"],
                -a["reported_at"], a["id"],
            ),
        )  # fmt: skip
        assert model.alerts_in_order() == wanted
        counted = [0, 0, 0, 0]
        for alert in wanted:
            counted[alert["severity"]] += alert["state"] not in over
        assert list(model.counts(0.0).severity) == counted
        waiting = sum(a["state"] in {"unconfirmed", "corroborated"} for a in wanted)
        assert model.counts(0.0).to_verify == waiting


@pytest.mark.parametrize("seeds", [range(first, first + 10) for first in range(0, 40, 10)], ids=str)
def test_no_damaged_row_fells_a_screen(seeds: range) -> None:
    async def claim(desk: Desktop) -> None:
        await desk.shows("ALERTS")
        for seed in seeds:
            for table, rows in damaged(seed).items():
                for row in rows:
                    row.setdefault("id", "nameless")
                    if isinstance(row["id"], str):
                        desk.daemon.set(table, row)
            await desk.until(lambda: desk.app.model.revision == desk.daemon.revision)
            await desk.pilot.press("down", "tab", "down")
            desk.app.operations.tick()
            await desk.pilot.pause()
            assert desk.app.is_running, f"seed {seed}"
        for table, rows in busy_evening().items():
            desk.daemon.set(table, *rows)
        await desk.shows("enforcement activity")

    on_desktop(claim, rows=everything(), size=(160, 45))


@pytest.mark.parametrize(("language", "said"), [("en", "The daemon sent 1 "), ("es", "envió 1 ")])
def test_a_row_that_is_left_out_is_told(language: str, said: str) -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.set("alerts", {"id": "9.9.9", "severity": "grave"})
        await desk.shows(said)
        assert "9.9.9" not in desk.app.model.alerts

    on_desktop(claim, language=language)


WRONG_ANSWERS: tuple[Any, ...] = (
    None, 7, [], {}, {"epoch": 1, "revision": 1, "tables": {}},
    {"epoch": "e", "revision": "1", "tables": {}}, {"epoch": "e", "revision": 1, "tables": []},
    {"epoch": "e", "revision": 1, "tables": {"alerts": {}}}, {"epoch": "e", "revision": 1},
)  # fmt: skip


def test_an_answer_that_is_none_is_a_silent_daemon_until_a_good_one_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real, wrong = NodeClient.call, list(WRONG_ANSWERS)

    async def call(self: NodeClient, method: str, /, **params: Any) -> Any:
        if method == "changes" and wrong:
            return wrong.pop()
        return await real(self, method, **params)

    async def claim(desk: Desktop) -> None:
        monkeypatch.setattr(NodeClient, "call", call)
        desk.daemon.set("alerts", {**busy_evening()["alerts"][0], "id": "8.8.8"})
        await desk.until(lambda: not wrong)
        await desk.until(lambda: "8.8.8" in desk.app.model.alerts)
        assert desk.app.is_running

    on_desktop(claim)


@pytest.mark.parametrize(
    "said",
    [
        {"event": "changed", "tables": 7}, {"event": "changed", "tables": [[]]}, {"event": []},
        {"event": "changed", "revision": "many", "tables": None}, [], {"id": [], "ok": True},
    ],
)  # fmt: skip
def test_a_notice_that_is_none_fells_nothing(said: Any) -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon._notify(said)
        desk.daemon.set("alerts", {**busy_evening()["alerts"][0], "id": "8.8.8"})
        await desk.until(lambda: "8.8.8" in desk.app.model.alerts)
        assert desk.app.is_running

    on_desktop(claim)


@pytest.mark.parametrize(
    "error",
    [{}, {"code": 7, "message": []}, {"code": "bad_value", "message": None, "hint": {}},
     {"code": "wait", "message": "w", "retry_after_s": "soon"}],
)  # fmt: skip
def test_a_refusal_without_words_is_a_refusal(error: dict[str, Any]) -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.refusal = error
        answer = await desk.app.session.command("checkin", {})
        assert not answer.accepted
        desk.app.answer.answered("checkin", answer)
        await desk.pilot.pause()
        assert desk.app.is_running

    on_desktop(claim)


# -- the terminal ----------------------------------------------------------------------------

_LEFT = (b"\x1b[?1049l", b"\x1b[?25h")
"""Back from the alternate screen, and the cursor is seen (xterm's private modes)."""


async def in_a_terminal(socket: Path, code: str, end: signal.Signals | None) -> bytes:
    """Run the app in a pseudo-terminal until it ends; returns all that it wrote."""
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(socket), stdin=child, stdout=child, stderr=child,
        env={**os.environ, "TERM": "xterm-256color"}, start_new_session=True,
    )  # fmt: skip
    os.close(child)
    os.set_blocking(parent, False)
    seen, deadline = b"", time.monotonic() + 60
    try:
        while time.monotonic() < deadline:
            try:
                seen += os.read(parent, 65536)
            except BlockingIOError:
                pass
            except OSError:
                break
            if end is not None and b"ALERTS" in seen:
                process.send_signal(end)
                end = None
            if process.returncode is not None:
                break
            await asyncio.sleep(0.02)
        await asyncio.wait_for(process.wait(), 20)
    finally:
        if process.returncode is None:
            process.kill()
        os.close(parent)
    return seen


_RUN = """
import sys
from pathlib import Path
from meshdefense_tui import run
sys.exit(run(Path(sys.argv[1])))
"""
_CRASH = """
import sys
from pathlib import Path
from meshdefense_tui import app
def fall(self, message):
    raise RuntimeError("canary")
app.MeshDefenseApp.on_model_changed = fall
from meshdefense_tui import run
sys.exit(run(Path(sys.argv[1])))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "end"),
    [(_CRASH, None), (_RUN, signal.SIGTERM), (_RUN, signal.SIGHUP)],
    ids=["crash", "SIGTERM", "SIGHUP"],
)
def test_the_terminal_is_given_back_whatever_ends_the_app(
    code: str, end: signal.Signals | None
) -> None:
    async def claim() -> None:
        with tempfile.TemporaryDirectory(prefix="mdtui-") as folder:
            path = Path(folder) / "daemon.sock"
            async with FakeDaemon(path) as daemon:
                for table, rows in busy_evening().items():
                    daemon.set(table, *rows)
                seen = await in_a_terminal(path, code, end)
        assert b"\x1b[?1049h" in seen
        last = seen.rindex(b"\x1b[?1049h")
        for restored in _LEFT:
            assert restored in seen[last:]

    asyncio.run(claim())
