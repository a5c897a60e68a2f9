"""The lines for stock radios that wait, are on their way or were said: rows, and their states.

Pure: rows in memory, no store and no clock. A line is given to the radio only after its row says
so on disk, so that after a crash it is not said twice; what became of it then is "uncertain".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, Final, cast

from meshdefense.api.stock_schema import StockLineRow, StockPin
from meshdefense.node.stock_news import BEGINS, Cell, Telling, rings
from meshdefense.node.stock_states import (
    IN_FLIGHT,
    NOT_SAID,
    cancel,
    flies,
    head_of,
    port_of,
    silence,
    waits,
)
from meshdefense.radio.stock import StockPort
from meshdefense_protocol.stock_lines import (
    ABOUT_DIGITS,
    STOCK_LANGUAGES,
    Said,
    StockNews,
    pin_id,
    pin_text,
    stock_line,
    tag_in,
)

__all__ = ["GIVE_UP_S", "KEPT_S", "LINES_MAX", "StockQueue"]

GIVE_UP_S: Final = 900.0
"""A line that could not be said for so long is dropped: neighbours must not be alarmed by what
was true a quarter of an hour ago."""
KEPT_S: Final = 24 * 3600.0
"""So long what was said is shown."""
LINES_MAX: Final = 500
"""Rows that are kept; beyond, the oldest go."""
LINES_OF_ONE: Final = 6
"""Lines about one alert, without one that tells its end: what goes back and forth is not told
every time. The last of them is none that begins it."""
GONE: Final = 1
"""When a pin ends that takes an earlier one away."""
HEARD_S: Final = 600.0
HEARD_MAX: Final = 256
"""Other nodes' lines that are remembered, for so long."""

_ENDS: Final = frozenset({Said.CLOSED, Said.RETRACTED, Said.UNVERIFIED, Said.STAND_DOWN_OVER})
"""With these its pin is taken away."""
_END_WORDS: Final = frozenset(said.value for said in _ENDS)
_OTHERWISE: Final = "it is not so any more"
_UNVERIFIED: Final = "it is not verified any more"


