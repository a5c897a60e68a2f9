"""What a pull rings for, the sentence that says so, and which alarms wait for a word. Pure.

critical: an SOS, a critical alert, a patrol that is overdue; three bells, a notification, the
title, a row on top, and again every minute until a person at any screen has acknowledged it.
high: one bell and the sentence. Everything else: the sentence. An exercise rings once.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from meshdefense.api.response_schema import SosRow
from meshdefense.api.row_schema import AlertRow, PatrolRow
from meshdefense_protocol.words import SEVERITIES
from meshdefense_tui.clock import age
from meshdefense_tui.look import Look
from meshdefense_tui.model import ENDED_STATES, Changes, Model, is_overdue
from meshdefense_tui.place_words import place_words
from meshdefense_tui.stock_queue import is_unread_call
from meshdefense_tui.views.alert_row import kind_words
from meshdefense_tui.views.banners import answer_names, sos_words
from meshdefense_tui.views.stock_rows import stock_sos_words, stock_words

__all__ = ["AGAIN_S", "CRITICAL_BELLS", "FLASH_S", "SNOOZE_S", "Alarm", "Level", "Siren", "alarms",
           "overdue_alarms", "overdue_key", "waiting"]  # fmt: skip

AGAIN_S: Final = 60.0
"""A critical alarm that nobody has acknowledged rings again after so many seconds."""
SNOOZE_S: Final = 300.0
FLASH_S: Final = 10.0
_PHASE_S: Final = 0.5
"""Half a period of 1 Hz: more than 3 Hz can harm people with photosensitive epilepsy."""
CRITICAL_BELLS: Final = 3
_HIGH: Final = SEVERITIES.code("high")
_CRITICAL: Final = SEVERITIES.code("critical")


class Level(IntEnum):
    """How loud."""

    QUIET = 0
    HIGH = 1
    CRITICAL = 2


@dataclass(frozen=True, slots=True)
class Alarm:
    """One sentence; the last one stays on the screen."""

    text: str
    role: str
    level: Level
    key: str = ""
    """What waits for a word: "alert ID", "sos ID", "stock ID", "overdue MEMBER DUE"."""
    notice: str = "notice_critical"
    """Phrase that names nobody and no place, for titles and notifications."""
    drill: bool = False

    @property
    def rings(self) -> bool:
        """Whether it makes a sound at all."""
        return self.level > Level.QUIET


def alarms(changes: Changes, model: Model, look: Look, now: float) -> list[Alarm]:
    """The gravest last. `now` is in seconds since the epoch."""
    found = [Alarm("", "plain", Level.HIGH)] if changes.rose else []
    for key, ids in (("new_alert", changes.new_alerts), ("now_verified", changes.verified)):
        for alert_id in ids:
            if (row := model.alerts.get(alert_id)) is not None:
                found.append(_of_alert(row, key, model, look))
    calls: dict[str, SosRow] = {row["id"]: row for row in model.calls_for_help}
    for sos_id in changes.answered_sos:
        if (call := calls.get(sos_id)) is not None:
            names = answer_names(call, look)
            text = look.say("sos_taken", name=call["author_name"], names=names)
            level = Level.HIGH if call["mine"] else Level.QUIET
            found.append(Alarm(_marked(text, call["drill"], look), "good", level))
    for stock_id in changes.new_stock:
        if (unsigned := model.stock_reports.get(stock_id)) is not None:
            what = stock_words(unsigned, look)
            found.append(Alarm(look.say("stock_new", what=what), "plain", Level.QUIET))
    for stock_id in changes.stock_sos:
        if (unsigned := model.stock_reports.get(stock_id)) is not None:
            text = stock_sos_words(unsigned, look, model.origin, now)
            key = f"stock {stock_id}"
            found.append(Alarm(text, "bad", Level.CRITICAL, key, "notice_stock_sos"))
    for sos_id in changes.new_sos:
        if (call := calls.get(sos_id)) is not None:
            text = sos_words(call, "sos_new", look, model.origin, now)
            found.append(
                Alarm(
                    _marked(text, call["drill"], look),
                    "bad",
                    Level.CRITICAL,
                    f"sos {sos_id}",
                    "notice_sos",
                    call["drill"],
                )
            )
    return sorted(found, key=lambda alarm: alarm.level)  # stable: an SOS stays behind an alert


def _of_alert(row: AlertRow, key: str, model: Model, look: Look) -> Alarm:
    severity = min(max(row["severity"], 0), 3)
    word = look.word(SEVERITIES, severity)
    kind, place = kind_words(row, look), place_words(row["place"], model.origin, look)
    loud = key == "now_verified" or severity >= _HIGH
    level = Level.CRITICAL if severity == _CRITICAL else Level.HIGH if loud else Level.QUIET
    text = _marked(look.say(key, severity=word, kind=kind, place=place), row["drill"], look)
    waits = f"alert {row['id']}" if level is Level.CRITICAL else ""
    return Alarm(text, "bad" if loud else "plain", level, waits, drill=row["drill"])


def overdue_key(row: PatrolRow) -> str:
    """A patrol alarms once for each check-in that it owes."""
    return f"overdue {row['id']} {row['due_at']:.0f}" if row["due_at"] is not None else ""


def overdue_alarms(
    model: Model, look: Look, now: float, known: Collection[str]
) -> list[tuple[str, Alarm]]:
    """Patrols that are late and not in `known`, with their keys."""
    late = [row for row in model.patrols.values() if is_overdue(row, now)]
    found = []
    for row in sorted(late, key=lambda one: (one["due_at"] or now, one["name"])):
        key = overdue_key(row)
        if row["due_at"] is None or key in known:
            continue
        text = look.say("overdue_alarm", name=row["name"], age=age(now - row["due_at"]))
        found.append((key, Alarm(text, "bad", Level.CRITICAL, key, "notice_overdue")))
    return found


def waiting(key: str, model: Model, now: float) -> tuple[bool, str]:
    """Whether the alarm of this key still waits for a person's word, and who gave it last."""
    what, _, rest = key.partition(" ")
    if what == "sos":
        row = next((one for one in model.unanswered_sos if one["id"] == rest), None)
        return row is not None, ""  # the answer to an SOS has a sentence of its own
    if what == "stock":
        unsigned = model.stock_reports.get(rest)
        return unsigned is not None and is_unread_call(unsigned), ""
    if what == "alert":
        alert = model.alerts.get(rest)
        if alert is None or alert["state"] in ENDED_STATES:
            return False, ""
        names = [reader["name"] for reader in alert["readers"]]
        return not names, names[-1] if names else ""
    if what == "overdue":
        patrol = model.patrols.get(rest.partition(" ")[0])
        due_at = patrol["due_at"] if patrol is not None else None
        if patrol is None or due_at is None or overdue_key(patrol) != key:
            return False, ""
        seen = [one["name"] for one in patrol.get("readers", ()) if one["at"] >= due_at]
        return is_overdue(patrol, now) and not seen, seen[-1] if seen else ""
    return False, ""


