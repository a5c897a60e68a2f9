"""The library: which documents there are, and reading one."""

from __future__ import annotations

from typing import Any

from meshdefense_tui.screens.library import LibraryScreen
from support.log_rows import DOCUMENTS, answers
from support.screen_rows import radio, status
from support.screens import Desktop, Tables, on_desktop

ROWS: Tables = {"status": [status()], "radio": [radio()]}


async def opened(desk: Desktop, **more: Any) -> LibraryScreen:
    answers(desk.daemon, **more)
    await desk.pilot.press("B")
    await desk.until(lambda: isinstance(desk.app.screen, LibraryScreen))
    screen = desk.app.screen
    assert isinstance(screen, LibraryScreen)
    await desk.until(lambda: screen.documents is not None)
    await desk.pilot.pause()
    return screen


def test_it_opens_from_every_mode_and_from_the_palette() -> None:
    async def claim(desk: Desktop) -> None:
        for mode in ("f1", "f7", "f9"):
            await desk.pilot.press(mode)
            await opened(desk)
            await desk.pilot.press("escape")
        await desk.pilot.press("colon", *"library", "enter")
        await desk.shows("LIBRARY")

    on_desktop(claim, rows=ROWS)


def test_each_document_has_its_language_version_signer_or_warning() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk)
        text = desk.text()
        assert "version 3" in text
        assert "signed by BASE-1  2026-05-01" in text
        assert "its signer was revoked" in text
        assert "PLACEHOLDER, unsigned" in text

    on_desktop(claim, rows=ROWS)


def test_one_reads_scrolls_searches_and_goes_back() -> None:
    async def claim(desk: Desktop) -> None:
        screen = await opened(desk)
        await desk.pilot.press("down", "enter")
        await desk.shows("line 0 of the text")
        assert "its signer was revoked" in desk.text(), "what is wrong with it stays in view"
        await desk.pilot.press("pagedown")
        await desk.shows("line 20 of the text")
        await desk.pilot.press("slash", *"LÍNE 3", "enter")
        await desk.shows("line 2 of 11 with that")  # the first one lies above the view
        await desk.pilot.press("n")
        await desk.shows("line 3 of 11 with that")
        await desk.pilot.press("p", "p", "p")
        await desk.shows("line 11 of 11 with that")
        await desk.pilot.press("slash", *"xx", "enter")
        await desk.shows("not in this text")
        await desk.pilot.press("slash", "q", "escape")
        assert not screen.text.display
        await desk.pilot.press("escape")
        await desk.shows("LIBRARY")
        await desk.pilot.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.operations)

    on_desktop(claim, rows=ROWS)


def test_a_refusal_is_shown_in_the_words_of_the_daemon() -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.refusals["library_list"] = {"code": "internal", "message": "it failed"}
        answers(desk.daemon)
        await desk.pilot.press("B")
        await desk.shows("the library: it failed")

    on_desktop(claim, rows=ROWS)


def test_hundreds_of_documents_hostile_texts_and_no_document() -> None:
    bad = "\x1b[31m\u202eevil" + "y" * 300
    many = [{**DOCUMENTS[0], "id": f"doc-{n}", "title": f"{n} {bad}"} for n in range(500)]

    def shown(params: dict[str, Any]) -> dict[str, Any]:
        return {**many[0], "lines": [bad, "", "z" * 5000, " " * 400 + "end"]}

    async def claim(desk: Desktop) -> None:
        screen = await opened(
            desk, library_list=lambda params: {"documents": many}, library_show=shown
        )
        await desk.pilot.press("end")
        assert screen.documents is not None
        await desk.shows(screen.documents[-1]["title"][:20])
        await desk.pilot.press("enter")
        await desk.shows("evil")
        for size in ((1, 1), (20, 5), (80, 24)):
            await desk.pilot.resize_terminal(*size)
            await desk.pilot.press("down")
        assert "\x1b" not in desk.text()
        assert "\u202e" not in desk.text()

    on_desktop(claim, rows=ROWS)

    async def empty(desk: Desktop) -> None:
        await opened(desk, library_list=lambda params: {"documents": []})
        await desk.shows("There are no documents.")
        await desk.pilot.press("enter", "down", "n", "slash")

    on_desktop(empty, rows=ROWS)


def test_a_lock_closes_it() -> None:
    async def claim(desk: Desktop) -> None:
        screen = await opened(desk)
        await desk.pilot.press("enter")
        desk.daemon.lock()
        await desk.until(lambda: desk.app.model.locked and desk.app.screen is not screen)
        assert "Know your rights" not in desk.text()

    on_desktop(claim, rows=ROWS)