class StockQueue:
    """All lines, by id."""

    def __init__(self) -> None:
        self.rows: dict[str, StockLineRow] = {}
        self._about: dict[str, list[StockLineRow]] = {}
        self._heard: dict[str, tuple[str, float]] = {}
        self._over: set[str] = set()
        """What ended before anything of it was said: it may begin again."""
        self._moot: dict[str, str] = {}
        """Why what the radio has is not to be said again if it comes back, by line."""

    def load(self, rows: Iterable[dict[str, Any]]) -> list[StockLineRow]:
        """Rows of an earlier life; returns those that say something else now."""
        changed = []
        for raw in sorted(rows, key=lambda one: one["created_at"]):
            row = cast("StockLineRow", raw)
            self._put(row)
            parts: list[StockLineRow | StockPin] = [row]
            if row["pin"] is not None:
                row["pin"].setdefault("attempts", 0)
                parts.append(row["pin"])
            for part in parts:
                if part["state"] in IN_FLIGHT:
                    part["state"] = "uncertain"
                    part["reason"] = "the daemon ended before the radio told"
                    changed.append(row)
        return changed

    def _put(self, row: StockLineRow) -> None:
        self.rows[row["id"]] = row
        self._about.setdefault(row["about"], []).append(row)

    # -- what is to be told ------------------------------------------------------------------

    def wants(self, about: str, telling: Telling | None) -> bool:
        """Whether an alert as it stands has something that was not told, or takes a line back."""
        if telling is None:
            return any(waits(line) or self._may_return(line) for line in self._lines(about))
        lines, said = self._told(about), telling.news.said
        if not lines or about in self._over:
            return said in BEGINS
        if lines[-1]["said"] == said.value:
            return False
        if said in _ENDS and lines[-1]["said"] not in _END_WORDS:
            return True
        return len(lines) < LINES_OF_ONE - (said in BEGINS)

    def _may_return(self, row: StockLineRow) -> bool:
        return flies(row) and row["id"] not in self._moot

    def _lines(self, about: str) -> list[StockLineRow]:
        return self._about.get(about, [])

    def _told(self, about: str) -> list[StockLineRow]:
        """Its lines, but for those that were cancelled: nobody hears those."""
        return [line for line in self._lines(about) if line["state"] != "cancelled"]

    def tell(
        self,
        telling: Telling,
        places: tuple[str, str],
        *,
        network_id: bytes,
        language: int,
        now: float,
        delay: float,
    ) -> list[StockLineRow]:
        """Queue the line for news; returns the rows that changed.

        What still waits of the same alert is cancelled. Where nothing of it was said, its end is
        not said either; and what was said last is not said again because its contrary waited.
        """
        news = telling.news
        why = _UNVERIFIED if news.said is Said.UNVERIFIED else _OTHERWISE
        changed = self.withdraw(telling.about, why)
        lines = self._lines(telling.about)
        said = [line for line in lines if line["state"] not in NOT_SAID]
        if not said and news.said not in BEGINS:
            self._over.add(telling.about)
            return changed
        self._over.discard(telling.about)
        if said and said[-1]["said"] == news.said.value:
            return [*changed, *self._stands(said[-1])]
        self._forget_heard(news.tag)
        number = max((int(line["id"].rpartition("/")[2]) for line in lines), default=0) + 1
        told = replace(news, places=places)
        languages = STOCK_LANGUAGES[language]
        text = stock_line(told, languages)
        row: StockLineRow = {
            "id": f"{telling.about}/{number}",
            "rev": 0,
            "about": telling.about,
            "said": news.said.value,
            "tag": news.tag,
            "text": text,
            "port": "alert" if rings(news) else "text",
            "severity": news.severity,
            "drill": news.drill,
            "state": "queued",
            "reason": "",
            "attempts": 0,
            "created_at": now,
            "due_at": now + delay,
            "told_at": None,
            "ends_at": now + GIVE_UP_S
            if news.said in _ENDS
            else min(telling.ends_at, now + GIVE_UP_S),
            "pin": self._pin(telling, told, languages, network_id),
        }
        self._put(row)
        if self._was_heard(row, now):
            silence(row)
        return [*changed, row]

    def _stands(self, row: StockLineRow) -> list[StockLineRow]:
        """What was said last is so after all: its pin may go out."""
        self._moot.pop(row["id"], None)
        pin = row["pin"]
        if pin is None or pin["state"] != "cancelled":
            return []
        pin["state"], pin["reason"] = "queued", ""
        return [row]

    def _pin(
        self, telling: Telling, news: StockNews, languages: tuple[str, ...], network_id: bytes
    ) -> StockPin | None:
        """A pin where there is a place; at the end one that takes it away. None for exercises."""
        pins = [line["pin"] for line in self._lines(telling.about) if line["pin"] is not None]
        before = next((pin for pin in reversed(pins) if pin["state"] not in NOT_SAID), None)
        cell: Cell | None = telling.cell
        if news.drill or (news.said not in BEGINS and news.said not in _ENDS):
            return None
        words = pin_text(news, languages)
        number = pin_id(network_id, telling.about.encode())
        if news.said in _ENDS:
            if before is None or before["expires_at"] == GONE:
                return None
            return {**before, "expires_at": GONE, "state": "queued", "reason": "", "attempts": 0}
        if cell is None:
            return None
        return {
            "id": number,
            "lat": cell.lat,
            "lon": cell.lon,
            "expires_at": int(telling.ends_at),
            "name": words.name,
            "description": words.description,
            "state": "queued",
            "reason": "",
            "attempts": 0,
        }

    def withdraw(self, about: str, why: str) -> list[StockLineRow]:
        """Nothing of this is to be said any more; returns the rows that changed."""
        changed = []
        for row in self._lines(about):
            if cancel(row, "cancelled", why):
                changed.append(row)
            if self._may_return(row):
                self._moot[row["id"]] = why
        return changed

    def came_back(self, row: StockLineRow) -> list[StockLineRow]:
        """The radio did not take a line or its pin; returns what else changed for that.

        What something else was told of meanwhile is not said any more. Where with it nothing was
        said at all, nothing is left that has to be taken back.
        """
        if (why := self._moot.get(row["id"])) is None:
            return []
        cancel(row, "cancelled", why)
        lines = self._lines(row["about"])
        if any(line["state"] not in NOT_SAID for line in lines):
            return []
        ends = [line for line in lines if Said(line["said"]) not in BEGINS]
        changed = [line for line in ends if cancel(line, "cancelled", _OTHERWISE)]
        if changed:
            self._over.add(row["about"])
        return changed

    def withdraw_all(self, why: str) -> list[StockLineRow]:
        """Nothing at all is to be said any more; returns the rows that changed."""
        return [row for row in self.rows.values() if cancel(row, "cancelled", why)]

    def drop_late(self, now: float) -> list[StockLineRow]:
        """Give up what could not be said in time; returns the rows that changed."""
        return [
            row
            for row in self.rows.values()
            if now >= row["ends_at"] and cancel(row, "dropped", row["reason"] or "it was too late")
        ]

    def old(self, now: float) -> list[str]:
        """Ids of rows that are not shown any more."""
        gone = [key for key, row in self.rows.items() if now - row["created_at"] >= KEPT_S]
        gone += [key for key in list(self.rows)[: max(0, len(self.rows) - LINES_MAX)]]
        return list(dict.fromkeys(gone))

    def forget(self, ids: Iterable[str]) -> None:
        """These rows are not on disk any more."""
        for key in ids:
            self._moot.pop(key, None)
            row = self.rows.pop(key, None)
            if row is not None:
                left = [one for one in self._about[row["about"]] if one["id"] != key]
                self._about[row["about"]] = left
                if not left:
                    del self._about[row["about"]]
                    self._over.discard(row["about"])

    def clock_stepped(self, by: float, since: float, until: float) -> list[StockLineRow]:
        """The clock was set: times between `since` and `until` move; returns what changed."""
        self._heard = {tag: (head, at + by) for tag, (head, at) in self._heard.items()}
        changed = [row for row in self.rows.values() if since <= row["created_at"] <= until]
        for row in changed:
            row["created_at"] += by
            row["due_at"] += by
            row["ends_at"] += by
            if row["told_at"] is not None:
                row["told_at"] += by
        return changed

    # -- what others say ---------------------------------------------------------------------

    def hear(self, line: str, now: float) -> list[StockLineRow]:
        """Another node said a line; the same of ours is left out. Returns what changed."""
        tag = tag_in(line)
        if not tag:
            return []
        self._forget_heard(tag)
        self._heard.pop(tag, None)
        self._heard[tag] = (head_of(line), now)
        if len(self._heard) > HEARD_MAX:
            del self._heard[next(iter(self._heard))]
        changed = []
        for row in self.rows.values():
            if row["state"] == "queued" and self._was_heard(row, now):
                silence(row)
                changed.append(row)
        return changed

    def _forget_heard(self, tag: str) -> None:
        """Something else is said of the same now: what others said of it before is over."""
        about = tag[:ABOUT_DIGITS]
        gone = [one for one in self._heard if one != tag and one[:ABOUT_DIGITS] == about]
        for one in gone:
            del self._heard[one]

    def _was_heard(self, row: StockLineRow, now: float) -> bool:
        head, at = self._heard.get(row["tag"], ("", 0.0))
        return bool(head) and 0 <= now - at < HEARD_S and head == head_of(row["text"])

    # -- what is next --------------------------------------------------------------------------

    def next_line(self, now: float, free: Callable[[StockPort], bool]) -> StockLineRow | None:
        """The gravest line that is due on a port that is free."""
        due = [
            row
            for row in self.rows.values()
            if row["state"] == "queued" and row["due_at"] <= now and free(port_of(row))
        ]
        return min(due, key=lambda row: (-row["severity"], row["created_at"]), default=None)

    def next_pin(self) -> StockLineRow | None:
        """The oldest line that was said and whose pin was not."""
        return next(
            (
                row
                for row in self.rows.values()
                if row["pin"] is not None
                and row["pin"]["state"] == "queued"
                and row["state"] not in NOT_SAID
            ),
            None,
        )

    def waiting(self) -> Iterator[StockLineRow]:
        """Lines that wait."""
        return (row for row in self.rows.values() if row["state"] == "queued")
