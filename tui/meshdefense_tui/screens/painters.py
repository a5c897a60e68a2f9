"""What the lists of the dashboard draw for each item."""

from __future__ import annotations

from meshdefense.api.row_schema import MessageRow
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.views.alert_row import alert_height, alert_lines, kind_words
from meshdefense_tui.views.message_row import message_height, message_lines
from meshdefense_tui.views.patrol_row import patrol_lines

__all__ = ["AlertPainter", "MessagePainter", "PatrolPainter", "about_words", "alert_panel"]


def about_words(row: MessageRow, desk: Desk) -> str:
    """The alert that a long report belongs to: what it is, or its id when it is not here."""
    about = row["long"]["about"] if "long" in row else None
    if about is None:
        return ""
    alert = desk.model.alerts.get(about)
    return about if alert is None else kind_words(alert, desk.look)


def alert_panel(desk: Desk, width: int) -> list[Line]:
    """All about the selected alert."""
    row = desk.alert
    if row is None:
        return [((desk.look.say("select_first"), "quiet"),)]
    from meshdefense_tui.views.alert_detail import detail_lines  # not on a screen without a panel

    return detail_lines(
        row,
        desk.look,
        members=desk.model.members,
        origin=desk.model.origin,
        now=desk.now,
        width=width,
        asking=desk.model.sending(row["id"]) is not None,
        texts=desk.model.long_reports_about(row["id"]),
    )


class AlertPainter:
    """Alerts."""

    title = "alerts"
    opens = "alert"
    empty: tuple[str, ...] = ("no_alerts", "no_alerts_hint")

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def height(self, key: str, width: int) -> int:
        """Two or three lines."""
        row = self._desk.model.alerts.get(key)
        return 0 if row is None else alert_height(row, asking=self._asking(key))

    def lines(self, key: str, width: int) -> list[Line]:
        """See `alert_lines`."""
        desk = self._desk
        row = desk.model.alerts.get(key)
        if row is None:
            return []
        return alert_lines(
            row,
            desk.look,
            origin=desk.model.origin,
            now=desk.now,
            width=width,
            asking=self._asking(key),
            corners=desk.streets,
        )

    def _asking(self, key: str) -> bool:
        return self._desk.model.sending(key) is not None


class PatrolPainter:
    """Patrols."""

    title = "patrols"
    opens = ""
    empty: tuple[str, ...] = ("no_patrols",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def height(self, key: str, width: int) -> int:
        """Two lines."""
        return 2 if key in self._desk.model.patrols else 0

    def lines(self, key: str, width: int) -> list[Line]:
        """See `patrol_lines`."""
        desk = self._desk
        row = desk.model.patrols.get(key)
        if row is None:
            return []
        return patrol_lines(
            row,
            desk.look,
            origin=desk.model.origin,
            now=desk.now,
            width=width,
            corners=desk.streets,
        )


class MessagePainter:
    """Messages."""

    title = "messages"
    opens = "message"
    empty: tuple[str, ...] = ("no_messages",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def height(self, key: str, width: int) -> int:
        """As many lines as its text needs."""
        row = self._desk.model.notices.get(key)
        return 0 if row is None else message_height(row, width)

    def lines(self, key: str, width: int) -> list[Line]:
        """See `message_lines`."""
        desk = self._desk
        row = desk.model.notices.get(key)
        if row is None:
            return []
        status = desk.model.status
        own = status["member"] if status is not None else None
        about = about_words(row, desk)
        return message_lines(row, desk.look, own=own, about=about, now=desk.now, width=width)
