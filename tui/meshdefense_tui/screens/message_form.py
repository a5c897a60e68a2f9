"""Write a message: text, to whom, urgent or not. The draft stays until it was accepted."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from meshdefense_protocol.words import SCOPES
from meshdefense_tui.air_cost import notice_cost
from meshdefense_tui.desk import Desk, MessageDraft
from meshdefense_tui.lines import Line, Span, spread
from meshdefense_tui.screens.text_form import TextForm
from meshdefense_tui.views.message_channel import cost_words

__all__ = ["MessageForm"]


class MessageForm(TextForm):
    """Groups first, then people by name."""

    HINT = "message_hint"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,down", "address(1)", show=False, priority=True),
        Binding("shift+tab,up", "address(-1)", show=False, priority=True),
        Binding("ctrl+t", "urgent", show=False, priority=True),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._targets: list[tuple[str, dict[str, Any]]] = [
            (desk.look.word(SCOPES, word.code), {"scope": word.code}) for word in SCOPES
        ]
        self._targets += [
            (row["name"], {"recipient": row["number"]})
            for row in sorted(desk.model.members.values(), key=lambda row: row["name"])
            if not row["mine"]
        ]
        desk.message_draft.target %= len(self._targets)

    @property
    def typed(self) -> str:
        """The draft on the desk."""
        return self.desk.message_draft.text

    def keep(self, text: str) -> None:
        """For the next time as well."""
        self.desk.message_draft.text = text

    def drop(self) -> None:
        """Text, addressee and urgency."""
        self.desk.message_draft = MessageDraft()

    def params(self) -> dict[str, Any]:
        """To a group or a person."""
        draft = self.desk.message_draft
        params = {"text": draft.text, **self._targets[draft.target][1]}
        if draft.urgent:
            params["urgent"] = True
        return params

    def head_lines(self, width: int) -> list[Line]:
        """To whom, how much room, what it costs."""
        look, draft = self.desk.look, self.desk.message_draft
        to = self._targets[draft.target][0]
        title: list[Span] = [(look.say("form_message"), "title_focus")]
        title += [(f"   {look.say('message_to')} ", "quiet"), (to, "strong")]
        if draft.urgent:
            title += [("   ", "plain"), (f" !! {look.say('urgent')} ", "alarm")]
        size: list[Span] = [self.room_span()]
        if draft.text:
            radio = self.desk.model.radio
            cost = notice_cost(draft.text, radio["preset"] if radio is not None else None)
            size.append((cost_words(cost, look), "quiet"))
        return [tuple(title), spread(size, width, ellipsis=look.glyphs.ellipsis)]

    def action_address(self, by: int) -> None:
        """The next one whom it may go to."""
        draft = self.desk.message_draft
        draft.target = (draft.target + by) % len(self._targets)
        self.lines.repaint()

    def action_urgent(self) -> None:
        """Urgent, or not."""
        self.desk.message_draft.urgent = not self.desk.message_draft.urgent
        self.lines.repaint()
