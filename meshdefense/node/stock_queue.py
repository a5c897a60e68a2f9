"""The lines for stock radios that wait, are on their way or were said: rows, and their states.

Pure: rows in memory, no store and no clock. A line is given to the radio only after its row says
so on disk, so that after a crash it is not said twice; what became of it then is "uncertain".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, cast

from meshdefense.api.stock_schema import StockLineRow, StockPin
from meshdefense.node.stock_news import Cell, Telling, rings
from meshdefense.radio.stock import NO_RADIO, StockPort
from meshdefense_protocol.stock_lines import (
    STOCK_LANGUAGES,
    Said,
    StockNews,
    pin_id,
    pin_text,
    stock_line,
    tag_in,
)
from meshdefense_protocol.transport import Fate

__all__ = ["GIVE_UP_S", "KEPT_S", "LINES_MAX", "StockQueue", "head_of", "moved_on", "port_of"]

GIVE_UP_S: Final = 900.0
"""A line that could not be said for so long is dropped: neighbours must not be alarmed by what
was true a quarter of an hour ago."""
KEPT_S: Final = 24 * 3600.0
"""So long what was said is shown."""
LINES_MAX: Final = 500
"""Rows that are kept; beyond, the oldest go."""
LINES_OF_ONE: Final = 6
"""Lines about one alert: what goes back and forth is not told every time."""
TRIES_MAX: Final = 3
ABOUT_DIGITS: Final = 4
"""So many characters of a tag say what a line is about; see `stock_tag`."""
HEARD_S: Final = 600.0
HEARD_MAX: Final = 256
"""Other nodes' lines that are remembered, for so long."""

_ENDS: Final = frozenset({Said.CLOSED, Said.RETRACTED, Said.STAND_DOWN_OVER})
_BEGINS: Final = frozenset({Said.VERIFIED, Said.STAND_DOWN})
_NOT_SAID: Final = frozenset({"queued", "dropped", "cancelled", "refused"})


def port_of(row: StockLineRow) -> StockPort:
    """On which port the line goes out."""
    return StockPort.ALERT if row["port"] == "alert" else StockPort.TEXT


def head_of(line: str) -> str:
    """What a line says before its place: the same on every node that tells the same."""
    start = line.find(": ")
    ends = [at for at in (line.find(", ", start), line.find(".", start)) if at > start]
    return line[: min(ends, default=len(line))]


def moved_on(part: StockLineRow | StockPin, fate: Fate, detail: str) -> bool:
    """Take in what became of a line or pin; whether its state is another one now.

    What was refused or never left waits again, as long as it has tries left; what the radio had
    when the link broke may have been said.
    """
    before = part["state"], part["reason"]
    reason = detail
    if fate is Fate.ACCEPTED:
        state = "at_radio"
    elif fate is Fate.LOST:
        state = "queued" if detail == NO_RADIO else "uncertain"
    elif fate is Fate.REFUSED:
        state = "queued"
    else:
        state, reason = fate.value.replace(" ", "_"), ""
    if part["state"] in ("heard", "unheard") and state not in ("heard", "unheard"):
        return False
    part["state"], part["reason"] = state, reason
    return (part["state"], part["reason"]) != before


class StockQueue:
    """All lines, by id."""

    def __init__(self) -> None:
        self.rows: dict[str, StockLineRow] = {}
        self._about: dict[str, list[StockLineRow]] = {}
        self._heard: dict[str, tuple[str, float]] = {}
        self._over: set[str] = set()
        """What ended before anything of it was said: it may begin again."""

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
                if part["state"] in ("handed", "at_radio"):
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
            return any(map(_waits, self._about.get(about, [])))
        lines = self._told(about)
        if not lines or about in self._over:
            return telling.news.said in _BEGINS
        return lines[-1]["said"] != telling.news.said.value and len(lines) < LINES_OF_ONE

    def _told(self, about: str) -> list[StockLineRow]:
        """Its lines, but for those that were cancelled: nobody hears those."""
        return [line for line in self._about.get(about, []) if line["state"] != "cancelled"]

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

        What still waits of the same alert is cancelled; and where nothing of it was said, its end
        is not said either.
        """
        changed = self.withdraw(telling.about, "it is not so any more")
        lines = self._about.get(telling.about, [])
        news = telling.news
        if news.said not in _BEGINS and all(line["state"] in _NOT_SAID for line in lines):
            self._over.add(telling.about)
            return changed
        self._over.discard(telling.about)
        self._forget_heard(news.tag)
        number = max((int(line["id"].rpartition("/")[2]) for line in lines), default=0) + 1
        told = StockNews(
            news.said, news.tag, news.code, news.severity, news.count, places, news.people,
            news.note, news.drill,
        )  # fmt: skip
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
            _silence(row)
        return [*changed, row]

    def _pin(
        self, telling: Telling, news: StockNews, languages: tuple[str, ...], network_id: bytes
    ) -> StockPin | None:
        """A pin where there is a place; at the end one that takes it away. None for exercises."""
        lines = self._about.get(telling.about, [])
        before = next((line["pin"] for line in reversed(lines) if line["pin"] is not None), None)
        cell: Cell | None = telling.cell
        if news.drill or (news.said not in _BEGINS and news.said not in _ENDS):
            return None
        words = pin_text(news, languages)
        number = pin_id(network_id, telling.about.encode())
        if news.said in _ENDS:
            if before is None or before["state"] in _NOT_SAID:
                return None
            return {**before, "expires_at": 1, "state": "queued", "reason": "", "attempts": 0}
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
        for row in self._about.get(about, []):
            if _cancel(row, "cancelled", why):
                changed.append(row)
        return changed

    def withdraw_all(self, why: str) -> list[StockLineRow]:
        """Nothing at all is to be said any more; returns the rows that changed."""
        return [row for row in self.rows.values() if _cancel(row, "cancelled", why)]

    def drop_late(self, now: float) -> list[StockLineRow]:
        """Give up what could not be said in time; returns the rows that changed."""
        return [
            row
            for row in self.rows.values()
            if now >= row["ends_at"] and _cancel(row, "dropped", row["reason"] or "it was too late")
        ]

    def old(self, now: float) -> list[str]:
        """Ids of rows that are not shown any more."""
        gone = [key for key, row in self.rows.items() if now - row["created_at"] >= KEPT_S]
        gone += [key for key in list(self.rows)[: max(0, len(self.rows) - LINES_MAX)]]
        return list(dict.fromkeys(gone))

    def forget(self, ids: Iterable[str]) -> None:
        """These rows are not on disk any more."""
        for key in ids:
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
                _silence(row)
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
                and row["state"] not in _NOT_SAID
            ),
            None,
        )

    def waiting(self) -> Iterator[StockLineRow]:
        """Lines that wait."""
        return (row for row in self.rows.values() if row["state"] == "queued")


def _waits(row: StockLineRow) -> bool:
    """Whether the line or its pin waits."""
    pin = row["pin"]
    return row["state"] == "queued" or (pin is not None and pin["state"] == "queued")


def _cancel(row: StockLineRow, state: str, why: str) -> bool:
    """Whether anything of the row still waited."""
    waited = False
    if row["state"] == "queued":
        row["state"], row["reason"], waited = state, why, True
    pin = row["pin"]
    if pin is not None and pin["state"] == "queued":
        pin["state"], pin["reason"], waited = state, why, True
    return waited


def _silence(row: StockLineRow) -> None:
    row["state"], row["reason"] = "elsewhere", "another node said it"
    if row["pin"] is not None and row["pin"]["state"] == "queued":
        row["pin"]["state"], row["pin"]["reason"] = "elsewhere", "another node said it"