def _marked(text: str, drill: bool, look: Look) -> str:
    return f"{look.say('drill')} {text}" if drill else text


@dataclass(slots=True)
class _Item:
    alarm: Alarm
    since: float
    heard: bool = False
    """Whether a person pressed a key since: it was noticed, though not acknowledged."""


@dataclass(slots=True)
class Siren:
    """The critical alarms that wait for a person's word; times are monotonic seconds."""

    _items: dict[str, _Item] = field(default_factory=dict)
    _rung_at: float = 0.0
    _snoozed_until: float = 0.0
    _flash_from: float | None = None

    @property
    def keys(self) -> list[str]:
        """The newest last."""
        return list(self._items)

    @property
    def front(self) -> Alarm | None:
        """The newest; exercises only where nothing is real."""
        found = list(self._items.values())
        real = [item for item in found if not item.alarm.drill]
        return (real or found)[-1].alarm if found else None

    def since(self, key: str) -> float:
        """When it began."""
        return self._items[key].since

    def begin(self, alarm: Alarm, now: float) -> int:
        """An alarm came; returns how many bells it rings."""
        if alarm.level is Level.CRITICAL and alarm.key:
            self._items[alarm.key] = _Item(alarm, now)
            self._snoozed_until = 0.0
            self._flash_from = now
        if alarm.rings:
            self._rung_at = now
        return _bells(alarm)

    def end(self, key: str) -> None:
        """Somebody acknowledged it, or it is over."""
        self._items.pop(key, None)
        if not self._items:
            self._flash_from, self._snoozed_until = None, 0.0

    def hush(self) -> bool:
        """A key was pressed: True when it only silences, since an alarm was not noticed yet."""
        fresh = [item for item in self._items.values() if not item.heard]
        for item in fresh:
            item.heard = True
        if fresh:
            self._flash_from = None
        return bool(fresh)

    def snooze(self, now: float) -> bool:
        """Ring no more for five minutes or until the next alarm; False when nothing waits."""
        if self._items:
            self._snoozed_until = now + SNOOZE_S
        return bool(self._items)

    def again(self, now: float) -> int:
        """Bells that are due because nobody has said a word for another minute."""
        if not self._items or now < self._snoozed_until or now - self._rung_at < AGAIN_S:
            return 0
        self._rung_at = now
        return max(_bells(item.alarm) for item in self._items.values())

    def flashes(self, now: float) -> bool:
        """Whether the row changes its look at all, now."""
        return self._flash_from is not None and now - self._flash_from < FLASH_S

    def reversed(self, now: float) -> bool:
        """The phase of the row: half a second reverse, half a second not, then reverse."""
        start = self._flash_from
        return start is None or not self.flashes(now) or int((now - start) / _PHASE_S) % 2 == 0


def _bells(alarm: Alarm) -> int:
    if not alarm.rings:
        return 0
    return CRITICAL_BELLS if alarm.level is Level.CRITICAL and not alarm.drill else 1
