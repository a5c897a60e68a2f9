"""What stands on top of every screen, and the alarms that wait for somebody's word.

It joins the pure parts of `alarms` with the clock, the settings, the bell and the notifier.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from meshdefense_tui.alarms import Alarm, Level, Siren, overdue_alarms, overdue_key, waiting
from meshdefense_tui.clock import age
from meshdefense_tui.desk import Desk
from meshdefense_tui.gestures import PanicGesture
from meshdefense_tui.lines import Line, Span, fill, spread
from meshdefense_tui.model import is_overdue
from meshdefense_tui.screens.sos_end import endable
from meshdefense_tui.session import Session
from meshdefense_tui.settings import Settings
from meshdefense_tui.stock_queue import report_of
from meshdefense_tui.views.alert_row import kind_words
from meshdefense_tui.views.banners import open_sos_lines, panic_line, sos_lines, trust_lines
from meshdefense_tui.views.status_rows import no_daemon_line, silent_line, store_line
from meshdefense_tui.views.stock_rows import stock_sos_words

__all__ = ["Watch"]

_UNSEEN_S: Final = 1.0
"""An alarm that came in less than this ago was not seen yet: the key was for another thing."""
Notify = Callable[[str, str], None]
"""Words that name nobody, and what the operator allows to be said; "" is nothing more."""


class Watch:
    """One for the app."""

    def __init__(
        self,
        desk: Desk,
        session: Session,
        panic: PanicGesture,
        *,
        settings: Callable[[], Settings] = Settings,
        bell: Callable[[], None] = lambda: None,
        notify: Notify = lambda words, details: None,
        title: Callable[[str], None] = lambda words: None,
        calm: bool = False,
        expected: bool = True,
    ) -> None:
        """`calm` is for a person who wants nothing on the screen to move.

        `expected` is False where no daemon can run yet: there is no network.
        """
        self._desk, self._session, self._panic = desk, session, panic
        self._settings, self._bell, self._notify, self._title = settings, bell, notify, title
        self._calm, self._expected = calm, expected
        self.siren = Siren()
        self._bells = 0
        """Still to ring, one in each beat: bells at once are one bell to most terminals."""
        self._front: tuple[str, float] | None = None
        """Id of the SOS in the banner, and since when (monotonic) it has stood there."""
        self._late: set[str] | None = None
        """Check-ins whose lateness has alarmed, or stood there at the start."""
        self._calls_locked: int | None = None
        self._phase = True

    @property
    def _now(self) -> float:
        return self._desk.look.clock.monotonic()

    # Rows on top

    def lines(self, width: int, here: bool) -> list[Line]:
        """The rows, the most urgent first; `here` says whether `a` acknowledges there."""
        desk, session = self._desk, self._session
        model, look, now = desk.model, desk.look, desk.now
        lines: list[Line] = []
        if self._panic.active:
            lines.append(panic_line(self._panic, look, width, now=look.clock.monotonic()))
        own = next((row for row in model.calls_for_help if row["mine"]), None)
        calls = sos_lines(
            model.unanswered_sos, own, look, origin=model.origin, now=now, width=width, here=here
        )
        if not model.unanswered_sos:
            lines += calls + self._alarm_lines(width, here)
        else:
            lines += self._in_phase(calls[:1]) + calls[1:] + self._alarm_lines(width, here)
        if desk.stale and session.heard_at is None and not self._expected:
            lines.append(no_daemon_line(look, width))
        elif desk.stale:
            silent_s, heard_at = session.silent_for(), session.heard_at
            lines.append(
                silent_line(
                    look, silent_s=silent_s, heard_at=heard_at, foreign=desk.foreign, width=width
                )
            )
        elif model.status is not None and model.status["store"] != "ok":
            lines.append(store_line(model.status, look, width))
        lines += trust_lines(model.status, look, now=now, width=width)
        return lines + self._open_calls(width)

    def _open_calls(self, width: int) -> list[Line]:
        """What is answered and not over; below all that still needs somebody."""
        desk = self._desk
        rows = desk.model.answered_sos
        may_end = bool(rows) and rows[0]["id"] in {row["id"] for row in endable(desk)}
        return open_sos_lines(
            rows, desk.look, where=desk.where, may_end=may_end, now=desk.now, width=width
        )

    def _alarm_lines(self, width: int, here: bool) -> list[Line]:
        """The gravest of the alarms that are no SOS; those have rows of their own."""
        look, keys = self._desk.look, self._others()
        if not keys:
            return []
        words, drill, can = self._words(keys[-1])
        first: list[Span] = [(f" {look.say('drill')} ", "drill")] if drill else []
        how = "sos_ack_key" if here else "sos_ack_later"
        hint = look.say(how if can else "z_snoozes")
        parts: list[Span] = [(f" {words} ", "alarm"), (hint, "key")]
        if len(keys) > 1:
            parts.append((look.say("sos_more", count=len(keys) - 1), "bad"))
        room = width - sum(len(text) for text, _ in first)
        ellipsis = look.glyphs.ellipsis
        line = fill([*first, *spread(parts, room, ellipsis=ellipsis)], width, ellipsis)
        return self._in_phase([line])

    def _others(self) -> list[str]:
        """Keys of alarms that are no signed SOS, the newest last and an unsigned SOS behind all."""
        keys = [key for key in self.siren.keys if not key.startswith("sos ")]
        return sorted(keys, key=lambda key: key.startswith("stock "))

    def _words(self, key: str) -> tuple[str, bool, bool]:
        """What the row says, whether it is an exercise, and whether `a` can acknowledge it."""
        desk = self._desk
        what, _, rest = key.partition(" ")
        if what == "alert" and (alert := desk.model.alerts.get(rest)) is not None:
            kind, place = kind_words(alert, desk.look), desk.where(alert["place"])
            how_old = age(desk.now - alert["reported_at"])
            text = desk.look.say("alarm_alert", kind=kind, place=place, age=how_old)
            return text, alert["drill"], True
        if what == "stock" and (unsigned := desk.model.stock_reports.get(rest)) is not None:
            return stock_sos_words(unsigned, desk.look, desk.model.origin, desk.now), False, True
        patrol = desk.model.patrols.get(rest.partition(" ")[0]) if what == "overdue" else None
        if patrol is not None and patrol["due_at"] is not None:
            late = age(desk.now - patrol["due_at"])
            text = desk.look.say("overdue_alarm", name=patrol["name"], age=late)
            return text, False, "checkin" in patrol
        return desk.look.say("alarm_locked"), False, False

    def _in_phase(self, lines: list[Line]) -> list[Line]:
        if self._calm or self._settings().reduced_motion or self.siren.reversed(self._now):
            return lines
        calm = {"alarm": "bad"}
        return [tuple((text, calm.get(role, role)) for text, role in line) for line in lines]

    # Sounds

    def take(self, alarm: Alarm) -> None:
        """An alarm came."""
        settings = self._settings()
        quiet = settings.quiet_at(self._desk.look.clock.hm(self._desk.now))
        # its text names people: what waits keeps only which row it was
        bells = self.siren.begin(replace(alarm, text=""), self._now)
        if alarm.level is Level.CRITICAL or not quiet:
            self._ring(bells)
        if alarm.level is Level.CRITICAL:
            words = self._notice(alarm)
            if settings.notifications:
                self._notify(words, alarm.text if settings.details else "")
            self._title(alarm.text if settings.details and alarm.text else words)

    def _notice(self, alarm: Alarm) -> str:
        look = self._desk.look
        words = look.say(alarm.notice)
        return f"{look.say('drill')} {words}" if alarm.drill else words

    def _ring(self, bells: int) -> None:
        if bells and self._settings().bell:
            self._bell()
            self._bells = bells - 1

    def beat(self) -> bool:
        """A fifth of a second has passed: the next bell; whether the rows look different now."""
        if self._bells:
            self._bells -= 1
            self._bell()
        phase, self._phase = self._phase, self.siren.reversed(self._now)
        return phase != self._phase and not self._calm

    def test_bell(self) -> None:
        """Three bells, as for a critical alarm, for a person who listens."""
        self._bell()
        self._bells = 2

    def look(self) -> list[Alarm]:
        """Note what stands there; returns what time alone has made an alarm."""
        model, desk = self._desk.model, self._desk
        self._look_at_front()
        if model.locked or not model.ready:
            return self._look_locked()
        self._calls_locked = None
        self._settle()
        if self._late is None:
            rows = [row for row in model.patrols.values() if is_overdue(row, desk.now)]
            self._late = {overdue_key(row) for row in rows} if model.revision else None
            return []
        found = overdue_alarms(model, desk.look, desk.now, self._late)
        self._late |= {key for key, _ in found}
        return [alarm for _, alarm in found]

    def _look_locked(self) -> list[Alarm]:
        """A locked daemon tells counts: more calls for help than before are an alarm."""
        counts = self._desk.model.locked_counts
        if counts is None:
            return []
        before, self._calls_locked = self._calls_locked, counts["sos"]
        if before is None or counts["sos"] <= before:
            return []
        return [Alarm("", "bad", Level.CRITICAL, "locked", "notice_sos")]

    def _settle(self) -> None:
        """Let go of what somebody has acknowledged, at whichever screen; say who."""
        desk, model = self._desk, self._desk.model
        if not model.revision or model.status is None:
            return  # just unlocked: the rows are on their way
        for key in self.siren.keys:
            still, name = waiting(key, model, desk.now)
            if still:
                continue
            self.siren.end(key)
            if name and name != model.status["name"]:
                desk.tell(desk.look.say("alarm_taken", name=name), "good")
        if self.siren.front is None:
            self._bells = 0
            self._title("MeshDefense")

    def second(self) -> None:
        """A second has passed: ring again for what nobody has acknowledged."""
        self._ring(self.siren.again(self._now))

    # Keys

    def hush(self, *, says: bool = True) -> bool:
        """A key was pressed: True when it has silenced an alarm and may do nothing else."""
        if not self.siren.hush():
            return False
        self._bells = 0
        if says:
            self._desk.tell(self._desk.look.say("alarm_silenced"), "warn")
        return True

    def snooze(self) -> None:
        """Ring no more for five minutes, or until the next alarm."""
        self._bells = 0
        key = "alarm_snoozed" if self.siren.snooze(self._now) else "alarm_none"
        self._desk.tell(self._desk.look.say(key), "warn")

    def answer_sos(self) -> bool:
        """Acknowledge the alarm in the banner, an SOS first; False when there is none."""
        self._look_at_front()
        item, since = self._in_front()
        if item is None:
            return False
        if self._now - since < _UNSEEN_S:
            self._desk.tell(self._desk.look.say("sos_came"), "warn")
        elif self._desk.model.sending(item) is None:
            unsigned = report_of(item, self._desk.model.stock_reports)
            if unsigned is not None:
                self._desk.order("stock_read", {"stock": unsigned["id"]}, item, None)
            else:
                self._desk.order("acknowledge", {"item": item}, item, None)
        return True

    def _look_at_front(self) -> None:
        """Note since when the SOS in the banner has stood there."""
        front = next(iter(self._desk.model.unanswered_sos), None)
        if front is None:
            self._front = None
        elif self._front is None or self._front[0] != front["id"]:
            self._front = (front["id"], self._now)

    def _in_front(self) -> tuple[str | None, float]:
        if self._front is not None:
            return self._front
        for key in reversed(self._others()):
            what, _, rest = key.partition(" ")
            if what == "alert" and rest in self._desk.model.alerts:
                return rest, self.siren.since(key)
            if report_of(key, self._desk.model.stock_reports) is not None:
                return key, self.siren.since(key)
            patrol = self._desk.model.patrols.get(rest.partition(" ")[0])
            if what == "overdue" and patrol is not None and "checkin" in patrol:
                return patrol["checkin"], self.siren.since(key)
        return None, 0.0
