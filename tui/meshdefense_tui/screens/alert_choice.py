"""A choice of a few keys with remarks above its hint, for orders about an alert."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, Span
from meshdefense_tui.screens.modal import ChoiceScreen
from meshdefense_tui.text_fit import wrap

__all__ = ["AlertChoice"]


class AlertChoice(ChoiceScreen):
    """Closes itself when the alert is gone: an order must not go to what nobody sees."""

    def __init__(
        self,
        desk: Desk,
        key: str,
        title: str,
        options: Sequence[tuple[str, str, int]],
        chosen: Callable[[int], None],
        remarks: Sequence[Span] = (),
    ) -> None:
        """`key` is the alert's id."""
        super().__init__(desk, title, options, chosen)
        self._key, self._remarks = key, tuple(remarks)
        self.add_class("-order")

    def window_lines(self, width: int) -> list[Line]:
        """The same, with a title that is wrapped instead of cut."""
        lines = super().window_lines(width)
        title = wrap(self._title, width)
        lines[0] = ((title[0], "title_focus"),)
        # the options stay where `on_click` looks for them: the rest of the title is the gap
        lines[1] = ((" ".join(title[1:]), "title_focus"),)
        return lines

    def extra_lines(self) -> list[Line]:
        """The remarks."""
        width = max(self.lines.size.width, 20)
        found: list[Line] = []
        for text, role in self._remarks:
            found += [((part, role),) for part in wrap(text, width)]
        return [*found, ()] if found else []

    def tick(self) -> None:
        """Time has passed, or rows came."""
        if self._key not in self.desk.model.alerts and self.is_current:
            self.desk.tell(self.desk.look.say("detail_gone"), "warn")
            self.dismiss()
            return
        super().tick()
