"""The export dialog: redacted unless somebody decides otherwise, shown, noted, then written."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from meshdefense_tui.screens.export_form import ExportForm
from support.log_rows import answers, progress
from support.screen_rows import NOW, alert, member, radio, status
from support.screens import Desktop, Tables, on_desktop

NOTE = "the one with the blue door"
ROWS: Tables = {
    "status": [status()],
    "radio": [radio()],
    "members": [member(2, "ana", roles=("patrol",))],
    "alerts": [
        alert(1, **progress(), note=NOTE, reported_at=NOW - 1300),
        alert(2, **progress(), id="2.0.2", reported_at=NOW - 50_000),
    ],
}


async def opened(desk: Desktop, keys: str = "f9", **more: Any) -> ExportForm:
    answers(desk.daemon, **more)
    await desk.pilot.press(*keys.split())
    await desk.shows("LOG 8")
    await desk.pilot.press("E")
    await desk.until(lambda: isinstance(desk.app.screen, ExportForm))
    assert isinstance(desk.app.screen, ExportForm)
    return desk.app.screen


def noted(desk: Desktop) -> list[dict[str, Any]]:
    return [params for name, params in desk.daemon.calls if name == "exported"]


def files(desk: Desktop) -> list[Path]:
    folder = desk.app.exports
    return sorted(folder.iterdir()) if folder.exists() else []


def test_redacted_is_the_default_and_the_file_is_the_one_that_was_shown() -> None:
    async def claim(desk: Desktop) -> None:
        form = await opened(desk)
        assert "redacted" in desk.text()
        await desk.pilot.press("enter")
        await desk.shows("What will be written")
        assert form.made is not None
        digest = form.made.sha256
        assert noted(desk) == []
        assert files(desk) == [], "nothing is written before somebody has seen it"
        await desk.pilot.press("enter")
        await desk.shows("written:")
        (file,) = files(desk)
        content = file.read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
        assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
        assert b"ana" not in content
        assert NOTE.encode() not in content
        (note,) = noted(desk)
        assert note == {
            "format": "csv", "redacted": True, "rows": 2, "bytes": len(content), "sha256": digest,
        }  # fmt: skip
        await desk.pilot.press("enter")
        await desk.until(lambda: desk.app.screen is desk.app.operations)

    on_desktop(claim, rows=ROWS)


def test_in_full_it_says_what_it_gives_away_and_enter_does_not_write_it() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk)
        await desk.pilot.press("down", "down", "down", "right")
        await desk.shows("NOT REDACTED")
        await desk.pilot.press("enter")
        await desk.shows("F writes it with all")
        await desk.pilot.press("enter")
        await desk.pilot.pause()
        assert noted(desk) == []
        await desk.pilot.press("F")
        await desk.shows("written:")
        (file,) = files(desk)
        assert NOTE in file.read_text()
        assert noted(desk)[0]["redacted"] is False

    on_desktop(claim, rows=ROWS)


@pytest.mark.parametrize(
    ("presses", "ending"),
    [(1, "geojson"), (2, "gpx"), (3, "zip"), (4, "cot"), (5, "md"), (6, "md")],
)
def test_each_format_is_shown_and_written(presses: int, ending: str) -> None:
    async def claim(desk: Desktop) -> None:
        form = await opened(desk)
        await desk.pilot.press(*["right"] * presses, "enter")
        await desk.until(lambda: form.made is not None)
        await desk.pilot.press("enter")
        await desk.shows("written:")
        (file,) = files(desk)
        assert file.suffix == f".{ending}"
        assert noted(desk)[0]["bytes"] == file.stat().st_size

    on_desktop(claim, rows=ROWS, size=(100, 40))


def test_the_memo_is_never_in_full() -> None:
    async def claim(desk: Desktop) -> None:
        form = await opened(desk)
        await desk.pilot.press("down", "down", "down", "right", "up", "up", "up", "left", "left")
        await desk.shows("The memo is always redacted.")
        await desk.pilot.press("enter")
        await desk.until(lambda: form.made is not None)
        await desk.pilot.press("enter")
        await desk.shows("written:")
        assert noted(desk)[0]["redacted"] is True

    on_desktop(claim, rows=ROWS)


def test_a_period_and_marks_choose_what_is_in_it() -> None:
    async def claim(desk: Desktop) -> None:
        form = await opened(desk)
        await desk.pilot.press("down", "right", "enter")
        await desk.until(lambda: form.made is not None)
        assert form.made is not None
        assert form.made.count == 1
        await desk.pilot.press("enter")
        await desk.shows("written:")
        assert noted(desk)[0]["since"] == NOW - 7200
        await desk.pilot.press("enter", "down", "space", "E")
        await desk.shows("the 1 marked alerts")
        screen = desk.app.screen
        assert isinstance(screen, ExportForm)
        await desk.pilot.press("enter")
        await desk.until(lambda: screen.made is not None)
        assert screen.made is not None
        assert screen.made.count == 1

    on_desktop(claim, rows=ROWS)


def test_a_typed_path_is_taken_and_a_file_that_is_there_is_left(tmp_path: Path) -> None:
    there = tmp_path / "mine.csv"
    there.write_text("keep me")

    async def claim(desk: Desktop) -> None:
        form = await opened(desk)
        await desk.pilot.press("up")
        form.text.value = str(there)
        await desk.pilot.press("enter")
        await desk.until(lambda: form.made is not None)
        await desk.pilot.press("enter")
        await desk.until(lambda: "mine.csv is there" in " ".join(desk.text().split()))
        assert there.read_text() == "keep me"
        assert noted(desk) == []
        await desk.pilot.press("escape")
        form.text.value = str(tmp_path / "other.csv")
        await desk.pilot.press("enter")
        await desk.until(lambda: form.made is not None)
        await desk.pilot.press("enter")
        await desk.until((tmp_path / "other.csv").exists)

    on_desktop(claim, rows=ROWS, size=(160, 45))


def test_a_path_that_cannot_be_written_is_told_in_plain_words(tmp_path: Path) -> None:
    async def claim(desk: Desktop) -> None:
        form = await opened(desk)
        form.text.value = str(tmp_path / "no" / "such" / "folder.csv")
        await desk.pilot.press("enter")
        await desk.until(lambda: form.made is not None)
        await desk.pilot.press("enter")
        await desk.shows("No such file or directory")
        assert form.made is not None, "it can be written elsewhere"

    on_desktop(claim, rows=ROWS, size=(160, 45))


def test_nothing_is_written_that_the_daemon_did_not_note() -> None:
    async def claim(desk: Desktop) -> None:
        form = await opened(desk)
        desk.daemon.refusals["exported"] = {"code": "unavailable", "message": "the disk is full"}
        await desk.pilot.press("enter")
        await desk.until(lambda: form.made is not None)
        await desk.pilot.press("enter")
        await desk.shows("nothing was written: the disk is full")
        assert files(desk) == []

    on_desktop(claim, rows=ROWS)


def test_an_export_in_a_replay_is_of_now() -> None:
    async def claim(desk: Desktop) -> None:
        answers(desk.daemon)
        await desk.pilot.press("f9", "left_square_bracket")
        await desk.shows("REPLAY")
        await desk.pilot.press("E", "enter")
        form = desk.app.screen
        assert isinstance(form, ExportForm)
        await desk.until(lambda: form.made is not None)
        assert form.made is not None
        assert form.made.count == 2

    on_desktop(claim, rows=ROWS)


def test_a_lock_closes_it_and_no_file_is_left_in_the_making() -> None:
    async def claim(desk: Desktop) -> None:
        form = await opened(desk)
        await desk.pilot.press("enter")
        await desk.until(lambda: form.made is not None)
        desk.daemon.lock()
        await desk.until(lambda: desk.app.model.locked)
        await form._write()
        await desk.pilot.pause()
        assert desk.app.screen is not form
        assert files(desk) == []

    on_desktop(claim, rows=ROWS)


def test_rows_of_an_older_daemon_are_no_crash() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk)
        await desk.pilot.press("enter")
        await desk.shows("this daemon is of another version")
        await desk.pilot.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.operations)

    on_desktop(claim, rows=ROWS | {"alerts": [alert(1)]})
