"""Alarms on the screens: what sounds, what stands on top, and what the first key does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from meshdefense_tui.settings import FILE_NAME, SettingsFile
from support.screen_rows import NOW, alert, answer, patrol, radio, sos, status
from support.screens import Desktop, Tables, on_desktop

QUIET: Tables = {
    "status": [status()],
    "radio": [radio()],
    "alerts": [alert(1)],
    "patrols": [patrol(3, "leo", due_at=NOW + 30, checkin="3.0.9", readers=[])],
}
GRAVE = alert(9, severity=3, kind=1)


class Heard:
    """What came out beside the screen."""

    def __init__(self, desk: Desktop) -> None:
        self.bells = 0
        self.notices: list[tuple[str, str]] = []
        self.titles: list[str] = []
        desk.app.bell = self._bell  # type: ignore[method-assign]
        desk.app.guard._notify = lambda words, more: self.notices.append((words, more))
        desk.app.guard._title = self.titles.append

    def _bell(self) -> None:
        self.bells += 1


@contextmanager
def settings(folder: Path, text: str) -> Iterator[dict[str, Any]]:
    (folder / FILE_NAME).write_text(text)
    file = SettingsFile(folder / FILE_NAME)
    file.read()
    yield {"settings": file}


async def grave(desk: Desktop) -> None:
    desk.daemon.set("alerts", GRAVE)
    await desk.shows("a acknowledges")


def test_a_critical_alert_rings_three_times_and_is_said_outside_without_a_name() -> None:
    async def claim(desk: Desktop) -> None:
        heard = Heard(desk)
        await grave(desk)
        await desk.until(lambda: heard.bells == 3)
        assert heard.notices == [("MeshDefense: critical alert", "")]
        assert heard.titles[-1] == "MeshDefense: critical alert"

    on_desktop(claim, rows=QUIET)


@pytest.mark.parametrize(("severity", "bells"), [(2, 1), (1, 0), (0, 0)])
def test_lesser_alerts_ring_once_or_not_and_are_not_said_outside(severity: int, bells: int) -> None:
    async def claim(desk: Desktop) -> None:
        heard = Heard(desk)
        desk.daemon.set("alerts", alert(9, severity=severity))
        await desk.shows("NEW")
        await desk.pilot.pause(0.7)  # in which two more bells would have come
        assert heard.bells == bells
        assert heard.notices == []
        await desk.pilot.press("question_mark")  # no key is taken for what is not critical
        await desk.shows("KEYS")

    on_desktop(claim, rows=QUIET)


def test_an_exercise_rings_once_and_says_drill() -> None:
    async def claim(desk: Desktop) -> None:
        heard = Heard(desk)
        desk.daemon.set("alerts", GRAVE | {"drill": True})
        await desk.shows("a acknowledges")
        await desk.pilot.pause(0.7)
        assert heard.bells == 1
        assert heard.notices[0][0].startswith("DRILL")
        assert "DRILL" in desk.text().splitlines()[1]

    on_desktop(claim, rows=QUIET)


@pytest.mark.parametrize("key", ["r", "enter", "escape", "q", "F7".lower(), "ctrl+o", "N", "a"])
def test_the_first_key_only_silences_and_says_so(key: str) -> None:
    async def claim(desk: Desktop) -> None:
        await grave(desk)
        desk.time.advance(2)
        screens, theme = len(desk.app.screen_stack), desk.app.appearance.theme
        if key == "ctrl+o":
            return  # it ends a call for help: a key of emergencies
        await desk.pilot.press(key)
        await desk.shows("silenced; this key did nothing else")
        assert len(desk.app.screen_stack) == screens
        assert desk.app.appearance.theme == theme
        assert desk.daemon.calls == []
        await desk.pilot.press("a")
        await desk.until(lambda: desk.daemon.calls == [("acknowledge", {"item": GRAVE["id"]})])

    on_desktop(claim, rows=QUIET)


def test_keys_of_emergencies_are_never_taken() -> None:
    async def claim(desk: Desktop) -> None:
        await grave(desk)
        await desk.pilot.press("ctrl+g")
        await desk.shows("SOS goes out in 5 s")
        await desk.pilot.press("escape")
        desk.daemon.set("sos", sos(1))
        await desk.shows("SOS kit")
        await desk.pilot.press("ctrl+x")
        await desk.shows("PANIC 1 of 3")
        desk.daemon.set("sos", sos(2))
        await desk.shows("and 1 more")
        await desk.pilot.press("ctrl+l")
        await desk.shows("LOCKED")

    on_desktop(claim, rows=QUIET)


def test_a_passphrase_loses_no_letter_to_an_alarm() -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.lock()
        await desk.shows("LOCKED")
        await desk.until(lambda: desk.app.model.locked_counts is not None)
        await desk.pilot.press(*"open")
        desk.daemon.lock(sos=1)
        await desk.until(lambda: bool(desk.app.guard.siren.keys))
        await desk.pilot.press("space", *"sesame", "enter")
        await desk.shows("HIGH fire")
        assert desk.daemon.tried == ["open sesame"]

    on_desktop(claim, rows=QUIET)


def test_it_rings_each_minute_until_somebody_elsewhere_acknowledges_and_says_who() -> None:
    async def claim(desk: Desktop) -> None:
        heard = Heard(desk)
        await grave(desk)
        await desk.until(lambda: heard.bells == 3)
        desk.time.advance(61)
        await desk.until(lambda: heard.bells >= 6)
        readers = [{"member": 2, "name": "ana", "at": NOW + 60}]
        desk.daemon.set("alerts", GRAVE | {"readers": readers})
        await desk.shows("alarm acknowledged by ana")
        await desk.shows_no("a acknowledges")
        assert heard.titles[-1] == "MeshDefense"
        rung = heard.bells
        desk.time.advance(120)
        await desk.pilot.pause(1.2)
        assert heard.bells == rung

    on_desktop(claim, rows=QUIET | {"patrols": []})


def test_snoozing_is_silent_for_five_minutes_at_most() -> None:
    async def claim(desk: Desktop) -> None:
        heard = Heard(desk)
        await desk.pilot.press("Z")
        await desk.shows("no alarm sounds")
        await grave(desk)
        await desk.until(lambda: heard.bells == 3)
        await desk.pilot.press("j", "Z")
        await desk.shows("no sound for 5 min")
        desk.time.advance(290)
        await desk.pilot.pause(1.2)
        assert heard.bells == 3
        desk.time.advance(11)
        await desk.until(lambda: heard.bells >= 4)

    on_desktop(claim, rows=QUIET | {"patrols": []})


def test_a_patrol_that_becomes_late_alarms_and_its_check_in_is_acknowledged() -> None:
    async def claim(desk: Desktop) -> None:
        heard = Heard(desk)
        desk.time.advance(33)
        await desk.shows("OVERDUE leo 0:03")
        await desk.until(lambda: heard.bells == 3)
        assert heard.notices == [("MeshDefense: patrol overdue", "")]
        await desk.pilot.press("j")
        desk.time.advance(1)
        await desk.pilot.press("a")
        await desk.until(lambda: desk.daemon.calls == [("acknowledge", {"item": "3.0.9"})])

    on_desktop(claim, rows=QUIET)


def test_who_was_late_when_the_screens_began_rings_for_nobody() -> None:
    async def claim(desk: Desktop) -> None:
        heard = Heard(desk)
        await desk.pilot.pause(1.2)
        assert heard.bells == 0
        assert "OVERDUE 1" in desk.text()

    on_desktop(claim, rows=QUIET | {"patrols": [patrol(3, "leo", due_at=NOW - 30)]})


def test_a_locked_screen_goes_on_ringing_and_names_nothing() -> None:
    async def claim(desk: Desktop) -> None:
        heard = Heard(desk)
        await grave(desk)
        await desk.until(lambda: heard.bells == 3)
        desk.daemon.lock()
        await desk.shows("ALARM: unlock to see it")
        assert "CRITICAL" not in desk.text()
        desk.time.advance(61)
        await desk.until(lambda: heard.bells >= 4)
        desk.daemon.unlock()
        await desk.shows("a acknowledges")
        assert "CRITICAL" in desk.text().splitlines()[1]

    on_desktop(claim, rows=QUIET | {"patrols": []})


def test_an_alarm_whose_row_vanishes_stops() -> None:
    async def claim(desk: Desktop) -> None:
        await grave(desk)
        desk.daemon.remove("alerts", GRAVE["id"])
        await desk.shows_no("a acknowledges")
        assert desk.app.guard.siren.keys == []

    on_desktop(claim, rows=QUIET)


def test_a_daemon_that_goes_silent_in_mid_alarm_stops_nothing() -> None:
    async def claim(desk: Desktop) -> None:
        heard = Heard(desk)
        await grave(desk)
        await desk.until(lambda: heard.bells == 3)
        desk.daemon.mute = True
        await desk.pilot.pause(0.2)  # what it said before is heard first
        desk.time.advance(61)
        await desk.shows("DAEMON SILENT")
        await desk.until(lambda: heard.bells >= 4)
        assert "a acknowledges" in desk.text()

    on_desktop(claim, rows=QUIET | {"patrols": []})


def test_the_row_changes_its_look_for_ten_seconds_and_then_stands_still() -> None:
    async def claim(desk: Desktop) -> None:
        await grave(desk)
        guard, looks = desk.app.guard, []
        for _ in range(12):
            looks.append(guard.lines(80, True)[0][0][1])
            desk.time.advance(0.5)
        assert looks == ["alarm", "bad"] * 6
        desk.time.advance(4.1)
        assert {guard.lines(80, True)[0][0][1] for _ in range(4)} == {"alarm"}

    on_desktop(claim, rows=QUIET)


@pytest.mark.parametrize("text", ["", "reduced_motion = true"])
def test_nothing_moves_for_who_wants_it_so(tmp_path: Path, text: str) -> None:
    async def claim(desk: Desktop) -> None:
        await grave(desk)
        desk.time.advance(0.5)
        assert desk.app.guard.lines(80, True)[0][0][1] == "alarm"

    with settings(tmp_path, text) as options:
        on_desktop(claim, rows=QUIET, calm=not text, **options)


def test_in_quiet_hours_only_what_is_critical_sounds(tmp_path: Path) -> None:
    async def claim(desk: Desktop) -> None:
        heard = Heard(desk)
        desk.daemon.set("alerts", alert(8, severity=2))
        await desk.shows("NEW")
        await desk.pilot.pause(0.3)
        assert heard.bells == 0
        await grave(desk)
        await desk.until(lambda: heard.bells == 3)

    quiet = '[alarms]\nquiet_from = "11:00"\nquiet_to = "12:00"'
    with settings(tmp_path, quiet) as options:
        on_desktop(claim, rows=QUIET, **options)


def test_details_are_said_outside_only_where_the_settings_allow_it(tmp_path: Path) -> None:
    async def claim(desk: Desktop) -> None:
        heard = Heard(desk)
        desk.daemon.set("sos", sos(1))
        await desk.shows("SOS kit")
        assert heard.notices[0] == ("MeshDefense: SOS", "SOS from kit: medical emergency, 1 km SE")

    with settings(tmp_path, "[alarms]\ndetails = true") as options:
        on_desktop(claim, rows=QUIET, **options)


def test_what_is_switched_off_stays_off(tmp_path: Path) -> None:
    async def claim(desk: Desktop) -> None:
        heard = Heard(desk)
        await grave(desk)
        await desk.pilot.pause(0.7)
        assert (heard.bells, heard.notices) == (0, [])

    with settings(tmp_path, "[alarms]\nbell = false\nnotifications = false") as options:
        on_desktop(claim, rows=QUIET, **options)


def test_a_mistake_in_the_settings_is_said_and_the_screens_run(tmp_path: Path) -> None:
    async def claim(desk: Desktop) -> None:
        await desk.shows('no setting "theem"; the nearest is "theme"')
        assert "HIGH fire" in desk.text()
        await desk.pilot.press("N")
        await desk.shows("NOT written down")

    with settings(tmp_path, 'theem = "dark"\n') as options:
        on_desktop(claim, rows=QUIET, size=(120, 30), **options)
    assert (tmp_path / FILE_NAME).read_text() == 'theem = "dark"\n'


def test_an_own_key_does_what_it_was_set_to_and_the_usual_one_too(tmp_path: Path) -> None:
    async def claim(desk: Desktop) -> None:
        for key in ("f10", "question_mark"):
            await desk.pilot.press(key)
            await desk.shows("KEYS")
            await desk.pilot.press("escape")
            await desk.shows_no("KEYS")

    with settings(tmp_path, '[keys]\nhelp = "f10"') as options:
        on_desktop(claim, rows=QUIET, **options)


def test_the_theme_is_written_down(tmp_path: Path) -> None:
    async def claim(desk: Desktop) -> None:
        assert desk.app.appearance.theme == "night-red"
        await desk.pilot.press("N")
        await desk.shows("theme high-contrast")

    with settings(tmp_path, 'theme = "night-red"  # at night\n') as options:
        on_desktop(claim, rows=QUIET, **options)
    assert (tmp_path / FILE_NAME).read_text() == 'theme = "high-contrast"  # at night\n'


def test_two_thousand_critical_alerts_at_once_are_one_row_and_three_bells() -> None:
    async def claim(desk: Desktop) -> None:
        heard = Heard(desk)
        desk.daemon.set("alerts", *(alert(n, severity=3) for n in range(10, 2010)))
        await desk.shows("and 1999 more")
        await desk.until(lambda: heard.bells >= 3)
        assert desk.text().splitlines()[2].lstrip().startswith(("▌ ALERTS", "ALERTS"))
        assert answer("ana")["name"] not in desk.text().splitlines()[1]

    on_desktop(claim, rows=QUIET)
